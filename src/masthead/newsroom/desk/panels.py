"""The desk's panels beside a story, findings and statements, and its board on the first page."""

from collections.abc import Sequence
from typing import Any

from django.forms import Media
from django.middleware.csrf import get_token
from django.urls import reverse
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.side_panels import BaseSidePanel

from masthead.kernel import clock
from masthead.newsroom.desk import queries, rules
from masthead.newsroom.desk.board import board
from masthead.newsroom.desk.checks import spelling
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.stories import gate
from masthead.newsroom.stories.models import Statement

# The scripts of the statements, in the order in which one stands on the other.
SCRIPTS = ("text", "store", "paint", "words", "lookup", "offers", "form", "link", "block", "panel")


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

    @property
    def media(self) -> Media:
        """Return what paints the findings beside the words."""
        return Media(
            js=[versioned_static(f"desk/{name}.js") for name in ("statements/text", "findings", "keep")],
            css={"all": [versioned_static("desk/statements/statements.css")]},
        )

    def __init__(self, page: Any, request: Any) -> None:
        super().__init__(page, request)
        self.findings = gate.findings(page) if page.pk else []

    def get_context_data(self, parent_context: Any) -> Any:
        """Return the findings, each with its place and, for those who may, the way to let it stand or to make its word one of ours."""
        context = super().get_context_data(parent_context)
        context["csrf_token"] = get_token(self.request)
        may_add_words = self.request.user.has_perm("desk.add_houseword")
        may_accept = self.request.user.has_perm("desk.add_acceptance")
        context["findings"] = [
            {
                "finding": finding,
                "word": finding.text if finding.rule == spelling.misspelling.id and may_add_words else "",
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


class StatementsPanel(BaseSidePanel):
    """Who said what in this story, by how far each is sourced. Its scripts fill it; the form's hidden field is the truth."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """The button that opens it; its script counts what has no source or no link yet."""

        aria_label = "Toggle the story's statements"
        icon_name = "openquote"
        counter_classname = "w-bg-critical-200"
        keyboard_shortcut = "mod+shift+s"

    name = "statements"
    title = "Statements"
    template_name = "desk/statements.html"
    order = 40

    @property
    def media(self) -> Media:
        """Return the scripts and their look."""
        return Media(
            js=[versioned_static(f"desk/statements/{name}.js") for name in SCRIPTS],
            css={"all": [versioned_static("desk/statements/statements.css")]},
        )

    def get_context_data(self, parent_context: Any) -> Any:
        """Return what the scripts must know: the choices of the form, what this person may do, who approved what."""
        statements = self.object.statements.all()
        settings = {
            "base": reverse("statements:propose", args=[0]).removesuffix("0/propose/"),
            "findings": reverse("findings:list", args=[0]).removesuffix("0/"),
            "page": self.object.pk or 0,
            "may_approve": self.request.user.has_perm("stories.approve_anonymous"),
            "approved": [str(statement.key) for statement in statements if statement.approved_by_id],
            "forms": Statement.Form.choices,
            "standings": Statement.Standing.choices,
            "channels": [choice for choice in SourceDocument.Kind.choices if choice[0] != SourceDocument.Kind.OBSERVATION],
            "kinds": Party.Kind.choices,
        }
        return super().get_context_data(parent_context) | {"desk_statements": settings}


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
