"""Through whom words came: the outlets of a sentence in order from the speaker outward, the channel, the day. Pure."""

import re

from masthead.newsroom.desk.attribution import lexicon, phrases
from masthead.newsroom.desk.attribution.cues import TELLING, Cue
from masthead.newsroom.desk.attribution.names import Phrase
from masthead.newsroom.desk.attribution.story import Speaker, Story
from masthead.newsroom.desk.attribution.tokens import Sentence, Token
from masthead.newsroom.desk.attribution.values import Relay

_HINTS = frozenset(
    [
        "told",
        "tells",
        "telling",
        "according",
        "citing",
        "quoted",
        "quotes",
        "quoting",
        "cited",
        "cites",
        "via",
        "reported",
        "reports",
        "by",
        "with",
        "to",
        "on",
        "in",
        "report",
        "reporting",
        "carried",
    ]
)
# A word that makes the outlet behind its preposition a relay: "an interview with the BBC", "as reported by TASS".
_BEFORE = {
    "with": frozenset(["interview", "interviews", "conversation", "spoke", "speaking", "talking", "talked", "call", "exclusive"]),
    "to": frozenset(
        [
            "statement",
            "statements",
            "remarks",
            "comments",
            "speaking",
            "spoke",
            "talking",
            "talked",
            "email",
            "interview",
            "letter",
            "given",
            "comment",
            "sent",
            "message",
            "said",
            "stated",
            "confirmed",
            "explained",
            "wrote",
        ]
    ),
    "by": frozenset(
        ["reported", "quoted", "cited", "carried", "published", "obtained", "seen", "broadcast", "aired", "released", "interviewed", "distributed"]
    ),
    "in": frozenset(["writing", "wrote", "column", "article", "editorial", "op-ed", "published", "piece", "interview", "quoted"]),
    "on": frozenset(["speaking", "appearing", "interview", "spoke", "broadcast", "aired", "appeared"]),
    "from": frozenset(["report", "reports"]),
    "for": frozenset(["writing", "wrote", "column"]),
}
_INNER = frozenset(("with", "to", "in", "on", "for"))
_SOFT = frozenset(
    [
        "report",
        "study",
        "paper",
        "analysis",
        "letter",
        "email",
        "e-mail",
        "memo",
        "ruling",
        "verdict",
        "judgment",
        "lawsuit",
        "indictment",
        "statement",
        "briefing",
        "posted",
    ]
)
_THROUGH = frozenset(("in", "via", "through", "by", "issued", "released", "at", "from"))
_DAY = re.compile(
    r"\b(?:(?:late |early |earlier )?(?:on )?(?:last |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|afternoon|evening|night))?(?:,? \d{1,2} [A-Z][a-z]+(?: \d{4})?|,? [A-Z][a-z]+ \d{1,2}(?:, \d{4})?)?"
    r"|(?:late |early )?(?:yesterday|today|last night|this morning|this afternoon|this evening|tonight|earlier this (?:week|month|year)|last (?:week|month|year)|the (?:next|previous|following) day)"
    r"|on \d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december)(?: \d{4})?"
    r"|(?:on |in )(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: \d{1,4}(?:, \d{4})?)?)\b",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|co\.uk|uk|ca|au|ru|de|fr|in|ie|nz|za)$", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*$|\s+(?:in|at|during|to|from|via|through|by|while|after)\b[^,]*$")
_BESIDE = 8  # words between a verb and "in a report"
_NEAR = 60  # characters around a cue where its day stands
_AT_START = 30


def chain(story: Story, sentence: Sentence, chosen: Cue | None, speaker: Speaker | None) -> list[Relay]:
    """Return the outlets that relayed what is said in `sentence`, from the speaker outward; never the speaker itself."""
    row = story.tokens[sentence.passage]
    if not any(row[at].low in _HINTS or row[at].low in lexicon.NARROW for at in range(sentence.first, sentence.last)):
        return []
    rings = _Rings(story, sentence)
    for cue in story.cues(sentence):
        rings.of_cue(cue, chosen)
    rings.of_prepositions()
    own = (speaker.outlet or speaker.name).lower() if speaker else ""
    found: list[Relay] = []
    for relay in (*rings.inner, *rings.middle, *rings.outer):
        if relay.outlet.lower() != own and relay.outlet not in [known.outlet for known in found]:
            found.append(relay)
    return found


