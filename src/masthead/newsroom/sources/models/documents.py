"""Where words can be seen."""

from django.conf import settings
from django.db import models
from wagtail.models import RevisionMixin
from wagtail.search import index

from masthead.kernel.ids import new_id
from masthead.newsroom.sources.merged import Mergeable
from masthead.newsroom.sources.models.parties import Party


class SourceDocument(Mergeable, RevisionMixin, index.Indexed, models.Model):
    """A release, speech, interview, social post, wire report, document or data set in which words can be seen."""

    class Kind(models.TextChoices):
        STATEMENT = "statement", "Statement"
        RELEASE = "release", "Press release"
        SPEECH = "speech", "Speech"
        INTERVIEW = "interview", "Interview"
        PRESS_CONFERENCE = "press-conference", "Press conference"
        POST = "post", "Social post"
        WIRE = "wire", "Wire report"
        ARTICLE = "article", "Article"
        DOCUMENT = "document", "Document"
        DATA = "data", "Data"
        LETTER = "letter", "Letter or e-mail to us"
        OBSERVATION = "observation", "Our own observation"

    class State(models.TextChoices):
        UNCHECKED = "unchecked", "Not looked at yet"
        LIVE = "live", "Can be seen"
        CHANGED = "changed", "Has changed since we kept it"
        GONE = "gone", "Is gone"

    key = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.ARTICLE)
    url = models.URLField("address", max_length=2000, blank=True, help_text="Of the words themselves: the post, not the profile.")
    canonical_url = models.CharField(max_length=2000, blank=True, editable=False)
    title = models.CharField(max_length=500, blank=True)
    publisher = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="published_documents")
    author = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="written_documents")
    published_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=12, blank=True, help_text="BCP 47, such as en or ru.")
    note = models.TextField(blank=True, help_text="For the newsroom; readers do not see it.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNCHECKED, editable=False)
    state_reason = models.CharField(max_length=300, blank=True, editable=False)
    state_since = models.DateTimeField(null=True, editable=False)
    misses = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Looks in a row that found nothing.")
    checked_at = models.DateTimeField(null=True, editable=False)
    accessed_at = models.DateTimeField(null=True, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    merged_into = models.ForeignKey("self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged")
    created_at = models.DateTimeField(auto_now_add=True)

    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.SearchField("url"),
        index.FilterField("kind"),
        index.FilterField("state"),
        index.FilterField("merged_into"),
    ]

    class Meta:
        verbose_name = "document"
        ordering = ("-created_at", "-pk")
        permissions = [("merge_sourcedocument", "Can merge documents that were entered twice")]
        constraints = [models.UniqueConstraint(fields=["canonical_url"], condition=~models.Q(canonical_url=""), name="sources_document_once")]

    def __str__(self) -> str:
        return self.title or self.url or f"{self.get_kind_display()} of {self.created_at:%Y-%m-%d}"
