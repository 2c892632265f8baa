"""What supporters do with their own pledges and gifts. Each takes the supporter too, and touches nothing that is another's."""

import datetime as dt
import uuid
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from masthead.funding.giving import rules, words
from masthead.funding.giving.actions.applying import apply_facts
from masthead.funding.giving.actions.gifts import LONGEST_NAME
from masthead.funding.giving.models import RUNNING, Frequency, Gift, Pledge, Visibility
from masthead.funding.providers import registry
from masthead.funding.providers.base import Capabilities, PledgeFacts, Provider
from masthead.funding.providers.base import Frequency as ProviderFrequency
from masthead.kernel.errors import MastheadError
from masthead.readers.models import Erasure, Supporter
from masthead.readers.rules import one_line

LONGEST_WORDS = 500


class NotYours(MastheadError):
    """No such gift or pledge of this supporter. Another's and none at all are told the same."""


class CannotChange(MastheadError):
    """A pledge that cannot be changed so: the sentence says why."""


def change(*, supporter: Supporter, pledge_id: uuid.UUID, typed: str, frequency: str, key: str, back_url: str, now: dt.datetime) -> str:
    """Have later payments be of the amount that was typed, and come as often as `frequency` says (empty: as before); nothing is taken now.

    Return the provider's page where the supporter has to agree first, from which they come to `back_url`; empty: it is done.

    Raises:
        NotYours, CannotChange, ProviderError.
        AmountRefused, MoneyError: it is no amount that can be given.
    """
    pledge, provider = _running(supporter, pledge_id)
    able = provider.capabilities
    if not (able.change_amount or able.change_by_approval):
        raise CannotChange(_("The amount cannot be changed there: end this gift and begin another one."))
    often = frequency or pledge.frequency
    if often != pledge.frequency and often not in frequencies_of(pledge, able):
        raise CannotChange(_("How often it repeats cannot be changed there: end this gift and begin another one."))
    amount = rules.read_amount(typed, pledge.currency, group=words.group_mark())
    rules.check_amount(amount)
    if (amount, often) == (pledge.amount, pledge.frequency):
        raise CannotChange(_("That is what you give already, so nothing was changed."))
    once = f"{pledge.pk}:{key}"
    _note_asked(pledge, now=now)
    if able.change_by_approval:
        back = f"{back_url}?{urlencode({'asked': amount.minor})}"
        return provider.approval_to_change(pledge.provider_ref, amount, key=once, return_url=back, cancel_url=f"{back_url}?left=1")
    _follow(pledge, provider.change_amount(pledge.provider_ref, amount, key=once, now=now, frequency=ProviderFrequency(often)), now=now)
    return ""


def frequencies_of(pledge: Pledge, able: Capabilities) -> list[Frequency]:
    """Return how often a pledge may repeat from its next payment on; nothing where there is no choice."""
    if not able.change_frequency or pledge.state != Pledge.State.ACTIVE:
        return []
    yearly = (able.yearly and pledge.campaign.offers_yearly) or pledge.frequency == Frequency.YEARLY
    return [Frequency.MONTHLY, Frequency.YEARLY] if yearly and able.monthly else []


def look_again(*, supporter: Supporter, pledge_id: uuid.UUID, now: dt.datetime) -> Pledge:
    """Follow what the provider says of a pledge now: the supporter is back from its pages. One that has ended stays so.

    Raises:
        NotYours, ProviderError.
    """
    pledge = _own(supporter, pledge_id)
    facts = registry.provider(pledge.provider).fetch(pledge.provider_ref)
    return _follow(pledge, facts, now=now) if isinstance(facts, PledgeFacts) else pledge


def pause(*, supporter: Supporter, pledge_id: uuid.UUID, now: dt.datetime) -> Pledge:
    """Have nothing taken until it is taken up again.

    Raises:
        NotYours, CannotChange, ProviderError.
    """
    pledge, provider = _running(supporter, pledge_id)
    if not provider.capabilities.pause:
        raise CannotChange(_("This gift cannot be paused: end it, and begin another one later."))
    return _follow(pledge, provider.pause(pledge.provider_ref, now=now), now=now)