class _Rings:
    """The outlets of a sentence by how near they stand to the speaker: whom she told, who cites, who reports all that."""

    def __init__(self, story: Story, sentence: Sentence) -> None:
        self.story = story
        self.sentence = sentence
        self.inner: list[Relay] = []
        self.middle: list[Relay] = []
        self.outer: list[Relay] = []

    def of_cue(self, cue: Cue, chosen: Cue | None) -> None:
        """Take in the outlet that a cue names beside the speaker."""
        if cue.object is not None and cue.base in TELLING and (chosen is None or cue is chosen or _same(cue, chosen)):
            self._add(self.inner, self._asker(cue.object), self.story.words(self.sentence, cue.first, cue.last))
        if cue.base == "citing" and cue is not chosen:
            self._add(self.middle, cue.object, "citing")
        if cue.base == "quote":
            self._add(self.middle, cue.subject, "quoted")
        elif cue is not chosen and chosen is not None and not _same(cue, chosen):
            self._add(self.outer, cue.subject, cue.base if " " in cue.base else self.story.words(self.sentence, cue.first, cue.last))

    def of_prepositions(self) -> None:
        """Take in "via TASS", "as reported by TASS", "in an interview with the BBC"."""
        story, sentence = self.story, self.sentence
        row = story.tokens[sentence.passage]
        for at in range(sentence.first + 1, sentence.last - 1):
            low = row[at].low
            if low == "via":
                self._add(self.outer, phrases.after(row, at + 1, sentence.last), "via")
            elif low in _BEFORE and _triggered(row, sentence, at, _BEFORE[low]):
                phrase = phrases.after(row, at + 1, sentence.last)
                self._add(self.inner if low in _INNER else self.outer, phrase, story.words(sentence, at - 1, at))

    def _add(self, relays: list[Relay], phrase: Phrase | None, verb: str) -> None:
        story, sentence = self.story, self.sentence
        outlet = story.outlet(sentence, phrase) or self._by_its_shape(phrase, verb)
        if not outlet and phrase is not None and not phrase.name and not phrase.pronoun:
            said = story.speaker(sentence, phrase)
            outlet = said.outlet if said.document else ""
        if outlet and phrase is not None:
            place = phrase.name or (phrase.first, phrase.last)
            relays.append(Relay(outlet=outlet, verb=verb, span=story.span(sentence, *place)))

    def _asker(self, told: Phrase) -> Phrase:
        """Return the outlet in "told CNN's Jane Roe"."""
        outlet = told.title is not None and self.story.known.outlet(self.story.words(self.sentence, *told.title))
        return Phrase(*told.title, name=told.title) if outlet and told.title else told

    def _by_its_shape(self, phrase: Phrase | None, verb: str) -> str:
        """Read "told NJ.com" and "The Oregonian reported": an outlet by its place alone, where it is nobody and nothing else."""
        if phrase is None or phrase.name is None or phrase.title is not None:
            return ""
        story, sentence = self.story, self.sentence
        words = story.words(sentence, *phrase.name)
        entity = story.known.look_up(words)
        if _DOMAIN.match(words):
            return words
        nobody = entity is None or entity.kind == "outlet" or (entity.kind == "person" and not entity.sure)
        return words if verb == "reported" and nobody else ""


def _same(cue: Cue, chosen: Cue) -> bool:
    return cue.subject is not None and chosen.subject is not None and cue.subject.first == chosen.subject.first


def _triggered(row: list[Token], sentence: Sentence, at: int, triggers: frozenset[str]) -> bool:
    return any(row[back].low in triggers for back in range(max(sentence.first, at - 2), at))


def channel(story: Story, sentence: Sentence, cue: Cue | None, speaker: Speaker | None, *, told: bool) -> str:
    """Return in what the words were said, as the sentence tells it and in the words of `stories.statements.Channel`; or nothing."""
    row = story.tokens[sentence.passage]
    low = [row[at].low for at in range(sentence.first, sentence.last)]
    if speaker is not None and speaker.outlet:
        return "wire" if speaker.outlet.lower() in lexicon.WIRES else "article"
    if speaker is not None and speaker.document:
        return _of_document(speaker.document)
    found = _of_words(low, cue.first - sentence.first if cue else 0)
    if not found and cue is not None and cue.object is not None and cue.base in TELLING:
        audience = {row[at].low for at in range(cue.object.first, cue.object.last + 1)}
        heard = next((lexicon.AUDIENCES[word] for word in sorted(audience) if word in lexicon.AUDIENCES), "")
        found = "interview" if told else heard
    if not found and cue is not None and cue.base in ("tweet", "post", "blog"):
        return "post"
    return found


def _of_document(document: str) -> str:
    found = next((name for words, name in lexicon.CHANNELS if words == (document,)), "")
    return found or {"post": "post", "announcement": "statement", "release": "release", "article": "article", "editorial": "article", "column": "article"}.get(
        document, "document"
    )


def _of_words(low: list[str], cue: int) -> str:
    there = set(low)
    for words, name in lexicon.CHANNELS:
        if words[0] not in there:
            continue
        for at, word in enumerate(low):
            if word != words[0] or tuple(low[at : at + len(words)]) != words:
                continue
            if len(words) > 1 or word not in _SOFT or (abs(at - cue) <= _BESIDE and _in_or_through(low, at)):
                return name
    return ""


def _in_or_through(low: list[str], at: int) -> bool:
    return any(word in _THROUGH for word in low[max(0, at - 5) : at])


def said_on(story: Story, sentence: Sentence, cue: Cue | None) -> str:
    """Return the words that say when: "on Tuesday", beside the cue or at the head of its sentence; not those of what is said."""
    if cue is None:
        return ""
    row = story.tokens[sentence.passage]
    text = story.passages[sentence.passage].text
    head = row[sentence.first].start
    ahead = cue.end + 1
    while ahead < sentence.last and row[ahead].quote is None and row[ahead].low not in ("that", ":", "“") and row[ahead].start < row[cue.end].end + _NEAR:
        ahead += 1
    back = cue.start
    while back > sentence.first and row[back - 1].quote is None and row[back - 1].start > row[cue.start].start - _NEAR // 2:
        back -= 1
    after = row[cue.object.edge if cue.object else cue.end].end
    match = _DAY.search(text, row[cue.end].end, row[ahead - 1].end)
    if match and (match.start() <= after + 1 or _BETWEEN.match(text, after, match.start())):
        return match[0]
    for start, end in ((row[back].start, row[cue.last].start), (head, min(head + _AT_START, row[cue.start].start))):
        match = _DAY.search(text, start, end)
        if match:
            return match[0]
    return ""
