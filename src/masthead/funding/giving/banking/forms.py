"""What a person may type about a bank's file, a line or an offline entry; the sentences are the actions' own."""

from typing import Any

from django import forms

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import queries, words
from masthead.funding.giving.banking.models import IncomeKind, Means
from masthead.funding.giving.models import Gift
from masthead.funding.giving.rules import read_amount
from masthead.funding.providers.bank.statements import LARGEST_FILE
from masthead.funding.providers.bank.table import DATES, DELIMITERS, ENCODINGS, Mapping
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import CURRENCIES, Money

MOST_COLUMNS = 60
COLUMNS = {
    "booked": "Date",
    "value": "Value date",
    "amount": "Amount, with its sign",
    "side": "In or out, in a word",
    "credit": "or: credit",
    "debit": "and debit",
    "counterparty": "Who",
    "text": "Text",
    "reference": "Reference",
    "bank_ref": "The bank's own reference",
}


class UploadForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(label="File", help_text="camt.053, camt.052, camt.054, MT940, OFX or CSV, as your bank exports it.")

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(f"The file is {file.size} bytes long, and at most {LARGEST_FILE} are taken: export fewer days.")
        return file


class ImportForm(forms.Form):
    """The answers that a file may need."""

    opening = forms.CharField(label="Opening balance", max_length=40, required=False)
    closing = forms.CharField(label="Closing balance", max_length=40, required=False)
    as_notice = forms.BooleanField(label="Import it as a notice: its lines are matched, its sum is not proved", required=False)
    new_account = forms.BooleanField(label="The account is new here, and is the newsroom’s own", required=False)


class MappingForm(forms.Form):
    """Which column of a table is what. Columns count from 1; empty: there is none."""

    account = forms.CharField(label="Account", max_length=60, help_text="IBAN or number, as the bank writes it.")
    currency = forms.ChoiceField(label="Currency", choices=[(code, code) for code in sorted(CURRENCIES)])
    delimiter = forms.ChoiceField(label="Columns are parted by", choices=list(DELIMITERS.items()))
    encoding = forms.ChoiceField(label="Letters are written in", choices=list(ENCODINGS.items()))
    decimal = forms.ChoiceField(label="Decimal mark", choices=[(",", "comma: 1.250,50"), (".", "dot: 1,250.50")])
    dates = forms.ChoiceField(label="Dates look like", choices=list(DATES.items()))
    skip = forms.IntegerField(label="Rows above the first booking", min_value=0, max_value=100)
    below = forms.IntegerField(label="Rows after the last booking", min_value=0, max_value=100, required=False)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"skip": 1} | (initial or {}))
        for name, label in COLUMNS.items():
            self.fields[name] = forms.IntegerField(label=label, min_value=1, max_value=MOST_COLUMNS, required=name == "booked")

    def mapping(self) -> Mapping:
        """Return the mapping that a valid form describes.

        Raises:
            MappingRefused: a column that is needed is missing.
        """
        said: dict[str, Any] = self.cleaned_data
        columns: dict[str, Any] = {name: said[name] or 0 for name in (*COLUMNS, "skip", "below")}
        return Mapping(**{name: said[name] for name in self.fields if name not in columns}, **columns)


class AssignForm(forms.Form):
    """What a waiting line is."""

    WHAT = [
        ("gift", "A promised gift"),
        ("campaign", "A gift to a campaign"),
        ("income", "Income beside gifts"),
        ("deposit", "Cash or cheques paid in"),
        ("refund", "A gift given back"),
        ("fee", "The bank’s fee"),
        ("ignore", "Leave it out of the books"),
    ]
    what = forms.ChoiceField(choices=WHAT)
    gift = forms.CharField(required=False, max_length=80)
    campaign = forms.ModelChoiceField(queryset=Campaign.objects.all(), required=False)
    income = forms.ChoiceField(choices=[("", ""), *IncomeKind.choices], required=False)
    means = forms.ChoiceField(choices=[("", ""), *Means.choices], required=False)
    reason = forms.CharField(required=False, max_length=300)

    NEEDED = {
        "gift": ("gift", "Give the gift’s reference or id."),
        "refund": ("gift", "Give the reference or id of the gift that was given back."),
        "campaign": ("campaign", "Choose the campaign."),
        "income": ("income", "Choose what kind of income it is."),
        "deposit": ("means", "Choose whether it was cash or cheques."),
    }

    def clean_gift(self) -> Gift | None:
        """Find a gift by its reference, with or without spaces, or by its id."""
        said = self.cleaned_data["gift"].strip()
        found = queries.gifts_found("".join(said.split()).upper(), by_person=False) | queries.gifts_found(said, by_person=False)
        gifts = list(found.select_related("campaign")[:2]) if said else []
        if said and len(gifts) != 1:
            raise forms.ValidationError(
                "There is no such gift: give its reference (RF…) or its id." if not gifts else "More than one gift has this reference: give its id."
            )
        return gifts[0] if gifts else None

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer needs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name, sentence = self.NEEDED.get(cleaned.get("what", ""), ("", ""))
        if name and not cleaned.get(name) and name not in self.errors:
            self.add_error(name, sentence)
        return cleaned


class OfflineForm(forms.Form):
    """Money that came offline. `amount_given` holds what was understood."""

    means = forms.ChoiceField(label="How it came", choices=Means.choices)
    amount = forms.CharField(label="Amount", max_length=40)
    currency = forms.ChoiceField(label="Currency", choices=[(code, code) for code in sorted(CURRENCIES)])
    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs={"type": "date"}))
    campaign = forms.ModelChoiceField(label="Given to the campaign", queryset=Campaign.objects.exclude(opened_at=None), required=False)
    income = forms.ChoiceField(label="or income of the kind", choices=[("", "—"), *IncomeKind.choices], required=False)
    receipt_note = forms.CharField(label="Where the paper is", max_length=300, help_text="Receipt book, folder, page: the second person looks at it.")
    name = forms.CharField(label="From", max_length=80, required=False)
    email = forms.CharField(label="E-mail for the receipt", max_length=254, required=False)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.amount_given: Money | None = None

    def clean(self) -> dict[str, Any]:
        """Understand the amount in its currency."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "amount" in cleaned and "currency" in cleaned:
            try:
                self.amount_given = read_amount(cleaned["amount"], cleaned["currency"], group=words.group_mark())
            except MastheadError as refusal:
                self.add_error("amount", str(refusal))
        return cleaned
