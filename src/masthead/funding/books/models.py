"""Monthly statements, kept as they were signed; expenses, with their papers."""

import datetime as dt
import zlib
from typing import ClassVar

from django.conf import settings
from django.db import models

from masthead.kernel.ids import new_id
from masthead.kernel.money import Money


class Statement(models.Model):
    """What entered the books in one month, signed and never made again. `body` is the signed file (JSON Lines), packed."""

    month = models.DateField(unique=True, help_text="its first day")
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    accounts = models.JSONField(help_text="currency, opening and closing balance of each account")
    groups = models.JSONField(help_text="kind, debit, credit, count and sum of the month's rows")
    names = models.JSONField(help_text="what accounts were called")
    frequencies = models.JSONField(help_text="how often gifts are given, from the gifts themselves and not from the books")
    body = models.BinaryField()
    sheet = models.BinaryField(null=True, help_text="The same as CSV, packed: made with the statement, for 20,000 lines are not written anew for each reader.")
    beancount = models.BinaryField(null=True, help_text="The same for Beancount, packed.")
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def text(self) -> str:
        """The signed file."""
        return zlib.decompress(bytes(self.body)).decode()

    @property
    def last_day(self) -> dt.date:
        """The month's last day."""
        return (self.month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


class DaySums(models.Model):
    """What the rows under one checkpoint, and under none before it, come to. Made from the rows, and can be made again at any time."""

    day = models.DateField(unique=True)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField(db_index=True)
    groups = models.JSONField(help_text="kind, debit, credit, currency, count and sum")

    class Meta:
        ordering: ClassVar[list[str]] = ["day"]

    def __str__(self) -> str:
        return f"{self.day}"


class Category(models.TextChoices):
    """What money is spent on; part of an account's code, so words stay as they are."""

    SALARIES = "salaries", "Salaries"
    FREELANCE = "freelance", "Freelance work"
    PICTURES = "pictures", "Pictures and graphics"
    REPORTING = "reporting", "Travel and reporting costs"
    LEGAL = "legal", "Legal and accounting"
    TECHNOLOGY = "technology", "Technology and hosting"
    RENT = "rent", "Rent and office"
    PRINTING = "printing", "Printing and post"
    TAXES = "taxes", "Taxes and insurance"
    OTHER = "other", "Other"


class Shown(models.TextChoices):
    """How much readers see of who was paid: a fixer's name can endanger them."""

    NAME = "name", "Who was paid, and the note"
    NOTE = "note", "The note, without who was paid"
    NOTHING = "nothing", "Category and amount alone"


class Expense(models.Model):
    """Money that was spent: entered by one person with the paper, in the books when another has approved it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a second person"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category = models.CharField(max_length=20, choices=Category.choices)
    amount_minor = models.BigIntegerField("amount")
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    paid_from = models.CharField("paid from", max_length=120, help_text="The ledger account.")
    payee = models.CharField("who was paid", max_length=120)
    shown = models.CharField("what readers see", max_length=10, choices=Shown.choices, default=Shown.NOTE)
    note = models.CharField(max_length=300, blank=True, help_text="What it was for, in words that readers may see.")
    story_path = models.CharField("for the story", max_length=300, blank=True)
    paper = models.BinaryField()
    paper_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    row = models.BigIntegerField("row in the books", null=True, unique=True)
    reversal_reason = models.CharField("why it is taken back", max_length=300, blank=True)
    reversal_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reversal_asked_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reversal_row = models.BigIntegerField("row that takes it back", null=True, unique=True)

    class Meta:
        permissions = [("approve_expense", "Can approve or refuse what another person entered")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="books_expense_amount_above_zero"),
            # The two-person rule, held by the database itself.
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_by__isnull=True, row__isnull=True)
                | models.Q(state="approved", decided_by__isnull=False, row__isnull=False) & ~models.Q(decided_by=models.F("entered_by"))
                | models.Q(state="refused", decided_by__isnull=False, row__isnull=True),
                name="books_expense_two_persons",
            ),
            models.CheckConstraint(
                condition=models.Q(reversal_asked_by__isnull=True, reversed_by__isnull=True, reversal_row__isnull=True)
                | models.Q(reversal_asked_by__isnull=False, state="approved", reversal_reason__gt="")
                & (
                    models.Q(reversed_by__isnull=True, reversal_row__isnull=True)
                    | models.Q(reversed_by__isnull=False, reversal_row__isnull=False) & ~models.Q(reversed_by=models.F("reversal_asked_by"))
                ),
                name="books_expense_reversed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.get_category_display()}"

    @property
    def amount(self) -> Money:
        """What was paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def account_code(self) -> str:
        """The account it is spent from in the books: `spending:rent:EUR`."""
        return f"spending:{self.category}:{self.currency}"
