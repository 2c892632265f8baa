"""Movements against the ledger's rows, in the caller's one transaction."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import Q, Sum

from masthead.funding.giving.models import Gift
from masthead.funding.giving.reconciling.models import MovementState, ProviderMovement, Reconciliation
from masthead.funding.giving.reconciling.posting import post_difference, post_own
from masthead.funding.giving.reconciling.rules import EXCHANGE, LATER, Finding, Wanted, base_of, wanted
from masthead.funding.ledger.models import Account, Head, Kind, Total, Transfer
from masthead.funding.providers.base import Movement
from masthead.kernel.money import Money

SOME = 400  # ids in one question
LATE = dt.timedelta(hours=4)  # some providers list a movement only hours after they tell of its payment


def store(provider: str, told: Iterable[Movement], *, since: dt.datetime, now: dt.datetime) -> int:
    """Keep each movement once and return how many were new; one that is not told again, though it should be, is gone."""
    columns = ("kind", "ref", "at", "place", "pk", "amount_minor", "currency", "state")
    kept = ProviderMovement.objects.filter(provider=provider, at__gte=since).values_list(*columns)
    known = {(kind, ref, at, place): (pk, minor, currency, state) for kind, ref, at, place, pk, minor, currency, state in kept}
    places: Counter[tuple[str, str, dt.datetime]] = Counter()
    new: list[ProviderMovement] = []
    for movement in sorted(told, key=lambda one: (one.at, one.kind, one.ref, one.amount.currency, one.amount.minor)):
        same = (movement.kind.value, movement.ref, movement.at)
        amount = (movement.amount.minor, movement.amount.currency)
        row = known.pop((*same, places[same]), None)
        if row is None:
            new.append(_row(provider, movement, place=places[same], now=now))
        elif row[1:3] != amount or row[3] == MovementState.GONE:
            ProviderMovement.objects.filter(pk=row[0]).update(amount_minor=amount[0], currency=amount[1], state=MovementState.NEW)
        places[same] += 1
    ProviderMovement.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    gone = [pk for pk, _, _, state in known.values() if state != MovementState.GONE]
    if gone:  # their rows of the books are without a movement again, wherever they stand
        Reconciliation.objects.filter(provider=provider).update(matched_until=0)
    for start in range(0, len(gone), SOME):
        ProviderMovement.objects.filter(pk__in=gone[start : start + SOME]).update(state=MovementState.GONE, transfer="")
    return len(new)


def match(provider: str, *, now: dt.datetime, last: bool = True) -> list[Finding]:
    """Say of each movement that did not match yet which of the ledger's rows it is; return what does not match.

    What matched stays so: rows of the books never change, and a movement that changes is new again. One that is gone
    leaves its row of the books without a movement, which `unmatched_transfers` says. Posts what has no other way into the
    books (posting.py), in the `last` look also fees of disputes and differences of rates that the provider's facts did not tell of.
    """
    rows = list(ProviderMovement.objects.filter(~Q(state=MovementState.MATCHED), provider=provider))
    payments = sorted({row.payment_ref for row in rows if row.payment_ref})
    for some in _in_parts(payments):
        have = {row.pk for row in rows}
        rows += [row for row in ProviderMovement.objects.filter(provider=provider, payment_ref__in=some) if row.pk not in have]
    stood = {row.pk: (row.state, row.transfer, row.cause) for row in rows}
    groups, others = wanted(row for row in rows if row.state != MovementState.GONE)
    effects = _effects(provider, [group.id for group in groups])
    ours = _payments_of_gifts(provider, payments)
    foreign = {ref for ref, is_foreign in ours.items() if is_foreign}
    findings: list[Finding | None] = [_set(row, MovementState.FOREIGN, cause=_foreign(row), finding=True) for row in others]
    for group in groups:
        if post_own(provider, group, effects, last=last, now=now):
            effects |= _effects(provider, [group.id])
        if last and post_difference(provider, group, effects.get(group.id), foreign=foreign, now=now):
            effects |= _effects(provider, [group.id])
        findings += _judge(group, effects.get(group.id), ours=ours)
    _keep([row for row in rows if stood[row.pk] != (row.state, row.transfer, row.cause)])
    return [finding for finding in findings if finding]


def _keep(rows: list[ProviderMovement]) -> None:
    """Write what became of movements, all in one go."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE giving_providermovement SET state = %s, transfer = %s, cause = %s WHERE id = %s",
            [(str(row.state), row.transfer, row.cause, row.pk) for row in rows],
        )


