"""What an editor accepted, and why: kept with the revision it was accepted in."""

from django.conf import settings
from django.db import models


class Acceptance(models.Model):
    """A finding that an editor lets stand, with her reason. It holds while the rule, the words and the block are the same."""

    page = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    finding_key = models.CharField(max_length=24)
    rule = models.CharField(max_length=60)
    message = models.TextField()
    reason = models.TextField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        default_permissions = ("add", "view")
        constraints = [
            models.UniqueConstraint(fields=["page", "finding_key"], name="desk_acceptance_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="desk_acceptance_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"
