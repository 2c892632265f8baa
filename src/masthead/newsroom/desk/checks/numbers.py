"""Counts that do not fit what they count, and percentages that cannot be."""

import re
from collections.abc import Iterator

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.checks.sentences import sentences
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import PROSE, Kind

ENGLISH = frozenset({"en"})
_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
_SAID = {word: number for number, word in enumerate(re.findall(r"\w+", _WORDS), 1)}
_COUNT = rf"(?:{'|'.join(_SAID)}|\d{{1,3}}(?![\d,.:]\d))"
_SMALL = rf"(?:{'|'.join(list(_SAID)[1:12])}|[2-9]|1[0-2])"

# “three people: ”, “four others — ”, “the two men (”
_LIST = re.compile(
    rf"(?<![\w.,$€£-])(?P<total>{_SMALL})\s+(?P<what>(?:[\w'’-]+\s+){{0,3}}?[\w'’-]*[a-rt-z]s|people|men|women|children|others|media|police|staff)(?:(?P<did>(?:\s+[\w'’-]+){{1,6}}):\s+|:\s+|\s+[—–]\s+|\s+\()",
    re.IGNORECASE,
)
_NAME = r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Capt|Sgt|St)\.?\s+)?[A-ZÀ-ÞŠŽ][\w'’.À-ÿ-]*(?:\s+(?:(?:de|da|di|du|del|la|le|von|van|bin|al|el|of|the|der|den)\s+)*[A-ZÀ-ÞŠŽ][\w'’.À-ÿ-]*){0,4}"
_NAMES = re.compile(
    rf"{_NAME}(?:,\s+\d\d?)?(?:,?\s+(?:and|&)\s+{_NAME}(?:,\s+\d\d?)?|(?:,\s+{_NAME}(?:,\s+\d\d?)?)+(?:,?\s+(?:and|&)\s+{_NAME}(?:,\s+\d\d?)?))"
)
_ENDS = re.compile(r"\s*(?:[.!?]?[\"”]?\s*$|[.!?]\s|[)—–])")
_AND = re.compile(r",?\s+(?:and|&)\s+|,\s+")
_AGE = re.compile(r",\s+\d\d?(?=,|\s|$|\.)")
_PAIRED = re.compile(
    r"(?:Bosnia|Trinidad|Antigua|Tobago|Principe|Nevis|Futuna|Caicos|Health|Arts|Food|Black|Marks|Johnson|Procter|Procter|Smith|Dolce|Barnes|William|Simon|Standard|Homeland|Jan Mayen|Education|Trade|Research|Science) (?:and|&) "
)
_ONE_OF_FEW = re.compile(
    r"\b(?:including|among them|such as|like|e\.g\.|notably|most|mainly|for example|several|at least|more than|some|up to|about|nearly|only)\b", re.IGNORECASE
)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _SAID[word.lower()]


@check("count-does-not-fit", Severity.WARN, reason="“Three people: A and B” leaves readers looking for the third.", languages=ENGLISH)
def count_does_not_fit(reading: Reading) -> Iterator[Hit]:
    """Yield a warning where the names or numbers listed after a count are more or fewer, and where a part is larger than its whole."""
    for passage in reading.passages:
        if passage.kind not in PROSE and passage.kind is not Kind.HEADLINE:
            continue
        text = passage.text
        for match in _LIST.finditer(text) if any(mark in text for mark in ":—–(") else ():
            counted = _listed_names(text, match.end()) or _listed_numbers(text, match.end()) or _listed_things(text, match.end())
            total = _number(match["total"])
            if counted and counted[0] != total and not _ONE_OF_FEW.search(text, max(0, match.start() - 15), match.end()):
                message = f"“{match['total']} {match['what']}”, and then {counted[0]} follow: count again."
                yield Hit(message=message, at=passage, start=match.start(), end=counted[1])
        for match in _PART.finditer(text) if " of " in text else ():
            part, whole = _number(match["part"]), _number(match["whole"])
            if part > whole and not _YEARLIKE.match(match["whole"]):
                yield Hit(message=f"“{match[0]}”: the part is larger than the whole.", at=passage, start=match.start(), end=match.end())


def _listed_names(text: str, start: int) -> tuple[int, int] | None:
    """Return how many names are listed from `start`, and where the list ends; None where it is no plain list of names."""
    match = _NAMES.match(text, start)
    if not match or not _ENDS.match(text, match.end()):
        return None
    names = _AGE.sub("", match[0])
    if _PAIRED.search(names) or len(re.findall(r"\s(?:and|&)\s", names)) != 1:
        return None
    return len(_AND.split(names)), match.end()


