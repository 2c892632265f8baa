"""Gifts and their history, pledges, the webhook inbox, receipts. None of these is the books: those are in the ledger."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from masthead.funding.campaigns.models import Campaign
from masthead.funding.providers.base import Frequency as ProviderFrequency
from masthead.kernel.ids import new_id
from masthead.kernel.money import Money
from masthead.readers.models import Supporter


class Frequency(models.TextChoices):
    """How often a supporter gives."""

    ONCE = ProviderFrequency.ONCE.value, "Once"
    MONTHLY = ProviderFrequency.MONTHLY.value, "Monthly"
    YEARLY = ProviderFrequency.YEARLY.value, "Yearly"


class Visibility(models.TextChoices):
    """What readers may see of who gave a gift; the supporter chooses for each."""

    HIDDEN = "hidden", gettext_lazy("Nothing")
    NAME = "name", gettext_lazy("My name")
    AMOUNT = "amount", gettext_lazy("My name and the amount")


class GiftState(models.TextChoices):
    """What became of a gift. Derived from the provider's facts by rules.state_of, never from the order of webhooks."""

    STARTED = "started", "Started"
    PENDING = "pending", "Pending"
    SETTLED = "settled", "Settled"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"
    PARTLY_REFUNDED = "partly_refunded", "Partly refunded"
    REFUNDED = "refunded", "Refunded"
    DISPUTED = "disputed", "Disputed"


class Pledge(models.Model):
    """A supporter's promise to give each month or year; each payment of it is a gift of its own."""

    class State(models.TextChoices):
        STARTED = "started", "Started"
        ACTIVE = "active", "Active"
        PAST_DUE = "past_due", "Payment overdue"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    class Reason(models.TextChoices):
        """Why a supporter ended it, where they say so."""

        MONEY = "money", gettext_lazy("I cannot afford it at the moment")
        ELSEWHERE = "elsewhere", gettext_lazy("I give in another way, or to somebody else")
        JOURNALISM = "journalism", gettext_lazy("I am not content with what you publish")
        LETTERS = "letters", gettext_lazy("You write to me too often")
        TROUBLE = "trouble", gettext_lazy("Something did not work")
        OTHER = "other", gettext_lazy("Another reason")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="pledges")
    supporter = models.ForeignKey(Supporter, null=True, on_delete=models.SET_NULL, related_name="pledges")
    amount_minor = models.BigIntegerField("amount")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State.choices, default=State.STARTED)
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField("provider's reference", max_length=100, blank=True)
    frequency = models.CharField(max_length=10, choices=Frequency.choices, default=Frequency.MONTHLY)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField("next payment", null=True, help_text="As the provider says; empty: none is taken, or it is not known.")
    past_due_at = models.DateTimeField("overdue since", null=True)
    confirm_url = models.CharField(max_length=1000, blank=True, help_text="The provider's page where the supporter pays or confirms what is overdue.")
    asked_at = models.DateTimeField("asked for here", null=True, help_text="When the supporter last asked here for a change or an end of it.")
    ended_because = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    ended_words = models.CharField(max_length=500, blank=True, help_text="The supporter's own words.")

    class Meta:
        indexes = [models.Index(fields=["-started_at", "id"], name="giving_pledge_started")]
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], condition=~models.Q(provider_ref=""), name="giving_pledge_provider_ref_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="giving_pledge_amount_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount.words()} each {'year' if self.frequency == Frequency.YEARLY else 'month'}"

    @property
    def amount(self) -> Money:
        """What each payment is."""
        return Money(self.amount_minor, self.currency)


RUNNING = (Pledge.State.ACTIVE, Pledge.State.PAST_DUE, Pledge.State.PAUSED)


