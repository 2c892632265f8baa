"""What the public pages of giving show: plain values for the templates."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.queries import reading, takes_gifts, taking_gifts
from masthead.funding.giving import queries, words
from masthead.funding.giving.actions.checkout import asked_of
from masthead.funding.giving.forms import OTHER, GiveForm, form_token
from masthead.funding.giving.models import Frequency, Gift, GiftState, Visibility
from masthead.funding.giving.rules import cover_of, plain_amount, read_amount
from masthead.funding.guard.models import HeldGift
from masthead.funding.providers import registry
from masthead.funding.providers.bank.instructions import instructions_for
from masthead.funding.providers.base import ProviderError, Rate
from masthead.kernel import reads
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money, digits_of

BANK = "bank"
LOOKS = 20  # how often the waiting page looks by itself
LOOK_SECONDS = 1
LATER_LOOK_SECONDS = 3
COUNTED = {GiftState.SETTLED, GiftState.PARTLY_REFUNDED, GiftState.DISPUTED}
NOT_PAID = {GiftState.DECLINED, GiftState.CANCELLED, GiftState.FAILED}
# Which element an error's link leads to.
PLACES = {"__all__": "give", "campaign": "give", "currency": "give", "made": "give", "website": "give", "frequency": "frequency-once"}
FIELDS = ["frequency", "amount", "email", "way", "name", "dedication"]  # in the order of the page


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One radio button."""

    value: str
    label: str
    checked: bool
    rate: dict[str, str] = field(default_factory=dict)  # of a way to pay: what it usually takes, for the page's script


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
    offered, currencies = queries.frequencies_of(shown), queries.currencies_of(shown)
    currency = next((code for code in currencies if code == given.get("currency")), shown.currency)
    ways = _ways(shown, currency, given)
    frequency = given.get("frequency") if given.get("frequency") in offered else Frequency.ONCE
    with reads.accounted():  # its figures stand in a hole
        shown_reading = reading(campaign=shown, now=now)
    return context | {
        "reading": shown_reading,
        "others": [other for other in taking_gifts(now=now) if other.pk != shown.pk],
        "frequency": frequency,
        "frequencies": [(value.value, value.label) for value in offered],
        "amount_sets": [
            (value.value, value.label, _choices(shown, currency, value, given, bound=form.is_bound, chosen_frequency=str(frequency))) for value in offered
        ],
        "cover": _cover(shown, currency, ways),
        "currency": currency,
        "currency_name": words.currency_name(currency),
        "campaign_currency_name": words.currency_name(shown.currency),
        "other_currencies": _currencies(shown, currency, currencies, frequency=str(frequency), given=given),
        "covers": form.is_bound and bool(given.get("cover")),
        "visibilities": [(value.value, value.label) for value in Visibility],
        "visibility": given.get("visibility") if form.is_bound and given.get("visibility") in Visibility.values else Visibility.HIDDEN.value,
        "typed": _typed(shown, currency, given, bound=form.is_bound, frequency=str(frequency)),
        "other": OTHER,
        "given": {name: given.get(name, "") for name in ("email", "name", "dedication")},
        "page": given.get("page") or given.get("from", ""),
        "ways": ways if len(ways) > 1 else [],
        "way": ways[0] if ways else None,
        "made": form_token(now=now),
        "digits": digits_of(currency),
        "inputmode": "decimal" if digits_of(currency) else "numeric",
        "group": words.group_mark(),
        "locale": words.locale().replace("_", "-"),
        "practice": bool(ways) and queries.is_practice(ways[0].value),
    }


def words_of(gift: Gift) -> dict[str, Any]:
    """Return a gift's amount in words, and the way to begin it again."""
    query = {"campaign": gift.campaign.slug, "frequency": gift.frequency, "amount": plain_amount(gift.amount)}
    query |= {"currency": gift.currency} if gift.currency != gift.campaign.currency else {}
    return {
        "amount_in_words": words.with_frequency(gift.amount, gift.frequency),
        "back": f"{reverse('contribute')}?{urlencode(query)}",
        "practice": queries.is_practice(gift.provider),
    }


