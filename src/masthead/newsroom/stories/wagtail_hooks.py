"""What the stories room hangs into Wagtail's admin."""

from typing import Any

from wagtail import hooks
from wagtail.log_actions import LogFormatter

from masthead.newsroom.stories.models import Correction


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
