"""A story's statements as Web Annotations (w3.org/TR/annotation-model), and all public statements as lines and as a table.

An annotation's id is the address of the statement's note, which stays when the order changes. Its target is the story,
with the words and what stands around them (4.2.4, TextQuoteSelector) and, while they stand there, the element that
holds them (4.2.1, FragmentSelector). TextPositionSelector is left out: it counts from the beginning of the whole page,
navigation and meter included, and would be wrong with the next gift.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from masthead.kernel.sheets import cell
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.sourcing import Card, Paper, Relay, Sourcing, Who

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
HTML_FRAGMENTS = "http://tools.ietf.org/rfc/rfc3236"  # 4.2.1: fragments of HTML
CONTENT_TYPE = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
Json = dict[str, Any]


def annotation_page(story: StoryPage, sourcing: Sourcing | None, *, url: str, address: str) -> Json:
    """Return the annotations of the story at `url`; `address` is the site's, without a slash at the end."""
    items = [annotation(note.card, story, url=url, address=address, name=note.name if note.pieces else "") for note in (sourcing.notes if sourcing else ())]
    return {"@context": CONTEXT, "id": f"{url}statements.json", "type": "AnnotationPage", "startIndex": 0, "items": items}


def annotation(card: Card, story: StoryPage, *, url: str, address: str, name: str = "") -> Json:
    """Return one statement as an annotation; `name` is the id of the element that holds its words in the page, where they stand in it."""
    selectors: list[Json] = [{"type": "TextQuoteSelector", "exact": card.words} | _filled(prefix=card.prefix, suffix=card.suffix)]
    if name:
        selectors.append({"type": "FragmentSelector", "conformsTo": HTML_FRAGMENTS, "value": name})
    made = _filled(
        created=story.published_at.isoformat() if story.published_at else "",
        modified=story.last_published_at.isoformat() if story.last_published_at else "",
    )
    return {
        "@context": CONTEXT,
        "id": f"{url}#statement-{card.key}",
        "type": "Annotation",
        "motivation": "identifying",
        **made,
        "body": {"id": f"urn:uuid:{card.key}", "type": "Dataset", **statement(card, address)},
        "target": {"type": "SpecificResource", "source": url, "selector": selectors},
    }


def statement(card: Card, address: str) -> Json:
    """Return a card as plain values: the words of the annotations' bodies and of the lists."""
    return _filled(
        key=card.key,
        text=card.words,
        form=card.form,
        standing=card.standing,
        speaker=_who(card.speaker, address),
        speakerTitle=card.speaker_title,
        anonymousAs=card.anonymous_as,
        anonymousReason=card.anonymous_reason,
        approvedByEditor=card.is_approved,
        saidOn=card.said_on.isoformat() if card.said_on else "",
        channel=card.channel,
        place=card.place,
        document=_paper(card.paper, address),
        locator=card.locator,
        relays=[_relay(relay, address) for relay in card.relays],
        originalText=card.original_words,
        originalLanguage=card.original_language,
        translator=card.translator,
        readerNote=card.note,
    )


def _filled(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value}


def _who(party: Who | None, address: str) -> Json:
    if party is None:
        return {}
    label = party.label
    belongs = _filled(label=label.words, owner=label.owner, reason=label.reason, since=label.since.isoformat() if label.since else "") if label else {}
    return _filled(
        id=f"urn:uuid:{party.key}",
        name=party.name,
        kind=party.kind,
        url=address + party.path if party.path else "",
        wikidata=party.wikidata,
        affiliation=belongs,
    )


def _paper(paper: Paper | None, address: str) -> Json:
    if paper is None:
        return {}
    copy = paper.copy
    return _filled(
        kind=paper.kind,
        title=paper.title,
        url=paper.url,
        publisher=_who(paper.publisher, address),
        author=_who(paper.author, address),
        publishedOn=paper.published_on.isoformat() if paper.published_on else "",
        language=paper.language,
        state=paper.state,
        archivedAt=copy_address(paper, address),
        archivedOn=copy.taken_on.isoformat() if copy and copy.taken_on else "",
    )


def copy_address(paper: Paper, address: str) -> str:
    """Return the full address of a document's public copy; empty where there is none."""
    if paper.copy is None:
        return ""
    return address + paper.copy.url if paper.copy.is_ours else paper.copy.url


def _relay(relay: Relay, address: str) -> Json:
    return _filled(outlet=_who(relay.outlet, address), verb=relay.verb, document=_paper(relay.paper, address), locator=relay.locator)


# --- all of them -----------------------------------------------------------------------------------------

COLUMNS = (
    *("statement", "story", "headline", "published", "words", "form", "standing", "speaker", "speaker_title", "unnamed_as", "said_on", "channel", "place"),
    *("document", "document_url", "document_publisher", "document_published", "archived_at", "relays", "relay_urls", "translator", "original_words"),
)
Told = tuple[StoryPage, str, Card]  # the story, its full address, one of its statements


def lines(told: Iterable[Told], *, address: str) -> Iterator[str]:
    """Yield each statement as one line of JSON."""
    for story, url, card in told:
        about = {"id": f"{url}#statement-{card.key}", "story": url, "headline": story.title, "published": _moment(story)}
        yield json.dumps(about | statement(card, address), ensure_ascii=False) + "\n"


def table(told: Iterable[Told], *, address: str) -> Iterator[str]:
    """Yield the statements as a table of comma-separated values (RFC 4180), nothing in it a formula."""
    yield _row(COLUMNS)
    for story, url, card in told:
        paper = card.paper
        values = (
            *(f"{url}#statement-{card.key}", url, story.title, _moment(story), card.words, card.form, card.standing),
            *(card.speaker.name if card.speaker else "", card.speaker_title, card.anonymous_as, card.said_on.isoformat() if card.said_on else ""),
            *(card.channel, card.place),
            *((paper.title, paper.url, paper.publisher.name if paper.publisher else "") if paper else ("", "", "")),
            *((paper.published_on.isoformat() if paper.published_on else "", copy_address(paper, address)) if paper else ("", "")),
            " > ".join(relay.outlet.name for relay in card.relays),
            " ".join(relay.paper.url for relay in card.relays if relay.paper and relay.paper.url),
            *(card.translator, card.original_words),
        )
        yield _row([cell(value) for value in values])


def _moment(story: StoryPage) -> str:
    return story.published_at.isoformat() if story.published_at else ""


def _row(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(values)
    return buffer.getvalue()
