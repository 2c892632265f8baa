"""Kept copies of documents."""

from django.conf import settings
from django.db import models

from masthead.kernel.ids import new_id
from masthead.newsroom.sources.models.documents import SourceDocument


class Capture(models.Model):
    """A copy of a document as it was at one moment. Private until an editor makes it public; its file lies outside the media."""

    class Method(models.TextChoices):
        FETCH = "fetch", "Fetched by us"
        UPLOAD = "upload", "Uploaded by us"
        WAYBACK = "wayback", "Wayback Machine"
        PERMA = "perma", "Perma.cc"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        FETCHING = "fetching", "Being fetched"
        KEPT = "kept", "Kept"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"

    class Visibility(models.TextChoices):
        NEWSROOM = "newsroom", "Newsroom only"
        PUBLIC = "public", "Public"

    UNDER_WAY = (State.QUEUED, State.FETCHING)

    key = models.UUIDField(default=new_id, unique=True, editable=False)
    document = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="captures")
    method = models.CharField(max_length=10, choices=Method.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was refused or failed.")
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, help_text="When it is put before a worker again.")
    job = models.CharField(max_length=200, blank=True, help_text="What an archive calls our request.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    final_url = models.CharField(max_length=2000, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    media_type = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    path = models.CharField(max_length=200, blank=True, help_text="Inside the newsroom's folder of captures.")
    offset = models.PositiveBigIntegerField(default=0, help_text="Of the record in its WARC file.")
    memento_url = models.CharField(max_length=2000, blank=True, help_text="Of a copy that an archive keeps.")
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.NEWSROOM)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True)
    hold = models.BooleanField(default=False, help_text="Never deleted by a clean-up.")

    class Meta:
        ordering = ("-requested_at", "-pk")
        indexes = [models.Index(fields=["state", "requested_at"], name="sources_capture_waiting")]

    def __str__(self) -> str:
        return f"{self.get_method_display()}, {self.get_state_display().lower()}"
