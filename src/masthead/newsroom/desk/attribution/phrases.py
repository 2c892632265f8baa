"""Who stands beside a verb of saying: the noun phrases before and after it. Pure."""

import re

from masthead.newsroom.desk.attribution import lexicon, names
from masthead.newsroom.desk.attribution.names import Phrase, is_adverb, is_name, named
from masthead.newsroom.desk.attribution.tokens import Token

_DASHES = frozenset("—–-")
_OBJECTS = {"him": "he", "her": "she", "them": "they", "it": "it", "himself": "he", "herself": "she"}
_RELATIVE = frozenset(("who", "which", "that", "whom"))
_WITH_NOUN = frozenset(("every", "each", "any", "no", "the", "a", "an", "his", "her", "its", "their", "our", "my", "your", "'s"))
_QUOTING = frozenset(("quoted", "quotes", "quoting", "citing"))
_CLAUSE = frozenset(["is", "are", "was", "were", "has", "have", "had", "will", "would", "that"])
_AFTER_NAMES = frozenset(["jr", "jr.", "sr", "sr.", "qc", "kc", "sc", "md", "mp", "mep", "phd", "obe", "cbe", "mbe", "esq"])
_PEOPLE = (
    lexicon.TITLES
    | lexicon.UNNAMED_HEADS
    | frozenset(
        ["people", "man", "woman", "person", "residents", "witnesses", "officials", "workers", "students", "doctors", "members", "lawyers", "close", "familiar"]
    )
)
_NO_DESCRIPTION = (
    frozenset(["statement", "interview", "news", "press", "briefing", "speech", "reporters", "journalists", "wednesday"])
    | lexicon.DAYS
    | frozenset(lexicon.AUDIENCES)
)


def before(tokens: list[Token], low: int, verb: int) -> Phrase | None:
    """Return the subject of the verb at `verb`, looking back no further than token `low`."""
    at = verb - 1
    while at >= low and is_adverb(tokens[at]):
        at -= 1
    if at < low:
        return None
    if tokens[at].text == ")":
        while at > max(low, verb - _LONGEST) and tokens[at].text != "(":
            at -= 1
        at -= 1
        if at < low:
            return None
    if tokens[at].text == ",":
        return _past_commas(tokens, low, at)
    if tokens[at].text in _DASHES:
        other = next((back for back in range(at - 1, max(low, at - _LONGEST), -1) if tokens[back].text in _DASHES), None)
        return ending(tokens, low, other - 1) if other else None
    return ending(tokens, low, at)


def ending(tokens: list[Token], low: int, at: int) -> Phrase | None:
    """Return the noun phrase whose last token is `at`."""
    if at < low or not tokens[at].word:
        return None
    token = tokens[at]
    if token.low in lexicon.PRONOUNS and token.text != "i":
        return Phrase(at, at, pronoun=token.low)
    if token.low in _RELATIVE:
        back = at - 1 if at > low and tokens[at - 1].text == "," else at
        return ending(tokens, low, back - 1)
    first = at
    if not _inside(tokens, at, low, at):
        return None
    while first > max(low, at - _LONGEST) and _inside(tokens, first - 1, low, at):
        first -= 1
    owner = _owner_of_clause(tokens, low, first)
    if owner is not None:
        return ending(tokens, low, owner)
    first = _without_lead(tokens, first, at)
    return named(tokens, first, at) if first <= at else None


def _owner_of_clause(tokens: list[Token], low: int, first: int) -> int | None:
    """Return the last token of "officials" where the words before `first` are still of "who declined to be named as they …"."""
    at = first - 1
    while at > max(low, first - _LONGEST) and tokens[at].word:
        if tokens[at].low in ("who", "which") or (tokens[at].low == "that" and at == first - 1 and not _new_subject(tokens[first])):
            return at - 1 if tokens[at - 1].word and tokens[at - 1].low not in lexicon.WIDE else None
        at -= 1
    return None


def _new_subject(token: Token) -> bool:
    return token.cap or token.low in lexicon.DETERMINERS or token.low in lexicon.PRONOUNS


