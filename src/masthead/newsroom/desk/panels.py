"""The desk's panel beside a story, and its board on the first page."""

from collections.abc import Sequence
from typing import Any

from django.forms import Media
from django.urls import reverse
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.side_panels import BaseSidePanel

from masthead.kernel import clock
from masthead.newsroom.desk import queries, rules
from masthead.newsroom.desk.board import board
from masthead.newsroom.stories import gate


class DeskPanel(BaseSidePanel):
    """Findings with what to do about each, and the acceptances with who and why."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """The button that opens it; it counts what blocks, else what is to look at."""

        aria_label = "Toggle the desk's findings"
        icon_name = "clipboard-list"
        counter_classname = "w-bg-critical-200"
        keyboard_shortcut = "mod+shift+d"

        def get_context_data(self, parent_context: Any) -> Any:
            """Return the button's context with its count."""
            blocks = [finding for finding in self.panel.findings if finding.severity is not gate.Severity.SUGGEST]
            return super().get_context_data(parent_context) | {"count": len(blocks)}

    name = "desk"
    title = "Desk"
    template_name = "desk/panel.html"
    order = 50

    def __init__(self, page: Any, request: Any) -> None:
        super().__init__(page, request)
        self.findings = gate.findings(page) if page.pk else []

    def get_context_data(self, parent_context: Any) -> Any:
        """Return the findings, each with its place and, for those who may, the way to let it stand."""
        context = super().get_context_data(parent_context)
        may_accept = self.request.user.has_perm("desk.add_acceptance")
        context["findings"] = [
            {
                "finding": finding,
                "picture_url": _picture(finding),
                "severity": rules.SEVERITY_WORDS[finding.severity],
                "anchor": f"#block-{finding.block}-section" if finding.block else f"#panel-child-story-{finding.field}-section" if finding.field else "",
                "accept_url": reverse("findings:accept", args=[self.object.pk, finding.key]) if may_accept else "",
            }
            for finding in self.findings
        ]
        context["acceptances"] = queries.acceptances(self.object) if self.object.pk else []
        return context


def _picture(finding: gate.Finding) -> str:
    """Return where the picture is completed that a finding is about; its checks put the key into the finding's text."""
    about_one = finding.rule.startswith("picture-") and finding.text.isdigit()
    return reverse("wagtailimages:edit", args=[finding.text]) if about_one else ""


class BoardPanel(Component):
    """The desk's board, with the panels of `others` in its side column."""

    name = "board"
    template_name = "desk/board.html"
    order = 10

    def __init__(self, others: Sequence[Any] = ()) -> None:
        self.others = sorted(others, key=lambda panel: panel.order)

    @property
    def media(self) -> Media:
        """Return what the panels in it load."""
        return sum((panel.media for panel in self.others), Media())

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Return the board for the person who is signed in."""
        request = parent_context["request"]
        return {"board": board(user=request.user, now=clock.now()), "request": request, "others": self.others}
