"""Counters, the breaker's trips, where gifts began, and gifts that wait for a confirmed address. All of it is forgotten soon."""

from django.db import models

from masthead.funding.guard.rules import Level
from masthead.kernel.ids import new_id


class Tally(models.Model):
    """What happened in ten minutes in one scope: `site`, `place:203.0.113.0/24`, `mail:<keyed hash>`."""

    scope = models.CharField(max_length=80)
    slot = models.DateTimeField()
    asked = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    paid = models.IntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["scope", "slot"], name="guard_tally_once")]
        indexes = [models.Index(fields=["slot"], name="guard_tally_slot")]

    def __str__(self) -> str:
        return f"{self.scope} {self.slot:%Y-%m-%d %H:%M}"


class Trip(models.Model):
    """One time that the breaker opened. At most one is open."""

    opened_at = models.DateTimeField(db_index=True)
    why = models.CharField(max_length=200)
    level = models.CharField(max_length=10, choices=[(Level.PLACES.value, "Risky networks confirm"), (Level.ALL.value, "Everybody confirms")])
    level_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        verbose_name = "card testing"
        constraints = [models.UniqueConstraint(fields=["is_open"], condition=models.Q(is_open=True), name="guard_trip_one_open")]
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M} {self.why}"


class Start(models.Model):
    """Where a gift began, kept as long as its payment may still be refused."""

    gift_id = models.UUIDField(primary_key=True)
    place = models.CharField(max_length=50)
    at = models.DateTimeField(db_index=True)
    paid = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.place} {self.gift_id}"


class HeldGift(models.Model):
    """A gift that was asked for and waits until the link in a letter is followed. `asked` is the form as it was typed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, db_index=True)
    place = models.CharField(max_length=50)
    asked = models.JSONField()
    created_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    gift_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(sent_at__isnull=True), name="guard_held_waiting")]

    def __str__(self) -> str:
        return str(self.pk)
