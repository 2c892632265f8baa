"""Find WordPress shortcodes in a text, and leave an editor's own square brackets alone.

`[gallery ids="1,2"]` is a shortcode, “[sic]” and “[the minister]” are not. Nothing says which names a plug-in had
registered, so a bracket counts as a shortcode where it is one of WordPress's own, has attributes with values, a
closing tag, a name with - or _, or stands alone on its line as one lower-case word that no editor writes there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

# WordPress's own (wordpress.org/documentation/article/shortcode-blocks); everything else belonged to plug-ins and themes.
OWN = frozenset({"caption", "wp_caption", "gallery", "playlist", "audio", "video", "embed"})
EDITORS_WORDS = frozenset({"sic", "ed", "editor", "emphasis", "inaudible", "laughs", "laughter", "laughing", "applause", "crosstalk", "pause", "redacted", "expletive", "photo", "video", "update", "updated", "correction", "ends", "end", "more", "name"})  # fmt: skip

_OPENING = re.compile(r"""\[(\[?)([a-zA-Z][\w-]{0,60})((?:\s(?:"[^"]{0,2000}"|'[^']{0,2000}'|[^\]"'\[]){0,3000})?)(/?)\](\]?)""")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|'([^']*)'|(\S+)""")
_LINE_BEFORE = re.compile(r"(?:\A|\n|<(?:p|div|li|td|blockquote|br)\b[^>]*>|</(?:p|div|h[1-6]|ul|ol|table|blockquote|figure)>|-->)[ \t]*\Z")
_LINE_AFTER = re.compile(r"[ \t]*(?:\Z|\r?\n|</?(?:p|div|li|td|blockquote|br|h[1-6]|ul|ol|table|figure)\b|<!--)")
_PARAGRAPH_END = re.compile(r"</p>|</li>|</td>|</h[1-6]>|</div>|\n[ \t]*\n|\Z")
_LOOK_BACK = 300


@dataclass(slots=True)
class Shortcode:
    """One shortcode: `inner` is what stands between its tags, `source` the whole, word for word."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    inner: str = ""
    source: str = ""
    closed: bool = False

    @property
    def is_own(self) -> bool:
        """Whether WordPress itself gives it a meaning."""
        return self.name in OWN


def replace_shortcodes(text: str, *, make: Callable[[Shortcode], tuple[str, str]]) -> str:
    """Return `text` with each shortcode replaced by what `make` returns: (what stands in its place, what follows its paragraph).

    What follows is set in place too where the shortcode stands alone on its line.
    """
    pieces: list[str] = []
    at = 0
    waiting = ""
    while match := _OPENING.search(text, at):
        between = text[at : match.start()]
        if waiting and (end := _PARAGRAPH_END.search(between)) and end.end() > end.start():
            between, waiting = between[: end.start()] + waiting + between[end.start() :], ""
        pieces.append(between)
        if match[1] and match[5]:  # [[name]] is how WordPress writes a bracket that is none
            pieces.append(match[0][1:-1])
            at = match.end()
            continue
        code, end_at = _whole(text, match)
        alone = _stands_alone(text, match.start(), end_at)
        if not _is_shortcode(code, alone=alone):
            pieces.append(text[match.start() : match.start() + 1])
            at = match.start() + 1
            continue
        in_place, after = make(code)
        pieces.append(in_place + (after if alone else ""))
        waiting += "" if alone else after
        at = end_at
    rest = text[at:]
    if waiting and (end := _PARAGRAPH_END.search(rest)):
        rest = rest[: end.start()] + waiting + rest[end.start() :]
    return "".join([*pieces, rest])


def _whole(text: str, match: re.Match[str]) -> tuple[Shortcode, int]:
    start = match.start(0) + len(match[1])
    end = match.end() - len(match[5])
    name = match[2].lower()
    closing = "" if match[4] else f"[/{match[2]}]"
    found = text.find(closing, end) if closing else -1
    again = text.find(f"[{match[2]}", end)
    if found < 0 or -1 < again < found:  # unclosed, or the next of the same name begins before
        return Shortcode(name, attributes_of(match[3]), "", text[start:end]), end
    return Shortcode(name, attributes_of(match[3]), text[end:found], text[start : found + len(closing)], closed=True), found + len(closing)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return bool(_LINE_BEFORE.search(text[max(0, start - _LOOK_BACK) : start]) and _LINE_AFTER.match(text, end))


def _is_shortcode(code: Shortcode, *, alone: bool) -> bool:
    if code.is_own or code.closed or any(not name.isdigit() for name in code.attributes):
        return True
    if code.attributes:  # [the minister said]
        return False
    if "_" in code.name or "-" in code.name:
        return True
    return alone and code.name == code.source.strip("[]/ ") and code.name not in EDITORS_WORDS


def attributes_of(text: str) -> dict[str, str]:
    """Return a shortcode's attributes; those without a name are numbered from 0. Names are in lower case."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text.replace("\u00a0", " ").replace("\u200b", "")):
        name, *values = match.groups()
        value = next((value for value in values if value is not None), "")
        if name:
            found[name.lower()] = value
        elif value.strip("/"):
            found[str(sum(key.isdigit() for key in found))] = value
    return found
