"""Forgetting a supporter: gifts and books stay, the name goes; where a law wants it kept, it is set apart for that time."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from masthead.funding.giving import queries
from masthead.funding.giving.actions.gifts import forget_supporter
from masthead.funding.giving.actions.notices import tell_forgotten
from masthead.funding.giving.managing.models import KeptName
from masthead.funding.giving.models import RUNNING, Gift, Pledge
from masthead.funding.providers import registry
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError
from masthead.readers.models import Erasure, Supporter


class ReasonRefused(MastheadError):
    """A reason that is missing, or that names the person who is to be forgotten."""


def kept_until(gift: Gift) -> dt.date | None:
    """Return the day until which a law has the newsroom keep who gave a gift: the end of a year, `retention_years` after the gift's own."""
    if gift.settled_at is None or queries.is_practice(gift.provider) or not settings.ENV.retention_years:
        return None
    return dt.date(date_in(settings.ENV.zone, gift.settled_at).year + settings.ENV.retention_years, 12, 31)


def erase_supporter(*, supporter: Supporter, reason: str, by: str, now: dt.datetime) -> Erasure:
    """Forget who a supporter is; end what still runs in their name first. `reason` is kept, so it may not name them.

    Raises:
        ReasonRefused: it is empty, or holds their name or address.
        ProviderError: a pledge could not be ended, so nothing was erased: nobody may go on paying whom we do not know.
    """
    said = " ".join(reason.split())[:300]
    names = {part for part in (supporter.email, *supporter.name.split()) if part}
    if not said or any(name.lower() in said.lower().split() or (name.lower() in said.lower() and "@" in name) for name in names):
        raise ReasonRefused("Say why in a few words, without the person's name or address: it is kept when they are forgotten.")
    for pledge in Pledge.objects.filter(supporter=supporter, state__in=RUNNING).exclude(provider_ref=""):
        registry.provider(pledge.provider).cancel(pledge.provider_ref, now=now)
    with transaction.atomic():
        gifts = list(Gift.objects.filter(supporter=supporter))
        today = date_in(settings.ENV.zone, now)
        kept = [
            KeptName(gift=gift, email=supporter.email, name=gift.public_name or supporter.name, until_date=until)
            for gift in gifts
            if (until := kept_until(gift)) and until >= today
        ]
        KeptName.objects.bulk_create(kept)
        erasure = Erasure.objects.filter(supporter=supporter, done_at=None).first() or Erasure()
        pledges, email = Pledge.objects.filter(supporter=supporter), supporter.email
        ended = (
            pledges.filter(state__in=RUNNING)
            .exclude(provider_ref="")
            .update(state=Pledge.State.ENDED, ended_at=now, next_at=None, past_due_at=None, confirm_url="")
        )
        pledges.update(ended_words="")
        forget_supporter(supporter=supporter)
        erasure.supporter = None
        erasure.done_at, erasure.done_by, erasure.reason, erasure.gifts, erasure.kept = now, by[:150], said, len(gifts), len(kept)
        erasure.save()
        counted = sum(gift.settled_at is not None for gift in gifts)
        tell_forgotten(email=email, gifts=counted, ended=ended, kept_until=max((name.until_date for name in kept), default=None), now=now)
    return erasure


def forget_kept(*, now: dt.datetime) -> int:
    """Delete the names whose time is over, and return how many."""
    return KeptName.objects.filter(until_date__lt=date_in(settings.ENV.zone, now)).delete()[0]
