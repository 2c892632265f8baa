"""What the editor and importers say of statements, parsed and judged. Pure: keys of parties and documents, no rows."""

import datetime as dt
import json
import uuid
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from masthead.kernel.errors import MastheadError
from masthead.kernel.ids import new_id
from masthead.newsroom.stories.anchors import Selector

MOST_STATEMENTS = 500  # in one story
Short = Annotated[str, Field(max_length=200)]


class StatementsRefused(MastheadError):
    """Statements that cannot be read as sent; the sentence says which and why."""


class State(StrEnum):
    """How far a statement is sourced: what the editor's side panel sorts by."""

    COMPLETE = "complete"  # the document itself can be opened
    RELAY_ONLY = "relay-only"  # somebody's report of it can be opened
    NO_LINK = "no-link"  # who said it is known, where it can be seen is not
    NO_SOURCE = "no-source"  # nobody is named as its source


class Channel(StrEnum):
    """In what something was said; the words of `SourceDocument.Kind` (a test holds them together)."""

    STATEMENT = "statement"
    RELEASE = "release"
    SPEECH = "speech"
    INTERVIEW = "interview"
    PRESS_CONFERENCE = "press-conference"
    POST = "post"
    WIRE = "wire"
    ARTICLE = "article"
    DOCUMENT = "document"
    DATA = "data"
    LETTER = "letter"
    OBSERVATION = "observation"


class HopDraft(BaseModel):
    """An outlet that relayed it; `outlet` and `document` are primary keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outlet: int
    verb: Annotated[str, Field(max_length=60)] = ""
    document: int | None = None
    locator: Annotated[str, Field(max_length=100)] = ""


class StatementDraft(BaseModel):
    """A statement as somebody wrote it down; `speaker` and `document` are primary keys.

    `approve` says that the person who sends it answers for leaving the speaker unnamed; it counts only from one who may.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: Annotated[str, Field(min_length=1, max_length=20_000)]
    key: uuid.UUID = Field(default_factory=new_id)
    form: Literal["direct", "mixed", "paraphrase", "observation"] = "direct"
    standing: Literal["original", "relayed", "disputed"] = "relayed"
    prefix: Annotated[str, Field(max_length=64)] = ""
    suffix: Annotated[str, Field(max_length=64)] = ""
    block: Annotated[str, Field(max_length=40)] = ""
    paragraph: Annotated[str, Field(max_length=20)] = ""
    speaker: int | None = None
    speaker_title: Annotated[str, Field(max_length=300)] = ""
    anonymous_as: Short = ""
    anonymous_reason: Annotated[str, Field(max_length=2000)] = ""
    approve: bool = False
    said_on: dt.date | None = None
    channel: Channel | Literal[""] = ""
    place: Short = ""
    document: int | None = None
    locator: Annotated[str, Field(max_length=100)] = ""
    original_words: Annotated[str, Field(max_length=20_000)] = ""
    original_language: Annotated[str, Field(max_length=12)] = ""
    translator: Short = ""
    note: Annotated[str, Field(max_length=2000)] = ""
    hops: Annotated[tuple[HopDraft, ...], Field(max_length=12)] = ()

    @property
    def selector(self) -> Selector:
        """The words with their context, to find them by."""
        return Selector(exact=self.words, prefix=self.prefix, suffix=self.suffix, block=self.block, paragraph=self.paragraph)


def state(*, has_speaker: bool, has_document: bool, hops_with_document: int, is_observation: bool = False) -> State:
    """Return how far a statement is sourced. What a reporter saw herself needs no document."""
    if is_observation or (has_speaker and has_document):
        return State.COMPLETE
    if not has_speaker:
        return State.NO_SOURCE
    return State.RELAY_ONLY if hops_with_document else State.NO_LINK


_LIST = TypeAdapter(list[StatementDraft])


def parse(text: str) -> list[StatementDraft]:
    """Return the statements that a JSON list holds.

    Raises:
        StatementsRefused: it is no list of statements, a field is unknown or too long, or a key stands twice.
    """
    try:
        drafts = _LIST.validate_json(text or "[]")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"]) or "the list"
        raise StatementsRefused(f"The story's statements could not be read (statement {where}): {first['msg']}.") from None
    if len(drafts) > MOST_STATEMENTS:
        raise StatementsRefused(f"The story has {len(drafts)} statements; {MOST_STATEMENTS} is the most.")
    if len({draft.key for draft in drafts}) < len(drafts):
        raise StatementsRefused("Two of the story's statements have the same key: take one of them away and add it again.")
    return drafts


def dump(drafts: list[StatementDraft]) -> str:
    """Return the statements as the JSON that `parse` reads."""
    return json.dumps([draft.model_dump(mode="json", exclude={"approve"}) for draft in drafts], ensure_ascii=False)
