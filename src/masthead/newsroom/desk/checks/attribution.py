"""Whose words these are, and through whom they came: asked where the text does not tell.

The rules behind it are `masthead.newsroom.desk.attribution`. On published news about one "unattributed" quotation in four truly is, so
that check only asks; a relay is read rightly about three times in four, so that one warns.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from masthead.newsroom.desk.attribution.naming import Naming, named
from masthead.newsroom.desk.attribution.values import Relay, Span
from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.text import Reading, StatementUse
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import RUNNING, Passage

ENGLISH = frozenset(("en",))
SHOWN = 6  # words of a quotation in a message


@check(
    "quotation-unattributed",
    Severity.QUERY,
    languages=ENGLISH,
    reason="Readers are told whose words they read.",
)
def quotation_unattributed(reading: Reading) -> Iterator[Hit]:
    """Yield a query for each quotation of more than three words that no statement and nothing nearby attributes to anybody."""
    for quoted in _named(reading).unattributed():
        passage = reading.passages[quoted.first]
        place = Span(passage=quoted.first, start=quoted.start, end=quoted.end if quoted.last == quoted.first else len(passage.text))
        if passage.kind not in RUNNING or any((use.speaker or use.anonymous) and _meets(use, place) for use in reading.statements):
            continue
        shown = " ".join(quoted.words.split()[:SHOWN])
        message = f"Who said “{shown} …”? Name the speaker beside the quotation, or give its source."
        yield Hit(message=message, at=passage, start=place.start, end=place.end, text=quoted.words)


@check(
    "relay-without-link",
    Severity.WARN,
    languages=ENGLISH,
    reason="What came through another outlet leads to its report, so that readers can see it for themselves.",
)
def relay_without_link(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for each outlet that relayed something, where the paragraph links nowhere and no statement there has its report."""
    naming = _named(reading)
    for sentence, relays in naming.relayed():
        passage = reading.passages[sentence.passage]
        if passage.kind not in RUNNING or passage.links:
            continue
        place = naming.story.spanned(sentence)
        uses = [use for use in reading.statements if _meets(use, place)]
        for relay in relays:
            if not _can_be_seen(relay, uses, reading):
                message = f"{relay.outlet} is named as having passed this on, and nothing leads to its report: link it, or add it to the statement's source."
                there = relay.span or place
                yield Hit(message=message, at=passage, start=there.start, end=there.end, text=f"{relay.outlet}: {passage.text[place.start : place.end]}")


def relayed_in_words(reading: Reading, statement: StatementUse) -> bool:
    """Return whether a sentence at `statement` names an outlet as its relay, in a paragraph where `relay-without-link` looks."""
    if statement.passage is None or reading.language.split("-", maxsplit=1)[0] not in ENGLISH:
        return False
    naming = _named(reading)
    return any(
        reading.passages[sentence.passage].kind in RUNNING
        and not reading.passages[sentence.passage].links
        and _meets(statement, naming.story.spanned(sentence))
        for sentence, _relays in naming.relayed()
    )


CHECKS = (quotation_unattributed, relay_without_link)


def _named(reading: Reading) -> Naming:
    return _read(reading.passages, tuple(reading.outlets.items()))


@lru_cache(maxsize=2)  # both checks ask for the same
def _read(passages: tuple[Passage, ...], outlets: tuple[tuple[str, str], ...]) -> Naming:
    return named(passages, dict(outlets))


def _meets(use: StatementUse, place: Span) -> bool:
    """Say whether a statement's words and a place in one passage have words in common."""
    if use.passage is None:
        return False
    last = use.passage if use.last_passage is None else use.last_passage
    if not use.passage <= place.passage <= last:
        return False
    return (place.passage > use.passage or use.start < place.end) and (place.passage < last or use.end > place.start)


def _can_be_seen(relay: Relay, uses: Sequence[StatementUse], reading: Reading) -> bool:
    """Say whether a statement at the sentence has the document itself, or this outlet's report of it."""
    name = relay.outlet.lower()
    return any(
        use.has_document or any(hop.has_document and reading.outlets.get(hop.outlet.lower(), hop.outlet).lower() == name for hop in use.hops) for use in uses
    )
