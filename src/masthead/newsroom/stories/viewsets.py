"""Authors, topics and corrections in the desk's menu."""

from typing import Any

from django.urls import path
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from masthead.newsroom.stories.models import Author, Topic
from masthead.newsroom.stories.views import corrections


class AuthorViewSet(SnippetViewSet):
    """People whose names stand on stories."""

    model = Author
    icon = "user"
    menu_label = "Authors"
    menu_order = 10
    admin_url_namespace = "desk_authors"
    base_url_path = "authors"
    list_display = ["name", "title", "guest", "user", UpdatedAtColumn()]
    list_filter = ["guest"]
    search_fields = ["name"]
    copy_view_enabled = False


class TopicViewSet(SnippetViewSet):
    """What stories are about."""

    model = Topic
    icon = "tag"
    menu_label = "Topics"
    menu_order = 20
    admin_url_namespace = "desk_topics"
    base_url_path = "topics"
    list_display = ["name", "slug", UpdatedAtColumn()]
    search_fields = ["name"]
    copy_view_enabled = False


class PeopleAndTopics(SnippetViewSetGroup):
    """The menu that holds both."""

    items = (AuthorViewSet, TopicViewSet)
    menu_label = "People & topics"
    menu_name = "people-topics"
    menu_icon = "group"
    menu_order = 60
    add_to_admin_menu = True


class CorrectionViewSet(ViewSet):
    """The list of corrections, and the pages that add and withdraw one; there is none that edits or deletes."""

    name = "corrections"
    icon = "strikethrough"
    menu_label = "Corrections"
    menu_order = 70
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses under /desk/corrections/."""
        return [
            path("", corrections.CorrectionList.as_view(), name="index"),
            path("results/", corrections.CorrectionList.as_view(results_only=True), name="index_results"),
            path("add/<int:story_id>/", corrections.Correct.as_view(), name="add"),
            path("withdraw/<int:pk>/", corrections.Withdraw.as_view(), name="withdraw"),
        ]


corrections_viewset = CorrectionViewSet()