def resume(*, supporter: Supporter, pledge_id: uuid.UUID, now: dt.datetime) -> Pledge:
    """Take a paused pledge up again, from its next date on.

    Raises:
        NotYours, CannotChange, ProviderError.
    """
    pledge, provider = _running(supporter, pledge_id)
    return _follow(pledge, provider.resume(pledge.provider_ref, now=now), now=now)


def end(*, supporter: Supporter, pledge_id: uuid.UUID, because: str, said: str, now: dt.datetime) -> Pledge:
    """End a pledge for good; why, is kept where the supporter says it. One that has ended stays so.

    Raises:
        NotYours, ProviderError.
    """
    pledge = _own(supporter, pledge_id)
    if pledge.state != Pledge.State.ENDED:
        _note_asked(pledge, now=now)
        pledge = _follow(pledge, registry.provider(pledge.provider).cancel(pledge.provider_ref, now=now), now=now)
    pledge.ended_because = because if because in Pledge.Reason.values else ""
    pledge.ended_words = " ".join(said.split())[:LONGEST_WORDS]
    pledge.save(update_fields=["ended_because", "ended_words"])
    return pledge


def portal_url(*, supporter: Supporter, pledge_id: uuid.UUID, return_url: str) -> str:
    """Return the provider's page where the supporter changes card or account.

    Raises:
        NotYours, CannotChange, ProviderError.
    """
    pledge, provider = _running(supporter, pledge_id)
    if not provider.capabilities.portal:
        raise CannotChange(_("The card cannot be changed there: end this gift and begin another one."))
    return provider.portal_url(pledge.provider_ref, return_url=return_url)


@transaction.atomic
def show(*, supporter: Supporter, gift_id: uuid.UUID, visibility: Visibility, name: str) -> Gift:
    """Set what readers may see of one gift, from this moment on; renewals of its pledge begin with the same.

    Raises:
        NotYours, BadText.
        CannotChange: a name is to be shown, and none is given.
    """
    gift = Gift.objects.filter(pk=gift_id, supporter=supporter).first()
    if gift is None:
        raise NotYours(_("There is no such gift."))
    shown = one_line(name, longest=LONGEST_NAME)
    if visibility is not Visibility.HIDDEN and not shown:
        raise CannotChange(_("Type the name that may be shown."))
    gift.show_name, gift.show_amount = visibility is not Visibility.HIDDEN, visibility is Visibility.AMOUNT
    if shown:
        gift.public_name = shown
    gift.save(update_fields=["show_name", "show_amount", "public_name"])
    return gift


def ask_erasure(*, supporter: Supporter, now: dt.datetime) -> Erasure:
    """Note that a supporter wants to be forgotten; the desk does it. Asked twice, it is one wish."""
    erasure, _new = Erasure.objects.get_or_create(supporter=supporter, done_at=None, defaults={"asked_at": now})
    return erasure


def _own(supporter: Supporter, pledge_id: uuid.UUID) -> Pledge:
    pledge = Pledge.objects.filter(pk=pledge_id, supporter=supporter).exclude(provider_ref="").select_related("campaign").first()
    if pledge is None:
        raise NotYours(_("There is no such gift."))
    return pledge


def _running(supporter: Supporter, pledge_id: uuid.UUID) -> tuple[Pledge, Provider]:
    pledge = _own(supporter, pledge_id)
    if pledge.state not in RUNNING:
        raise CannotChange(_("This gift has ended, so nothing of it can be changed."))
    return pledge, registry.provider(pledge.provider)


def _note_asked(pledge: Pledge, *, now: dt.datetime) -> None:
    """Keep that the supporter asked for it here, before the provider is told: its webhook may be applied before its answer is."""
    pledge.asked_at = now
    pledge.save(update_fields=["asked_at"])


def _follow(pledge: Pledge, facts: PledgeFacts, *, now: dt.datetime) -> Pledge:
    """Move a pledge to where the provider now says it is, without waiting for its webhook."""
    with transaction.atomic():
        apply_facts(provider_name=pledge.provider, facts=facts, cause="the supporter", now=now)
    pledge.refresh_from_db()
    return pledge