def after(tokens: list[Token], at: int, high: int) -> Phrase | None:
    """Return the noun phrase that begins at token `at`, before token `high`, with its apposition."""
    if at >= high or not (tokens[at].word or (tokens[at].quote is None and tokens[at].text in "'‘")):
        return None
    low = tokens[at].low
    if low in lexicon.PRONOUNS:
        return Phrase(at, at, pronoun=low)
    if low in _OBJECTS and not (low == "her" and at + 1 < high and tokens[at + 1].word and tokens[at + 1].low not in lexicon.PREPOSITIONS | lexicon.BREAKS):
        return Phrase(at, at, pronoun=_OBJECTS[low])
    last = at
    while last + 1 < min(high, at + _LONGEST) and _inside(tokens, last + 1, at, high - 1) and not _ends_after(tokens, at, last, high):
        last += 1
    while last > at and (tokens[last].low in lexicon.PREPOSITIONS or is_adverb(tokens[last]) or tokens[last].low in lexicon.DETERMINERS):
        last -= 1
    if tokens[last].low in lexicon.PREPOSITIONS | lexicon.BREAKS | lexicon.DAYS | lexicon.DETERMINERS - {"one", "some", "many", "several", "both", "those"}:
        return None
    phrase = named(tokens, at, last)
    if last + 2 < high and tokens[last + 1].text == ",":
        apposed(tokens, phrase, last + 2, high)
    return phrase


def _inside(tokens: list[Token], at: int, low: int, high: int) -> bool:
    token = tokens[at]
    if token.quote is not None:
        return low < at < high and not _is_long(token) and is_name(tokens[at - 1]) and is_name(tokens[at + 1])
    if not token.word:
        return token.low == "'s" or (low < at < high and (token.text in "-&$%" or _within_name(tokens, at, low)))
    if token.low in ("and", "&"):
        return low < at < high and is_name(tokens[at - 1]) and is_name(tokens[at + 1])
    if token.low in lexicon.BREAKS or (token.low in lexicon.PRONOUNS and token.text != "i"):
        return token.cap and token.text.isupper() and len(token.text) > 1 and token.low != "it"
    if token.low in ("after", "before", "until", "since") and at > low and not token.cap:
        return False
    verb = token.low in lexicon.NARROW or token.low in _QUOTING
    return not (verb and not token.cap and not is_noun(tokens, at, low))


def _within_name(tokens: list[Token], at: int, low: int) -> bool:
    """Say whether a comma stands inside a name: "Department for Environment, Food and Rural Affairs"."""
    if tokens[at].text != "," or not (is_name(tokens[at - 1]) and is_name(tokens[at + 1])):
        return False
    return any(tokens[back].low in lexicon.COMMON_ORGANISATIONS and tokens[back + 1].low in ("for", "of", "on") for back in range(max(low, at - 5), at - 1))


def is_noun(tokens: list[Token], at: int, low: int) -> bool:
    """Say whether a word that may be a verb is a noun here: "its claims", "the report", "news reports"."""
    token = tokens[at]
    if at <= low:
        return False
    before_it = tokens[at - 1].low
    return before_it in _WITH_NOUN or (token.low in lexicon.NOUNS_TOO and before_it in lexicon.PREPOSITIONS)


def _without_lead(tokens: list[Token], first: int, last: int) -> int:
    """Return where the phrase begins after "On Tuesday", "In a statement", "Later"."""
    while first <= last:
        token = tokens[first]
        if token.low in lexicon.HONORIFICS or not (
            token.low in lexicon.LEADING or token.low in lexicon.PREPOSITIONS or is_adverb(token) or _leading_adverb(token)
        ):
            return first
        first += 1
        if token.low not in lexicon.PREPOSITIONS:
            continue
        if first <= last and tokens[first].low in lexicon.DETERMINERS:
            first += 1
        while first <= last and (not tokens[first].cap or tokens[first].low in lexicon.NOT_NAMES) and tokens[first].low not in lexicon.DETERMINERS:
            first += 1
    return first


def _leading_adverb(token: Token) -> bool:
    return token.cap and token.low.endswith("ly") and len(token.low) > 5 and token.low not in ("italy", "family", "assembly")


def _ends_after(tokens: list[Token], first: int, last: int, high: int) -> bool:
    """Say whether a phrase read forward is whole at `last`."""
    following, token = tokens[last + 1], tokens[last]
    if following.low in lexicon.DAYS or following.low in ("yesterday", "today", "earlier", "later", "last", "this", "who"):
        return True
    if following.low not in lexicon.PREPOSITIONS:
        return (
            is_name(token)
            and following.word
            and not following.cap
            and following.low not in names.PARTICLES
            and token.low not in lexicon.TITLES
            and not _title_ahead(tokens, last + 1, high)
        )
    if is_name(token) and token.low not in lexicon.TITLES and token.low not in lexicon.ORGANISATIONS:
        return True
    if last + 2 >= high:
        return True
    ahead = [tokens[at].low for at in range(last + 2, min(last + 5, high))]
    if any(word in _NO_DESCRIPTION or word in lexicon.DOCUMENTS for word in ahead) and following.low not in ("from", "by"):
        return True
    if following.low == "of" or (following.low in ("from", "by") and token.low in lexicon.DOCUMENTS):
        return False
    head = {tokens[at].low for at in range(first, last + 1)}
    return not head & _PEOPLE


