"""Reading how the books stand against the providers: the public badge, and what a publisher sees."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from babel.dates import format_time
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from masthead.funding.giving import words
from masthead.funding.giving.banking.models import BankLine, LineState
from masthead.funding.giving.models import Gift
from masthead.funding.giving.reconciling.models import Discrepancy, ProviderPayout, Reconciliation
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError
from masthead.kernel import reads
from masthead.kernel.clock import date_in

STALE = dt.timedelta(hours=36)  # a daily run that was missed once
TITLES = {"stripe": "Stripe", "paypal": "PayPal"}


class BadgeState(StrEnum):
    """What the badge says."""

    MATCHES = "matches"
    EXPLAINED = "explained"  # but for what a named person explained
    DIFFERS = "differs"
    STALE = "stale"  # it matched, and nobody has looked for more than a day and a half
    FAILING = "failing"  # a provider could not be asked
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Badge:
    """Whether the books match what providers and banks say, in one sentence; `as_of` is when the last full look began, None before the first."""

    state: BadgeState
    words: str
    as_of: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one provider stands: its last run, and the last that succeeded."""

    provider: str
    last: Reconciliation | None
    succeeded: Reconciliation | None


def badge(now: dt.datetime) -> Badge:
    """Return what the public is told: matches to the cent, or not, or not looked at; never more than is known."""
    found = standings()
    if not found or any(one.succeeded is None for one in found):
        failing = [one.provider for one in found if one.last and one.last.error]
        if failing:
            return Badge(state=BadgeState.FAILING, words=_("%(provider)s could not be asked yet") % {"provider": _titles(failing)}, as_of=None)
        return Badge(state=BadgeState.NEVER, words=_("Not compared with a payment provider yet"), as_of=None)
    as_of = min(one.succeeded.began_at for one in found if one.succeeded)
    moment, titles = _moment(as_of, now), _titles([one.provider for one in found])
    open_rows = open_discrepancies().filter(provider__in=[one.provider for one in found])
    explained = open_rows.filter(explained_at__isnull=False).count()
    differing = open_rows.filter(explained_at__isnull=True)
    failing = [one.provider for one in found if one.last and one.last.error]
    state, said = BadgeState.MATCHES, _("Matches %(providers)s to the cent, %(moment)s") % {"providers": titles, "moment": moment}
    if oldest := differing.first():
        count, days = differing.count(), max(0, (now - oldest.first_seen_at).days)
        reads.note_until(oldest.first_seen_at + dt.timedelta(days=days + 1))
        state = BadgeState.DIFFERS
        said = ngettext("%(count)d movement does not match yet", "%(count)d movements do not match yet", count) % {"count": count}
        age = ngettext("the oldest %(days)d day old", "the oldest %(days)d days old", days) % {"days": days}
        said = f"{said}, {age} ({_('looked at %(moment)s') % {'moment': moment}})"
    elif explained:
        state = BadgeState.EXPLAINED
        but = ngettext("but for %(count)d difference that is explained", "but for %(count)d differences that are explained", explained) % {"count": explained}
        said = _("Matches %(providers)s to the cent %(but)s, %(moment)s") % {"providers": titles, "but": but, "moment": moment}
    if failing:
        asked = _("%(provider)s could not be asked since %(moment)s") % {"provider": _titles(failing), "moment": moment}
        matched = _("it matched then") if state in {BadgeState.MATCHES, BadgeState.EXPLAINED} else said
        return Badge(state=BadgeState.FAILING if state is not BadgeState.DIFFERS else state, words=f"{asked}; {matched}", as_of=as_of)
    if now - as_of <= STALE:
        reads.note_until(as_of + STALE)
    if now - as_of > STALE and state is not BadgeState.DIFFERS:
        return Badge(state=BadgeState.STALE, words=_("Last compared %(moment)s; it matched then") % {"moment": moment}, as_of=as_of)
    return Badge(state=state, words=said, as_of=as_of)


def payouts_matched() -> tuple[int, int]:
    """Return how many of the payouts that providers told of stand on the bank's statements, and how many there are, without those that came back.

    One query, counted by the database.
    """
    on_bank = BankLine.objects.filter(state=LineState.PAYOUT, matched_ref=Concat(OuterRef("provider"), Value(":"), OuterRef("ref")))
    found = ProviderPayout.objects.filter(bounced_on=None).aggregate(told=Count("pk"), matched=Count("pk", filter=Exists(on_bank)))
    return found["matched"], found["told"]


def standings() -> list[Standing]:
    """Return each provider that is on, with its last runs."""
    try:
        names = [listed.name for listed in registry.enabled()]
    except ProviderError:
        names = []
    found = []
    for name in names:
        runs = Reconciliation.objects.filter(provider=name).order_by("-pk")  # not by their time: a clock may have run ahead
        found.append(Standing(provider=name, last=runs.first(), succeeded=runs.filter(error="").first()))
    return found


def open_discrepancies() -> QuerySet[Discrepancy]:
    """Return what does not match now, explained or not, the oldest first."""
    return Discrepancy.objects.filter(closed_at__isnull=True).order_by("first_seen_at", "pk")


def gift_of(row: Discrepancy) -> Gift | None:
    """Return the gift that a discrepancy is about."""
    # Said of the empty one too, because the index leaves those out and is used only where the question does.
    return Gift.objects.filter(provider=row.provider, provider_ref=row.payment_ref).exclude(provider_ref="").first()


def _titles(names: list[str]) -> str:
    return ", ".join(TITLES.get(name) or {"bank": _("the bank"), "practice": _("the practice provider")}.get(name, name) for name in names)


def _moment(as_of: dt.datetime, now: dt.datetime) -> str:
    """Return a moment in the newsroom's zone: `today 06:10`, `yesterday 23:59`, else with its date."""
    zone = settings.ENV.zone
    days = (date_in(zone, now) - date_in(zone, as_of)).days
    clock = format_time(as_of.astimezone(zone), format="HH:mm", locale=words.locale())
    if days in {0, 1}:
        return f"{_('today') if days == 0 else _('yesterday')} {clock}"
    return words.day_and_hour(as_of)
