"""Corrections: dated public notes tied to the revision they correct, never removed without trace."""

from django.conf import settings
from django.db import models


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Corrections; none can be deleted in bulk either."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: corrections are withdrawn, one by one, with a reason."""
        raise TypeError("Corrections cannot be deleted; withdraw them with a reason (stories.actions.withdraw_correction).")


class Correction(models.Model):
    """A public note on a story. It can be withdrawn, with a reason that stays readable; it cannot be deleted."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", "Correction"
        CLARIFICATION = "clarification", "Clarification"
        UPDATE = "update", "Update"
        RETRACTION = "retraction", "Retraction"

    # The story may be deleted; what was said about it stays, under its last headline.
    story = models.ForeignKey("stories.StoryPage", null=True, on_delete=models.SET_NULL, related_name="corrections")
    headline = models.CharField(max_length=255, help_text="The story's headline when the note was written.")
    revision = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+", help_text="The revision that was wrong.")
    revision_at = models.DateTimeField(null=True, help_text="When the revision that was wrong was written.")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.CORRECTION)
    text = models.TextField(help_text="What was wrong and what is right, in a sentence or two.")
    published_at = models.DateTimeField(db_index=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("-published_at", "-pk")
        default_permissions = ("add", "change", "view")
        indexes = [models.Index(fields=["withdrawn_at"], name="stories_withdrawn_notes", condition=models.Q(withdrawn_at__isnull=False))]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="stories_correction_has_text"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(withdrawn_reason=""), name="stories_correction_withdrawn_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.headline}"

    def delete(self, *_args: object, **_kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse: a correction is withdrawn with a reason, and stays readable."""
        raise TypeError("A correction cannot be deleted; withdraw it with a reason (stories.actions.withdraw_correction).")
