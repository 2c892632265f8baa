"""The story. Thin over Wagtail's page: what it holds and where the gate stands; rules live beside it."""

from typing import Any

from django.conf import settings
from django.db import models
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import CommentPanel, FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from masthead.kernel import clock
from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.stories import rules
from masthead.newsroom.stories.blocks import BodyBlock
from masthead.newsroom.stories.forms import StoryForm
from masthead.newsroom.stories.models.front import PUBLIC_ONLY, SectionPage
from masthead.newsroom.stories.models.gated import GatedPage
from masthead.newsroom.stories.models.standing import statements_that_stand
from masthead.newsroom.stories.panels import StatementsPanel
from masthead.newsroom.stories.widgets import DatelineInput, LanguageSelect, TopicBoxes


def default_language() -> str:
    """Return the publication's main language (BCP 47)."""
    return str(settings.LANGUAGE_CODE)


class StoryPage(GatedPage):
    """A story: Wagtail's `title` is its headline; its parent is its section."""

    class Label(models.TextChoices):
        NEWS = "news", "News"
        ANALYSIS = "analysis", "Analysis"
        OPINION = "opinion", "Opinion"
        EXPLAINER = "explainer", "Explainer"

    standfirst = models.TextField(blank=True, help_text="One or two sentences beneath the headline.")
    label = models.CharField(max_length=12, choices=Label.choices, default=Label.NEWS)
    dateline = models.CharField(max_length=100, blank=True, help_text="Where it was reported from, such as “Port Meridian”.")
    language = models.CharField(max_length=12, default=default_language, help_text="Language of the text (BCP 47), such as en, fr or ar.")
    lead_picture = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lead_caption = models.TextField(blank=True, help_text="Left empty, the picture's own caption is shown.")
    body = StreamField(BodyBlock(), blank=True)
    topics = ParentalManyToManyField("stories.Topic", blank=True, related_name="stories")
    canonical_url = models.URLField("canonical address", max_length=500, blank=True, help_text="Where it first appeared, if elsewhere.")
    embargoed_until = models.DateTimeField(null=True, blank=True, help_text="Nobody outside the newsroom sees it before this hour, however it is published.")
    embargo_note = models.CharField(max_length=200, blank=True, help_text="Who set the embargo, and on what.")
    # Copies that lists are sorted and cut by: the parent, and the hour it became public (null while it is not).
    section = models.ForeignKey(SectionPage, null=True, editable=False, on_delete=models.SET_NULL, related_name="stories")
    section.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]  # Wagtail's name: the tree says it, and a section's uses are not counted by it
    published_at = models.DateTimeField(null=True, editable=False)

    content_panels = [
        HelpPanel(template="stories/needs.html"),
        TitleFieldPanel("title", heading="Headline", help_text="As it will be printed.", placeholder=False, classname=""),
        FieldPanel("standfirst"),
        InlinePanel("bylines", heading="Bylines", label="Byline"),
        FieldRowPanel(
            [
                FieldPanel("label"),
                FieldPanel("dateline", widget=DatelineInput),
                FieldPanel("language", widget=LanguageSelect, help_text="What the text is written in."),
            ]
        ),
        MultiFieldPanel([FieldPanel("lead_picture"), FieldPanel("lead_caption")], heading="Lead picture"),
        FieldPanel("body"),
        StatementsPanel(),
        FieldPanel("topics", widget=TopicBoxes),
    ]
    promote_panels = [
        FieldPanel("slug"),
        FieldPanel("seo_title"),
        FieldPanel("search_description"),
        FieldPanel("canonical_url"),
    ]
    schedule_panels = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "go_live_at", heading="Goes out at", help_text="Ours to choose. Once published, it goes out at this hour by itself; left empty, at once."
                ),
                FieldPanel("expire_at", heading="Goes away at", help_text="Seldom needed: readers no longer find it after this hour."),
            ],
            heading="Schedule",
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "embargoed_until", heading="Nobody sees it before", help_text="Not ours to choose. However it is published, it waits for this hour."
                ),
                FieldPanel("embargo_note", heading="Who set it"),
            ],
            heading="Embargo",
        ),
        CommentPanel(),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading="Story"),
            ObjectList(schedule_panels, heading="Hours"),
            ObjectList(promote_panels, heading="Address and search"),
        ],
        base_form_class=StoryForm,
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.SearchField("dateline"),
        index.FilterField("label"),
        index.FilterField("language"),
        index.FilterField("section"),
        index.FilterField("published_at"),
        index.RelatedFields("bylines", [index.RelatedFields("author", [index.SearchField("name")])]),
    ]
    template = "theme/story.html"
    parent_page_types = ["stories.SectionPage"]
    subpage_types: list[str] = []
    private_page_options = PUBLIC_ONLY
    show_in_menus_default = False

    class Meta:
        verbose_name = "story"
        verbose_name_plural = "stories"
        indexes = [
            # Ending with the key, so that stories of one second are in order too and a leaf is read off the index, without a sort.
            models.Index(fields=["-published_at", "-page_ptr"], name="stories_in_turn"),
            models.Index(fields=["section", "-published_at", "-page_ptr"], name="stories_in_turn_in_section"),
            # What the desk's list is cut by besides.
            models.Index(fields=["label"], name="stories_by_label"),
            models.Index(fields=["language"], name="stories_by_language"),
            models.Index(fields=["embargoed_until"], name="stories_under_embargo", condition=models.Q(embargoed_until__isnull=False)),
        ]

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Store the story, its hour and its section as the tree and the clock have them now.

        Raises:
            PublishRefused, EmbargoHolds: it is to be live and may not be.
        """
        self.published_at = (self.first_published_at or clock.now()) if self.live else None
        self.section = rules.section_of(self)
        return super().save(*args, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        """Keep a revision; one under embargo goes out at the embargo's end at the earliest."""
        before = self.latest_revision.content if self.latest_revision_id else {}
        self.go_live_at: Any = rules.go_live_under_embargo(
            go_live_at=self.go_live_at,
            embargoed_until=self.embargoed_until,
            embargo_before=rules.read_moment(before.get("embargoed_until")),
            now=clock.now(),
        )
        return super().save_revision(*args, **kwargs)

    def with_content_json(self, content: Any) -> Any:
        """Return the story as a revision has it, its statements naming the parties and documents that stand today."""
        return super().with_content_json(statements_that_stand(content))

    @property
    def is_right_to_left(self) -> bool:
        """Whether the text runs from right to left."""
        return rules.is_right_to_left(self.language)