def unmatched_transfers(provider: str, *, now: dt.datetime, after: int = 0) -> tuple[list[Finding], Counter[str], int]:
    """Return the ledger's rows beyond number `after` that no movement at the provider is, what all of them come to in each currency, and how far all match.

    Those of the last hours are in the sums, and no findings yet. Up to the number that is returned every row has its movement.
    """
    prefix = f"clearing:{provider}:"
    end = Head.objects.values_list("seq", flat=True).first() or 0
    ours = list(Account.objects.filter(code__startswith=prefix).values_list("code", flat=True))
    moved = Transfer.objects.filter(Q(debit__in=ours) | Q(credit__in=ours), seq__gt=after).order_by("seq")
    # Asked for by the ids in parts, for a join was planned through the provider's index: quadratic in the size of the books.
    lacking = set()
    for some in _in_parts(list(moved.values_list("id", flat=True))):
        lacking |= set(some) - _moved_as(some)
    beside = _moved_as(base_of(name) for name in lacking if base_of(name) != name)
    alone = sorted(name for name in lacking if base_of(name) not in beside)
    rows = sorted((row for some in _in_parts(alone) for row in Transfer.objects.filter(id__in=some)), key=lambda row: row.seq)
    findings, sums = [], Counter[str]()
    never_left = _never_left(rows)
    for row in rows:
        if row.id in never_left:
            continue
        end = min(end, row.seq - 1)
        effect = _effect(row, prefix)
        sums[row.currency] += effect
        if row.posted_at <= now - LATE:
            findings.append(
                Finding(
                    key=f"transfer:{row.id}",
                    cause=f"The books have {row.id} ({row.get_kind_display().lower()}) over {Money(abs(effect), row.currency)}, and {provider} tells of no such movement.",
                    todo=f"Look at {provider} whether it happened. If it did not, have the row taken back by a new one.",
                    amount=Money(effect, row.currency),
                    transfer=row.id,
                )
            )
    return findings, sums, end


def _never_left(rows: Iterable[Transfer]) -> set[str]:
    """Return the refunds, and their coming back, of which no money moved: promised there, and called off before it left."""
    alone = {row.id: row for row in rows}
    back = [row for row in alone.values() if row.kind == Kind.BOUNCED and row.original_id in alone]
    pairs = [(row.id, str(row.original_id)) for row in back if alone[str(row.original_id)].amount_minor == row.amount_minor]
    return {name for pair in pairs for name in pair}


def _moved_as(names: Iterable[str]) -> set[str]:
    """Return those of the ledger's ids that a movement is."""
    found: set[str] = set()
    for some in _in_parts(sorted(names)):
        found |= set(ProviderMovement.objects.filter(transfer__in=some).order_by().values_list("transfer", flat=True))
    return found


def balances(provider: str, *, beside: Counter[str]) -> list[Finding]:
    """Return what the balance at the provider differs by from the books, beyond what is named already; `beside` is what only the books have."""
    sums = ProviderMovement.objects.filter(provider=provider).exclude(state=MovementState.GONE).order_by().values_list("currency")
    theirs = dict(sums.annotate(sum=Sum("amount_minor")))
    named = Counter(dict(sums.filter(state__in=[MovementState.MISSING, MovementState.FOREIGN]).annotate(sum=Sum("amount_minor"))))
    differing = {row.transfer for row in ProviderMovement.objects.filter(provider=provider, state=MovementState.DIFFERS)}
    effects = _effects(provider, sorted(differing))
    for currency, minor in sums.filter(state=MovementState.DIFFERS).annotate(sum=Sum("amount_minor")):
        named[currency] += minor
    for name in differing & effects.keys():
        named[effects[name].currency] -= effects[name].minor
    prefix = f"clearing:{provider}:"
    ours = {total.account_id.removeprefix(prefix): -total.balance_minor for total in Total.objects.filter(account__code__startswith=prefix)}
    findings = []
    for currency in sorted(theirs.keys() | ours.keys()):
        rest = theirs.get(currency, 0) - ours.get(currency, 0) - named[currency] + beside[currency]
        if rest:
            findings.append(
                Finding(
                    key=f"balance:{currency}",
                    cause=f"The movements at {provider} come to {Money(theirs.get(currency, 0), currency)}, the books hold {Money(ours.get(currency, 0), currency)} there,"
                    f" and {Money(rest, currency)} of it is not named by a single movement.",
                    todo="Run `masthead ledger verify`, then the reconciliation once more; if it stays, ask for help with both figures.",
                    amount=Money(rest, currency),
                )
            )
    return findings


