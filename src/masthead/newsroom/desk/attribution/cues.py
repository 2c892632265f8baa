"""What in a sentence says that somebody speaks: a verb with its subject, "according to", "in the words of", "quoted … as saying". Pure."""

from dataclasses import dataclass

from masthead.newsroom.desk.attribution import lexicon, names, phrases
from masthead.newsroom.desk.attribution.names import Phrase
from masthead.newsroom.desk.attribution.tokens import Sentence, Token

BE = frozenset(["is", "are", "was", "were", "be", "been", "being"])
QUOTING = frozenset(["quoted", "quotes", "quoting", "cited", "cites"])
_TRIGGERS = frozenset(lexicon.WIDE) | QUOTING | {"according", "words", "citing", "put", "puts"}
_CLOSE = 20  # tokens between "with" and "saying"
TELLING = frozenset(("tell", "inform"))
_SEPARATORS = frozenset((",", "—", "–", "-", ":", "…", "..."))


@dataclass(slots=True)
class Cue:
    """Tokens `first` to `last` that say somebody speaks; `subject` who, `object` whom another quotes, or is told."""

    first: int
    last: int
    base: str  # the verb's base form; "according to", "in the words of", "citing", "quote"
    subject: Phrase | None
    object: Phrase | None = None
    narrow: bool = True
    inverted: bool = False

    @property
    def start(self) -> int:
        """The first token of the cue or of its subject."""
        return min(self.first, self.subject.start) if self.subject else self.first

    @property
    def end(self) -> int:
        """The last token of the cue or of its subject."""
        return max(self.last, self.subject.edge) if self.subject else self.last


def cues(tokens: list[Token], sentence: Sentence) -> list[Cue]:
    """Return the cues of a sentence in their order."""
    found: list[Cue] = []
    for at in range(sentence.first, sentence.last):
        token = tokens[at]
        if token.low in _TRIGGERS and token.word:
            cue = _cue(tokens, sentence, at, found)
            if cue is not None:
                found.append(cue)
    return found


def separators(tokens: list[Token], first: int, last: int) -> bool:
    """Say whether nothing but commas, dashes, colons and light words stand in tokens `first` to before `last`."""
    return all((not token.word and token.quote is None and token.text in _SEPARATORS) or names.is_adverb(token) for token in tokens[first:last])


def _cue(tokens: list[Token], sentence: Sentence, at: int, found: list[Cue]) -> Cue | None:
    low = tokens[at].low
    if low == "according":
        return _according(tokens, sentence, at)
    if low == "words":
        return _in_the_words_of(tokens, sentence, at)
    if low == "citing" or (low == "quoting" and at > sentence.first and tokens[at - 1].text == ","):
        return Cue(at, at, "citing", None, object=phrases.after(tokens, at + 1, sentence.last))
    if low in QUOTING:
        return _quoting(tokens, sentence, at)
    if low in ("put", "puts"):
        return _put_it(tokens, sentence, at)
    return None if _no_verb(tokens, sentence, at) else _verb(tokens, sentence, at, found)


def _according(tokens: list[Token], sentence: Sentence, at: int) -> Cue | None:
    if at + 1 >= sentence.last or tokens[at + 1].low != "to":
        return None
    subject = phrases.after(tokens, at + 2, sentence.last)
    return Cue(at, at + 1, "according to", subject) if subject else None


def _put_it(tokens: list[Token], sentence: Sentence, at: int) -> Cue | None:
    if at + 1 >= sentence.last or tokens[at + 1].low != "it":
        return None
    subject = phrases.before(tokens, sentence.first, at)
    return Cue(at, at + 1, "put it", subject) if subject else None


def _in_the_words_of(tokens: list[Token], sentence: Sentence, at: int) -> Cue | None:
    if at <= sentence.first or at + 1 >= sentence.last or tokens[at - 1].low != "the" or tokens[at + 1].low != "of":
        return None
    return Cue(at - 1 - (tokens[at - 2].low == "in"), at + 1, "in the words of", phrases.after(tokens, at + 2, sentence.last))


def _no_verb(tokens: list[Token], sentence: Sentence, at: int) -> bool:
    """Say whether what looks like a verb is a noun, a name, an infinitive or a passive here."""
    token = tokens[at]
    previous = tokens[at - 1] if at > sentence.first else None
    if previous is None:
        return False
    if (token.cap and previous.word) or previous.low in ("to", "been", "be", "being"):
        return True
    return phrases.is_noun(tokens, at, sentence.first) or (previous.low in BE and not token.low.endswith("ing"))


def _verb(tokens: list[Token], sentence: Sentence, at: int, found: list[Cue]) -> Cue | None:
    low, high = sentence.first, sentence.last
    base, tense = lexicon.WIDE[tokens[at].low]
    narrow = tokens[at].low in lexicon.NARROW
    if tense == "ing":
        return _participle(tokens, sentence, at, found)
    if at == low or (at == low + 1 and tokens[low].text in "([—–"):
        subject = phrases.after(tokens, at + 1, high)
        return Cue(at, at, base, subject, narrow=narrow, inverted=True) if subject and base == "say" else None
    if base not in TELLING and _just_after_quote(tokens, sentence, at):
        subject = phrases.after(tokens, at + 1, high)
        if subject:
            return Cue(at, at, base, subject, narrow=narrow, inverted=True)
    subject = _shared(tokens, at, found) or phrases.before(tokens, low, at)
    aside = _aside(tokens, sentence, at) if tokens[at - 1].text in _SEPARATORS and not (subject and subject.name) else None
    if aside is not None:
        return Cue(at, at, base, aside, narrow=narrow, inverted=True)
    if subject is None:
        return None
    told = phrases.after(tokens, at + 1, high) if base in TELLING else None
    return Cue(at, at, base, subject, object=told, narrow=narrow)


