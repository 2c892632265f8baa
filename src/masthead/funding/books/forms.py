"""What a person types about an expense; the sentences are the action's own."""

from typing import Any

from django import forms

from masthead.funding.books.models import Category, Shown
from masthead.funding.books.spending import LARGEST_PAPER
from masthead.funding.ledger.models import Account, AccountKind
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money


class ExpenseForm(forms.Form):
    """An expense. `amount_given` holds what was understood."""

    category = forms.ChoiceField(label="What for", choices=Category.choices)
    amount = forms.CharField(label="Amount", max_length=40)
    paid_from = forms.ModelChoiceField(
        label="Paid from", queryset=Account.objects.filter(kind=AccountKind.BANK).order_by("code"), help_text="The amount is in this account's currency."
    )
    paid_on = forms.DateField(label="Paid on", widget=forms.DateInput(attrs={"type": "date"}))
    payee = forms.CharField(label="Who was paid", max_length=120)
    shown = forms.ChoiceField(
        label="What readers see", choices=Shown.choices, initial=Shown.NOTE, help_text="A name can endanger a person: show it only where it cannot."
    )
    note = forms.CharField(label="Note for readers", max_length=300, required=False)
    story_path = forms.CharField(label="For the story", max_length=300, required=False, help_text="Its path on this site, such as /news/harbour/.")
    paper = forms.FileField(label="Bill or receipt", help_text=f"At most {LARGEST_PAPER // 2**20} MB. Readers never see it.")

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial=initial)
        self.amount_given: Money | None = None

    def clean(self) -> dict[str, Any]:
        """Understand the amount in the account's currency, and refuse a paper that is too large before it is read."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "amount" in cleaned and "paid_from" in cleaned:
            try:
                self.amount_given = Money.parse(cleaned["amount"], cleaned["paid_from"].currency)
            except MastheadError as refusal:
                self.add_error("amount", str(refusal))
        if "paper" in cleaned and cleaned["paper"].size > LARGEST_PAPER:
            self.add_error("paper", f"At most {LARGEST_PAPER // 2**20} MB are taken: scan it smaller.")
        return cleaned
