"""People who change within a story: how their name is spelled, their title, their age."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from masthead.newsroom.desk.checks.base import Hit, check
from masthead.newsroom.desk.checks.sentences import listed
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import Kind, Passage

ENGLISH = frozenset({"en"})
_NOT_READ = frozenset({Kind.EMBED, Kind.CELL})
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŠŽČŁŻŚĆŞİ]"
_NAME = re.compile(rf"(?<![\w@#/.’'-])(?:{_CAPITAL}\.\s?)*{_CAPITAL}[a-zß-öø-ÿčšžćđłńśźżęąěřůğşı]+(?:[’'-]?{_CAPITAL}?[a-zß-öø-ÿčšžćđłńśźżęąěřůğşı]+)*")
_LONG = 6  # letters a name by itself must have before one slip counts: shorter ones differ by nature (Iran, Iraq)
_SHORTEST = 3
_TITLES = listed("mr mrs ms miss dr prof professor sir dame lord lady president minister senator sen rep gov governor gen general col capt judge justice king queen prince "
                    "princess pope chancellor mayor ambassador secretary the when while after then but and later meanwhile as on in for with former prime foreign")  # fmt: skip
_LONG_BESIDE = 4  # beside the same other name
_SUFFIXES = (
    "s",
    "n",
    "an",
    "ian",
    "ans",
    "ians",
    "ese",
    "ish",
    "d",
    "e",
    "ed",
    "er",
    "ers",
    "ist",
    "ists",
    "ism",
    "ic",
    "al",
    "a",
    "y",
    "ly",
    "r",
    "i",
    "t",
    "es",
    "ing",
    "o",
)


@dataclass(frozen=True, slots=True)
class _Place:
    at: Passage
    start: int
    end: int


class _Names:
    """The capitalised words of a reading, with what stands before and after each."""

    def __init__(self, reading: Reading) -> None:
        self.places: dict[str, list[_Place]] = defaultdict(list)
        self.before: dict[str, Counter[str]] = defaultdict(Counter)  # surname -> the names before it
        self.after: dict[str, Counter[str]] = defaultdict(Counter)  # given name -> the names after it
        self.inside: Counter[str] = Counter()  # how often a word is capitalised within a sentence, not at its start
        for passage in reading.passages:
            if passage.kind not in _NOT_READ:
                self._read(passage)

    def _read(self, passage: Passage) -> None:
        text = passage.text
        last, last_end = "", -1
        titled = passage.kind in {Kind.HEADLINE, Kind.HEADING}
        for match in _NAME.finditer(text):
            word, start = _bare(match[0], match.start())
            word, end = word.replace("’", "'"), match.end()
            if word.endswith("'s"):
                word, end = word[:-2], end - 2
            if len(word) < _SHORTEST:
                continue
            self.places[word].append(_Place(passage, start, end))
            if not titled and start and text[:start].rstrip()[-1:] not in {"", ".", "!", "?", "“", '"', ":", "‘", "'", "—", "–", "-", "•"}:
                self.inside[word] += 1
            if last and text[last_end:start] in {" ", "\u00a0"} and last.lower() not in _TITLES:
                self.before[word][last] += 1
                self.after[last][word] += 1
            last, last_end = word, end


def _bare(word: str, start: int) -> tuple[str, int]:
    """Return a name without initials before it."""
    while len(word) > 2 and word[1] == ".":  # noqa: PLR2004 - an initial and its stop
        cut = 3 if word[2] == " " else 2
        word, start = word[cut:], start + cut
    return word, start


def one_slip(one: str, other: str) -> bool:
    """Return whether two different words are one letter apart: one more, one less, another one, or two that changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    rest, other_rest = one[shared:], other[shared:]
    if len(rest) == len(other_rest):
        return rest[1:] == other_rest[1:] or (len(rest) > 1 and rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    return rest[1:] == other_rest or rest == other_rest[1:]


_SOUNDS = ((re.compile(r"(.)\1"), r"\1"), (re.compile(r"ph"), "f"), (re.compile(r"[iy]+$"), "y"), (re.compile(r"ck|q|c(?![eiyh])"), "k"), (re.compile(r"(?<=\w)h"), ""), (re.compile(r"ou|oo"), "u"))  # fmt: skip
_VOWELS = re.compile(r"(?<=\w)[aeiouy](?=\w)")


def sound(name: str) -> str:
    """Return what two spellings of one name share: “mhmd” for Mohammed, Mohamed and Muhammad."""
    said = name.lower()
    for pattern, by in _SOUNDS:
        said = pattern.sub(by, said)
    return _VOWELS.sub("", said)


@check("name-changes-spelling", Severity.WARN, reason="A name spelled in two ways is wrong in one of them.", languages=ENGLISH)
def name_changes_spelling(reading: Reading) -> Iterator[Hit]:
    """Yield a warning, or a query where two people may be meant, for the rarer spelling of a name that stands in two."""
    names = _Names(reading)
    known = {word for word in names.places if names.inside[word]}
    told: set[frozenset[str]] = set()
    for rare, common, sure in (*_beside_the_same(names, known), *_alone(names, known)):
        pair = frozenset((rare, common))
        if pair in told or rare in reading.house_words:
            continue
        told.add(pair)
        place = names.places[rare][0]
        message = f"“{rare}” here and “{common}” elsewhere: which is right?"
        yield Hit(message=message, at=place.at, start=place.start, end=place.end, suggestion=common if sure else "", severity=None if sure else Severity.QUERY)


def _beside_the_same(names: _Names, known: set[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield (rarer, commoner, sure) for the given names before one surname, and the surnames after one given name."""
    for table in (names.before, names.after):
        for partner, others in table.items():
            candidates = sorted(word for word in others if len(word) >= _LONG_BESIDE and word in known)
            for number, one in enumerate(candidates):
                for other in candidates[number + 1 :]:
                    if one[0] == other[0] and partner in names.places and _may_be_one(one, other):
                        same = sound(one) == sound(other) and min(len(one), len(other)) >= _LONG
                        rare, common = _rarer(names, one, other)
                        if same or (table is names.after and min(len(one), len(other)) >= _LONG):
                            yield rare, common, True
                        elif one_slip(one.lower(), other.lower()):
                            yield rare, common, False


def _alone(names: _Names, known: set[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield (rarer, commoner, sure) for long names one slip apart, unless different people bear them."""
    by_key: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(known):
        if len(word) >= _LONG:
            by_key[word[0], len(word)].append(word)
    for (first, length), words in by_key.items():
        for number, one in enumerate(words):
            for other in (*words[number + 1 :], *by_key.get((first, length + 1), ())):
                if not _may_be_one(one, other) or not one_slip(one.lower(), other.lower()):
                    continue
                if _two_people(names, one, other):
                    continue
                rare, common = _rarer(names, one, other)
                yield rare, common, len(names.places[rare]) == 1 and len(names.places[common]) > 1


def _may_be_one(one: str, other: str) -> bool:
    """Return whether two words may be spellings of one name, and not a country and its people, or one and many."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and long[len(short) :] in _SUFFIXES and not (long[-1] == short[-1] and long[-1] not in "se"):
        return False
    if one[:-1] == other[:-1] and sound(one) != sound(other):  # Argentina and Argentine, Germany and Germans
        return False
    return one_slip(one.lower(), other.lower()) or sound(one) == sound(other)


def _two_people(names: _Names, one: str, other: str) -> bool:
    """Return whether `one` and `other` each stand beside names of their own."""
    for table in (names.before, names.after):
        mine, theirs = set(table[one]), set(table[other])
        if mine and theirs and not mine & theirs:
            return True
    return False


def _rarer(names: _Names, one: str, other: str) -> tuple[str, str]:
    return (one, other) if len(names.places[one]) <= len(names.places[other]) else (other, one)


_SURNAME = rf"(?:{_CAPITAL}[\w’'-]+)"
_PERSON = rf"(?P<name>(?:{_SURNAME}\s(?:{_CAPITAL}\.\s)?){{0,2}}{_SURNAME})"
_AGED = (
    re.compile(rf"(?<![\w’'-]){_PERSON},\s(?:who\sis\s|aged\s)?(?P<age>\d{{1,2}})(?=,|\sand\b|\.(?:\s|$)|;|\))"),
    re.compile(rf"(?<![\w-])(?P<age>\d{{1,2}})-year-old\s{_PERSON}"),
    re.compile(rf"(?<![\w’'-]){_PERSON}\s\((?:aged\s)?(?P<age>\d{{1,2}})\)"),
)
_THEN = re.compile(r"\b(?:then|was|when|at the time|late|in [12]\d{3}|the then)\W*$", re.IGNORECASE)
_NOT_A_PERSON = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Game|Week|Day|Chapter|Page|Route|Section|Article|No|Week|District|Ward|Room|Level|Act|Scene|Part|Number|Flight|Round|Group|Channel|Highway|Interstate)$"
)


@check("age-disagrees", Severity.WARN, reason="Nobody has two ages on one day.", languages=ENGLISH)
def age_disagrees(reading: Reading) -> Iterator[Hit]:
    """Yield a warning where one person is given two ages."""
    ages: dict[tuple[str, ...], tuple[int, str]] = {}
    for passage in reading.passages:
        if passage.kind in _NOT_READ or not any(character.isdigit() for character in passage.text):
            continue
        found = sorted((match for pattern in _AGED for match in pattern.finditer(passage.text)), key=lambda match: match.start())
        for match in found:
            name = tuple(match["name"].replace("’s", "").split())
            if _THEN.search(passage.text, 0, match.start()) or any(_NOT_A_PERSON.match(part) for part in name):
                continue
            person = _same_person(name, ages)
            age = int(match["age"])
            if person in ages and ages[person][0] != age:
                message = f"{match['name']} is {age} here and {ages[person][0]} before (“{ages[person][1]}”)."
                yield Hit(message=message, at=passage, start=match.start(), end=match.end())
            else:
                ages.setdefault(person, (age, match[0]))


def _same_person(name: tuple[str, ...], known: dict[tuple[str, ...], tuple[int, str]]) -> tuple[str, ...]:
    """Return the one person in `known` whom `name` means: the same names, or a surname that only one bears."""
    if name in known:
        return name
    bearers = [person for person in known if person[-1] == name[-1]]
    if len(bearers) == 1 and (len(name) == 1 or len(bearers[0]) == 1 or name[0] == bearers[0][0]):
        return bearers[0]
    return name


# Offices nobody holds both of on one day: within a row they exclude each other.
_OFFICES = (
    ("president", "vice president", "prime minister", "deputy prime minister", "chancellor", "king", "queen"),
    ("governor", "lieutenant governor", "lt. gov", "deputy governor"),
    ("mayor", "deputy mayor", "vice mayor", "governor"),
    ("ambassador", "consul", "foreign minister", "president"),
    ("sergeant", "lieutenant", "captain", "major", "colonel", "general", "admiral", "corporal", "private"),
    ("chairman", "vice chairman", "deputy chairman"),
    ("minister", "deputy minister", "president", "governor"),
    ("archbishop", "cardinal", "pope"),
    ("prince", "king"),
    ("inspector", "superintendent", "constable", "chief constable", "commissioner"),
)
_ALL_OFFICES = sorted({office for row in _OFFICES for office in row}, key=len, reverse=True)
_AS_WRITTEN = "|".join(office.title().replace(" ", "[ -]").replace(".", r"\.?") for office in _ALL_OFFICES)
_TITLED = re.compile(
    rf"(?<![\w-])(?:(?P<was>[A-Za-z’'-]+)\s)?(?P<office>{_AS_WRITTEN})\s(?P<name>(?:{_CAPITAL}[\w’'-]+\s(?:{_CAPITAL}\.\s)?){{0,2}}{_CAPITAL}[\w’'-]+)"
)
_FORMER = listed("former then ex future ex- previous onetime late as of if would-be potential acting mr mrs elect")
_LONGER = listed(
    "vice deputy lieutenant assistant under prime first attorney inspector lt brigadier surgeon solicitor director adjutant secretary major governor postmaster"
)


@check("title-changes", Severity.QUERY, reason="Somebody who is minister here and president there is one of them, or two people.", languages=ENGLISH)
def title_changes(reading: Reading) -> Iterator[Hit]:
    """Yield a query where one name bears two offices that nobody holds together, and nothing says that one is over."""
    held: dict[str, tuple[str, str]] = {}
    for passage in reading.passages:
        if passage.kind in _NOT_READ:
            continue
        for match in _TITLED.finditer(passage.text):
            was = (match["was"] or "").lower()
            office = match["office"].lower().replace("-", " ")
            names = match["name"].split()
            surname, given = names[-1].removesuffix("’s").removesuffix("'s"), names[0] if len(names) > 1 else ""
            if was in _FORMER or was in _LONGER or surname.lower() in {"of", "general", "minister", "president"}:
                continue
            before = held.setdefault(surname, (office, given))
            together = any(office in row and before[0] in row for row in _OFFICES)
            if before[0] != office and together and not (given and before[1] and given != before[1]):
                message = f"{match['office']} {surname} here, {before[0].title()} {surname} before: one person, or two?"
                yield Hit(message=message, at=passage, start=match.start("office"), end=match.end())


CHECKS = (name_changes_spelling, age_disagrees, title_changes)
