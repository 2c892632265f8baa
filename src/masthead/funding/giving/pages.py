"""What the public pages of giving show: plain values for the templates."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import reading, takes_gifts, taking_gifts
from masthead.funding.giving import queries, words
from masthead.funding.giving.forms import OTHER, GiveForm, form_token
from masthead.funding.giving.models import Frequency, Gift, GiftState
from masthead.funding.giving.rules import plain_amount, read_amount
from masthead.funding.providers import registry
from masthead.funding.providers.base import ProviderError
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money, digits_of

LOOKS = 20  # how often the waiting page looks by itself
LOOK_SECONDS = 1
LATER_LOOK_SECONDS = 3
COUNTED = {GiftState.SETTLED, GiftState.PARTLY_REFUNDED, GiftState.DISPUTED}
NOT_PAID = {GiftState.DECLINED, GiftState.CANCELLED, GiftState.FAILED}
# Which element an error's link leads to.
PLACES = {"__all__": "give", "campaign": "give", "currency": "give", "made": "give", "website": "give", "frequency": "frequency-once"}
FIELDS = ["frequency", "amount", "email", "name", "dedication"]  # in the order of the page


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One radio button."""

    value: str
    label: str
    checked: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """A template, what it shows, and in how many seconds the browser looks again (0: never)."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    look_again_seconds: int = 0
    next_look: int = 0


def contribute(form: GiveForm, *, given: QueryDict, now: dt.datetime) -> dict[str, Any]:
    """Return what the contribute page shows: what was typed, or what the address asks for, or nothing chosen."""
    asked = given.get("campaign", "")
    campaign = queries.campaign_called(asked) if asked else None
    closed = campaign is not None and not takes_gifts(campaign=campaign, now=now)
    shown = campaign if campaign and not closed else queries.campaign_to_offer(now=now)
    context: dict[str, Any] = {
        "form": form,
        "campaign": shown,
        "closed_campaign": campaign if closed else None,
        "unknown": bool(asked) and campaign is None and not form.is_bound,
        "errors": [(PLACES.get(name, name), text) for name in sorted(form.errors, key=_place_on_page) for text in form.errors[name]],
        "error_of": {name: texts[0] for name, texts in form.errors.items()},
        "unavailable": _unavailable(),
    }
    if shown is None:
        return context
    frequency = given.get("frequency") if given.get("frequency") in Frequency.values else Frequency.ONCE
    return context | {
        "reading": reading(campaign=shown, now=now),
        "others": [other for other in taking_gifts(now=now) if other.pk != shown.pk],
        "frequency": frequency,
        "amount_sets": [
            (value, label, _choices(shown, value, given, bound=form.is_bound, chosen_frequency=str(frequency))) for value, label in Frequency.choices
        ],
        "typed": _typed(shown, given, bound=form.is_bound, frequency=str(frequency)),
        "other": OTHER,
        "given": {name: given.get(name, "") for name in ("email", "name", "dedication")},
        "show_name": form.is_bound and bool(given.get("show_name")),
        "page": given.get("page") or given.get("from", ""),
        "made": form_token(now=now),
        "digits": digits_of(shown.currency),
        "inputmode": "decimal" if digits_of(shown.currency) else "numeric",
        "group": words.group_mark(),
        "locale": words.locale().replace("_", "-"),
        "practice": not context["unavailable"] and queries.is_practice(registry.default_name()),
    }


def words_of(gift: Gift) -> dict[str, Any]:
    """Return a gift's amount in words, and the way to begin it again."""
    query = {"campaign": gift.campaign.slug, "frequency": gift.frequency, "amount": plain_amount(gift.amount)}
    return {
        "amount_in_words": words.with_frequency(gift.amount, gift.frequency),
        "back": f"{reverse('contribute')}?{urlencode(query)}",
        "practice": queries.is_practice(gift.provider),
    }


def give_again(gift: Gift, given: QueryDict) -> dict[str, Any]:
    """Return the question whether a second gift is meant, with everything that was typed to send it."""
    kept = [(name, given[name]) for name in GiveForm.base_fields if name in given and name != "again"]
    return {"gift": gift, "kept": kept} | words_of(gift)


def not_paid(gift: Gift, *, came_back: bool) -> dict[str, Any]:
    """Return what a giver is told who did not pay: `came_back` where they left the checkout themselves."""
    state = GiftState.CANCELLED if came_back and gift.state == GiftState.STARTED else GiftState(gift.state)
    return {"gift": gift, "state": state.value} | words_of(gift)


def after_checkout(gift: Gift, *, looks: str, now: dt.datetime) -> Page:
    """Return the page that fits what became of a gift. `looks` is how often this page has looked by itself."""
    context = {"gift": gift, "campaign": gift.campaign, "reading": reading(campaign=gift.campaign, now=now)} | words_of(gift)
    if gift.state in NOT_PAID:
        return Page(template="giving/not_paid.html", context=context | {"state": gift.state})
    if gift.state in COUNTED or gift.state == GiftState.REFUNDED:
        context["date"] = words.day(gift.settled_at or now)
        context["returned"] = gift.returned.words() if gift.returned_minor else ""
        return Page(template="giving/thanks.html", context=context)
    done = int(looks) if looks.isascii() and looks.isdecimal() and len(looks) <= len(str(LOOKS)) else 0
    seconds = 0 if done >= LOOKS else (LOOK_SECONDS if gift.state == GiftState.STARTED else LATER_LOOK_SECONDS)
    context |= {"pending": gift.state == GiftState.PENDING, "looks_again": seconds > 0}
    return Page(template="giving/waiting.html", context=context, look_again_seconds=seconds, next_look=done + 1)


def _place_on_page(name: str) -> int:
    return FIELDS.index(name) if name in FIELDS else -1


def _choices(campaign: Campaign, frequency: str, given: QueryDict, *, bound: bool, chosen_frequency: str) -> list[Choice]:
    """Return the radio buttons of one frequency's amounts, and "another amount" after them."""
    suggested = campaign.suggested(monthly=frequency == Frequency.MONTHLY)
    if bound:
        chosen = given.get(f"amount_{frequency}", "")
    else:
        asked = _asked(campaign, given) if frequency == chosen_frequency else None
        chosen = "" if asked is None else plain_amount(asked) if asked in suggested else OTHER
    choices = [Choice(value=plain_amount(amount), label=amount.words(words.locale()), checked=plain_amount(amount) == chosen) for amount in suggested]
    return [*choices, Choice(value=OTHER, label=_("Another amount"), checked=chosen == OTHER)] if choices else []


def _typed(campaign: Campaign, given: QueryDict, *, bound: bool, frequency: str) -> str:
    """Return what stands in the free field."""
    if bound:
        return given.get("amount", "")
    asked = _asked(campaign, given)
    return plain_amount(asked) if asked and asked not in campaign.suggested(monthly=frequency == Frequency.MONTHLY) else ""


def _asked(campaign: Campaign, given: QueryDict) -> Money | None:
    """Return the amount that the address asks for, where it is one."""
    try:
        return read_amount(given.get("amount", ""), campaign.currency, group=words.group_mark())
    except MastheadError:
        return None


def _unavailable() -> str:
    """Return why no gift can be taken now, for the newsroom's own eyes where it is being set up; nothing where all is well."""
    try:
        registry.default_name()
    except ProviderError as refusal:
        return str(refusal) if settings.DEBUG else _("Gifts cannot be taken at the moment.")
    return ""
