"""A noun phrase with its name and its title told apart: "Foreign Ministry spokeswoman | Maria Petrova". Pure."""

from dataclasses import dataclass

from masthead.newsroom.desk.attribution import lexicon
from masthead.newsroom.desk.attribution.tokens import Token

PARTICLES = frozenset(
    ["de", "da", "di", "du", "del", "della", "dos", "van", "von", "der", "den", "ter", "bin", "ibn", "al", "el", "la", "le", "ben", "bint", "af", "av", "zu"]
)
_LINKS = frozenset(("of", "for", "on", "and", "&", "the"))
_ADJECTIVES = frozenset(("retired", "elected", "appointed", "unelected", "celebrated", "noted", "renowned", "convicted", "accused", "disgraced", "embattled"))


@dataclass(slots=True)
class Phrase:
    """A noun phrase: tokens `first` to `last` inclusive; `name` and `title` as such ranges where it has them; or a pronoun."""

    first: int
    last: int
    name: tuple[int, int] | None = None
    title: tuple[int, int] | None = None
    pronoun: str = ""

    @property
    def edge(self) -> int:
        """Its last token, appositions included."""
        return max(self.last, self.name[1] if self.name else 0, self.title[1] if self.title else 0)

    @property
    def start(self) -> int:
        """Its first token, appositions included."""
        return min(self.first, self.name[0] if self.name else self.first, self.title[0] if self.title else self.first)


def is_name(token: Token) -> bool:
    """Say whether a token may be part of a name."""
    return token.cap and token.word and token.low not in lexicon.DETERMINERS and token.low not in lexicon.PRONOUNS and token.low not in lexicon.BREAKS


def is_adverb(token: Token) -> bool:
    """Say whether a token may stand between a subject and its verb."""
    return token.word and not token.cap and (token.low in lexicon.ADVERBS or (token.low.endswith("ly") and len(token.low) > 4))


def named(tokens: list[Token], first: int, last: int) -> Phrase:
    """Return the phrase from `first` to `last` with its name and title told apart."""
    start = first + (tokens[first].low in lexicon.DETERMINERS and last > first)
    if not is_name(tokens[last]) or tokens[last].low in lexicon.NOT_NAMES:
        return Phrase(first, last)
    run = run_start(tokens, start, last)
    if any(tokens[at].text == "," for at in range(start, last)):
        return _with_commas(tokens, first, start, last)
    title_at = max((at for at in range(run, last) if tokens[at].low in lexicon.TITLES), default=None)
    if title_at is not None and tokens[last].low not in lexicon.COMMON_ORGANISATIONS:
        return Phrase(first, last, name=(title_at + 1, last), title=_title(tokens, start, title_at))
    if tokens[last].low in lexicon.TITLES and last > first:  # "the Prime Minister"
        return Phrase(first, last)
    return _by_what_precedes(tokens, first, start, run, last)


def _by_what_precedes(tokens: list[Token], first: int, start: int, run: int, last: int) -> Phrase:
    """Tell name from title by the word before the run of capitals."""
    if run <= start:
        return Phrase(first, last, name=(run, last))
    previous = tokens[run - 1]
    if previous.low == "'s":
        if tokens[last].low in lexicon.COMMON_ORGANISATIONS:
            return Phrase(first, last, name=(run_start(tokens, start, run - 2), last)) if run - 2 >= start else Phrase(first, last)
        return Phrase(first, last, name=(run, last), title=(start, run - 2) if run - 2 >= start else None)
    if previous.low in lexicon.PREPOSITIONS or previous.low in lexicon.DETERMINERS:
        return _behind_preposition(tokens, first, last, run, determined=start > first)
    if previous.low == "and" and run - 2 >= start and is_name(tokens[run - 2]):
        return Phrase(first, last, name=(run_start(tokens, start, run - 2), last))
    if previous.word and not previous.cap:
        return Phrase(first, last, name=(run, last), title=_title(tokens, start, run - 1))
    return Phrase(first, last, name=(run, last))


def _with_commas(tokens: list[Token], first: int, start: int, last: int) -> Phrase:
    """Read a department's name: nothing else keeps commas inside a phrase."""
    head = next((at for at in range(start, last) if tokens[at].low in lexicon.COMMON_ORGANISATIONS), start)
    return Phrase(first, last, name=(run_start(tokens, start, head), last))


def _title(tokens: list[Token], first: int, last: int) -> tuple[int, int]:
    """Return a title without what leads to it: "part of Prime Minister"."""
    if first < last and tokens[first].low.endswith("ed") and not tokens[first].cap and tokens[first].low not in _ADJECTIVES and "-" not in tokens[first].low:
        first += 1  # "prompted Labour spin doctor"
    lead = next((at for at in range(first, last) if tokens[at].low in lexicon.PREPOSITIONS), None)
    if lead is None or any(tokens[at].cap or tokens[at].low in lexicon.TITLES for at in range(first, lead)):
        return first, last
    return lead + 1, last


def run_start(tokens: list[Token], low: int, last: int) -> int:
    """Return where the run of capitalised words begins that ends at `last`."""
    run = last
    while run > low:
        token = tokens[run - 1]
        if is_name(token) and token.low not in lexicon.NOT_NAMES and not (run - 1 == low and token.low in lexicon.LEADING):
            run -= 1
        elif (token.low in PARTICLES or token.text in "&-" or token.quote is not None) and run - 2 >= low and is_name(tokens[run - 2]):
            run -= 2
        else:
            break
    return run


def spoken(tokens: list[Token], span: tuple[int, int], text: str) -> str:
    """Return the words of a range of tokens as they stand in the passage."""
    return text[tokens[span[0]].start : tokens[span[1]].end]


def _behind_preposition(tokens: list[Token], first: int, last: int, run: int, *, determined: bool) -> Phrase:
    """Tell "Governor of Washington Chris Gregoire", which ends in a name, from "the head of Human Rights Watch", which does not."""
    lead = next((at for at in range(first, run) if tokens[at].low in lexicon.PREPOSITIONS), run)
    titled = any(tokens[at].low in lexicon.TITLES for at in range(first, lead))
    if titled and not determined and last - run >= 2 and tokens[last].low not in lexicon.ORGANISATIONS:
        return Phrase(first, last, name=(last - 1, last), title=(first, last - 2))
    if not titled and tokens[lead].low in _LINKS and is_name(tokens[lead - 1]) and tokens[lead - 1].low in lexicon.ORGANISATIONS:  # "Ministry of Defence"
        start = run_start(tokens, first, lead - 1)
        return Phrase(first, last, name=(start, last))
    return Phrase(first, last)
