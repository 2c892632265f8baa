"""The desk's pages in Wagtail's admin."""

from typing import Any

from django.forms import RadioSelect
from django.urls import path
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet
from wagtail.models import Page
from wagtail.snippets.views.snippets import SnippetViewSet

from masthead.newsroom.desk.models import DeskRule, HouseWord
from masthead.newsroom.desk.views import archive, statements
from masthead.newsroom.desk.views.checks import Checks
from masthead.newsroom.desk.views.editor import EditStory, NewStory
from masthead.newsroom.desk.views.explorer import AnyPageFilter, Explorer, PageFilter, PageSearch
from masthead.newsroom.desk.views.findings import Accept, Findings
from masthead.newsroom.desk.views.stories import ChooseSection, StoryList
from masthead.newsroom.desk.views.words import AddWord, NewWord
from masthead.newsroom.stories.models import InfoPage, StoryPage


class StoriesViewSet(PageListingViewSet):
    """The menu's “Stories”."""

    name = "stories"
    model = StoryPage
    icon = "doc-full-inverse"
    menu_label = "Stories"
    menu_order = 20
    add_to_admin_menu = True
    index_view_class = StoryList
    choose_parent_view_class = ChooseSection
    columns = StoryList.columns
    filterset_class = StoryList.filterset_class
    list_per_page = StoryList.paginate_by


class PagesViewSet(PageViewSet):
    """The pages of every kind that has none of its own, and the explorer and search of all."""

    model = Page
    index_view_class = Explorer
    filterset_class = AnyPageFilter
    search_view_class = PageSearch


class StoryViewSet(PageViewSet):
    """A story's own pages: editor and preview; and the explorer of a section, which holds nothing but stories."""

    model = StoryPage
    index_view_class = Explorer
    filterset_class = PageFilter
    edit_view_class = EditStory
    add_view_class = NewStory


class InfoViewSet(PageViewSet):
    """A plain page's own pages."""

    model = InfoPage
    edit_view_class = EditStory
    add_view_class = NewStory


class FindingsViewSet(ViewSet):
    """What the desk finds in a story, where a finding is let stand, and where a word that was found is made one of ours."""

    name = "findings"

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses under /desk/findings/."""
        return [
            path("word/", AddWord.as_view(), name="add_word"),
            path("<int:page_id>/", Findings.as_view(), name="list"),
            path("<int:page_id>/<slug:key>/", Accept.as_view(), name="accept"),
        ]


class StatementsViewSet(ViewSet):
    """What the editor asks while somebody ties statements to their sources; 0 stands for a story that is not stored yet."""

    name = "statements"

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses under /desk/statements/."""
        return [
            path("<int:page_id>/propose/", statements.Propose.as_view(), name="propose"),
            path("<int:page_id>/known/", statements.Known.as_view(), name="known"),
            path("<int:page_id>/parties/", statements.Parties.as_view(), name="parties"),
            path("<int:page_id>/link/", statements.PasteLink.as_view(), name="link"),
        ]


class ArchiveViewSet(ViewSet):
    """The archive's report, and a house rule tried on it."""

    name = "archive"

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses under /desk/archive/."""
        return [
            path("", archive.ArchiveReport.as_view(), name="index"),
            path("results/", archive.ArchiveReport.as_view(results_only=True), name="index_results"),
            path("check/", archive.StartRecheck.as_view(), name="start"),
            path("stop/<int:pk>/", archive.StopRecheck.as_view(), name="stop"),
            path("rule/<int:rule_id>/", archive.Trial.as_view(), name="trial"),
            path("rule/<int:rule_id>/try/", archive.StartRecheck.as_view(), name="try"),
        ]


class DeskRuleViewSet(SnippetViewSet):
    """The newsroom's own rules."""

    model = DeskRule
    icon = "clipboard-list"
    menu_label = "House rules"
    menu_order = 20
    add_to_settings_menu = True
    admin_url_namespace = "desk_rules"
    base_url_path = "desk-rules"
    list_display = ["name", "way", "severity", "owner", BooleanColumn("on", label="Switched on"), UpdatedAtColumn()]
    list_filter = ["on", "way", "severity"]
    search_fields = ["name", "looks_for", "reason"]
    copy_view_enabled = False
    panels = [
        FieldPanel("name"),
        FieldPanel("way", widget=RadioSelect),
        FieldPanel("looks_for"),
        FieldPanel("instead"),
        FieldPanel("reason"),
        FieldRowPanel([FieldPanel("severity"), FieldPanel("language"), FieldPanel("owner")]),
        MultiFieldPanel([FieldPanel(name) for name in ("in_text", "in_headlines", "whole_words", "match_case")], heading="Where and how"),
        MultiFieldPanel([FieldPanel("finds"), FieldPanel("spares")], heading="Examples it is proved on"),
        FieldPanel("on"),
    ]


class HouseWordViewSet(SnippetViewSet):
    """The newsroom's own words."""

    model = HouseWord
    icon = "openquote"
    menu_label = "House words"
    menu_order = 21
    add_to_settings_menu = True
    admin_url_namespace = "desk_words"
    base_url_path = "desk-words"
    add_view_class = NewWord
    list_display = ["word", "note", "added_by", Column("added_at", label="Added", sort_key="added_at")]
    list_per_page = 100
    search_fields = ["word", "note"]
    copy_view_enabled = False
    panels = [FieldPanel("word"), FieldPanel("note")]


class ChecksViewSet(ViewSet):
    """Settings, “Built-in checks”."""

    name = "desk_checks"
    url_prefix = "checks"

    def get_urlpatterns(self) -> list[Any]:
        """Return the address of the list."""
        return [path("", Checks.as_view(), name="index")]


VIEWSETS = (ArchiveViewSet(), StoriesViewSet(), StoryViewSet(), InfoViewSet(), FindingsViewSet(), StatementsViewSet(), ChecksViewSet())
