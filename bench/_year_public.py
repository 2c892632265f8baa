"""Is what the played year's newsroom publishes right? Its files and meters, fetched as a reader fetches them, against the provider's own record.

Nothing of Masthead's is asked but its public addresses: the statements are read as JSON Lines, each row is booked here anew, and what that
comes to must be what the provider's movements come to. The year is played once more for it; the same seed gives the same year.
"""

import datetime as dt
import json
from collections import Counter
from typing import Any

from django.test import Client
from django.urls import reverse

from bench._year_world import CURRENCIES, DAY, FIRST, Pay, Played, World
from masthead.funding.books.actions import make_statements
from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving.models import Gift
from masthead.funding.giving.reconciling.actions import reconcile_due
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.providers import registry
from masthead.funding.providers.base import DisputeState
from masthead.kernel import clock

BACK = ("refund", "failure", "dispute", "dispute_won")


def prove_published(*, gifts: int, days: int) -> dict[str, Any]:
    """Have the last month's statement made, and return what was compared.

    Raises:
        RuntimeError: something that is published is not right: what, and by how much.
    """
    world = World(gifts=gifts, days=days)
    for number in range(days):
        world.play(FIRST + number * DAY, last=number == days - 1)
    if world.given != Gift.objects.count():
        raise RuntimeError(f"This newsroom holds {Gift.objects.count()} gifts and the year has {world.given}: it was played with another number.")
    evening = dt.datetime.combine(FIRST + days * DAY, dt.time(), dt.UTC) - DAY / 24
    clock.now = lambda: evening
    client = Client(HTTP_HOST="127.0.0.1")
    wrong, compared = _meters(client, world, evening), len(CURRENCIES)
    _two_mornings(world, FIRST + days * DAY)
    rows, balances, more = _statements(client)
    wrong += more
    for currency in CURRENCIES:
        moved = _moved(world, currency)
        code = Campaign.objects.get(currency=currency).account_code
        exchanged = balances[f"exchange:stripe:{currency}"]
        pairs = {
            "gifts": (rows["gift", currency], moved["payment"]),
            "gifts less what went back": (balances[code], moved["payment"] + sum(moved[kind] for kind in BACK) - exchanged),
            "fees": (-balances[f"fees:stripe:{currency}"], -moved["fee"] - moved["other"]),
            "paid out": (rows["payout to the bank", currency], -moved["payout"]),
            "held by the provider": (-balances[f"clearing:stripe:{currency}"], sum(moved.values())),
        }
        compared += len(pairs)
        wrong += [f"{currency}, {what}: the statements say {said}, the movements {true}" for what, (said, true) in pairs.items() if said != true]
    if wrong:
        raise RuntimeError("What is published does not add up:\n" + "\n".join(wrong[:40]))
    return {"published meters and statements: rows read / sums that agree to the cent": f"{rows['', '']:,} / {compared}"}


def _moved(world: World, currency: str) -> Counter[str]:
    return Counter({kind: sums[currency] for kind, sums in world.sums().items()})


def _meters(client: Client, world: World, now: dt.datetime) -> list[str]:
    """Hold the meters as other sites read them against the payments themselves; that in euros, where other rates came in, the statements prove."""
    wrong = []
    for currency in CURRENCIES:
        campaign = Campaign.objects.get(currency=currency)
        said = json.loads(client.get(reverse("meter_json", args=[campaign.uuid])).content)
        month = now.date().replace(day=1) if said["period"] == "monthly" else dt.date.min
        pays = [pay for pay in world.pays.values() if pay.settled.currency == currency and pay.settled_at and pay.settled_at.date() >= month]
        expected = sum(map(_stands, pays))
        if all(pay.amount.currency == currency for pay in pays) and said["raised_minor"] != expected:
            wrong.append(f"{currency}: the meter says {said['raised_minor']}, the payments come to {expected}")
    return wrong


def _stands(pay: Pay) -> int:
    """Return what of a payment counts."""
    held = sum(one.amount.minor for one in pay.disputes if one.state is not DisputeState.WON)
    return 0 if pay.failed_at else pay.amount.minor - sum(one.amount.minor for one in pay.refunds) - held


def _two_mornings(world: World, after: dt.date) -> None:
    Played.world = world
    registry.PROVIDERS = (registry.Listed(name="stripe", live=True, is_on=lambda: True, path="bench._year_world:Played"), registry.PROVIDERS[-1])
    for day in (after, after + DAY):
        _morning(dt.datetime.combine(day, dt.time(0, 20), dt.UTC))


def _morning(now: dt.datetime) -> None:
    clock.now = lambda: now
    reconcile_due(now=now)
    while sign_yesterday(now=now):
        pass
    make_statements(now=now)


def _statements(client: Client) -> tuple[Counter[tuple[str, str]], Counter[str], list[str]]:
    """Read every month's file; return the sums of the rows by kind and currency, each account's balance, and what does not follow.

    A payout is named `payout to the bank` where it leaves the provider, for its arrival on the account is a row of the same kind.
    """
    sums: Counter[tuple[str, str]] = Counter()
    balances: Counter[str] = Counter()
    wrong, reached, month = [], 0, FIRST
    while (answer := client.get(f"/books/{month:%Y-%m}/statement.jsonl")).status_code == 200:  # noqa: PLR2004
        head, *rows, _signature = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]  # type: ignore[attr-defined]
        opening = {code: account["opening_minor"] for code, account in head["accounts"].items()}
        if head["first"] != reached + 1 or any(opening[code] != balances[code] for code in opening):
            wrong.append(f"{month:%Y-%m} does not begin where the month before ended")
        for row in rows:
            reached += 1
            if row["seq"] != reached:
                wrong.append(f"{month:%Y-%m}: row {row['seq']} stands where {reached} should")
            balances[row["debit"]] -= row["amount_minor"]
            balances[row["credit"]] += row["amount_minor"]
            leaves = row["kind"] == "payout" and row["credit"].startswith("clearing:")
            sums["payout to the bank" if leaves else row["kind"], row["currency"]] += row["amount_minor"]
        wrong += [
            f"{month:%Y-%m}: {code} should close at {balances[code]} and closes at {account['closing_minor']}"
            for code, account in head["accounts"].items()
            if account["closing_minor"] != balances[code]
        ]
        month = (month + 31 * DAY).replace(day=1)
    sums["", ""] = reached
    if month <= FIRST + 300 * DAY:
        wrong.append(f"there is no statement of {month:%Y-%m}")
    return sums, balances, wrong