_NUMBERED = re.compile(
    rf"(?:{_COUNT}|an?)\s+(?:[a-z'’-]+\s+){{0,3}}?[a-z'’-]+(?:(?:,\s+|,?\s+and\s+)(?:{_COUNT}|an?)\s+(?:[a-z'’-]+\s+){{0,3}}?[a-z'’-]+)+", re.IGNORECASE
)
_EACH = re.compile(rf"(?:^|,\s+|\sand\s+)({_COUNT}|an?)(?=\s)", re.IGNORECASE)
_PARTLY = re.compile(r"\b(?:of|from|with|to|in|who|aged|year|years|days?|hours?|weeks?|months?|minutes?)\b|\b(?:and|,) (?:his|her|their|the)\b")


def _listed_numbers(text: str, start: int) -> tuple[int, int] | None:
    """Return the sum of “five men and three women” from `start`, and where it ends; None where it is no plain list of numbers."""
    match = _NUMBERED.match(text, start)
    if not match or not _ENDS.match(text, match.end()) or _PARTLY.search(match[0]):
        return None
    counts = [1 if said.lower() in {"a", "an"} else _number(said) for said in _EACH.findall(match[0])]
    return sum(counts), match.end()


_THING = r"(?:(?:an?|the)\s+)?[a-z][\w’'-]*(?:\s+[a-z][\w’'-]*)?"
_THINGS = re.compile(rf"{_THING}(?:(?:,\s+{_THING})+,?\s+and\s+{_THING}|\s+and\s+{_THING})(?=[.!?](?:\s|$|[\"”]))")


def _listed_things(text: str, start: int) -> tuple[int, int] | None:
    """Return how many things of one or two words are listed from `start` to the end of the sentence, and where it ends."""
    match = _THINGS.match(text, start)
    if not match or len(re.findall(r"\sand\s", match[0])) != 1:
        return None
    return len(_AND.split(match[0])), match.end()


_PART = re.compile(rf"(?<![\w.,:$€£%/-])(?<![A-Z]\s)(?<![A-Z]\w\s)(?P<part>{_COUNT})\s+(?:out\s+)?of\s+the(?:ir|se)?\s+(?P<whole>{_COUNT})\s+(?!-)(?=[a-z])(?!th\b|st\b|per\s?cent|million|billion|hundred|thousand)(?!year|day|hour|o['’]clock|a\.?m|p\.?m)", re.IGNORECASE)  # fmt: skip
_YEARLIKE = re.compile(r"1\d{3}|20\d\d")

_TOTAL = re.compile(
    rf"(?<![\w.,$€£-])(?P<first>{_COUNT})\s+(?P<a>men|women|boys|girls|adults|children|civilians|soldiers|students|teachers|officers|passengers|crew)\s+and\s+"
    rf"(?P<second>{_COUNT})\s+(?P<b>men|women|boys|girls|adults|children|civilians|soldiers|students|teachers|officers|passengers|crew(?: members)?)\s*[,—–(:]+\s*"
    rf"(?:a total of\s+|in all\s+)?(?P<total>{_COUNT})\s+(?P<what>people|persons|in all|in total|altogether|dead|victims|passengers|casualties)",
    re.IGNORECASE,
)
_WHOLE_FIRST = re.compile(
    rf"(?<![\w.,$€£-])(?P<total>{_COUNT})\s+(?P<what>people|persons|victims|passengers|casualties|dead)(?:\s+(?:died|were\s+killed|were\s+injured|were\s+arrested))?,\s+"
    rf"(?P<first>{_COUNT})\s+(?P<a>men|women|boys|girls|adults|children|civilians|soldiers)\s+and\s+(?P<second>{_COUNT})\s+(?P<b>men|women|boys|girls|adults|children|civilians|soldiers)(?=[,.;)])",
    re.IGNORECASE,
)


@check("sum-does-not-fit", Severity.WARN, reason="Parts that do not add up to their total make every other number doubtful.", languages=ENGLISH)
def sum_does_not_fit(reading: Reading) -> Iterator[Hit]:
    """Yield a warning where “five men and three women, nine people” does not add up."""
    for passage in reading.passages:
        if passage.kind not in PROSE and passage.kind is not Kind.HEADLINE:
            continue
        for match in (*_TOTAL.finditer(passage.text), *_WHOLE_FIRST.finditer(passage.text)):
            parts = _number(match["first"]), _number(match["second"])
            if sum(parts) != _number(match["total"]) and match["a"].lower() != match["b"].lower():
                message = f"{parts[0]} and {parts[1]} make {sum(parts)}, and here it says {match['total']}."
                yield Hit(message=message, at=passage, start=match.start(), end=match.end())


