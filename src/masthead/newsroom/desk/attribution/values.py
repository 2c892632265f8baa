"""What the attribution rules hand out: places in a story's passages, quotations, relays, proposals. Plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Span:
    """Words from `start` to `end` in `passages[passage].text`."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A quotation without its marks, from `start` in passage `first` to `end` in passage `last`.

    `words` joins its paragraphs with a line feed, as a statement's selector does, without the marks that reopen each.
    `closed` is false where no mark ends it: it is taken to run to the end of its paragraph.
    """

    first: int
    start: int
    last: int
    end: int
    words: str
    closed: bool


@dataclass(frozen=True, kw_only=True)
class Relay:
    """An outlet that passed words on, and the words that say so: "TASS", "according to"."""

    outlet: str
    verb: str
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Who may have said a quotation, for a person to accept or change; an empty speaker where the text does not tell.

    `form` is "direct", "mixed" or "paraphrase" (then `quoted` is the sentence). `speaker_span` is where the name, pronoun or
    description stands beside the cue; `speaker` is who that is. `relays` run from the speaker outward.
    """

    quoted: Quoted
    form: str
    speaker: str = ""
    speaker_title: str = ""
    speaker_span: Span | None = None
    cue: str = ""
    cue_span: Span | None = None
    channel: str = ""
    anonymous: bool = False
    relays: tuple[Relay, ...] = ()
    said_on_words: str = ""
