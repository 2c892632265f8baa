"""What the desk hangs into Wagtail's admin."""

from typing import Any

from wagtail import hooks
from wagtail.log_actions import LogFormatter


@hooks.register("register_log_actions")
def name_what_the_desk_logs(actions: Any) -> None:
    """Give what the desk writes into a story's history its words."""

    @actions.register_action("masthead.desk.accepted")
    class FindingAccepted(LogFormatter):
        label = "Let a finding stand"

        def format_message(self, log_entry: Any) -> str:
            return f"Let stand: {log_entry.data.get('message', '')} Because: {log_entry.data.get('reason', '')}"
