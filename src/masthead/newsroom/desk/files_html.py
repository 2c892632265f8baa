"""The passages of an HTML page: what a reader sees of its text, with exact places. Pure.

The standard library's parser is used because it says where each piece of text stands; lxml knows the line of an element alone.
"""

import datetime as dt
import re
from dataclasses import dataclass
from html import unescape
from html.entities import html5
from html.parser import HTMLParser

from masthead.newsroom.desk.files_run import Found, Run, date_at
from masthead.newsroom.stories.text import RUNNING, Kind, Link

UNREAD = frozenset(
    "script style template noscript svg math iframe object audio video canvas nav footer aside form button select textarea dialog menu head".split()  # noqa: SIM905
)
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
BLOCKS = frozenset(
    "address article blockquote body caption dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hgroup hr html li main ol p pre section "  # noqa: SIM905
    "summary table tbody td tfoot th thead title tr ul".split()
)
CLOSED_BY_THEIR_LIKE = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "option"})
KINDS = {
    "h1": Kind.HEADING,
    "h2": Kind.HEADING,
    "h3": Kind.HEADING,
    "h4": Kind.HEADING,
    "h5": Kind.HEADING,
    "h6": Kind.HEADING,
    "li": Kind.ITEM,
    "dd": Kind.ITEM,
    "dt": Kind.HEADING,
    "blockquote": Kind.QUOTATION,
    "figure": Kind.CAPTION,
    "figcaption": Kind.CAPTION,
    "caption": Kind.CAPTION,
    "td": Kind.CELL,
    "th": Kind.CELL,
}
CAPTION_CLASS = re.compile(r"\b(?:wp-)?(?:caption|photo-credit|image-credit|credit-line)", re.IGNORECASE)
PULL_CLASS = re.compile(r"pull-?quote", re.IGNORECASE)
DATES = frozenset({"article:published_time", "datepublished", "dc.date", "dc.date.issued", "date", "parsely-pub-date"})
SPACE = re.compile(r"[ \t\r\n\f]+")  # what HTML takes for one space; a no-break space is none of it


def parse(text: str) -> Found:
    """Return what a page holds: the passages of its article, of its main part, or of all of it, whichever it has."""
    reader = _Reader(text)
    reader.feed(text)
    reader.close()
    reader.flush()
    chosen = _chosen(reader)
    found = Found(language=reader.language, published_on=reader.published_on)
    headline = next((number for number, (_, run) in enumerate(chosen) if run is reader.first_heading), None)
    if headline is None and reader.first_heading and (run := reader.first_heading):
        chosen.insert(0, (Kind.HEADING, run))
        headline = 0
    elif headline is None and reader.title.text.strip():
        chosen.insert(0, (Kind.HEADING, reader.title))
        headline = 0
    for number, (kind, run) in enumerate(chosen):
        found.passages.append(run.passage(Kind.HEADLINE if number == headline else kind, number=number + 1))
        if number < 4 and not found.published_on and (day := date_at(run.text)):  # noqa: PLR2004 - near the headline
            found.published_on = day[0]
    return found


def _chosen(reader: "_Reader") -> list[tuple[Kind, Run]]:
    """Return the runs of the longest article, of the main part, or all of them: the first that has running text."""
    lengths: dict[int, int] = {}
    for _, run, _, article in reader.found:
        if article:
            lengths[article] = lengths.get(article, 0) + len(run.text)
    longest = max(lengths, key=lambda article: lengths[article], default=0)
    everything = [(kind, run) for kind, run, _, _ in reader.found]
    for chosen in (
        [(kind, run) for kind, run, _, article in reader.found if article and article == longest],
        [(kind, run) for kind, run, tags, _ in reader.found if "main" in tags],
    ):
        if any(kind in RUNNING for kind, _ in chosen):
            return chosen
    return everything


@dataclass(slots=True)
class _Element:
    tag: str
    kind: Kind | None
    unread: bool


