"""What readers and machines are told of a story's statements: one card each, whoever shows it. Pure; no rows, no queries.

The page, its structured data, the annotations, a party's page, the lists and the feed are all made of these cards, and
therefore agree. `stories/cards.py` makes them of the rows.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from masthead.newsroom.stories.anchors import Anchor

QUOTED = frozenset({"direct", "mixed"})  # forms that hold words as they were said
OBSERVATION = "observation"


class Standing(StrEnum):
    """How near to the words the newsroom came."""

    ORIGINAL = "original"
    RELAYED = "relayed"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Whom an outlet belongs to, on the day that counts."""

    words: str
    reason: str
    owner: str = ""
    since: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A party as a card names it. `path` is its page from the root of the site; empty where it has none yet."""

    key: str
    name: str
    kind: str
    path: str = ""
    website: str = ""
    wikidata: str = ""
    label: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A public copy of a document: ours (`url` is a path from the root) or an archive's (a full address)."""

    url: str
    taken_on: dt.date | None
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document as a card names it: what kind, whose, from when, where it is, and where a copy of it is."""

    key: str
    kind: str
    kind_words: str
    title: str = ""
    url: str = ""
    publisher: Who | None = None
    author: Who | None = None
    published_on: dt.date | None = None
    language: str = ""
    state: str = ""  # "changed" or "gone" where it is not as we saw it
    state_since: dt.date | None = None
    copy: Copy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One step of the chain from the speaker to us."""

    outlet: Who
    verb: str = ""
    paper: Paper | None = None
    locator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One statement, with all that may be said of it in public."""

    key: str
    words: str
    form: str
    form_words: str
    standing: str
    standing_words: str
    prefix: str = ""
    suffix: str = ""
    speaker: Who | None = None
    speaker_title: str = ""  # the office then
    anonymous_as: str = ""
    anonymous_reason: str = ""
    is_approved: bool = False
    said_on: dt.date | None = None
    channel: str = ""  # in what it was said, in words
    place: str = ""
    paper: Paper | None = None
    locator: str = ""
    original_words: str = ""
    original_language: str = ""
    is_original_rtl: bool = False
    translator: str = ""
    note: str = ""
    relays: tuple[Relay, ...] = ()

    @property
    def is_quotation(self) -> bool:
        """Whether the words are somebody's own."""
        return self.form in QUOTED

    @property
    def is_observation(self) -> bool:
        """Whether the newsroom saw it itself."""
        return self.form == OBSERVATION

    @property
    def is_seen(self) -> bool:
        """Whether the newsroom saw the original, or the thing itself."""
        return self.standing == Standing.ORIGINAL or self.is_observation

    @property
    def said_by(self) -> str:
        """The speaker's name, or how somebody unnamed is described; empty where nobody is known."""
        return self.speaker.name if self.speaker else self.anonymous_as

    @property
    def cite(self) -> str:
        """The address where the words can be seen: the document's, or the report nearest to it; empty where there is none."""
        papers = [self.paper, *(relay.paper for relay in self.relays)]
        return next((paper.url for paper in papers if paper and paper.url), "")

    @property
    def last_relay(self) -> Relay | None:
        """The step nearest to us."""
        return self.relays[-1] if self.relays else None

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every document of the statement, the speaker's own first."""
        return tuple(paper for paper in (self.paper, *(relay.paper for relay in self.relays)) if paper)


def source_of(card: Card) -> tuple[str, str] | None:
    """Return from whom the newsroom has a statement, as a key to count by; None where nobody is named.

    What it saw itself is one source, its own reporting. What it saw in the original comes from who published that
    document, or from the speaker. What was relayed comes from the outlet nearest to the newsroom, however long the
    chain: two agencies that relay one ministry are two sources, one agency that relays three ministries is one.
    """
    if card.is_observation:
        return ("own", "")
    if card.last_relay and not card.is_seen:
        return ("party", card.last_relay.outlet.key)
    if card.paper and card.paper.publisher:
        return ("party", card.paper.publisher.key)
    if card.speaker:
        return ("party", card.speaker.key)
    if card.anonymous_as:
        return ("unnamed", card.anonymous_as.casefold())
    return ("document", card.paper.key) if card.paper else None


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands above a story: how many statements, from how many sources, how many of them seen in the original."""

    statements: int
    sources: int
    seen: int


def tally(cards: Sequence[Card]) -> Tally:
    """Return the line above a story of `cards`. No score: three numbers that a reader can check below."""
    sources = {source for card in cards if (source := source_of(card))}
    return Tally(len(cards), len(sources), sum(card.is_seen for card in cards))


# --- where the cards stand in a story -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The part of a statement's words that stands in one run of text: run `run` of body block `block`, from `start` to `end`.

    Only the last piece carries the reference to the note.
    """

    number: int
    block: str
    run: int
    start: int
    end: int
    is_first: bool
    is_last: bool


