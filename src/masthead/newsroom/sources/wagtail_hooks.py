"""What the sources room hangs into Wagtail's admin."""

from typing import Any

from wagtail import hooks
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet

from masthead.newsroom.sources.views.captures import captures_viewset
from masthead.newsroom.sources.views.parties import refuse_to_delete
from masthead.newsroom.sources.viewsets import SourcesGroup

register_snippet(SourcesGroup)
hooks.register("before_delete_snippet", refuse_to_delete)


@hooks.register("register_admin_viewset")
def show_captures() -> Any:
    """Give kept copies their addresses; they have no entry in the menu, each is seen with its document."""
    return captures_viewset


@hooks.register("register_log_actions")
def name_what_is_done_with_copies(actions: Any) -> None:
    """Give what becomes of kept copies its words in their document's history."""
    words = {"published": "Show a copy to readers", "withdrawn": "Take a copy back", "held": "Hold a copy for ever", "released": "Hold a copy no more"}
    for name, label in words.items():
        actions.register_action(f"masthead.capture.{name}", label, label)


@hooks.register("register_log_actions")
def name_what_sources_log(actions: Any) -> None:
    """Give merges their words in the histories of both sides."""

    @actions.register_action("masthead.merged.here")
    class MergedHere(LogFormatter):
        label = "Merge another into it"

        def format_message(self, log_entry: Any) -> str:
            return f"“{log_entry.data['gone']['name']}” was merged into it"

    @actions.register_action("masthead.merged.away")
    class MergedAway(LogFormatter):
        label = "Merge into another"

        def format_message(self, log_entry: Any) -> str:
            return f"Merged into “{log_entry.data['keep']['name']}”"