def give_again(gift: Gift, given: QueryDict) -> dict[str, Any]:
    """Return the question whether a second gift is meant, with everything that was typed to send it."""
    kept = [(name, given[name]) for name in GiveForm.base_fields if name in given and name != "again"]
    return {"gift": gift, "kept": kept} | words_of(gift)


def held(waiting: HeldGift) -> dict[str, Any]:
    """Return what a giver is told whose gift waits for their address."""
    return _held(waiting) | {"email": waiting.email}


def confirm(waiting: HeldGift, *, action: str, refusal: str = "", ask_again: bool = False) -> dict[str, Any]:
    """Return the page that the letter's link leads to; `action` is where its button goes."""
    return _held(waiting) | {"action": action, "refusal": refusal, "ask_again": ask_again}


def _held(waiting: HeldGift) -> dict[str, Any]:
    asked = asked_of(waiting)
    campaign = queries.campaign_called(asked.campaign)
    query = {"campaign": asked.campaign, "frequency": asked.frequency, "amount": plain_amount(asked.amount)}
    query |= {"currency": asked.currency} if campaign and asked.currency != campaign.currency else {}
    return {
        "amount_in_words": asked.in_words(),
        "campaign": campaign.name if campaign else asked.campaign,
        "back": f"{reverse('contribute')}?{urlencode(query)}",
    }


def not_paid(gift: Gift, *, came_back: bool) -> dict[str, Any]:
    """Return what a giver is told who did not pay: `came_back` where they left the checkout themselves."""
    state = GiftState.CANCELLED if came_back and gift.state == GiftState.STARTED else GiftState(gift.state)
    return {"gift": gift, "state": state.value} | words_of(gift)


def after_checkout(gift: Gift, *, looks: str, now: dt.datetime) -> Page:
    """Return the page that fits what became of a gift. `looks` is how often this page has looked by itself."""
    context = {"gift": gift, "campaign": gift.campaign, "reading": reading(campaign=gift.campaign, now=now)} | words_of(gift)
    if gift.provider == BANK and gift.checkout_ref and gift.settled_at is None:  # a transfer can still be made, however late
        told = instructions_for(gift.amount, reference=gift.checkout_ref, settings=settings.ENV)
        safe = replace(told, qr=mark_safe(told.qr))  # made by segno of our own words
        return Page(template="giving/transfer.html", context=context | {"transfer": safe, "amount": gift.amount.words(words.locale())})
    if gift.state in NOT_PAID:
        return Page(template="giving/not_paid.html", context=context | {"state": gift.state})
    if gift.state in COUNTED or gift.state == GiftState.REFUNDED:
        context["date"] = words.day(gift.settled_at or now)
        context["counted"] = gift.settled.words(words.locale()) if gift.settled and gift.settled.currency != gift.currency else ""
        context["returned"] = gift.returned.words() if gift.returned_minor else ""
        return Page(template="giving/thanks.html", context=context)
    done = int(looks) if looks.isascii() and looks.isdecimal() and len(looks) <= len(str(LOOKS)) else 0
    seconds = 0 if done >= LOOKS else (LOOK_SECONDS if gift.state == GiftState.STARTED else LATER_LOOK_SECONDS)
    context |= {"pending": gift.state == GiftState.PENDING, "looks_again": seconds > 0}
    return Page(template="giving/waiting.html", context=context, look_again_seconds=seconds, next_look=done + 1)


def _cover(campaign: Campaign, currency: str, ways: list[Choice]) -> dict[str, str] | None:
    """Return the estimate of what the ways to pay take in words, with an example of the first; None where nothing is known of any."""
    known = [(way, rate) for way in ways if (rate := queries.rate_offered(way.value, campaign=campaign, currency=currency))]
    if not known:
        return None
    first, rate = known[0]
    usual = Money(25 * 10 ** digits_of(currency), currency)
    example = next(iter(campaign.suggested()), usual) if currency == campaign.currency else usual
    added = cover_of(example, rate)
    named = len(ways) > 1
    return {
        "rate": "; ".join(f"{way.label}: {_rate_words(rate, currency)}" if named else _rate_words(rate, currency) for way, rate in known),
        "way": first.label if len(known) > 1 else "",
        "example": example.words(words.locale()),
        "added": added.words(words.locale()),
        "whole": (example + added).words(words.locale()),
    }