def _row(provider: str, movement: Movement, *, place: int, now: dt.datetime) -> ProviderMovement:
    return ProviderMovement(
        provider=provider,
        kind=movement.kind.value,
        ref=movement.ref,
        payment_ref=movement.payment_ref,
        at=movement.at,
        place=place,
        amount_minor=movement.amount.minor,
        currency=movement.amount.currency,
        words=movement.words[:200],
        account_fee=movement.account_fee,
        first_seen_at=now,
    )


def _judge(group: Wanted, effect: Money | None, *, ours: Collection[str]) -> list[Finding | None]:
    first = group.movements[0]
    if effect == group.amount or (effect is None and not group.amount.minor):
        return [_set(row, MovementState.MATCHED, transfer=group.id) for row in group.movements]
    if effect is not None:
        cause = f"{first.provider} says {group.amount} of {first.ref}, and the books have {effect} ({group.id})."
        todo = "Look which of the two is right. What is wrong in the books is taken back by a new row; then run this again."
        marked = [_set(row, MovementState.DIFFERS, transfer=group.id, cause=cause) for row in group.movements]
        difference = Money(group.amount.minor - effect.minor, effect.currency) if effect.currency == group.amount.currency else None
        return [*marked, Finding(key=f"transfer:{group.id}", cause=cause, todo=todo, amount=difference, payment_ref=first.payment_ref, transfer=group.id)]
    if first.payment_ref not in ours:
        return [_set(row, MovementState.FOREIGN, cause=_foreign(row), finding=True) for row in group.movements]
    cause = f"{first.provider} moved {group.amount} ({first.kind.replace('_', ' ')} {first.ref}), and the books do not have it."
    marked = [_set(row, MovementState.MISSING, cause=cause) for row in group.movements]
    todo = "Look under Webhooks why it was not applied, and try it again."
    return [*marked, Finding(key=f"transfer:{group.id}", cause=cause, todo=todo, amount=group.amount, payment_ref=first.payment_ref, transfer="")]


def _set(row: ProviderMovement, state: MovementState, *, transfer: str = "", cause: str = "", finding: bool = False) -> Finding | None:
    """Mark a movement; `match` writes it."""
    row.state, row.transfer, row.cause = state.value, transfer, cause[:300]
    if not finding:
        return None
    todo = f"Look at {row.provider} what it is. If it belongs to the newsroom, have it entered by hand; if not, explain it here."
    return Finding(key=_key(row), cause=cause, todo=todo, amount=row.amount, payment_ref=row.payment_ref)


def _key(row: ProviderMovement) -> str:
    return f"movement:{row.kind}:{row.ref}:{int(row.at.timestamp())}:{row.place}"


def _foreign(row: ProviderMovement) -> str:
    said = f" (“{row.words}”)" if row.words else ""
    return f"{row.provider} moved {row.amount}{said} as {row.kind.replace('_', ' ')} {row.ref}, which belongs to no gift of this newsroom."


def _effects(provider: str, ids: list[str]) -> dict[str, Money]:
    """Return by how much each row, with what was exchanged beside it, moved the provider's clearing account; only of those that are in the books.

    The gift's own row is looked for too, so that a fee is not posted before its gift.
    """
    names = set(ids) | {f"{name}{more}" for name in ids for more in (EXCHANGE, LATER)} | {f"{':'.join(name.split(':')[:2])}:gift" for name in ids}
    prefix, effects = f"clearing:{provider}:", dict[str, Money]()
    for some in _in_parts(sorted(names)):
        for row in Transfer.objects.filter(id__in=some):
            name, moved = base_of(row.id), Money(_effect(row, prefix), row.currency)
            effects[name] = effects[name] + moved if name in effects else moved
    return effects


def _effect(row: Transfer, prefix: str) -> int:
    return (row.amount_minor if row.debit_id.startswith(prefix) else 0) - (row.amount_minor if row.credit_id.startswith(prefix) else 0)


def _payments_of_gifts(provider: str, refs: list[str]) -> dict[str, bool]:
    """Return which of these payments are gifts of ours, and whether one was credited in another currency than was given."""
    found: dict[str, bool] = {}
    for some in _in_parts(refs):
        gifts = Gift.objects.filter(provider=provider, provider_ref__in=some).exclude(provider_ref="")
        found |= {ref: bool(credited) and credited != given for ref, given, credited in gifts.values_list("provider_ref", "currency", "settled_currency")}
    return found


def _in_parts(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + SOME] for start in range(0, len(names), SOME))
