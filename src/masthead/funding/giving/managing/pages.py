"""What a supporter's page shows: plain values for the template."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from masthead.funding.giving import rules, words
from masthead.funding.giving.actions import reminders
from masthead.funding.giving.managing import queries
from masthead.funding.giving.managing.actions import frequencies_of
from masthead.funding.giving.models import RUNNING, Frequency, Gift, Pledge, Visibility
from masthead.funding.giving.queries import is_practice
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError
from masthead.readers.models import Erasure, Supporter

PAGE = 20


def yours(supporter: Supporter, *, page: str, done: str, now: dt.datetime) -> dict[str, Any]:
    """Return a supporter's pledges and gifts with what can be done to each; `done` names what was just done."""
    said = {
        "amount": _("The amount is changed. It holds from the next payment on."),
        "pause": _("It is paused. Nothing is taken until you take it up again."),
        "resume": _("It goes on."),
        "card": _("You are back from the payment company. This is how it stands there now."),
        "left": _("You came back without agreeing, so nothing was changed."),
        "later": _("The payment company has not told us of a change yet. As soon as it does, it shows here."),
        "end": _("It has ended. Nothing more is taken. Thank you for what you gave."),
        "show": _("That is what readers see from now on."),
        "erase": _("We have your wish to be forgotten. Somebody here does it by hand, as soon as what still runs has ended."),
    }
    gifts = Paginator(queries.gifts_of(supporter), PAGE).get_page(page)
    return {
        "supporter": supporter,
        "done": said.get(done, ""),
        "pledges": [_pledge(pledge, now=now) for pledge in queries.pledges_of(supporter)],
        "gifts": [_gift(gift, supporter, now=now) for gift in gifts],
        "page": gifts,
        "years": queries.years_of(supporter),
        "visibilities": [(value.value, value.label) for value in Visibility],
        "reasons": Pledge.Reason.choices,
        "wants_erasure": Erasure.objects.filter(supporter=supporter, done_at=None).exists(),
    }


def _pledge(pledge: Pledge, *, now: dt.datetime) -> dict[str, Any]:
    try:
        able = registry.provider(pledge.provider).capabilities
    except ProviderError:
        able = None
    running = pledge.state in RUNNING and able is not None
    often = frequencies_of(pledge, able) if running and able else []
    elsewhere = Frequency.MONTHLY if pledge.frequency == Frequency.YEARLY else Frequency.YEARLY
    anew = running and able is not None and not able.change_frequency and (elsewhere == Frequency.MONTHLY or pledge.campaign.offers_yearly)
    return {
        "pk": pledge.pk,
        "amount": words.with_frequency(pledge.amount, pledge.frequency),
        "campaign": pledge.campaign.name,
        "state": pledge.state,
        "since": words.day(pledge.started_at),
        "ended": words.day(pledge.ended_at) if pledge.ended_at else "",
        "next": words.day(pledge.next_at) if pledge.next_at and pledge.next_at > now else "",
        "currency": pledge.currency,
        "typed": rules.plain_amount(pledge.amount),
        "practice": is_practice(pledge.provider),
        "last_letter_day": reminders.DAYS[-1],
        "can_end": running,
        "can_change": running and able is not None and (able.change_amount or able.change_by_approval),
        "asks_first": able is not None and able.change_by_approval,
        "frequencies": [(value.value, value.label, value == pledge.frequency) for value in often],
        "begin_anew": elsewhere.value if anew else "",
        "campaign_slug": pledge.campaign.slug,
        "confirm_url": pledge.confirm_url if pledge.state == Pledge.State.PAST_DUE else "",
        "can_pause": running and able is not None and able.pause and pledge.state == Pledge.State.ACTIVE,
        "can_resume": running and pledge.state == Pledge.State.PAUSED,
        "can_card": running and able is not None and able.portal,
    }


def _gift(gift: Gift, supporter: Supporter, *, now: dt.datetime) -> dict[str, Any]:
    return {
        "pk": gift.pk,
        "day": words.day(gift.settled_at or gift.created_at),
        "amount": gift.amount.words(words.locale()),
        "cover": gift.cover.words(words.locale()) if gift.cover_minor else "",
        "counted": gift.settled.words(words.locale()) if gift.settled and gift.settled.currency != gift.currency else "",
        "returned": gift.returned.words(words.locale()) if gift.returned_minor else "",
        "campaign": gift.campaign.name,
        "frequency": gift.get_frequency_display(),
        "state": gift.state,
        "label": gift.get_state_display(),
        "visibility": gift.visibility.value,
        "shown": gift.visibility.label,
        "name": gift.public_name or supporter.name,
        "receipt": queries.receipt_path(gift, now=now),
    }