def _rate_words(rate: Rate, currency: str) -> str:
    percent, fixed = format_decimal(rate.percent, locale=words.locale()), Money(int(rate.fixed * 10 ** digits_of(currency)), currency)
    return _("%(percent)s %% and %(fixed)s") % {"percent": percent, "fixed": fixed.words(words.locale())} if fixed.minor else f"{percent} %"


def _currencies(campaign: Campaign, currency: str, codes: list[str], *, frequency: str, given: QueryDict) -> list[tuple[str, str]]:
    """Return name and address of the page in each of the other currencies; the campaign's own needs no word in the address."""
    found = []
    for code in codes:
        if code != currency:
            query = {"campaign": campaign.slug, "frequency": frequency} | ({"currency": code} if code != campaign.currency else {})
            page = given.get("page") or given.get("from", "")
            found.append((words.currency_name(code), f"{reverse('contribute')}?{urlencode(query | ({'from': page} if page else {}))}"))
    return found


def _place_on_page(name: str) -> int:
    return FIELDS.index(name) if name in FIELDS else -1


def _choices(campaign: Campaign, currency: str, frequency: str, given: QueryDict, *, bound: bool, chosen_frequency: str) -> list[Choice]:
    """Return the radio buttons of one frequency's amounts, and "another amount" after them."""
    if currency != campaign.currency:
        return []  # nobody here knows what the suggested amounts are in another currency
    suggested = campaign.suggested(monthly=frequency == Frequency.MONTHLY, yearly=frequency == Frequency.YEARLY)
    if bound:
        chosen = given.get(f"amount_{frequency}", "")
    else:
        asked = _asked(currency, given) if frequency == chosen_frequency else None
        chosen = "" if asked is None else plain_amount(asked) if asked in suggested else OTHER
    choices = [Choice(value=plain_amount(amount), label=amount.words(words.locale()), checked=plain_amount(amount) == chosen) for amount in suggested]
    return [*choices, Choice(value=OTHER, label=_("Another amount"), checked=chosen == OTHER)] if choices else []


def _ways(campaign: Campaign, currency: str, given: QueryDict) -> list[Choice]:
    """Return the ways to pay as radio buttons, each with what it usually takes."""
    names = queries.ways(campaign=campaign, currency=currency)
    chosen = given.get("way") if given.get("way") in names else next(iter(names), "")
    labels = {"stripe": _("Card, wallet or direct debit"), "paypal": "PayPal", "bank": _("Bank transfer, once")}
    return [
        Choice(
            value=name,
            label=labels.get(name, name),
            checked=name == chosen,
            rate=_figures(queries.rate_offered(name, campaign=campaign, currency=currency), currency),
        )
        for name in names
    ]


def _figures(rate: Rate | None, currency: str) -> dict[str, str]:
    return {"percent": f"{rate.percent}", "fixed": f"{int(rate.fixed * 10 ** digits_of(currency))}"} if rate else {}


def _typed(campaign: Campaign, currency: str, given: QueryDict, *, bound: bool, frequency: str) -> str:
    """Return what stands in the free field."""
    if bound:
        return given.get("amount", "")
    asked = _asked(currency, given)
    return (
        plain_amount(asked) if asked and asked not in campaign.suggested(monthly=frequency == Frequency.MONTHLY, yearly=frequency == Frequency.YEARLY) else ""
    )


def _asked(currency: str, given: QueryDict) -> Money | None:
    """Return the amount that the address asks for, where it is one."""
    try:
        return read_amount(given.get("amount", ""), currency, group=words.group_mark())
    except MastheadError:
        return None


def _unavailable() -> str:
    """Return why no gift can be taken now, for the newsroom's own eyes where it is being set up; nothing where all is well."""
    try:
        registry.default_name()
    except ProviderError as refusal:
        return str(refusal) if settings.DEBUG else _("Gifts cannot be taken at the moment.")
    return ""
