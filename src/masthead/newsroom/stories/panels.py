"""What Wagtail's comparison of two versions says of their statements. The form shows nothing here: the desk's panel does."""

import difflib
from typing import Any

from django.utils.html import format_html, format_html_join
from wagtail.admin.panels import Panel


class StatementsPanel(Panel):
    """The story's statements in the comparison of versions."""

    class BoundPanel(Panel.BoundPanel):
        """Never shown in the form; compared all the same."""

        def is_shown(self) -> bool:
            """Return that the form has nothing of it."""
            return False

        def get_comparison(self) -> list[Any]:
            """Return what compares the statements of two versions."""
            return [StatementsComparison]


class StatementsComparison:
    """The statements of two versions, each in a line of words, marked where one has gone or come."""

    is_field = True
    is_child_relation = False

    def __init__(self, before: Any, after: Any) -> None:
        self.before, self.after = _lines(before), _lines(after)

    def field_label(self) -> str:
        """Return what stands beside the comparison."""
        return "Statements"

    def has_changed(self) -> bool:
        """Return whether anything about the statements is different."""
        return self.before != self.after

    def htmldiff(self) -> str:
        """Return the lines of both, gone ones and new ones marked."""
        rows = []
        for line in difflib.ndiff(self.before, self.after):
            if line.startswith("?"):
                continue  # ndiff's own note on which letters differ
            mark = {"-": "deletion", "+": "addition"}.get(line[0])
            rows.append((format_html('<span class="{}">{}</span>', mark, line[2:]) if mark else line[2:],))
        return format_html_join("", "<p>{}</p>", rows)


def _lines(story: Any) -> list[str]:
    return [_in_words(statement) for statement in sorted(story.statements.all(), key=lambda statement: statement.sort_order or 0)]


def _in_words(statement: Any) -> str:
    """Return one statement with all that a reader would see of it: “words”: who ← in what (where) ← relay (where)."""
    who = statement.said_by or "nobody yet"
    who = f"{who}, {statement.speaker_title}" if statement.speaker_title else who
    chain = [f"{who}{_where(statement.document)}"]
    if statement.channel:
        chain.append(statement.get_channel_display().lower())
    chain += [f"{hop.outlet}{_where(hop.document)}" for hop in sorted(statement.hops.all(), key=lambda hop: hop.sort_order or 0)]
    said_on = statement.said_on and f"said on {statement.said_on}"
    translated = statement.translator and f"translated by {statement.translator}"
    why = statement.anonymous_reason and f"unnamed because: {statement.anonymous_reason}"
    facts = [statement.get_form_display(), statement.get_standing_display(), said_on, statement.place, translated, why, statement.note]
    return f"“{statement.words}”: {' ← '.join(chain)}. {'; '.join(str(fact) for fact in facts if fact)}."


def _where(document: Any) -> str:
    return f" ({document.url or document})" if document is not None else ""
