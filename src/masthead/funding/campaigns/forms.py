"""The campaign's form: amounts are typed in major units, as people write them, and understood in the campaign's currency."""

import re
from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.conf import settings
from django.utils.text import get_text_list
from wagtail.admin.forms import WagtailAdminModelForm

from masthead.funding.campaigns import actions
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.rules import State
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.kernel.locales import locale_of
from masthead.kernel.money import CURRENCIES, Money

MOST_SUGGESTED = 6
FIXED_ONCE_OPEN = ("currency", "period")


class Refused(MastheadError):
    """A typed amount that cannot stand; the text is shown beside its field."""


def amount_in(text: str, currency: str) -> int:
    """Return the minor units of a typed amount above zero.

    Raises:
        MastheadError: it is no amount in `currency`, or not above zero.
    """
    money = Money.parse(text, currency)
    if money.minor <= 0:
        raise Refused("The amount must be above zero.")
    return money.minor


def amounts_in(text: str, currency: str) -> list[int]:
    """Return the minor units of typed amounts, separated by spaces, each once, in their order.

    Raises:
        MastheadError: one of them is no amount above zero, or there are too many.
    """
    found = [amount_in(part, currency) for part in re.split(r"[;,]?\s+|;", text.strip()) if part]
    if len(found) > MOST_SUGGESTED:
        raise Refused(f"Suggest {MOST_SUGGESTED} amounts at most: more of them only make the choice harder.")
    return list(dict.fromkeys(found))


def major(minor: int, currency: str) -> str:
    """Return minor units as a person would type them: 25, 12.50."""
    exact = Money(minor, currency).major
    return f"{exact:f}" if exact % 1 else f"{int(exact)}"


def currency_choices() -> list[tuple[str, str]]:
    """Return every currency with its name, the newsroom's own first."""
    own = settings.ENV.currency
    locale = locale_of(settings.LANGUAGE_CODE)
    return [(code, f"{code} · {get_currency_name(code, locale=locale)}") for code in sorted(CURRENCIES, key=lambda code: (code != own, code))]


class AmountField(forms.CharField):
    """An amount as a person types it; the form that holds it knows its currency."""

    def __init__(self, **words: Any) -> None:
        super().__init__(max_length=40, **words)


class CampaignForm(WagtailAdminModelForm):
    """What a campaign is. Saving it opens or closes it where its state was changed."""

    currency = forms.ChoiceField(choices=currency_choices, error_messages={"invalid_choice": "There is no currency “%(value)s”: choose one from the list."})
    goal_minor = AmountField(label="Goal", help_text="In the campaign's currency, such as 5000 or 5,000.00.")
    suggested_once = forms.CharField(
        label="Suggested amounts, once", required=False, max_length=200, help_text="Separated by spaces, such as 10 25 50. Readers can always choose another."
    )
    suggested_monthly = forms.CharField(label="Suggested amounts, each month", required=False, max_length=200)
    suggested_yearly = forms.CharField(label="Suggested amounts, each year", required=False, max_length=200)

    def __init__(self, data: Any = None, files: Any = None, instance: Campaign | None = None, **words: Any) -> None:
        was = instance if instance is not None and instance.pk else None
        self.was_open = was is not None and was.opened_at is not None
        self.state_was = was.state if was else State.DRAFT
        typed = (data or {}).get("currency") or (was.currency if was else settings.ENV.currency)
        self.in_currency = was.currency if was and self.was_open else typed if typed in CURRENCIES else ""
        super().__init__(data, files, instance=instance, **words)
        if was is None:
            self.initial["currency"] = settings.ENV.currency
        else:
            self._show_amounts(was)
        if self.was_open:
            for name in FIXED_ONCE_OPEN:
                self.fields[name].disabled = True
                self.fields[name].help_text = "Fixed since the campaign was first opened: the books hold gifts under it."

    def _show_amounts(self, was: Campaign) -> None:
        self.initial["goal_minor"] = major(was.goal_minor, was.currency)
        for name in ("suggested_once", "suggested_monthly", "suggested_yearly"):
            self.initial[name] = " ".join(major(minor, was.currency) for minor in getattr(was, name))

    def clean(self) -> dict[str, Any]:
        """Understand the amounts, and refuse what cannot be in words."""
        cleaned: dict[str, Any] = super().clean()
        if self.in_currency:
            self._understand("goal_minor", amount_in)
            self._understand("suggested_once", amounts_in)
            self._understand("suggested_monthly", amounts_in)
            self._understand("suggested_yearly", amounts_in)
        self._check_state(cleaned)
        self._check_featured(cleaned)
        self._check_milestones()
        return cleaned

    def _understand(self, name: str, read: Any) -> None:
        if name in self.cleaned_data:
            try:
                self.cleaned_data[name] = read(self.cleaned_data[name], self.in_currency)
            except MastheadError as error:
                self.add_error(name, str(error))

    def _check_state(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("state") == State.DRAFT and self.was_open:
            self.add_error("state", "It has been open, so it cannot be a draft again: close it instead.")
        if cleaned.get("state") == State.CLOSED and not self.was_open:
            self.add_error("state", "It was never open: leave it a draft, or delete it.")

    def _check_featured(self, cleaned: dict[str, Any]) -> None:
        other = Campaign.objects.filter(featured=True).exclude(pk=self.instance.pk).first()
        if cleaned.get("featured") and other:
            self.add_error("featured", f"“{other.name}” is featured: take the mark off it first, for one meter stands on top of every page.")

    def _check_milestones(self) -> None:
        kept = [form for form in self.formsets["milestones"].forms if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")]
        amounts = [form.cleaned_data["amount_minor"] for form in kept]
        twice = sorted({minor for minor in amounts if amounts.count(minor) > 1})
        if twice and self.in_currency:
            self.add_error(
                None, f"Two milestones stand at {get_text_list([major(minor, self.in_currency) for minor in twice], 'and')}: give each its own amount."
            )

    def save(self, commit: bool = True) -> Campaign:  # noqa: FBT001, FBT002  Django's signature
        """Save it, and open or close it where its state was changed."""
        wanted, self.instance.state = self.instance.state, self.state_was
        campaign: Campaign = super().save(commit=commit)
        if wanted == State.OPEN != self.state_was:
            actions.open_campaign(campaign=campaign, now=clock.now())
        elif wanted == State.CLOSED != self.state_was:
            actions.close_campaign(campaign=campaign)
        return campaign


class MilestoneForm(WagtailAdminModelForm):
    """One mark on the scale, its amount understood in the campaign's currency."""

    amount_minor = AmountField(label="Amount")

    def __init__(self, *args: Any, in_currency: str = "", **words: Any) -> None:
        self.in_currency = in_currency
        super().__init__(*args, **words)
        if self.instance.amount_minor and in_currency:
            self.initial["amount_minor"] = major(self.instance.amount_minor, in_currency)

    def clean_amount_minor(self) -> int | str:
        """Understand the amount."""
        typed: str = self.cleaned_data["amount_minor"]
        if not self.in_currency:
            return typed  # the currency field says what is wrong
        try:
            return amount_in(typed, self.in_currency)
        except MastheadError as error:
            raise forms.ValidationError(str(error)) from None
