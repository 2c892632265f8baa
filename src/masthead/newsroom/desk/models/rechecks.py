"""The archive, checked again: what the desk finds today in stories that went out before."""

from django.conf import settings
from django.db import models

from masthead.newsroom.desk.models.house import DeskRule


class Recheck(models.Model):
    """One pass over the public stories: all checks, or the trial of one house rule. It can be stopped, and goes on where it was."""

    rule = models.ForeignKey(DeskRule, null=True, on_delete=models.CASCADE, related_name="trials")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0, help_text="Primary key of the last story looked at.")

    class Meta:
        default_permissions = ("add", "view")
        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return f"{self.rule or 'All checks'}, {self.done} of {self.total}"


class CheckedStory(models.Model):
    """That a story's public version was checked, and with what: `digest` covers the version and every rule in force."""

    story = models.OneToOneField("stories.StoryPage", primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    checked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.story_id} on {self.checked_at:%Y-%m-%d}"


class ArchiveFinding(models.Model):
    """Something the desk finds in a public story and nobody has accepted; of a trial where `trial` is set."""

    story = models.ForeignKey("stories.StoryPage", on_delete=models.CASCADE, related_name="+")
    trial = models.ForeignKey(Recheck, null=True, on_delete=models.CASCADE, related_name="findings")
    key = models.CharField(max_length=24)
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=8)
    message = models.TextField()
    text = models.TextField(blank=True)
    context = models.TextField(blank=True, help_text="The words around it.")

    class Meta:
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["trial", "rule"], name="desk_archive_by_rule"),
            models.Index(fields=["trial", "severity"], name="desk_archive_by_severity"),
        ]

    def __str__(self) -> str:
        return self.message
