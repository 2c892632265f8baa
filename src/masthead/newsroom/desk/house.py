"""The newsroom's own rules: terms it bans or prefers, and patterns, as data that becomes a check. Pure.

Patterns are RE2's (https://github.com/google/re2/wiki/Syntax): its time grows with the text alone, so that no pattern an
editor writes can hold up a save. A term is found as whole words, whatever its case, unless the rule says otherwise.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import re2

from masthead.kernel.errors import MastheadError
from masthead.newsroom.desk.checks.base import ANY_LANGUAGE, Check, Hit
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import PROSE, Kind, Passage

LONGEST = 2000  # characters of a rule
WHITE = r"[\s\p{Z}\x1c-\x1f\x{85}]+"  # what str.split splits at; RE2's \s knows ASCII alone
MOST_MEMORY = 8 * 2**20  # bytes RE2 may take for one pattern


class RuleRefused(MastheadError):
    """A rule that cannot work as written; the sentence says why and what to do."""


class Way(StrEnum):
    """What a rule asks for."""

    BANNED = "banned"
    PREFERRED = "preferred"
    PATTERN = "pattern"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A desk-owned rule. `looks_for` holds a term a line, or one pattern; `instead` is what to write in its place."""

    id: str
    way: Way
    looks_for: str
    severity: Severity
    reason: str
    owner: str
    instead: str = ""
    whole_words: bool = True
    match_case: bool = False
    scope: frozenset[Kind] = PROSE
    languages: frozenset[str] = ANY_LANGUAGE


@lru_cache(maxsize=2000)
def compiled(rule: Rule) -> Check:
    """Return the check that a rule makes.

    Raises:
        RuleRefused: it looks for nothing, its pattern is malformed or matches where nothing stands.
    """
    pattern = _pattern(rule)

    def find(reading: Reading) -> Iterator[Hit]:
        for passage in reading.passages:
            for start, end in _places(pattern, passage.text, whole_words=rule.whole_words):
                yield Hit(message=_message(rule, passage, start, end), at=passage, start=start, end=end, suggestion=rule.instead)

    return Check(id=rule.id, severity=rule.severity, reason=rule.reason, find=find, scope=rule.scope, languages=rule.languages, owner=rule.owner)


def prove(rule: Rule, *, finds: Sequence[str], spares: Sequence[str]) -> None:
    """Try a rule on the sentences it must find something in, and on those it must leave alone.

    Raises:
        RuleRefused: it cannot work, misses one of the first or hits one of the second; the sentence says which.
    """
    check = compiled(rule)
    language = min(rule.languages, default="en")
    for text in finds:
        if not _hits(check, text, rule, language):
            raise RuleRefused(f"The rule does not find anything in “{text}”, which it should.")
    for text in spares:
        if _hits(check, text, rule, language):
            raise RuleRefused(f"The rule finds something in “{text}”, which it should leave alone.")


def _hits(check: Check, text: str, rule: Rule, language: str) -> list[Hit]:
    kind = min(rule.scope, default=Kind.PARAGRAPH)
    return list(check.find(Reading(headline="", is_story=False, language=language, passages=(Passage(text=text, kind=kind),))))


def _pattern(rule: Rule) -> Any:
    if not rule.looks_for.strip():
        raise RuleRefused("The rule looks for nothing: write a term a line, or a pattern.")
    if len(rule.looks_for) > LONGEST:
        raise RuleRefused(f"The rule has {len(rule.looks_for)} characters; {LONGEST} is the most. Make two of it.")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    options.case_sensitive = rule.match_case
    source = rule.looks_for if rule.way is Way.PATTERN else "|".join(_term(line) for line in sorted(_lines(rule.looks_for), key=len, reverse=True))
    try:
        pattern = re2.compile(source, options)
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise RuleRefused(f"The pattern is malformed: {why}.") from None
    if pattern.search(""):
        raise RuleRefused("The pattern matches where nothing stands, and so everywhere: say what must be there.")
    return pattern


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _term(term: str) -> str:
    """Return the pattern of one term: any white space between its words, either apostrophe."""
    words = ("".join("['’]" if sign in "'’" else re2.escape(sign) for sign in word) for word in term.split())
    return WHITE.join(words)


def _places(pattern: Any, text: str, *, whole_words: bool) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        start, end = match.span()
        if start == end or (whole_words and not _stands_alone(text, start, end)):
            continue
        yield start, end


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether no letter or figure goes on at either side; RE2 by itself knows the words of ASCII alone."""
    before = start > 0 and re.match(r"\w", text[start - 1]) and re.match(r"\w", text[start])
    after = end < len(text) and re.match(r"\w", text[end]) and re.match(r"\w", text[end - 1])
    return not before and not after


def _message(rule: Rule, passage: Passage, start: int, end: int) -> str:
    words = passage.text[start:end]
    if rule.way is Way.PATTERN:
        said = f"“{words}”: {rule.reason}"
        return f"{said.rstrip('.')}. Write “{rule.instead}”." if rule.instead else said
    said = f"We do not write “{words}”" if rule.way is Way.BANNED else f"We prefer “{rule.instead}” to “{words}”"
    instead = f": write “{rule.instead}”" if rule.instead and rule.way is Way.BANNED else ""
    return f"{said}{instead}. {rule.reason}".strip()
