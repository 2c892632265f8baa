"""How the signing of the books stands, for the people of the desk: what was signed last, by whom, and whether the key is where it should be."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from masthead.funding.ledger.checkpoints import keys, queries
from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint, Cosignature
from masthead.funding.ledger.models import Transfer
from masthead.kernel.clock import date_in

LATEST = 14  # two weeks of checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The last checkpoints with who signed each, what is wrong (empty: nothing), and the outsiders with the last day that each signed."""

    late: str
    latest: tuple[tuple[Checkpoint, tuple[str, ...]], ...]
    cosigners: tuple[tuple[str, dt.date], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The public keys, the present one first with the day it began, and what is wrong with the key's file; empty: nothing."""

    verifiers: tuple[tuple[str, dt.date], ...]
    wrong: str


def signing_status(*, now: dt.datetime) -> Signing:
    """Return how signing stands at `now`."""
    found = list(queries.checkpoints()[:LATEST])
    last_days: dict[str, dt.date] = {}
    for verifier, day in Cosignature.objects.order_by("checkpoint__day").values_list("verifier", "checkpoint__day"):
        last_days[verifier.partition("+")[0]] = day
    return Signing(
        late=_late(found[0] if found else None, date_in(settings.ENV.zone, now)),
        latest=tuple((one, tuple(signature.verifier.partition("+")[0] for signature in one.cosignatures.all())) for one in found),
        cosigners=tuple(sorted(last_days.items())),
    )


def _late(last: Checkpoint | None, today: dt.date) -> str:
    if last is None:
        first = Transfer.objects.order_by("seq").values_list("posted_at", flat=True).first()
        waits = first is not None and date_in(settings.ENV.zone, first) < today - dt.timedelta(days=1)
        return "Nothing was signed yet, though the books hold rows: see the log of the scheduler." if waits else ""
    days = (today - last.day).days
    return f"The last day that was signed is {last.day.isoformat()}, {days} days ago: see the log of the scheduler." if days > 2 else ""  # noqa: PLR2004 (yesterday is signed today)


def key_status() -> Key:
    """Return which keys sign and signed, and whether the newsroom's file holds the present one."""
    listed = [(row.verifier, date_in(settings.ENV.zone, row.since)) for row in BooksKey.objects.order_by("-pk")]
    wrong = ""
    if listed:
        try:
            held = str(keys.signer().verifier)
            if held != listed[0][0]:
                wrong = f"{keys.FILE} holds another key than the one that is published: put the right one back, or begin a new one."
        except keys.NoBooksKey as refusal:
            wrong = str(refusal)
    return Key(verifiers=tuple(listed), wrong=wrong)
