"""The desk's pages in Wagtail's admin."""

from typing import Any

from django.urls import path
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet

from masthead.newsroom.desk.views.editor import EditStory, NewStory
from masthead.newsroom.desk.views.findings import Accept
from masthead.newsroom.desk.views.stories import ChooseSection, StoryList
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


class StoryViewSet(PageViewSet):
    """A story's own pages: editor and preview."""

    model = StoryPage
    edit_view_class = EditStory
    add_view_class = NewStory


class InfoViewSet(PageViewSet):
    """A plain page's own pages."""

    model = InfoPage
    edit_view_class = EditStory
    add_view_class = NewStory


class FindingsViewSet(ViewSet):
    """Where a finding is let stand."""

    name = "findings"

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses under /desk/findings/."""
        return [path("<int:page_id>/<slug:key>/", Accept.as_view(), name="accept")]


VIEWSETS = (StoriesViewSet(), StoryViewSet(), InfoViewSet(), FindingsViewSet())