def _aside(tokens: list[Token], sentence: Sentence, at: int) -> Phrase | None:
    """Return who speaks in "The decision, said Barra, was …"."""
    subject = phrases.after(tokens, at + 1, sentence.last)
    if subject is None or not (subject.name or subject.pronoun):
        return None
    ends = subject.edge + 1 >= sentence.last or tokens[subject.edge + 1].text in (",", ".", "—", "–")
    return subject if ends else None


def _just_after_quote(tokens: list[Token], sentence: Sentence, at: int) -> bool:
    back = at - 1
    while back >= sentence.first and (tokens[back].text in _SEPARATORS or names.is_adverb(tokens[back])):
        back -= 1
    return back >= sentence.first and tokens[back].quote is not None


def _shared(tokens: list[Token], at: int, found: list[Cue]) -> Phrase | None:
    """Return the subject that "…, and added" has in common with the verb before."""
    back = at - 1
    while back > 0 and names.is_adverb(tokens[back]):
        back -= 1
    if tokens[back].low in ("and", "but", "then") and found and found[-1].last < back:
        return found[-1].subject
    return None


def _participle(tokens: list[Token], sentence: Sentence, at: int, found: list[Cue]) -> Cue | None:
    base, narrow = lexicon.WIDE[tokens[at].low][0], tokens[at].low in lexicon.NARROW
    previous = tokens[at - 1] if at > sentence.first else None
    if previous is None:
        return None
    if previous.low in BE:
        subject = phrases.before(tokens, sentence.first, at - 1)
        return Cue(at, at, base, subject, narrow=narrow) if subject else None
    if previous.word and previous.low not in lexicon.PREPOSITIONS | lexicon.BREAKS | lexicon.DETERMINERS and not names.is_adverb(previous):
        back = at - 1
        while back > max(sentence.first, at - _CLOSE) and tokens[back].word and tokens[back].low not in ("with", "while"):
            back -= 1
        subject = phrases.before(tokens, back + 1 if tokens[back].low == "with" else sentence.first, at)
        if tokens[back].low == "with" and subject:
            return Cue(at, at, base, subject, narrow=narrow)
    if previous.low in lexicon.PREPOSITIONS - {"by", "while"} or previous.low in lexicon.DETERMINERS:
        return None
    if previous.low == "as" and found and found[-1].base == "quote":
        return Cue(at, at, base, found[-1].object, narrow=narrow) if found[-1].object else None
    shared = next((cue.subject for cue in reversed(found) if cue.subject and cue.base not in ("according to", "citing")), None)
    shared = shared or main_subject(tokens, sentence, at)
    return Cue(at, at, base, shared, narrow=narrow) if shared else None


def main_subject(tokens: list[Token], sentence: Sentence, high: int) -> Phrase | None:
    """Return the phrase a sentence begins with, past "On Tuesday," and the like: before token `high`."""
    at = sentence.first
    for _ in range(3):
        if at >= high:
            return None
        if tokens[at].low in ("but", "and", "so", "yet", "then", "now", "later"):
            at += 1
            continue
        if tokens[at].low in lexicon.LEADING or tokens[at].low in lexicon.PREPOSITIONS or names.is_adverb(tokens[at]) or tokens[at].quote is not None:
            comma = next((ahead for ahead in range(at, min(high, at + 2 * _CLOSE)) if tokens[ahead].text == ","), None)
            if comma is None:
                return None
            at = comma + 1
            continue
        if not tokens[at].word:
            at += 1
            continue
        break
    return phrases.after(tokens, at, high)


def _quoting(tokens: list[Token], sentence: Sentence, at: int) -> Cue | None:
    """Read "TASS quoted Smith as saying", "Smith was quoted as saying by TASS", "Smith was quoted by TASS as saying"."""
    low, high = sentence.first, sentence.last
    previous = tokens[at - 1] if at > low else None
    if previous is None:
        return None
    if previous.low in BE or previous.low == "been":
        said = phrases.before(tokens, low, at - 1)
        by = next((ahead for ahead in range(at + 1, min(at + 6, high)) if tokens[ahead].low in ("by", "in")), None)
        relayed = phrases.after(tokens, by + 1, high) if by else None
        return Cue(at - 1, at, "quote", relayed, object=said) if said else None
    if previous.text == "," or tokens[at].low == "quoting":
        return None
    subject = phrases.before(tokens, low, at)
    said = phrases.after(tokens, at + 1, high)
    if subject is None or said is None:
        return None
    as_saying = any(
        tokens[ahead].low == "as" and tokens[ahead + 1].low in ("saying", "telling", "writing", "stating")
        for ahead in range(said.last, min(said.edge + 6, high - 1))
    )
    if not as_saying and tokens[at].low.startswith("cite"):
        return Cue(at, at, "cite", subject)
    return Cue(at, at, "quote", subject, object=said)
