"""What templates of pages and feeds need to show statements: the notes, the words marked, what a note is called."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from masthead.newsroom.stories import cards, marking
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.sourcing import Card, Note, Sourcing, Tally

register = template.Library()


@register.simple_tag
def sourcing_of(page: StoryPage) -> Sourcing | None:
    """Return a story's notes; None where it has no statements."""
    return cards.sourcing_of(page)


@register.simple_tag
def margin_notes(page: StoryPage, sourcing: Sourcing | None) -> bool:
    """Say whether the notes find room beside the text."""
    return bool(sourcing) and cards.has_margin_notes(page, sourcing)  # type: ignore[arg-type]  # never None here


@register.simple_tag
def marked(block: Any, sourcing: Sourcing | None, address: str = "") -> SafeString:
    """Return a block of paragraphs as HTML, its statements marked and their references set; `address` goes before each `#`."""
    return mark_block(block, sourcing, address)


def mark_block(block: Any, sourcing: Sourcing | None, address: str = "") -> SafeString:
    """Return a block of paragraphs as HTML, its statements marked and their references set."""
    html = str(block.value)
    notes = sourcing.in_block(str(block.id)) if sourcing else []
    return mark_safe(marking.mark(html, str(block.id), notes, label=reference_label, address=address) if notes else html)


@register.simple_tag
def statement_shown(key: str, block: str, sourcing: Sourcing | None) -> Note | None:
    """Return the note of a statement that is set apart from the text."""
    return sourcing.of_statement(key or "", str(block)) if sourcing else None


@register.simple_tag
def reference_to(note: Note, address: str = "") -> SafeString:
    """Return the link from a statement set apart to its note."""
    return mark_safe(marking.written(marking.reference(note, reference_label(note), address)))


@register.filter
def name_once(note: Note) -> str:
    """Return the id for a statement's words, once; empty where the page holds it already."""
    name, note.is_named = ("" if note.is_named else note.name), True
    return name


def reference_label(note: Note) -> str:
    """Return what a reference is called: “Source 1: Russian Foreign Ministry, via TASS”."""
    relay = note.card.last_relay
    words = {"number": note.number, "name": said_by(note.card), "outlet": relay.outlet.name if relay else ""}
    return (gettext("Source %(number)s: %(name)s, via %(outlet)s") if relay else gettext("Source %(number)s: %(name)s")) % words


@register.filter
def said_by(card: Card) -> str:
    """Return who said it, in words, whoever that is."""
    if card.is_observation and not card.said_by:
        return gettext("our own reporting")
    return card.said_by or gettext("a source not yet named")


@register.filter
def tally_words(tally: Tally) -> str:
    """Return the line above a story: “4 statements, 2 sources, 0 seen in the original”."""
    statements = ngettext("%(count)s statement", "%(count)s statements", tally.statements) % {"count": tally.statements}
    sources = ngettext("%(count)s source", "%(count)s sources", tally.sources) % {"count": tally.sources}
    return ", ".join([statements, sources, gettext("%(count)s seen in the original") % {"count": tally.seen}])