_SHARE = r"(?P<{}>\d{{1,4}}(?:\.\d+)?)(?:\s?%|\s?per\s?cent|\s?percent)"
_PERCENT = re.compile(r"\d\s?(?:%|per\s?cent)")
_VOTERS = "voters|respondents|people|those|adults|americans|women|men|students|pupils|patients|children|households|families|votes|ballots|vote|seats|precincts|members|workers|employees|residents|citizens|participants|teachers|population|electorate|participants|drivers|companies|schools|cases"
_PART_OF = re.compile(
    rf"(?<![\d.,$-]){_SHARE.format('share')}\s+of\s+(?:the\s+|all\s+|its\s+|their\s+|our\s+|[a-z]+\s+){{0,3}}(?P<whole>{_VOTERS})\b", re.IGNORECASE
)
_FALL = re.compile(
    rf"\b(?:fell|fallen|falls?|dropped|drops?|declined?|decreased?|shrank|shrunk|reduced|plunged|slumped|cut|down|lower)\s+(?:by\s+)?(?:about\s+|nearly\s+|almost\s+|some\s+)?(?<![\d.]){_SHARE.format('share')}",
    re.IGNORECASE,
)
_TURNOUT = re.compile(rf"\bturnout\s+(?:rate\s+)?(?:of|was|is|at|reached|stood\s+at)\s+(?:about\s+|nearly\s+)?{_SHARE.format('share')}", re.IGNORECASE)
_MAY_EXCEED = re.compile(r"\b(?:profits?|earnings|income|losses|surplus|capacity|average|target|quota|goal|poverty|gdp|normal|previous|level)\b", re.IGNORECASE)
_SIDES = (
    (r"approv(?:e|es|ed|al|ing)|favou?r(?:s|ed|ing|able)?|support(?:s|ed|ing)?|agree[sd]?|yes|for|satisfied|trust", r"disapprov(?:e|es|ed|al|ing)|unfavou?rable|oppos(?:e|es|ed|ing)|disagree[sd]?|no|against|dissatisfied|distrust|do not|don['’]t"),
)  # fmt: skip
_LEAD = re.compile(rf"(?<![\d.,-]){_SHARE.format('one')}\s+(?:to|versus|vs\.?|against)\s+{_SHARE.format('two')}", re.IGNORECASE)
_CHANGES = re.compile(
    r"\b(?:from|between|rose|rise[sn]?|rising|increas\w*|grew|grow\w*|fell|fall\w*|drop\w*|climb\w*|jump\w*|cut|rais\w*|up|down|tax|rate|range\w*)\b",
    re.IGNORECASE,
)
_LEADS = re.compile(r"\b(?:lead\w*|led|ahead|beat\w*|w[io]n\w*|defeat\w*|margin|trail\w*|behind|vote[sd]?|poll\w*|passed|approved|rejected)\b", re.IGNORECASE)
_ROUNDED = 1.0  # what rounding may add to two shares


@check("percentage-out-of-range", Severity.WARN, reason="More than all of the voters cannot have voted.", languages=ENGLISH)
def percentage_out_of_range(reading: Reading) -> Iterator[Hit]:
    """Yield a warning for a share above 100 per cent and for two sides of one vote above it, a query for what fell by more than all of it."""
    for passage in reading.passages:
        text = passage.text
        if (passage.kind not in PROSE and passage.kind is not Kind.HEADLINE) or not _PERCENT.search(text):
            continue
        for match in _PART_OF.finditer(text):
            if float(match["share"]) > 100:  # noqa: PLR2004 - per cent
                message = f"{match['share']} per cent of the {match['whole']}: there are only a hundred."
                yield Hit(message=message, at=passage, start=match.start(), end=match.end())
        for pattern, message in (
            (_FALL, "Nothing falls by more than a hundred per cent of itself: is a factor meant?"),
            (_TURNOUT, "A turnout above a hundred per cent: is that the claim?"),
        ):
            for match in pattern.finditer(text):
                if float(match["share"]) > 100 and not _MAY_EXCEED.search(text, max(0, match.start() - 60), match.end()):  # noqa: PLR2004 - per cent
                    yield Hit(message=message, at=passage, start=match.start(), end=match.end(), severity=Severity.QUERY)
        for start, end in sentences(text):
            yield from (Hit(message=message, at=passage, start=a, end=b) for message, a, b in _too_much(text, start, end))


def _too_much(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield (message, start, end) for two shares of one sentence that are more than the whole."""
    sentence = text[start:end]
    if len(_PERCENT.findall(sentence)) != 2 or _CHANGES.search(sentence):  # noqa: PLR2004 - two shares of one thing
        return
    for match in _LEAD.finditer(sentence):
        if float(match["one"]) + float(match["two"]) > 100 + _ROUNDED and _LEADS.search(sentence):
            yield f"{match['one']} and {match['two']} per cent are more than all.", start + match.start(), start + match.end()
    for one, two in _SIDES:
        pair = re.search(
            rf"{_SHARE.format('one')}[^.;%\d]{{1,60}}?\b(?:{one})\b[^.;%\d]{{0,60}}?{_SHARE.format('two')}[^.;%\d]{{1,60}}?\b(?:{two})\b",
            sentence,
            re.IGNORECASE,
        )
        if pair and float(pair["one"]) + float(pair["two"]) > 100 + _ROUNDED:
            yield f"{pair['one']} and {pair['two']} per cent on two sides are more than all.", start + pair.start(), start + pair.end()


CHECKS = (count_does_not_fit, sum_does_not_fit, percentage_out_of_range)
