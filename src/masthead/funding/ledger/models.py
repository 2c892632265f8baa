"""The books' rows as Django reads them. The tables, and every refusal, are made by `sql/`: Django never alters them."""

from django.db import models

from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint, Cosignature, DayBalances, TreeBlock

__all__ = [
    "CAME_BACK",
    "OF_GIFTS",
    "TAKEN_FROM_GIFTS",
    "Account",
    "AccountKind",
    "BooksKey",
    "Checkpoint",
    "Cosignature",
    "DayBalances",
    "Head",
    "Kind",
    "MonthTotal",
    "Total",
    "Transfer",
    "TreeBlock",
]


class AccountKind(models.TextChoices):
    """What an account holds. A balance is credits less debits, so that all of one currency sum to zero."""

    CLEARING = "clearing", "Held by a provider"
    FEES = "fees", "Providers' fees"
    GIFTS = "gifts", "Gifts to a campaign"
    BANK = "bank", "Bank or cash"
    EXCHANGE = "exchange", "Currency exchange"
    SPENDING = "spending", "Spent on"
    INCOME = "income", "Income beside gifts"
    OPENING = "opening", "What was there before the books"


class Kind(models.TextChoices):
    """What a transfer is. The first seven stand alone; the others take back an original, in whole or in part."""

    GIFT = "gift", "Gift"
    FEE = "fee", "Fee"
    PAYOUT = "payout", "Payout to the bank"
    EXCHANGE = "exchange", "Currency exchange"
    EXPENSE = "expense", "Expense"
    INCOME = "income", "Income beside gifts"
    OPENING = "opening", "Opening balance"
    REFUND = "refund", "Refund of a gift"
    DISPUTE = "dispute", "Gift disputed"
    FAILURE = "failure", "Gift failed late"
    WON = "won", "Dispute won"
    BOUNCED = "bounced", "Refund that came back"
    REVERSAL = "reversal", "Reversal"


TAKEN_FROM_GIFTS = (Kind.REFUND, Kind.DISPUTE, Kind.FAILURE)
CAME_BACK = (Kind.WON, Kind.BOUNCED)  # what had been taken from a gift
OF_GIFTS = (Kind.GIFT, *TAKEN_FROM_GIFTS, *CAME_BACK)


class Account(models.Model):
    """Where money stands: `gifts:<campaign>`, `clearing:<provider>:<currency>`, `fees:<provider>:<currency>`.

    Beside gifts: `bank:<name>:<currency>`, `spending:<category>:<currency>`, `income:<kind>:<currency>`, `opening:<currency>`.
    """

    code = models.CharField(max_length=120, primary_key=True)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=20, choices=AccountKind.choices)
    opened_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "ledger_account"

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One immutable row of the books: `amount_minor` of `currency` from the `debit` to the `credit` account.

    `id` is derived from the provider's own (`practice:pay_7:gift`) and names no person. `dated` is the day it
    happened, `book_month` the first of the month it counts in (a refund: that of its original), both in the
    newsroom's zone. `hash` covers every other column and so, through `prev_hash`, every row before.
    """

    seq = models.BigIntegerField("number", unique=True)
    id = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits", db_column="debit")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits", db_column="credit")
    amount_minor = models.BigIntegerField("amount")
    currency = models.CharField(max_length=3)
    dated = models.DateField()
    book_month = models.DateField("counts in")
    original = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="taken_back_by", db_column="original")
    posted_at = models.DateTimeField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        managed = False
        db_table = "ledger_transfer"
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.id}"


class Head(models.Model):
    """The last row's number and hash: one row, and the lock that lets one writer post at a time."""

    id = models.IntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "ledger_head"

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"


class Total(models.Model):
    """An account's balance (credits less debits) and how often it moved; kept by the database itself."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="total", db_column="account")
    balance_minor = models.BigIntegerField()
    version = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    moved_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_total"

    def __str__(self) -> str:
        return f"{self.account_id} {self.balance_minor}"


class MonthTotal(models.Model):
    """What one account moved in one month of the books, and how often; kept by the database itself."""

    pk = models.CompositePrimaryKey("account", "month")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="months", db_column="account")
    month = models.DateField()
    balance_minor = models.BigIntegerField()
    version = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    moved_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_monthtotal"

    def __str__(self) -> str:
        return f"{self.account_id} {self.month:%Y-%m} {self.balance_minor}"
