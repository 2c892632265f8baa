"""What the desk hangs into Wagtail's admin."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet

from masthead.kernel import clock
from masthead.newsroom.desk import rules
from masthead.newsroom.desk.models import DeskRule
from masthead.newsroom.desk.panels import BoardPanel
from masthead.newsroom.desk.viewsets import VIEWSETS, DeskRuleViewSet, HouseWordViewSet, PagesViewSet

# Wagtail's name of an entry: (what the desk calls it, its place). Other rooms take places of their own: funding 100 to 199.
MENU = {
    "images": ("Pictures", 30),
    "documents": ("Attachments", 40),
    "explorer": ("Pages", 300),
    "reports": ("Reports", 900),
    "settings": ("Settings", 1000),
}
NEVER_NEEDED = {"help", "snippets", "aging-pages", "page-types-usage", "workflow-tasks", "sites", "collections", "locales"}
NOT_FOR_REPORTERS = {"reports", "explorer"}
ACTS = {
    "approve": "Approve and publish",
    "reject": "Send back…",
    "action-restart-workflow": "Begin the review again",
    "action-cancel-workflow": "Call off the review",
}
SETTINGS_LABELS = {"users": "Staff", "groups": "Roles", "redirects": "Old addresses", "workflows": "Review"}


@hooks.register("register_admin_viewset")
def show_the_desk() -> Any:
    """Put the desk's pages in."""
    return list(VIEWSETS)


@hooks.register("register_admin_viewset", order=1)  # after Wagtail's own, in whose place it stands
def explore_a_leaf_at_a_time() -> Any:
    """Put the desk's explorer and search for pages in."""
    return PagesViewSet()


register_snippet(DeskRuleViewSet)
register_snippet(HouseWordViewSet)


@hooks.register("register_reports_menu_item")
def show_the_archive_report() -> MenuItem:
    """Lead to what the desk finds in the archive."""
    return MenuItem("Archive report", reverse("archive:index"), name="archive-report", icon_name="history", order=10)


@hooks.register("register_snippet_listing_buttons")
def offer_to_try_in_lists(snippet: Any, _user: Any, _next_url: str | None = None) -> Iterator[Button]:
    """Offer to try a house rule on the archive, beside it in the list."""
    if isinstance(snippet, DeskRule):
        yield Button("On the archive…", reverse("archive:trial", args=[snippet.pk]), icon_name="history", priority=20)


@hooks.register("construct_homepage_panels", order=1000)  # last: it gathers what other rooms put there
def lay_out_the_board(_request: Any, panels: list[Any]) -> None:
    """Put the board on the first page in place of Wagtail's own panels; those of other rooms stand in its side column."""
    panels[:] = [BoardPanel([panel for panel in panels if not type(panel).__module__.startswith("wagtail.")])]


@hooks.register("after_bulk_action")
def say_what_waits(request: Any, action_type: str, objects: list[Any], _action: Any) -> None:
    """Name the stories that “publish” only scheduled: their hour or embargo lies ahead."""
    now = clock.now()
    for page in objects if action_type == "publish" else ():
        waiting = page.scheduled_revision
        if waiting is not None and waiting.approved_go_live_at > now:
            messages.warning(
                request, f"“{waiting.object_str}” is not out yet: it goes out {rules.hour(waiting.approved_go_live_at, settings.ENV.zone, now=now)}."
            )


@hooks.register("construct_page_action_menu")
def show_what_comes_next(items: list[Any], request: Any, _context: Any) -> None:
    """Set the one act that moves the story on beside “Save draft”: approve, publish, or send in."""
    for item in items:
        with_comment = item.name == "approve" and item.launch_modal
        item.label = "Approve and publish with a comment…" if with_comment else ACTS.get(item.name, item.label)
    by_name = {item.name: item for item in items if not getattr(item, "launch_modal", False)}
    act = next((by_name[name] for name in ("approve", "action-publish", "action-submit") if name in by_name), None)
    if act is not None and "action-save-draft" in by_name:
        save = by_name["action-save-draft"]
        items[:] = [save, act, *(item for item in items if item not in {save, act})]
        request.desk_main_act = True


@hooks.register("construct_main_menu")
def speak_the_desks_words(request: Any, items: list[Any]) -> None:
    """Name the menu's entries as a newsroom does, in its order, and take away what it never needs."""
    for item in items:
        label, order = MENU.get(item.name, (item.label, item.order))
        item.label, item.order = label, order
    reporter = not request.user.has_perm("stories.change_correction")
    items[:] = [item for item in items if item.name not in NEVER_NEEDED and not (reporter and item.name in NOT_FOR_REPORTERS)]


@hooks.register("construct_reports_menu")
def keep_the_reports_a_desk_reads(_request: Any, items: list[Any]) -> None:
    """Leave locks, reviews and the history."""
    items[:] = [item for item in items if item.name not in NEVER_NEEDED]


@hooks.register("construct_settings_menu")
def keep_the_settings_a_desk_sets(request: Any, items: list[Any]) -> None:
    """Leave what a publisher sets; a superuser keeps all of Wagtail's."""
    if not request.user.is_superuser:
        items[:] = [item for item in items if item.name not in NEVER_NEEDED]
    for item in items:
        item.label = SETTINGS_LABELS.get(item.name, item.label)


class ChecksMenuItem(MenuItem):
    """“Built-in checks”, for those who may set them."""

    def is_shown(self, request: Any) -> bool:
        """Return whether this person may."""
        return bool(request.user.has_perm("desk.change_checkchoice"))


@hooks.register("register_settings_menu_item")
def lead_to_the_checks() -> MenuItem:
    """Lead to the built-in checks from Settings."""
    return ChecksMenuItem("Built-in checks", reverse("desk_checks:index"), name="desk-checks", icon_name="clipboard-list", order=19)


@hooks.register("register_admin_menu_item")
def begin_with_the_board() -> MenuItem:
    """Lead back to the board from everywhere."""
    return MenuItem("Desk", reverse("wagtailadmin_home"), name="desk", icon_name="clipboard-list", order=10)


@hooks.register("register_admin_menu_item")
def show_the_shortcuts() -> MenuItem:
    """Open Wagtail's list of shortcuts, which lay under Help; `?` opens it too."""
    attrs = {
        "role": "button",
        "data-a11y-dialog-show": "keyboard-shortcuts-dialog",
        "data-action": "w-action#noop:prevent:stop",
        "data-controller": "w-kbd w-action",
        "data-w-kbd-key-value": "?",
    }
    return MenuItem("Shortcuts", "#", name="keyboard-shortcuts-trigger", icon_name="keyboard", order=1100, attrs=attrs)


@hooks.register("insert_global_admin_css")
def dress_the_admin() -> str:
    """Lay the desk's look over Wagtail's."""
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("desk/desk.css"))


@hooks.register("insert_global_admin_js")
def help_the_hand() -> str:
    """Count words, find topics, lead from a finding to its place."""
    return format_html('<script defer src="{}"></script>', versioned_static("desk/desk.js"))


@hooks.register("register_log_actions")
def name_what_the_desk_logs(actions: Any) -> None:
    """Give what the desk writes into a story's history its words."""

    @actions.register_action("masthead.desk.accepted")
    class FindingAccepted(LogFormatter):
        label = "Let a finding stand"

        def format_message(self, log_entry: Any) -> str:
            return f"Let stand: {log_entry.data.get('message', '')} Because: {log_entry.data.get('reason', '')}"
