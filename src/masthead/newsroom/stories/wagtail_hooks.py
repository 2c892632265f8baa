"""What the stories room hangs into Wagtail's admin."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet

from masthead.newsroom.stories.models import Correction, StoryPage
from masthead.newsroom.stories.viewsets import PeopleAndTopics, corrections_viewset

register_snippet(PeopleAndTopics)


@hooks.register("register_admin_viewset")
def show_corrections() -> Any:
    """Put the corrections into the menu."""
    return corrections_viewset


@hooks.register("register_page_header_buttons")
def offer_to_correct(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer “Correct…” above a story that is or was public."""
    if view_name == "edit":
        yield from _correct(page, user, next_url)


@hooks.register("register_page_listing_more_buttons")
def offer_to_correct_in_lists(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Offer “Correct…” beside a story in a list."""
    yield from _correct(page, user, next_url)


def _correct(page: Any, user: Any, next_url: str | None) -> Iterator[Button]:
    if isinstance(page, StoryPage) and page.first_published_at and user.has_perm("stories.add_correction"):
        url = reverse("corrections:add", args=[page.pk])
        yield Button("Correct…", f"{url}?{urlencode({'next': next_url})}" if next_url else url, icon_name="strikethrough", priority=15)


@hooks.register("register_log_actions")
def name_what_stories_log(actions: Any) -> None:
    """Give what this room writes into a story's history its words."""

    @actions.register_action("masthead.correction")
    class Corrected(LogFormatter):
        label = "Correct in public"

        def format_message(self, log_entry: Any) -> str:
            kind = log_entry.data.get("kind", "")
            name = dict(Correction.Kind.choices).get(kind, "Correction")
            return f"{name} published: {log_entry.data.get('text', '')}"

    @actions.register_action("masthead.correction.withdrawn")
    class CorrectionWithdrawn(LogFormatter):
        label = "Withdraw a correction"

        def format_message(self, log_entry: Any) -> str:
            return f"Correction withdrawn: “{log_entry.data.get('text', '')}”, because: {log_entry.data.get('reason', '')}"

    @actions.register_action("masthead.publish.refused")
    class RefusedAtItsHour(LogFormatter):
        label = "Refuse at its hour"
        message = "Not published at its hour"

        def format_message(self, log_entry: Any) -> str:
            return f"Not published at its hour: {log_entry.data.get('reason', '')}"
