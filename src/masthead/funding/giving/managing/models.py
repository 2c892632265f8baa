"""Letters beside receipts, and the names that a law has us keep after an erasure."""

from django.db import models


class Reminder(models.Model):
    """One letter about an overdue pledge. All of them are written with the state, each is sent once or dropped."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for its day"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Not needed any more"
        UNSURE = "unsure", "Perhaps sent"  # as with receipts: nobody sends it twice unasked

    pledge = models.ForeignKey("giving.Pledge", on_delete=models.CASCADE, related_name="reminders")
    since = models.DateTimeField("overdue since")
    day = models.IntegerField(help_text="Days after that.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    next_try_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pledge", "since", "day"], name="giving_reminder_once")]
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="giving_reminder_waiting")]
        ordering = ["since", "day"]

    def __str__(self) -> str:
        return f"day {self.day}: {self.state}"


class Notice(models.Model):
    """One letter beside receipts and reminders: how to make a transfer, what became of a pledge, that somebody is forgotten. Written with what it tells of, sent once."""

    class Kind(models.TextChoices):
        TRANSFER = "transfer", "How to transfer"
        FORGOTTEN = "forgotten", "Forgotten"
        CHANGED = "changed", "Pledge changed"
        ENDED = "ended", "Pledge ended"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Not needed any more"
        UNSURE = "unsure", "Perhaps sent"  # as with receipts: nobody sends it twice unasked

    kind = models.CharField(max_length=10, choices=Kind.choices)
    gift = models.ForeignKey("giving.Gift", null=True, on_delete=models.CASCADE, related_name="notices")
    pledge = models.ForeignKey("giving.Pledge", null=True, on_delete=models.CASCADE, related_name="notices")
    email = models.EmailField(max_length=254, blank=True, help_text="Of somebody who is forgotten; empty as soon as the letter has left.")
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    next_try_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gift", "kind"], name="giving_notice_once")]
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="giving_notice_waiting")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"


class KeptName(models.Model):
    """Who gave one gift, set apart after an erasure because a law asks for it; read by nothing but the desk's page of that gift."""

    gift = models.OneToOneField("giving.Gift", on_delete=models.CASCADE, related_name="kept_name")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=80, blank=True)
    until_date = models.DateField("kept until", db_index=True)

    def __str__(self) -> str:
        return f"kept until {self.until_date}"