@dataclass(slots=True)
class Note:
    """A card with its number in a story, and the references to it that stand in the text (their ids, filled as they are written)."""

    number: int
    card: Card
    pieces: tuple[Piece, ...] = ()
    references: list[str] = field(default_factory=list)
    is_named: bool = False  # whether the page holds an element of that name already

    @property
    def name(self) -> str:
        """The id of the words in the page."""
        return f"s{self.number}"

    def refer(self) -> str:
        """Return an id for one more reference to the note: r1, then r1-2."""
        self.references.append(f"r{self.number}" if not self.references else f"r{self.number}-{len(self.references) + 1}")
        return self.references[-1]


@dataclass(slots=True, kw_only=True)
class Sourcing:
    """All notes of one story, in the order in which their words are read; those whose words are lost come last."""

    notes: tuple[Note, ...]
    tally: Tally

    def in_block(self, block: str) -> list[Note]:
        """Return the notes whose words stand in a block of the body, or begin or end in it."""
        return [note for note in self.notes if any(piece.block == block for piece in note.pieces)]

    def of_statement(self, key: str, block: str) -> Note | None:
        """Return the note that a statement's block shows: the one it names, else the one whose words stand in it."""
        named = next((note for note in self.notes if key and note.card.key == key), None)
        return named or next(iter(self.in_block(block)), None)


@dataclass(frozen=True, slots=True)
class Run:
    """Where a passage stands: in which block of the body, as the how-manieth run of it. `block` is empty where nothing can be marked."""

    block: str
    number: int
    length: int


def arrange(cards: Sequence[Card], anchors: Sequence[Anchor | None], within: Sequence[Sequence[int]], runs: Sequence[Run]) -> Sourcing:
    """Return the notes of `cards` in reading order.

    `anchors` say where each card's words stand, `within` in which passages, and `runs` where each passage is in the body.
    """
    placed: list[tuple[tuple[float, ...], Card, tuple[tuple[Run, int, int], ...]]] = []
    for order, (card, anchor, numbers) in enumerate(zip(cards, anchors, within, strict=True)):
        parts: tuple[tuple[Run, int, int], ...] = ()
        if anchor and all(runs[number].block for number in numbers):
            parts = tuple(
                (runs[number], anchor.start if number == anchor.first else 0, anchor.end if number == anchor.last else runs[number].length)
                for number in numbers
            )
        placed.append(((anchor.first, anchor.start, -anchor.last, -anchor.end) if anchor and parts else (float("inf"), order), card, parts))
    placed.sort(key=lambda entry: entry[0])
    notes = tuple(Note(number, card, _pieces(number, parts)) for number, (_, card, parts) in enumerate(placed, 1))
    return Sourcing(notes=notes, tally=tally([note.card for note in notes]))


def _pieces(number: int, parts: Sequence[tuple[Run, int, int]]) -> tuple[Piece, ...]:
    return tuple(
        Piece(number=number, block=run.block, run=run.number, start=start, end=end, is_first=order == 0, is_last=order == len(parts) - 1)
        for order, (run, start, end) in enumerate(parts)
    )


TEXT_LINE, NOTE_LINE = 66, 44  # characters in a line of the text, and of a note beside it
NOTE_LINES, NOTE_HEIGHT = 6, 0.6  # what a note takes beside its words, and how high its lines are, in lines of the text
END = 8  # lines below the text along which notes may still stand: topics, the appeal
MOST_IN_MARGIN = 30  # theme.css names as many places for notes to stand beside


def fits_the_margin(sourcing: Sourcing, runs: Sequence[Run]) -> bool:
    """Say whether the notes find room beside the text, whose `runs` are given in order: an estimate, pictures left out, on the safe side."""
    if not 0 < len(sourcing.notes) <= MOST_IN_MARGIN:
        return False
    begins, height = {}, 0.0
    for run in runs:
        begins[run.block, run.number] = height
        height += run.length / TEXT_LINE + 1
    free = 0.0
    for note in sourcing.notes:
        beside = begins.get((note.pieces[-1].block, note.pieces[-1].run), 0.0) + note.pieces[-1].end / TEXT_LINE if note.pieces else 0.0
        free = max(free, beside) + (NOTE_LINES + _length(note.card) / NOTE_LINE) * NOTE_HEIGHT
    return free <= height + END


def _length(card: Card) -> int:
    said = (card.said_by, card.speaker_title, card.place, card.anonymous_reason, card.original_words, card.note)
    return sum(map(len, said)) + 60 * len(card.papers) + 30 * len(card.relays)
