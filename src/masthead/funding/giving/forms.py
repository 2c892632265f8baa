"""The contribute form: what a person may type, and the sentence beside each field that cannot be taken."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import queries, rules, words
from masthead.funding.giving.actions.checkout import Asked
from masthead.funding.giving.actions.gifts import LONGEST_DEDICATION, LONGEST_NAME
from masthead.funding.giving.models import Frequency, Gift, Visibility
from masthead.kernel import reads
from masthead.kernel.errors import MastheadError
from masthead.kernel.ids import new_id
from masthead.kernel.money import Money
from masthead.readers import links
from masthead.readers.rules import normal_email, one_line

FORM = "giving.form"
FORM_AGE = dt.timedelta(days=7)
OTHER = "other"


def form_token(*, now: dt.datetime) -> str:
    """Return the signed age of a form, the same for everyone on one day (UTC), so that the page can be cached."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    reads.note_until(day + dt.timedelta(days=1))
    return links.sign(purpose=FORM, value="form", now=day)


class GiveForm(forms.Form):
    """One gift as a person asks for it. `amount_given` and `campaign_given` hold what was understood."""

    campaign = forms.CharField(max_length=80, required=False)
    currency = forms.CharField(max_length=20, required=False)
    frequency = forms.ChoiceField(
        choices=Frequency.choices,
        error_messages={"required": gettext_lazy("Choose how often you give."), "invalid_choice": gettext_lazy("Choose how often you give.")},
    )
    amount_once = forms.CharField(required=False, max_length=40)
    amount_monthly = forms.CharField(required=False, max_length=40)
    amount_yearly = forms.CharField(required=False, max_length=40)
    amount = forms.CharField(
        required=False, max_length=60, error_messages={"max_length": gettext_lazy("This is not an amount: write it in figures, such as 25.")}
    )
    email = forms.CharField(max_length=300, error_messages={"required": gettext_lazy("Give an e-mail address: the receipt goes there.")})
    name = forms.CharField(required=False, max_length=1000, strip=False)
    visibility = forms.ChoiceField(
        choices=Visibility.choices, required=False, error_messages={"invalid_choice": gettext_lazy("Choose what readers may see of your gift.")}
    )
    cover = forms.BooleanField(required=False)
    dedication = forms.CharField(required=False, max_length=5000, strip=False)
    page = forms.CharField(required=False, max_length=300)
    way = forms.CharField(required=False, max_length=20)
    made = forms.CharField(required=False, max_length=200)
    website = forms.CharField(required=False, max_length=1000)
    again = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, now: dt.datetime) -> None:
        super().__init__(data)
        self.now = now
        self.campaign_given: Campaign | None = None
        self.amount_given: Money | None = None
        self.cover_given: Money | None = None

    def clean_website(self) -> str:
        """Refuse what only a machine fills in: the field is hidden from people."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave the field “Website” empty: it is there to stop machines."))
        return ""

    def clean_made(self) -> str:
        """Refuse a form that is not ours, or a week old."""
        made: str = self.cleaned_data["made"]
        return self._taken(
            lambda: links.read(purpose=FORM, token=made, max_age=FORM_AGE, now=self.now),
            _("This page was open for too long. Nothing was taken: check what you typed and press the button again."),
        )

    def clean_email(self) -> str:
        """Return the address as it is kept."""
        return self._taken(lambda: normal_email(self.cleaned_data["email"]))

    def clean_name(self) -> str:
        """Return the name as one plain line."""
        return self._taken(lambda: one_line(self.cleaned_data["name"], longest=LONGEST_NAME))

    def clean_dedication(self) -> str:
        """Return the dedication as one plain line."""
        return self._taken(lambda: one_line(self.cleaned_data["dedication"], longest=LONGEST_DEDICATION))

    def clean_page(self) -> str:
        """Return the path of ours where the giver began, or nothing: it is never worth an error."""
        page: str = self.cleaned_data["page"]
        return page if page.startswith("/") and not page.startswith("//") and page.isprintable() else ""

    def clean_visibility(self) -> str:
        """Return what readers may see: nothing, unless it was chosen."""
        return self.cleaned_data["visibility"] or Visibility.HIDDEN.value

    def clean_way(self) -> str:
        """Return the provider that was chosen; `clean` says whether it takes the gift."""
        return str(self.cleaned_data["way"])

    def clean(self) -> dict[str, Any]:
        """Understand campaign and amount together, for the one gives the other its currency."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        slug = cleaned.get("campaign", "")
        self.campaign_given = queries.campaign_called(slug) if slug else queries.campaign_to_offer(now=self.now)
        if self.campaign_given is None:
            self.add_error("campaign", _("There is no such campaign any more: choose another one."))
            return cleaned
        offered, currency = queries.currencies_of(self.campaign_given), cleaned.get("currency") or self.campaign_given.currency
        if currency not in offered:
            self.add_error("currency", _("This campaign takes %(currency)s only.") % {"currency": ", ".join(offered)})
            return cleaned
        ways = queries.ways(campaign=self.campaign_given, currency=currency)
        cleaned["way"] = cleaned.get("way") or next(iter(ways), "")
        if ways and cleaned["way"] not in ways:
            self.add_error("way", _("This way to pay is not offered any more: choose another one."))
        elif "frequency" in cleaned and "amount" in cleaned:
            self._understand_amount(self.campaign_given, currency, chosen=cleaned.get(f"amount_{cleaned['frequency']}", ""), typed=cleaned["amount"])
        return cleaned

    def asked(self) -> Asked:
        """Return what a valid form asks for.

        Raises:
            ValueError: it is not valid.
        """
        if self.campaign_given is None or self.amount_given is None:
            raise ValueError("The form is not valid.")
        said = self.cleaned_data
        return Asked(
            campaign=self.campaign_given.slug,
            minor=self.amount_given.minor,
            currency=self.amount_given.currency,
            frequency=said["frequency"],
            email=said["email"],
            public_name=said["name"],
            show_name=said["visibility"] != Visibility.HIDDEN,
            show_amount=said["visibility"] == Visibility.AMOUNT,
            cover_minor=self.cover_given.minor if self.cover_given else 0,
            dedication=said["dedication"],
            page_path=said["page"],
            again=said["again"],
            provider=said["way"],
        )

    def _understand_amount(self, campaign: Campaign, currency: str, *, chosen: str, typed: str) -> None:
        if chosen == OTHER:
            chosen = ""
            if not typed:
                self.add_error("amount", _("Type the amount that you want to give, or choose one above."))
                return
        if not chosen and not typed:
            self.add_error("amount", _("Choose an amount, or type your own."))
            return
        try:
            amounts = {rules.read_amount(text, currency, group=words.group_mark()) for text in (chosen, typed) if text}
            for amount in amounts:
                rules.check_amount(amount)
        except MastheadError as refusal:
            self.add_error("amount", str(refusal))
            return
        if len(amounts) > 1:
            self.add_error("amount", _("You chose one amount and typed another: choose “Another amount” to give the one you typed."))
            return
        self.amount_given = amounts.pop()
        wants = self.cleaned_data.get("cover")
        rate = queries.rate_offered(self.cleaned_data["way"], campaign=campaign, currency=currency) if wants else None
        if rate:
            self.cover_given = rules.cover_of(self.amount_given, rate)
            self.amount_given += self.cover_given

    def _taken(self, read: Any, instead: str = "") -> str:
        try:
            return str(read())
        except MastheadError as refusal:
            raise forms.ValidationError(instead or str(refusal)) from None


class RefundForm(forms.Form):
    """How much of a gift to give back. `key` makes a doubled press one refund; `confirmed` is the second press."""

    amount = forms.CharField(max_length=40, label="Amount")
    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, gift: Gift) -> None:
        super().__init__(data, initial={"amount": rules.plain_amount(gift.amount - gift.returned), "key": new_id().hex})
        self.gift = gift
        self.amount_given: Money | None = None

    def clean_amount(self) -> str:
        """Understand the amount in the gift's currency."""
        text: str = self.cleaned_data["amount"]
        try:
            self.amount_given = rules.read_amount(text, self.gift.currency, group=words.group_mark())
            rules.check_refund(self.amount_given, left=self.gift.amount - self.gift.returned)
        except MastheadError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return text
