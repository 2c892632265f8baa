"""Statements: words or a claim in a story, with who said them, where they can be seen and who relayed them.

They are children of the story in Wagtail's sense, and so a part of each of its revisions: a draft's statements are seen
by nobody outside, and the rows in the table are those of the public version (docs/decisions/0005).
"""

from django.conf import settings
from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from masthead.kernel.ids import new_id
from masthead.newsroom.sources.models import Party, SourceDocument


class Statement(ClusterableModel, Orderable):
    """One statement, anchored by its words (`anchors.Selector`)."""

    class Form(models.TextChoices):
        DIRECT = "direct", "Word for word"
        MIXED = "mixed", "Partly word for word"
        PARAPHRASE = "paraphrase", "In our words"
        OBSERVATION = "observation", "Our own observation"

    class Standing(models.TextChoices):
        ORIGINAL = "original", "Seen in the original"
        RELAYED = "relayed", "Relayed only"
        DISPUTED = "disputed", "Disputed"

    story = ParentalKey("stories.StoryPage", on_delete=models.CASCADE, related_name="statements")
    key = models.UUIDField(default=new_id)
    form = models.CharField(max_length=12, choices=Form.choices, default=Form.DIRECT)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.RELAYED)
    words = models.TextField(help_text="As they stand in the story, without the quotation marks.")
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    block = models.CharField(max_length=40, blank=True)
    paragraph = models.CharField(max_length=20, blank=True)
    speaker = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="statements")
    speaker_title = models.CharField(max_length=300, blank=True, help_text="The office on the day it was said.")
    anonymous_as = models.CharField("described as", max_length=200, blank=True, help_text="For somebody who is not named, such as “a nurse at the hospital”.")
    anonymous_reason = models.TextField("why unnamed", blank=True, help_text="Readers see it.")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    said_on = models.DateField(null=True, blank=True)
    channel = models.CharField("in what", max_length=20, choices=SourceDocument.Kind.choices, blank=True, help_text="Known before the document itself is seen.")
    place = models.CharField(max_length=200, blank=True, help_text="Where it was said.")
    document = models.ForeignKey(SourceDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="statements")
    locator = models.CharField(max_length=100, blank=True, help_text="Where in the document: a page, a minute.")
    original_words = models.TextField(blank=True, help_text="In the language they were said in.")
    original_language = models.CharField(max_length=12, blank=True)
    translator = models.CharField(max_length=200, blank=True, help_text="Who translated; empty: the words are as said.")
    note = models.TextField(blank=True, help_text="For readers.")

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["story", "key"], name="stories_statement_once")]
        permissions = [("approve_anonymous", "Can answer for leaving a speaker unnamed")]

    def __str__(self) -> str:
        return f"{self.said_by or 'Nobody yet'}: {self.words[:60]}"

    @property
    def said_by(self) -> str:
        """The speaker's name, or how somebody unnamed is described; empty where neither is known yet."""
        return self.speaker.name if self.speaker is not None else self.anonymous_as


class Hop(Orderable):
    """One outlet that relayed a statement, in order from the speaker outwards, and where its report can be seen."""

    statement = ParentalKey(Statement, on_delete=models.CASCADE, related_name="hops")
    outlet = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="relayed")
    verb = models.CharField(max_length=60, blank=True, help_text="Such as “reported” or “quoted”.")
    document = models.ForeignKey(SourceDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="relays")
    locator = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"via {self.outlet}"
