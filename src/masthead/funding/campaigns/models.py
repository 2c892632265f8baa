"""Campaigns and their milestones. What a campaign has raised is not here: the ledger says it."""

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from masthead.funding.campaigns.rules import Period, Phase, State, phase_on
from masthead.kernel.ids import new_id
from masthead.kernel.money import Money


class Campaign(ClusterableModel):
    """A goal in one currency, once or for each calendar month, that readers can give to.

    `state` is what the newsroom chose; `phase_on` says what that means on a day. Currency and period stand from
    the first opening on, because the books then hold gifts under them. Amounts are in minor units.
    """

    uuid = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=120, help_text="What readers call it, such as “Keep the lights on”.")
    slug = models.SlugField("address", max_length=80, unique=True, help_text="The last part of its page's address: /campaigns/…/")
    purpose = models.TextField(help_text="What the money is for, in two or three sentences.")
    currency = models.CharField(max_length=3)
    goal_minor = models.BigIntegerField("goal")
    period = models.CharField(max_length=10, choices=Period.choices, default=Period.ONE_OFF)
    opens_date = models.DateField("opens on", null=True, blank=True, help_text="Gifts are taken from this day on. Empty: as soon as it is open.")
    closes_date = models.DateField("closes after", null=True, blank=True, help_text="The last day on which gifts are taken. Empty: until you close it.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    featured = models.BooleanField(default=False, help_text="Show its meter on every public page, and its appeal after every story.")
    appeal_title = models.CharField(max_length=120, blank=True, help_text="The line above the appeal after each story.")
    appeal_text = models.TextField(blank=True, help_text="What you ask of the reader. Empty: the purpose.")
    suggested_once = models.JSONField(default=list, blank=True)
    suggested_monthly = models.JSONField(default=list, blank=True)
    offers_yearly = models.BooleanField("yearly gifts", default=False, help_text="Offer to give each year beside once and monthly.")
    suggested_yearly = models.JSONField(default=list, blank=True)
    receipt_legal = models.TextField(
        "legal text on its receipts",
        blank=True,
        help_text="Where this campaign's gifts are told the tax office otherwise. Empty: the newsroom's own legal text.",
    )
    opened_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-featured", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(goal_minor__gt=0), name="campaigns_campaign_goal_above_zero"),
            models.CheckConstraint(
                condition=Q(opens_date__isnull=True) | Q(closes_date__isnull=True) | Q(closes_date__gte=F("opens_date")),
                name="campaigns_campaign_closes_after_opening",
                violation_error_message="It closes before it opens: give a later day, or leave one of the two empty.",
            ),
            models.CheckConstraint(condition=Q(state=State.DRAFT) | Q(opened_at__isnull=False), name="campaigns_campaign_open_has_account"),
            models.UniqueConstraint(
                fields=["featured"],
                condition=Q(featured=True),
                name="campaigns_campaign_one_featured",
                violation_error_message="Another campaign is featured already: take that mark off it first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def account_code(self) -> str:
        """The ledger account that its gifts are credited to."""
        return f"gifts:{self.uuid}"

    @property
    def goal(self) -> Money:
        """What is asked for: in all, or each month."""
        return Money(self.goal_minor, self.currency)

    def phase(self, today: dt.date) -> Phase:
        """Return what it is on the newsroom's day `today`."""
        return phase_on(State(self.state), self.opens_date, self.closes_date, today)

    def suggested(self, *, monthly: bool = False, yearly: bool = False) -> tuple[Money, ...]:
        """Return the amounts offered to readers as buttons."""
        amounts = self.suggested_yearly if yearly else self.suggested_monthly if monthly else self.suggested_once
        return tuple(Money(minor, self.currency) for minor in amounts)

    def get_absolute_url(self) -> str:
        """Return the path of its public page."""
        return f"/campaigns/{self.slug}/"


class Milestone(models.Model):
    """A mark on the campaign's scale, in the campaign's minor units, and what reaching it means."""

    campaign = ParentalKey(Campaign, on_delete=models.CASCADE, related_name="milestones")
    amount_minor = models.BigIntegerField("amount")
    meaning = models.CharField(max_length=160, help_text="What this much makes possible, such as “pays two reporters”.")

    class Meta:
        ordering: ClassVar[list[str]] = ["amount_minor"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="campaigns_milestone_above_zero"),
            models.UniqueConstraint(fields=["campaign", "amount_minor"], name="campaigns_milestone_amount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor}: {self.meaning}"
