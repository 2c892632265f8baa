"""What providers told of the money, and where the books differ from it. None of these is the books: those are in the ledger."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from masthead.funding.providers.base import MovementKind
from masthead.kernel.money import Money


class SweptUntil(models.Model):
    """How far the sweep has asked one provider what changed."""

    provider = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.provider} {self.at:%Y-%m-%d %H:%M}"


class Reconciliation(models.Model):
    """One run over one provider: what was asked for, and what became of it. `began_at` is the moment that it speaks of."""

    provider = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    since = models.DateTimeField(help_text="From when on movements were asked for.")
    movements = models.IntegerField(default=0)
    differing = models.IntegerField(default=0)
    matched_until = models.BigIntegerField(default=0, help_text="Up to this number, each of the ledger's rows was one of its movements.")
    error = models.TextField(blank=True, help_text="Why the provider could not be asked; empty where it was.")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["provider", "-began_at"], name="giving_reconciliation_last")]
        ordering: ClassVar = ["-began_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.provider} {self.began_at:%Y-%m-%d %H:%M}"


class MovementState(models.TextChoices):
    """What became of a movement in the books."""

    NEW = "new", "Not looked at yet"
    MATCHED = "matched", "In the books"
    MISSING = "missing", "Not in the books"
    DIFFERS = "differs", "In the books with another amount"
    FOREIGN = "foreign", "Of no gift of ours"
    GONE = "gone", "No longer told by the provider"


class ProviderMovement(models.Model):
    """One change of the balance at a provider, kept once. `place` tells apart those that say the same at the same moment."""

    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value.replace("_", " ")) for kind in MovementKind])
    ref = models.CharField(max_length=100)
    payment_ref = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    place = models.IntegerField(default=0)
    amount_minor = models.BigIntegerField("amount", help_text="Signed: what came in is above zero.")
    currency = models.CharField(max_length=3)
    words = models.CharField(max_length=200, blank=True)
    account_fee = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MovementState.choices, default=MovementState.NEW)
    transfer = models.CharField(max_length=200, blank=True, help_text="The id of the ledger's row that it is.")
    cause = models.CharField(max_length=300, blank=True, help_text="Why it does not match.")
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "kind", "ref", "at", "place"], name="giving_movement_once")]
        indexes: ClassVar = [
            models.Index(fields=["transfer"], name="giving_movement_transfer"),
            models.Index(fields=["provider", "payment_ref"], name="giving_movement_payment"),
            models.Index(fields=["provider", "at"], name="giving_movement_at"),
            models.Index(fields=["provider"], condition=~models.Q(state="matched"), name="giving_movement_open"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.ref}"

    @property
    def amount(self) -> Money:
        """What moved; what came in is above zero."""
        return Money(self.amount_minor, self.currency)


class ProviderPayout(models.Model):
    """A payout that a provider told of; whether it is on the account, the bank's lines say."""

    provider = models.CharField(max_length=20)
    ref = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField("amount")
    currency = models.CharField(max_length=3)
    arrives_on = models.DateField()
    inside_minor = models.BigIntegerField(null=True, help_text="The sum of what is in it, where the provider tells.")
    bounced_on = models.DateField("came back on", null=True, help_text="It did not reach the bank.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "ref"], name="giving_payout_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.ref}"

    @property
    def amount(self) -> Money:
        """What was sent to the bank."""
        return Money(self.amount_minor, self.currency)


class Discrepancy(models.Model):
    """Something that does not match, from when it was first seen until it does. A person may explain it; it stays counted as explained."""

    provider = models.CharField(max_length=20)
    key = models.CharField(max_length=250, help_text="What it is about, so that each run knows it again.")
    cause = models.TextField()
    todo = models.TextField("what to do")
    amount_minor = models.BigIntegerField("amount", null=True)
    currency = models.CharField(max_length=3, blank=True)
    payment_ref = models.CharField(max_length=100, blank=True)
    transfer = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField("explanation", max_length=300, blank=True)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    explained_name = models.CharField(max_length=150, blank=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "discrepancies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "key"], name="giving_discrepancy_once"),
            models.CheckConstraint(condition=models.Q(explained_at__isnull=True) | models.Q(reason__gt=""), name="giving_discrepancy_with_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["first_seen_at"], condition=models.Q(closed_at__isnull=True), name="giving_discrepancy_open")]
        ordering: ClassVar = ["first_seen_at", "pk"]

    def __str__(self) -> str:
        return f"{self.provider} {self.key}"

    @property
    def amount(self) -> Money | None:
        """By how much, where it is a sum."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)