def _title_ahead(tokens: list[Token], at: int, high: int) -> bool:
    return any(tokens[ahead].low in lexicon.TITLES for ahead in range(at, min(at + 3, high)))


def apposed(tokens: list[Token], phrase: Phrase, at: int, high: int) -> None:
    """Give `phrase` the name or title that stands between commas behind it."""
    end = at
    while end < min(high, at + _LONGEST) and tokens[end].text not in (",", ".", ";", ":") and tokens[end].quote is None and tokens[end].low not in lexicon.WIDE:
        end += 1
    if end == at or (end < high and tokens[end].text not in (",", ".", ";") and tokens[end].text not in _DASHES):
        return
    first, last = at, end - 1
    if phrase.name is None:
        apposed = ending(tokens, at, last)
        if apposed and apposed.first == at and apposed.name == (at, last) and _like_person(tokens, at, last):
            phrase.name, phrase.title = (at, last), (phrase.first, phrase.last)
    elif phrase.title is None and (like_title(tokens, first, last) or tokens[last].low in lexicon.OUTLET_NOUNS):
        phrase.title = (first, last)


def like_title(tokens: list[Token], first: int, last: int) -> bool:
    """Say whether the words from `first` to `last` are an office or a relation: "editor of the Gazette", "her brother"."""
    if last - first > 16 or any(tokens[at].low in _CLAUSE for at in range(first, last + 1)):
        return False
    return tokens[first].low not in lexicon.LEADING - {"an"} and any(tokens[at].low in lexicon.TITLES for at in range(first, min(first + 7, last + 1)))


def _like_person(tokens: list[Token], first: int, last: int) -> bool:
    surname = tokens[last].low not in lexicon.ORGANISATIONS or (last == first + 1 and tokens[last].low in lexicon.SURNAMES_TOO)
    return last - first <= 4 and surname and tokens[last].low not in lexicon.PLACES


_NUMBER = re.compile(r"\d+$")
_NICKNAME = 30  # characters
_LONGEST = 40  # tokens of a noun phrase: keeps text without punctuation from costing its length squared


def _past_commas(tokens: list[Token], low: int, comma: int) -> Phrase | None:
    """Return the subject before "…, editor of the Gazette, said": past appositions and asides between commas."""
    parts = _parts(tokens, low, comma)
    for number in range(len(parts) - 1, -1, -1):
        first, last = parts[number]
        head = tokens[first]
        if head.low in ("and", "but", "while", "as") and last > first:
            first += 1
        elif _aside(head) or (first == last and head.low in lexicon.PLACES and number):
            continue
        phrase = ending(tokens, first, last)
        if phrase is not None:
            left = ending(tokens, *parts[number - 1]) if number else None
            return _joined(tokens, phrase, left, (first, last))
    return None


def _joined(tokens: list[Token], phrase: Phrase, left: Phrase | None, part: tuple[int, int]) -> Phrase:
    """Join what stands between the last commas with what stands before them: name and title, in either order."""
    first, last = part
    if left is None:
        return phrase
    if phrase.name == part and phrase.title is None and _like_person(tokens, first, last):
        if left.name is None and like_title(tokens, left.first, left.last):
            phrase.title = (left.first, left.last)
        elif left.name and first == last and tokens[first].low not in lexicon.TITLES and not _aside(tokens[left.first]):
            return left  # "Smith, Ohio, said"
        return phrase
    if left.name and (phrase.name is None or phrase.title is None) and _like_person(tokens, *left.name):
        if left.title is None and like_title(tokens, first, last):
            left.title = part
        return left
    return phrase


def _parts(tokens: list[Token], low: int, comma: int) -> list[tuple[int, int]]:
    """Return what stands between the commas of the clause that ends at `comma`."""
    start = comma
    while start > max(low, comma - 3 * _LONGEST) and not (tokens[start - 1].text in (";", ":", "(") or _is_long(tokens[start - 1])):
        start -= 1
    parts, first = [], start
    for at in range(start, comma + 1):
        if tokens[at].text == ",":
            if at > first:
                parts.append((first, at - 1))
            first = at + 1
    return parts


def _is_long(token: Token) -> bool:
    """Say whether a quotation is more than a nickname."""
    return token.quote is not None and token.end - token.start > _NICKNAME


def _aside(head: Token) -> bool:
    low = head.low
    return (
        low in lexicon.LEADING
        or low in lexicon.PREPOSITIONS
        or low in _RELATIVE
        or low in _AFTER_NAMES
        or low in ("whose", "aged", "himself", "herself")
        or bool(_NUMBER.match(low))
        or (low.endswith(("ing", "ed")) and not head.cap)
    )
