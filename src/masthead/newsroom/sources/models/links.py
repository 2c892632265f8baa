"""What came of asking for the addresses that stories link to."""

from django.db import models


class LinkState(models.Model):
    """An address, and what it answered when it was last asked. One row an address, whoever links to it."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", "Not asked yet"
        LIVE = "live", "Answers"
        SILENT = "silent", "Does not answer"
        GONE = "gone", "Is gone"
        REFUSED = "refused", "Cannot be asked"

    url = models.CharField(max_length=2000, unique=True)
    host = models.CharField(max_length=253)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNKNOWN)
    reason = models.CharField(max_length=300, blank=True)
    misses = models.PositiveSmallIntegerField(default=0, help_text="How often in a row it did not answer.")
    linked_at = models.DateTimeField(help_text="When a story that links to it was last seen.")
    checked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.url}: {self.get_state_display().lower()}"
