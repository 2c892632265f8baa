"""The demo's texts: paragraphs with a little markup and `:::` blocks, read into parts, no Django in them.

A paragraph is a run of lines; `## ` begins a heading, `- ` a list. Within a line: **bold**, *italic*, [words](address).
`~` is a no-break space. `::: name argument` to `:::` is a block. `{w+3}` is the date three days after publication
with its weekday, `{d-2}` without, `{m+300}` the month and year, `{y-9}` the year: so that a text is never stale.
"""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from babel.dates import format_date

from masthead.kernel.errors import MastheadError
from masthead.moving.body import Callout, Paragraphs, PullQuote

NO_BREAK, NARROW = "\u00a0", "\u202f"
_DATE = re.compile(r"\{([wdmy])([+-]\d+)\}")
_PATTERNS = {"w": "EEEE d MMMM y", "d": "d MMMM y", "m": "MMMM y", "y": "y"}
_GERMAN = {"w": "EEEE, d. MMMM y", "d": "d. MMMM y"}
_AMERICAN = {"w": "EEEE, MMMM d, y", "d": "MMMM d, y"}  # with a comma after it where the sentence goes on
AMERICAN = frozenset({"en", "en-us"})


class TextError(MastheadError):
    """A text of the demo that cannot be read: which block, and why."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the text."""

    text: str


@dataclass(frozen=True, slots=True)
class PictureUse:
    """A picture of the catalogue, with a caption of its own where it has one."""

    name: str
    caption: str = ""
    size: str = "column"


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures of the catalogue that belong together."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """An attachment of the demo."""

    slug: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first has the headings."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Embed:
    """A link to something elsewhere."""

    url: str
    title: str
    provider: str


@dataclass(frozen=True, slots=True)
class Related:
    """Stories of the demo that belong with this one."""

    slugs: tuple[str, ...]


Part = Paragraphs | Heading | PictureUse | Gallery | PullQuote | Document | Table | Embed | Callout | Related


def read(text: str) -> list[Part]:
    """Return the parts of a text whose dates and spaces are set already.

    Raises:
        TextError: a block has no end, or no meaning.
    """
    parts: list[Part] = []
    run: list[str] = []

    def end_run() -> None:
        if run:
            parts.append(Paragraphs("".join(run)))
            run.clear()

    for piece in _pieces(text):
        if piece.startswith(":::"):
            end_run()
            parts.append(_block(piece))
        elif piece.startswith("## "):
            end_run()
            parts.append(Heading(piece.removeprefix("## ").strip()))
        else:
            run.append(_element(piece))
    end_run()
    return parts


def _pieces(text: str) -> Iterator[str]:
    """Yield paragraphs and whole blocks."""
    held: list[str] = []
    block = False
    for line in [*text.strip().splitlines(), ""]:
        if block:
            held.append(line)
            if line.strip() == ":::":
                yield "\n".join(held)
                held, block = [], False
        elif line.startswith(":::"):
            held, block = [line], True
        elif line.strip():
            held.append(line)
        elif held:
            yield "\n".join(held)
            held = []
    if held:
        raise TextError(f"The block “{held[0]}” has no end: close it with a line of three colons.")


def _element(piece: str) -> str:
    lines = piece.splitlines()
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>"
    return f"<p>{inline(' '.join(line.strip() for line in lines))}</p>"


def inline(text: str) -> str:
    """Return one line of text as rich text: bold, italic and links, all else escaped."""
    safe = html.escape(text, quote=False)
    safe = re.sub(r"\[([^\]]+)\]\((https?://[^\s)]+)\)", r'<a href="\2">\1</a>', safe)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", safe)
    return re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"<i>\1</i>", safe)


def _block(piece: str) -> Part:
    first, *body = piece.splitlines()
    name, _, argument = first.removeprefix(":::").strip().partition(" ")
    reader = _BLOCKS.get(name)
    if reader is None:
        raise TextError(f"There is no block {name!r}: use one of {', '.join(_BLOCKS)}.")
    return reader(argument.strip(), [line for line in body[:-1] if line.strip() or name == "callout"])


def _picture(argument: str, body: list[str]) -> Part:
    name, _, size = argument.partition(" ")
    return PictureUse(name, inline(" ".join(body)), size.strip() or "column")


def _table(argument: str, body: list[str]) -> Part:
    head, *rows = [tuple(cell.strip() for cell in line.split(" | ")) for line in body]
    if any(len(row) != len(head) for row in rows):
        raise TextError(f"The table “{argument}” has rows of different lengths.")
    return Table(argument, head, tuple(rows))


def _embed(argument: str, body: list[str]) -> Part:
    facts = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in body)}
    return Embed(argument, " · ".join(facts[key] for key in ("title", "author", "length") if key in facts), facts.get("provider", ""))


def _callout(argument: str, body: list[str]) -> Part:
    return Callout(argument, "".join(_element(piece) for piece in _pieces("\n".join(body))))


_BLOCKS: dict[str, Callable[[str, list[str]], Part]] = {
    "picture": _picture,
    "gallery": lambda _argument, body: Gallery(tuple(body)),
    "quote": lambda argument, body: PullQuote(" ".join(body), argument),
    "document": lambda argument, _body: Document(argument),
    "table": _table,
    "embed": _embed,
    "callout": _callout,
    "related": lambda _argument, body: Related(tuple(body)),
}


def set_in(text: str, *, language: str, day: dt.date) -> str:
    """Return `text` with its dates, counted from `day`, and its no-break spaces, as `language` (BCP 47) has them."""
    american = language.lower() in AMERICAN

    def date(match: re.Match[str]) -> str:
        kind, offset = match[1], int(match[2])
        if kind == "y":
            return str(day.year + offset)
        words = format_date(day + dt.timedelta(days=offset), _pattern(kind, language), locale=language.replace("-", "_"))
        if language == "fr":
            words = re.sub(r"(^|\s)1 ", r"\g<1>1er ", words)
        words = re.sub(r"(?<=[a-z]) (?=\d+,)" if american else r"(?<=\d) |(?<=\d\.) |(?<=1er) ", NO_BREAK, words, count=1)
        goes_on = american and kind in "wd" and re.match(r" \w", match.string[match.end() :])
        return f"{words}," if goes_on else words

    dated = _DATE.sub(date, text)
    if language == "fr":
        dated = re.sub(r"~(?=[;!?])", NARROW, dated)
    if language in {"fr", "de"}:
        dated = re.sub(r"(?<=\d)~(?=\d{3})", NARROW, dated)
    return dated.replace("~", NO_BREAK)


def _pattern(kind: str, language: str) -> str:
    if language.lower() in AMERICAN:
        return _AMERICAN.get(kind, _PATTERNS[kind])
    return (_GERMAN if language == "de" else {}).get(kind, _PATTERNS[kind])