class Gift(models.Model):
    """One payment by a supporter. Its id goes to the provider as idempotency key; what it counts for is in the ledger."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="gifts")
    amount_minor = models.BigIntegerField("amount")
    currency = models.CharField(max_length=3)
    frequency = models.CharField(max_length=10, choices=Frequency.choices)
    pledge = models.ForeignKey(Pledge, null=True, on_delete=models.PROTECT, related_name="gifts")
    renewal = models.BooleanField(default=False, help_text="A later payment of its pledge, not the one that began it.")
    supporter = models.ForeignKey(Supporter, null=True, on_delete=models.SET_NULL, related_name="gifts")
    state = models.CharField(max_length=20, choices=GiftState.choices, default=GiftState.STARTED)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it failed, in the provider's words.")
    returned_minor = models.BigIntegerField("given back or held back", default=0)
    settled_minor = models.BigIntegerField("credited", null=True, help_text="What the provider credited, before its fee, in the campaign's currency.")
    settled_currency = models.CharField(max_length=3, blank=True)
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField("provider's reference", max_length=100, blank=True, help_text="Of the payment.")
    checkout_ref = models.CharField(max_length=100, blank=True)
    checkout_url = models.CharField(max_length=1000, blank=True)
    public_name = models.CharField("name", max_length=80, blank=True)
    show_name = models.BooleanField(default=False, help_text="The supporter asked for it.")
    show_amount = models.BooleanField(default=False, help_text="Beside the name; the supporter asked for it.")
    cover_minor = models.BigIntegerField("of it, to cover the fee", default=0, help_text="Added by the supporter on an estimate; part of the amount.")
    dedication = models.CharField(max_length=200, blank=True)
    page_path = models.CharField("begun at", max_length=300, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("refund_gift", "Can give a gift back")]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="giving_gift_created"),
            models.Index(fields=["state", "created_at"], name="giving_gift_state_created"),
            models.Index(fields=["settled_at"], condition=models.Q(settled_at__isnull=False), name="giving_gift_settled"),
            models.Index(
                fields=["-settled_at", "id"],
                condition=models.Q(show_name=True, renewal=False, settled_at__isnull=False) & ~models.Q(public_name=""),
                name="giving_gift_named",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], condition=~models.Q(provider_ref=""), name="giving_gift_provider_ref_once"),
            models.UniqueConstraint(fields=["provider", "checkout_ref"], condition=~models.Q(checkout_ref=""), name="giving_gift_checkout_ref_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="giving_gift_amount_above_zero"),
            models.CheckConstraint(condition=models.Q(cover_minor__gte=0, cover_minor__lt=models.F("amount_minor")), name="giving_gift_cover_within"),
            models.CheckConstraint(condition=models.Q(show_amount=False) | models.Q(show_name=True), name="giving_gift_amount_beside_name"),
            models.CheckConstraint(condition=models.Q(returned_minor__gte=0, returned_minor__lte=models.F("amount_minor")), name="giving_gift_returned_within"),
        ]

    def __str__(self) -> str:
        return f"{self.amount.words()} to {self.campaign}"

    @property
    def amount(self) -> Money:
        """What was promised."""
        return Money(self.amount_minor, self.currency)

    @property
    def settled(self) -> Money | None:
        """What it counts at: as the provider credited it; None before it has settled."""
        if self.settled_minor is not None:
            return Money(self.settled_minor, self.settled_currency)
        return self.amount if self.settled_at else None

    @property
    def visibility(self) -> Visibility:
        """What readers may see of who gave it."""
        return Visibility.AMOUNT if self.show_amount else Visibility.NAME if self.show_name else Visibility.HIDDEN

    @property
    def cover(self) -> Money:
        """What of it the supporter added for the provider's fee."""
        return Money(self.cover_minor, self.currency)

    @property
    def returned(self) -> Money:
        """What was given back, or is held back by a dispute."""
        return Money(self.returned_minor, self.currency)


class GiftEvent(models.Model):
    """One step in a gift's history: what moved it, and which transfers were posted with it. Only added."""

    gift = models.ForeignKey(Gift, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=GiftState.choices)
    cause = models.CharField(max_length=200, help_text="The webhook, the sweep or the person that led to it.")
    reason = models.CharField(max_length=200, blank=True)
    transfers = models.JSONField(default=list, help_text="Ids of the ledger's rows.")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.state}"


class InboxEvent(models.Model):
    """A webhook as it came, stored before anything else. It says only where to look; `apply_inbox` looks."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=150)
    kind = models.CharField(max_length=100)
    object_ref = models.CharField(max_length=100)
    body = models.BinaryField()
    content_type = models.CharField(max_length=100, blank=True)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    next_try_at = models.DateTimeField()

    class Meta:
        verbose_name = "webhook"
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="giving_inboxevent_once")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(applied_at__isnull=True), name="giving_inbox_waiting"),
            models.Index(fields=["provider", "next_try_at"], condition=models.Q(applied_at__isnull=True), name="giving_inbox_due"),
            models.Index(fields=["object_ref", "provider"], name="giving_inbox_object"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.object_ref}"


class Receipt(models.Model):
    """The letter that confirms one gift: written in the transaction that settles it, sent once."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        # The program stopped while the letter was being handed over. Nobody knows whether it left, so nobody sends it twice unasked.
        UNSURE = "unsure", "Perhaps sent"

    gift = models.OneToOneField(Gift, on_delete=models.CASCADE, related_name="receipt")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    next_try_at = models.DateTimeField()

    NUMBER_DIGITS: ClassVar[int] = 6

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="giving_receipt_waiting")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The receipt's number, such as `2026-000123`: the year it was written in (UTC) and its place among all receipts."""
        return f"{self.created_at.year}-{self.pk:0{self.NUMBER_DIGITS}d}"


@register_setting(icon="doc-full", order=20)
class ReceiptWords(BaseGenericSetting):
    """What every receipt says of the newsroom: what the law asks for where it is."""

    organisation = models.TextField(blank=True, help_text="Legal name, postal address and registration, as receipts must name them.")
    legal = models.TextField("legal text", blank=True, help_text="What the tax office wants said, such as the notice of your exemption. Empty: nothing.")
    no_return = models.CharField(
        "nothing given in return",
        max_length=300,
        blank=True,
        default="No goods or services were given in return for this gift.",
        help_text="Empty it where something was.",
    )

    panels: ClassVar[list[FieldPanel]] = [FieldPanel("organisation"), FieldPanel("legal"), FieldPanel("no_return")]

    class Meta:
        verbose_name = "Receipts"


# Django finds an app's models in this module: these stand in their own files.
from masthead.funding.giving.banking.models import BankAccount, BankFile, BankLine, BankStatement, OfflineEntry  # noqa: E402, F401
from masthead.funding.giving.managing.models import KeptName, Notice, Reminder  # noqa: E402, F401
from masthead.funding.giving.reconciling.models import (  # noqa: E402, F401
    Discrepancy,
    ProviderMovement,
    ProviderPayout,
    Reconciliation,
    SweptUntil,
)
