"""The search of a baked site: lists of words that a page's script reads, a few kilobytes for each search.

`search/stories.json` holds what a result shows, `search/words/XX.json` for each two letters the words that begin so, each with
the numbers of the stories that hold it.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

LEFT_OUT = frozenset({"script", "style", "nav", "form", "aside", "button", "svg", "details"})
EMPTY = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SHARD_LETTERS = 2


@dataclass(slots=True)
class Story:
    """What search shows and knows of one story."""

    title: str
    standfirst: str
    day: str
    words: frozenset[str]


def words_in(text: str) -> Iterator[str]:
    """Yield the words of a text as the search compares them: small letters, without accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    yield from re.findall(r"[^\W_]+", plain)


def story_in(page: str) -> Story | None:
    """Return what a rendered page says as a story; None where it is none."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    if reader.facts.get("og:type") != "article":
        return None
    title, standfirst = reader.facts.get("og:title", ""), reader.facts.get("description", reader.facts.get("og:description", ""))
    day = reader.facts.get("article:published_time", "")[:10]
    return Story(title=title, standfirst=standfirst, day=day, words=frozenset(words_in(" ".join([title, standfirst, *reader.text]))))


class _Reader(HTMLParser):
    """Reads the metadata, and the text of the main part without its furniture."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.facts: dict[str, str] = {}
        self.text: list[str] = []
        self._within = ""
        self._depth = 0
        self._main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "meta" and (name := known.get("property") or known.get("name")):
            self.facts.setdefault(name, known.get("content") or "")
        elif tag == "main":
            self._main = True
        if self._within:
            self._depth += tag == self._within
        elif tag in LEFT_OUT:
            self._within, self._depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._main = False
        if tag == self._within:
            self._depth -= 1
            self._within = self._within if self._depth else ""

    def handle_data(self, data: str) -> None:
        if self._main and not self._within:
            self.text.append(data)


@dataclass(slots=True)
class Index:
    """Gathers stories; a hundred thousand of them take some hundred megabytes while it is made."""

    shown: list[list[str]] = field(default_factory=list)
    holding: dict[str, list[int]] = field(default_factory=dict)

    def add(self, link: str, story: Story) -> None:
        """Add the story at `link`, an address relative to the search page."""
        number = len(self.shown)
        self.shown.append([link, story.title, story.standfirst, story.day])
        for word in story.words:
            self.holding.setdefault(word, []).append(number)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the index's files: name below `search/`, and bytes."""
        yield "stories.json", _json(self.shown)
        shards: dict[str, dict[str, list[int]]] = {}
        for word in sorted(self.holding):
            shards.setdefault(shard_of(word), {})[word] = self.holding[word]
        for name, words in shards.items():
            yield f"words/{name}.json", _json(words)


def shard_of(word: str) -> str:
    """Return the name of the list that a word stands in: the code points of its first two letters in hexadecimal, which any file system takes."""
    return "-".join(f"{ord(letter):x}" for letter in word[:SHARD_LETTERS])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
