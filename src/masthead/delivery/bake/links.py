"""The links of a baked page: those to what is baked lead to its file, the others to the living site."""

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

LINKING = frozenset({"href", "src", "poster", "action", "srcset", "formaction", "data"})
# One attribute in a start tag, as our templates and a sanitiser write it: a name, and a value in quotes.
ATTRIBUTE = re.compile(r"""(?P<before>[\s"'](?P<name>[a-zA-Z:-]+)\s*=\s*)(?P<quote>["'])(?P<value>.*?)(?P=quote)""", re.DOTALL)


class _Tags(HTMLParser):
    """Finds where each start tag stands; the text between stays as it is, byte for byte."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's own interface
        line, column = self.getpos()
        self.found.append((self._lines[line - 1] + column, self.get_starttag_text() or ""))

    handle_startendtag = handle_starttag


def relinked(text: str, lead: Callable[[str], str]) -> str:
    """Return a page whose links to this site (`/...`) are what `lead` makes of each; the rest is untouched."""
    pieces, end = [], 0
    for start, tag in _Tags(text).found:
        pieces += [text[end:start], ATTRIBUTE.sub(lambda found: _attribute(found, lead), tag)]
        end = start + len(tag)
    return "".join([*pieces, text[end:]])


def _attribute(found: re.Match[str], lead: Callable[[str], str]) -> str:
    name, value = found["name"].lower(), html.unescape(found["value"])
    if name not in LINKING:
        return found[0]
    if name == "srcset":
        changed = ", ".join(" ".join([_link(parts[0], lead), *parts[1:]]) for part in value.split(",") if (parts := part.split()))
    else:
        changed = _link(value, lead)
    return found[0] if changed == value else f"{found['before']}{found['quote']}{html.escape(changed)}{found['quote']}"


def _link(value: str, lead: Callable[[str], str]) -> str:
    return lead(value) if value.startswith("/") and not value.startswith("//") else value


def split(link: str) -> tuple[str, str, str]:
    """Return path, query and fragment of a link on this site, each without its mark."""
    parts = urlsplit(link)
    return parts.path, parts.query, parts.fragment
