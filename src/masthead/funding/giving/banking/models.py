"""Bank accounts, the files and lines that tell of them, and offline entries. None of these is the books: those are in the ledger."""

from django.conf import settings
from django.db import models

from masthead.funding.campaigns.models import Campaign
from masthead.kernel.ids import new_id
from masthead.kernel.money import Money


class BankAccount(models.Model):
    """One account in one currency. `slug` names it in the books, where its whole number has no place."""

    number = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    slug = models.CharField(max_length=20, unique=True)
    opened_on = models.DateField("in the books from", null=True, help_text="The first day of the statement whose opening balance was posted.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "currency"], name="giving_bankaccount_once")]

    def __str__(self) -> str:
        return f"{self.number} ({self.currency})"

    @property
    def code(self) -> str:
        """The account's code in the ledger: `bank:nl4300:EUR`."""
        return f"bank:{self.slug}:{self.currency}"


class BankMapping(models.Model):
    """How the tables of one account are written, remembered from the last that was imported."""

    account = models.OneToOneField(BankAccount, on_delete=models.CASCADE, related_name="mapping")
    said = models.JSONField(help_text="Which column is what, and how it is written.")
    heading = models.CharField(max_length=64, blank=True, help_text="Hash of the row above the first booking, by which the bank's next table is known.")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"the tables of {self.account}"


class BankFile(models.Model):
    """A bank's file as it came: the voucher of its lines. Until it is imported it waits for a person's answers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    data = models.BinaryField()
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kept_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    imported_at = models.DateTimeField(null=True)
    new_lines = models.IntegerField(default=0)
    known_lines = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """One statement of a file: the days and balances that its lines were proved by; without balances it was a notice."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    form = models.CharField(max_length=20)
    number = models.CharField(max_length=60, blank=True)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    opened_on = models.DateField()
    closed_on = models.DateField()
    digest = models.CharField(max_length=64, help_text="Of its lines, so that the same statement in another file is known.")

    def __str__(self) -> str:
        return f"{self.account} {self.opened_on} to {self.closed_on}"


class LineState(models.TextChoices):
    """What became of a statement's line."""

    UNMATCHED = "unmatched", "Waiting for a person"
    GIFT = "gift", "A gift"
    REFUND = "refund", "A gift given back"
    PAYOUT = "payout", "A provider's payout"
    INCOME = "income", "Income beside gifts"
    DEPOSIT = "deposit", "Cash or cheques paid in"
    FEE = "fee", "The bank's fee"
    EXPENSE = "expense", "An expense"
    IGNORED = "ignored", "Left out of the books"


class BankLine(models.Model):
    """One booking on an account, kept once whichever files tell of it. What it was booked as is in the ledger, under `transfers`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    place = models.IntegerField("line of the file")
    booked_on = models.DateField(db_index=True)
    value_on = models.DateField()
    amount_minor = models.BigIntegerField("amount", help_text="Signed: what came in is above zero.")
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=140, blank=True)
    end_to_end = models.CharField(max_length=140, blank=True)
    counterparty = models.CharField(max_length=140, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    bank_ref = models.CharField("bank's reference", max_length=140, blank=True)
    reversal = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=LineState.choices, default=LineState.UNMATCHED)
    gift = models.ForeignKey("giving.Gift", null=True, on_delete=models.PROTECT, related_name="bank_lines")
    matched_ref = models.CharField(max_length=160, blank=True, help_text="Of a provider's payout (`stripe:po_x`), a kind of income or an expense.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was left out, or how it was matched.")
    transfers = models.JSONField(default=list, help_text="Ids of the ledger's rows.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["booked_on", "pk"]
        indexes = [models.Index(fields=["state", "booked_on"], name="giving_bankline_state")]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="giving_bankline_once"),
            models.UniqueConstraint(fields=["matched_ref"], condition=models.Q(state="payout"), name="giving_bankline_payout_once"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="giving_bankline_amount_not_zero"),
            models.CheckConstraint(condition=~models.Q(state="ignored") | models.Q(reason__gt=""), name="giving_bankline_ignored_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount}"

    @property
    def amount(self) -> Money:
        """What was booked; what came in is above zero."""
        return Money(self.amount_minor, self.currency)


class Means(models.TextChoices):
    """How something offline came, which is also where the money is until it is paid in."""

    CASH = "cash", "Cash"
    CHEQUES = "cheques", "Cheque"
    ELSEWHERE = "elsewhere", "Another way"


class IncomeKind(models.TextChoices):
    """What income is that is no gift to a campaign."""

    GRANT = "grant", "Grant"
    INTEREST = "interest", "Interest"
    SALES = "sales", "Sales"
    OTHER = "other", "Other"


class OfflineEntry(models.Model):
    """Money that came without a provider or a bank's file: entered by one person, in the books when another confirms it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a second person"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    means = models.CharField("how it came", max_length=10, choices=Means.choices)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="offline_entries")
    income_kind = models.CharField(max_length=10, choices=IncomeKind.choices, blank=True)
    amount_minor = models.BigIntegerField("amount")
    currency = models.CharField(max_length=3)
    received_on = models.DateField()
    receipt_note = models.CharField(max_length=300, help_text="Where the paper is: receipt book, folder, page.")
    name = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    gift = models.OneToOneField("giving.Gift", null=True, on_delete=models.PROTECT, related_name="offline_entry")
    transfers = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "offline entries"
        permissions = [("confirm_offlineentry", "Can confirm or refuse what another person entered")]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="giving_offline_amount_above_zero"),
            models.CheckConstraint(
                condition=models.Q(campaign__isnull=False, income_kind="") | models.Q(campaign__isnull=True, income_kind__gt=""),
                name="giving_offline_gift_or_income",
            ),
            # The two-person rule, held by the database itself.
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_by__isnull=True)
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("entered_by")))
                | models.Q(state="refused", decided_by__isnull=False),
                name="giving_offline_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.received_on}"

    @property
    def amount(self) -> Money:
        """What came."""
        return Money(self.amount_minor, self.currency)
