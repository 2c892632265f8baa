"""Reading what one supporter gave, for that supporter; and the names that may be shown to all."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from masthead.funding.giving import links, words
from masthead.funding.giving.models import Gift, GiftState, Pledge
from masthead.kernel.clock import date_in
from masthead.kernel.money import Money
from masthead.readers.models import Supporter

COUNTED = (GiftState.SETTLED, GiftState.PARTLY_REFUNDED, GiftState.DISPUTED)


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One gift of a statement."""

    day: str
    number: str
    campaign: str
    amount: str
    returned: str


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a supporter gave in one calendar year of the newsroom's zone."""

    year: int
    name: str
    email: str
    lines: tuple[StatementLine, ...]
    totals: tuple[tuple[str, str], ...]  # in figures and in words, one for each currency


def gifts_of(supporter: Supporter) -> QuerySet[Gift]:
    """Return the gifts of a supporter that arrived or may still, newest first."""
    hidden = (GiftState.STARTED, GiftState.DECLINED, GiftState.CANCELLED)
    return Gift.objects.filter(supporter=supporter).exclude(state__in=hidden).select_related("campaign", "pledge", "receipt").order_by("-created_at", "pk")


def pledges_of(supporter: Supporter) -> QuerySet[Pledge]:
    """Return the pledges of a supporter, the running ones first."""
    return Pledge.objects.filter(supporter=supporter).exclude(provider_ref="").select_related("campaign").order_by("ended_at", "-started_at")


def years_of(supporter: Supporter) -> list[int]:
    """Return the calendar years in which a supporter's gifts arrived, newest first."""
    moments = Gift.objects.filter(supporter=supporter, settled_at__isnull=False).values_list("settled_at", flat=True)
    return sorted({date_in(settings.ENV.zone, moment).year for moment in moments if moment}, reverse=True)


def statement_of(supporter: Supporter, *, year: int) -> Statement | None:
    """Return a supporter's statement of a year, or None where nothing arrived in it."""
    zone = settings.ENV.zone
    begins, ends = (dt.datetime(number, 1, 1, tzinfo=zone) for number in (year, year + 1))
    gifts = Gift.objects.filter(supporter=supporter, settled_at__gte=begins, settled_at__lt=ends).select_related("campaign", "receipt").order_by("settled_at")
    sums: dict[str, Money] = {}
    lines = []
    for gift in gifts:
        sums[gift.currency] = sums.get(gift.currency, Money.zero(gift.currency)) + gift.amount - gift.returned
        lines.append(
            StatementLine(
                day=words.day(gift.settled_at) if gift.settled_at else "",
                number=gift.receipt.number if hasattr(gift, "receipt") else "",
                campaign=gift.campaign.name,
                amount=gift.amount.words(words.locale(), whole=False),
                returned=gift.returned.words(words.locale(), whole=False) if gift.returned_minor else "",
            )
        )
    if not lines:
        return None
    totals = tuple((total.words(words.locale(), whole=False), words.in_words(total)) for total in sums.values())
    return Statement(year=year, name=supporter.name, email=supporter.email, lines=tuple(lines), totals=totals)


def data_of(supporter: Supporter) -> dict[str, Any]:
    """Return everything that is kept of a supporter, as values of JSON: what the law calls a copy of one's data."""
    return {
        "supporter": {"email": supporter.email, "name": supporter.name, "known_since": supporter.created_at.isoformat()},
        "pledges": [
            {
                "id": str(pledge.pk),
                "campaign": pledge.campaign.name,
                "amount": str(pledge.amount.major),
                "currency": pledge.currency,
                "frequency": pledge.frequency,
                "state": pledge.state,
                "started_at": pledge.started_at.isoformat(),
                "ended_at": pledge.ended_at.isoformat() if pledge.ended_at else None,
                "ended_because": pledge.ended_because,
                "ended_words": pledge.ended_words,
                "change_or_end_asked_for_here_at": pledge.asked_at.isoformat() if pledge.asked_at else None,
                "provider": pledge.provider,
                "provider_ref": pledge.provider_ref,
                "letters_when_overdue": [{"day": letter.day, "state": letter.state} for letter in pledge.reminders.all()],
                "letters_when_changed_or_ended": [{"about": letter.kind, "state": letter.state} for letter in pledge.notices.all()],
            }
            for pledge in Pledge.objects.filter(supporter=supporter).select_related("campaign").order_by("started_at")
        ],
        "gifts": [
            {
                "id": str(gift.pk),
                "pledge": str(gift.pledge_id) if gift.pledge_id else None,
                "campaign": gift.campaign.name,
                "amount": str(gift.amount.major),
                "of_it_for_the_fee": str(gift.cover.major),
                "given_back": str(gift.returned.major),
                "currency": gift.currency,
                "frequency": gift.frequency,
                "state": gift.state,
                "name": gift.public_name,
                "shown": gift.visibility.value,
                "dedication": gift.dedication,
                "begun_at_page": gift.page_path,
                "created_at": gift.created_at.isoformat(),
                "settled_at": gift.settled_at.isoformat() if gift.settled_at else None,
                "provider": gift.provider,
                "provider_ref": gift.provider_ref,
                "receipt": gift.receipt.number if hasattr(gift, "receipt") else None,
            }
            for gift in Gift.objects.filter(supporter=supporter).select_related("campaign", "receipt").order_by("created_at")
        ],
    }


def wall(*, page: int, size: int) -> tuple[list[Gift], bool]:
    """Return a page of the gifts whose givers chose to be named, newest first, and whether there are older ones; a pledge stands there once.

    One query, which reads the index of those who are named and nothing else: a page costs the same however many gave.
    """
    named = Gift.objects.filter(show_name=True, renewal=False, settled_at__isnull=False).exclude(public_name="")
    # As an expression, so that SQLite does not go through the index of states instead: that reads every gift there is.
    counted = named.annotate(counted=Coalesce("state", Value(""))).filter(counted__in=COUNTED)
    shown = counted.only("public_name", "show_amount", "amount_minor", "currency", "frequency", "dedication", "settled_at").order_by("-settled_at", "pk")
    first = (page - 1) * size
    found: list[Gift] = [*shown[first : first + size + 1]]
    return found[:size], len(found) > size


def receipt_path(gift: Gift, *, now: dt.datetime) -> str:
    """Return the path of a gift's receipt; empty where it has none."""
    return links.receipt_path(gift.receipt, now=now) if hasattr(gift, "receipt") else ""
