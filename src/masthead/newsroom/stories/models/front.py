"""The pages that stories hang from: the front, the sections, and plain pages such as About."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from masthead.newsroom.stories.blocks import BodyBlock, StripBlock
from masthead.newsroom.stories.forms import GatedForm
from masthead.newsroom.stories.models.gated import GatedPage

PUBLIC_ONLY: list[str] = []  # a newsroom's pages are public or unpublished; passwords on pages would outlive every cache


class FrontPage(Page):
    """The front page: arranged by an editor, or by time where she has not."""

    lead = models.ForeignKey("stories.StoryPage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Left empty: the newest story.")
    strips = StreamField([("strip", StripBlock())], blank=True, help_text="Left empty: every section, in menu order.")

    content_panels = [
        MultiFieldPanel([PageChooserPanel("lead", "stories.StoryPage")], heading="Lead"),
        InlinePanel("secondaries", heading="Beside the lead", label="Story", max_num=6, help_text="Left empty: the next newest stories."),
        FieldPanel("strips", heading="Section strips"),
    ]
    template = "theme/front.html"
    max_count = 1
    subpage_types = ["stories.SectionPage", "stories.InfoPage"]
    parent_page_types = ["wagtailcore.Page"]
    private_page_options = PUBLIC_ONLY
    show_in_menus_default = False

    class Meta:
        verbose_name = "front page"


class Secondary(Orderable):
    """A story beside the lead."""

    front = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="secondaries")
    story = models.ForeignKey("stories.StoryPage", on_delete=models.CASCADE, related_name="+")

    panels = [PageChooserPanel("story", "stories.StoryPage")]


class SectionPage(Page):
    """A section: its stories, newest first."""

    description = models.CharField(max_length=300, blank=True, help_text="What readers find here, in a sentence.")

    content_panels = [*Page.content_panels, FieldPanel("description")]
    search_fields = [*Page.search_fields, index.SearchField("description")]
    template = "theme/section.html"
    subpage_types = ["stories.StoryPage"]
    parent_page_types = ["stories.FrontPage"]
    private_page_options = PUBLIC_ONLY
    show_in_menus_default = True

    class Meta:
        verbose_name = "section"


class InfoPage(GatedPage):
    """A page that stands: about, how we work, contact."""

    standfirst = models.TextField(blank=True)
    body = StreamField(BodyBlock(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("standfirst"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("standfirst"), index.SearchField("body")]
    base_form_class = GatedForm
    template = "theme/info.html"
    subpage_types = ["stories.InfoPage"]
    parent_page_types = ["stories.FrontPage", "stories.InfoPage"]
    private_page_options = PUBLIC_ONLY

    class Meta:
        verbose_name = "page"