class _Reader(HTMLParser):
    """Gathers runs of text; `found` holds (what it is, the run, the elements around it, the number of its article or 0)."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self.stack: list[_Element] = []
        self.found: list[tuple[Kind, Run, frozenset[str], int]] = []
        self.articles = 0
        self.run = Run()
        self.title = Run()
        self.first_heading: Run | None = None
        self.link: tuple[int, str] | None = None
        self.language = ""
        self.published_on: dt.date | None = None

    @property
    def here(self) -> int:
        """Return where in the file the parser stands."""
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; a block begins a run of its own."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "") or given.get("xml:lang", "")
        if tag in {"meta", "time"}:
            self._take_date(tag, given)
        if tag == "br":
            self.run.add("\n", self.here)
        if tag in VOID:
            return
        if tag == "article" and not any(element.tag == "article" for element in self.stack):
            self.articles += 1
        if tag in BLOCKS:
            self._begin_block(tag)
        elif tag == "q":
            self._add(_mark(self.stack, opens=True), self.here)
        elif tag == "a":
            self.link = (len(self.run.text), given.get("href", ""))
        names = given.get("class", "")
        kind = KINDS.get(tag) or (Kind.CAPTION if CAPTION_CLASS.search(names) else None)
        kind = Kind.PULL_QUOTE if PULL_CLASS.search(names) else kind
        self.stack.append(_Element(tag, kind, tag in UNREAD or "hidden" in given or given.get("aria-hidden") == "true"))

    def handle_endtag(self, tag: str) -> None:
        """Close an element and those left open in it."""
        if tag in BLOCKS:
            self.flush()
        if not any(element.tag == tag for element in self.stack):
            return
        while self.stack:
            element = self.stack.pop()
            if element.tag == "q":
                self._add(_mark(self.stack, opens=False), self.here)
            if element.tag == tag:
                break
        if tag == "a" and self.link:
            start, url = self.link
            self.link = None
            if len(self.run.text) > start:
                self.run.links.append(Link(start, len(self.run.text), url))

    def handle_data(self, data: str) -> None:
        """Add text, its white space as one space."""
        if any(element.tag == "pre" for element in self.stack):
            self._add(data, self.here)
            return
        at, offset = 0, self.here
        for match in SPACE.finditer(data):
            self._add(data[at : match.start()], offset + at)
            if not self._target().text.endswith((" ", "\n")) and self._target().text:
                self._add(" ", offset + match.start())
            at = match.end()
        self._add(data[at:], offset + at)

    def handle_entityref(self, name: str) -> None:
        """Add a named character."""
        source = f"&{name};" if f"{name};" in html5 else f"&{name}"
        for char in unescape(source):  # some names are two characters; both stand where the name does
            self._add(char, self.here)

    def handle_charref(self, name: str) -> None:
        """Add a numbered character."""
        self._add(unescape(f"&#{name};"), self.here)

    def flush(self) -> None:
        """End the run of text."""
        run, self.run = self.run, Run()
        self.link = (0, self.link[1]) if self.link else None
        if not run.text.strip():
            return
        kind = next((element.kind for element in reversed(self.stack) if element.kind), Kind.PARAGRAPH)
        tags = frozenset(element.tag for element in self.stack)
        if "h1" in tags and self.first_heading is None:
            self.first_heading = run
        self.found.append((kind, run, tags, self.articles if "article" in tags else 0))

    def _begin_block(self, tag: str) -> None:
        self.flush()
        if tag in CLOSED_BY_THEIR_LIKE:
            self._close_like(tag)
        elif any(element.tag == "p" for element in self.stack):
            self._close_like("p")

    def _target(self) -> Run:
        return self.title if self.stack and self.stack[-1].tag == "title" else self.run

    def _add(self, text: str, offset: int) -> None:
        if self.stack and self.stack[-1].tag == "title" and not any(element.tag == "svg" for element in self.stack):
            self.title.add(text, offset)
        elif not any(element.unread for element in self.stack):
            self.run.add(text, offset)

    def _close_like(self, tag: str) -> None:
        """Close an open `tag` that its like ends (HTML lets </p>, </li> and others be left out), unless a list or table lies between."""
        for number in range(len(self.stack) - 1, -1, -1):
            if self.stack[number].tag == tag:
                del self.stack[number:]
                return
            if self.stack[number].tag in {"ul", "ol", "dl", "table", "blockquote", "figure", "article", "section", "div"}:
                return

    def _take_date(self, tag: str, given: dict[str, str]) -> None:
        name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
        value = given.get("datetime", "") if tag == "time" else given.get("content", "") if name in DATES else ""
        if value and not self.published_on and (day := date_at(value)):
            self.published_on = day[0]


def _mark(stack: list[_Element], *, opens: bool) -> str:
    """Return the mark that a browser sets around <q>."""
    inner = any(element.tag == "q" for element in stack)
    return ("‘" if inner else "“") if opens else ("’" if inner else "”")
