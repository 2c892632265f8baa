"""Whether a quotation that a paragraph leaves open can go on in the next one. Pure.

Where the next paragraph begins with an opening mark, leaving it open looks right even if the closing mark was forgotten. What tells:
words of a part of a sentence do not run on (The Associated Press Stylebook, “Quotation marks”), an attribution stands where only quoted
words may, or the next paragraph's words are another speaker's.
"""

import re
from collections.abc import Iterable

from masthead.newsroom.desk.checks.quotation_marks import MARKS, UNSEEN

Voices = frozenset[str]  # names (their words, as written) and pronouns that a house voice attributes words to
SILENT: Voices = frozenset()

SPEAKING = (
    r"(?:said|says|saying|told|tells|telling|added|adds|adding|wrote|writes|asked|asks|replied|stated|states|stating|explained|explains|continued|continues"
    r"|noted|notes|announced|declared|tweeted|posted|claimed|claims|argued|argues|insisted|insists|warned|warns|concluded|commented|recalled|remarked"
    r"|responded|testified|observed|stressed|joked|reported|admitted|acknowledged|suggested|urged|recounted|quipped|countered|charged|shouted|cried|exclaimed"
    r"|concludes|notes|points\s+out|pointed\s+out|answers|answered|asserted|asserts|predicted|vowed|wondered|confirmed|emphasi[sz]ed|tweets)"
)
PARTICLES = r"(?:von|van|de|der|den|del|della|di|da|dos|du|al|el|bin|ibn|la|le|ter|ten|y)"
NAME = rf"[A-Z][\w.’'-]*(?:\s+(?:{PARTICLES}\s+){{0,2}}[A-Z][\w.’'-]*){{0,5}}"
VERB_NAME = re.compile(rf"\b{SPEAKING}\s+({NAME})")
NAME_VERB = re.compile(rf"({NAME})(?:,[^,.]{{3,70}},)?(?:\s+(?:also|later|then|further|has|had))?\s+{SPEAKING}\b")
PRONOUN = re.compile(rf"\b(he|she|they)\s+(?:also\s+|later\s+|then\s+)?{SPEAKING}\b|\b{SPEAKING}\s+(he|she|they)\b", re.IGNORECASE)
# What begins with a capital and names nobody.
BEGINNERS = (
    "the a an and but or nor so yet in on at by for from to of with as if it he she they we i you this that these those his her their its our my when while after "
    "before then there here mr mrs ms dr sir president minister prime senator professor monday tuesday wednesday thursday friday saturday sunday"
)
NOT_NAMES = frozenset(BEGINNERS.title().split())
# An attribution inside what should be quoted words alone (“We will go, said Mr X.”): after a name it may go on, after a pronoun it ends its clause.
INSIDE = re.compile(
    rf"[,?!]\s+(?:{NAME}\s+(?:also\s+|later\s+|then\s+)?{SPEAKING}\b(?!\s+(?:that|he|she|they|it|we|I|you|no|yes|to)\b)|{SPEAKING}\s+{NAME}"
    rf"|(?:(?:he|she|they|the\s+[\w-]+(?:\s+[\w-]+)?)\s+(?:also\s+|later\s+|then\s+)?{SPEAKING}|{SPEAKING}\s+(?:he|she|they|the\s+[\w-]+))"
    rf"(?=[.,:;]|\s*$|\s+(?:on|in|during|at|after|of|to\s+reporters|\w+ly|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b))"
)
LED_IN = re.compile(rf"(?:[\"”]|\b{SPEAKING}(?:\s+{NAME})?):\s+[A-Z][^\"“”:;?]{{20,}}[.!…]\s*$")
SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*\s+[\"“‘'(\[]*[A-Z0-9]")
ENDS_WITH_SPEAKING = re.compile(rf"\b(?:{SPEAKING}|that|because|and|but|as|reads?|thus|was|is|were|are)$", re.IGNORECASE)
SPEAKING_WORD = re.compile(rf"\b{SPEAKING}\b")
FEW = 2  # words before the first full stop that make no sentence
PART_WORDS = 6
NEAR = 90  # code points after a closing mark in which its speaker is named


def may_go_on(words: str, lead: str, *, english: bool) -> bool:
    """Say whether `words`, opened after `lead` and left open to the end of the paragraph, can be running text that goes on in the next."""
    words = words.strip().strip(UNSEEN)
    last = words.rstrip(MARKS + UNSEEN + ")]")[-1:]
    if not words or last.isalnum():
        return False  # the paragraph ends without a full stop
    whole = SENTENCE_END.search(words) is not None
    first = words.lstrip(MARKS + "([")[:1]
    if first.islower() and len(SENTENCE_END.split(words, maxsplit=1)[0].split()) <= (FEW if whole else len(words)):
        return False  # a part of a sentence
    if not english:
        return True
    before = lead.rstrip().rstrip("([*_")
    if before[-1:].isalpha() and not ENDS_WITH_SPEAKING.search(before):
        return False  # a title or a phrase in the midst of a sentence
    return INSIDE.search(words) is None


def lacks_opening(text: str) -> bool:
    """Say whether `text` ends with what somebody says, led in by a verb and a colon, and no mark opens it (“The mayor said: We go”)."""
    return LED_IN.search(text) is not None


def is_part(words: str, after: str, *, english: bool) -> bool:
    """Say whether quoted `words` are a phrase in a sentence of the house, which goes on with `after`: no running quotation resumes so."""
    rest = after.lstrip()
    return (
        len(words.split()) <= PART_WORDS
        and words[-1:].isalnum()
        and after[:1].isspace()
        and rest[:1].islower()
        and not (english and SPEAKING_WORD.search(" ".join(rest.split()[:6])))
    )


def voices(texts: Iterable[str]) -> Voices:
    """Return whom the house's own words in `texts` attribute words to; names by each of their words, pronouns in lower case."""
    heard: set[str] = set()
    for text in texts:
        for pattern in (VERB_NAME, NAME_VERB):
            for match in pattern.finditer(text):
                heard.update(word.strip(".,’'").removesuffix("’s").removesuffix("'s") for word in match[1].split() if word[:1].isupper())
        heard.update((match[1] or match[2]).lower() for match in PRONOUN.finditer(text))
    return frozenset(heard - NOT_NAMES - {""})


def differ(first: Voices, second: Voices) -> bool:
    """Say whether `first` and `second` are certainly not the same speaker: other names, or other pronouns where there are only those."""
    names, others = ({voice for voice in heard if voice[0].isupper()} for heard in (first, second))
    if names and others:
        return not names & others
    return bool(first and second and not names and not others and not first & second)


def is_cut(before: str, text: str) -> bool:
    """Say whether a break in mid-sentence parts `before` from `text`: one paragraph, wrongly divided."""
    last = before.rstrip().rstrip(MARKS)[-1:]
    return (last.isalnum() or last in {",", ";", "-", "–"}) and text.lstrip()[:1].islower()
