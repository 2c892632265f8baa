"""Which cue belongs to which quotation, and what is proposed for it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from masthead.newsroom.desk.attribution import chains, lexicon, names, phrases
from masthead.newsroom.desk.attribution.cues import TELLING, Cue, main_subject, separators
from masthead.newsroom.desk.attribution.marks import looks_like_caption
from masthead.newsroom.desk.attribution.story import Speaker, Story
from masthead.newsroom.desk.attribution.tokens import Sentence
from masthead.newsroom.desk.attribution.values import Proposal, Quoted, Relay
from masthead.newsroom.stories.text import Kind, Passage

SHORT = 3  # words up to which a quotation may be a term or a title rather than somebody's words
_TOLD = frozenset(form for form, (base, _) in lexicon.NARROW.items() if base in TELLING)
_INTRODUCING = frozenset((":", ","))
_SAID_THROUGH = frozenset(["statement", "speech", "letter", "email", "post", "tweet", "message", "remarks", "comments", "interview", "memo", "report"])


@dataclass(frozen=True)
class _Choice:
    """The cue that a quotation belongs to, with its sentence; `speaker` alone where another quotation's goes on."""

    sentence: Sentence
    cue: Cue | None
    speaker: Speaker | None
    beside: bool  # the cue stands in the quotation's own sentence


class Naming:
    """The proposals of one story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.chosen: dict[int, _Choice] = {}
        self.forms: list[str] = []
        for number in range(len(story.found)):
            self.forms.append(self._form(number))
            choice = self._choose(number)
            if choice is not None:
                self.chosen[number] = choice

    # -- what is proposed --

    def proposals(self) -> Iterator[Proposal]:
        """Yield what is proposed for each quotation, then for each sentence that relays without quoting, in their order."""
        found = [self._of_quotation(number) for number in range(len(self.story.found)) if self._is_quotation(number)]
        found.extend(self._of_sentence(sentence, relays) for sentence, relays in self.relayed() if not sentence.quotes)
        yield from sorted(found, key=lambda proposal: (proposal.quoted.first, proposal.quoted.start))

    def _is_quotation(self, number: int) -> bool:
        choice = self.chosen.get(number)
        words = self.story.found[number].quoted.words.split()
        if self._a_name(number):
            return False
        if len(words) > SHORT:
            return True
        return choice is not None and choice.beside and choice.cue is not None and self._of_somebody(choice)

    @staticmethod
    def _of_somebody(choice: _Choice) -> bool:
        """Say whether a few words between marks are somebody's, not a term: the subject beside them is a name or a pronoun."""
        subject = choice.cue.subject if choice.cue else None
        return bool(subject and (subject.name or subject.pronoun) and choice.speaker and choice.speaker.name)

    def _of_quotation(self, number: int) -> Proposal:
        quoted = self.story.found[number].quoted
        form = self.forms[number]
        choice = self.chosen.get(number)
        if choice is None:
            return Proposal(quoted=quoted, form=form)
        return self._proposal(quoted, form, choice)

    def _of_sentence(self, sentence: Sentence, relays: tuple[Relay, ...]) -> Proposal:
        place = self.story.spanned(sentence)
        words = self.story.passages[place.passage].text[place.start : place.end]
        quoted = Quoted(first=place.passage, start=place.start, last=place.passage, end=place.end, words=words, closed=True)
        cue, speaker = self._primary(sentence)
        return self._proposal(quoted, "paraphrase", _Choice(sentence, cue, speaker, beside=True), relays)

    def _proposal(self, quoted: Quoted, form: str, choice: _Choice, relays: tuple[Relay, ...] | None = None) -> Proposal:
        story, sentence, cue, speaker = self.story, choice.sentence, choice.cue, choice.speaker
        if relays is None:
            relays = tuple(chains.chain(story, sentence, cue, speaker))
        return Proposal(
            quoted=quoted,
            form=form,
            speaker=speaker.name if speaker else "",
            speaker_title=speaker.title if speaker else "",
            speaker_span=speaker.span if speaker else None,
            cue=story.words(sentence, cue.first, cue.last) if cue else "",
            cue_span=story.span(sentence, cue.first, cue.last) if cue else None,
            channel=chains.channel(story, sentence, cue, speaker, told=any(relay.verb in _TOLD for relay in relays)),
            anonymous=bool(speaker and speaker.anonymous),
            relays=relays,
            said_on_words=chains.said_on(story, sentence, cue),
        )

    def relayed(self) -> Iterator[tuple[Sentence, tuple[Relay, ...]]]:
        """Yield each sentence that passes on what came through an outlet, with its chain from the speaker outward."""
        for sentence in self.story.sentences:
            if self.story.passages[sentence.passage].kind in (Kind.HEADLINE, Kind.CAPTION):
                continue
            cue, speaker = self._primary(sentence)
            if cue is None:
                continue
            relays = chains.chain(self.story, sentence, cue, speaker)
            if not relays and speaker is not None and speaker.outlet and (speaker.document or cue.base in ("report", "according to")):
                verb = self.story.words(sentence, cue.first, cue.last)
                relays = [Relay(outlet=speaker.outlet, verb=f"{speaker.document} {verb}".strip(), span=speaker.span)]
            if relays:
                yield sentence, tuple(relays)

    def _primary(self, sentence: Sentence) -> tuple[Cue | None, Speaker | None]:
        """Return the innermost cue of a sentence: that of its quotation, or the one whose subject is no outlet."""
        for at in sentence.quotes:
            choice = self.chosen.get(self.story.tokens[sentence.passage][at].quote or 0)
            if choice is not None and choice.sentence is sentence:
                return choice.cue, choice.speaker
        outlet: tuple[Cue | None, Speaker | None] = (None, None)
        for cue in self.story.cues(sentence):
            if not cue.narrow or cue.base == "citing":
                continue
            speaker = self._speaker(sentence, cue)
            if speaker is not None and not speaker.outlet and speaker.name:
                return cue, speaker
            if speaker is not None and outlet[0] is None:
                outlet = (cue, speaker)
        cited = self._cited(sentence)
        return cited or outlet

    def _cited(self, sentence: Sentence) -> tuple[Cue, Speaker] | None:
        for cue in self.story.cues(sentence):
            if cue.base == "citing" and cue.object is not None and not self.story.outlet(sentence, cue.object):
                return cue, self.story.speaker(sentence, cue.object)
        return None

    def _speaker(self, sentence: Sentence, cue: Cue) -> Speaker | None:
        phrase = cue.object if cue.base in ("quote", "citing") else cue.subject
        return self.story.speaker(sentence, phrase) if phrase else None

    def _form(self, number: int) -> str:
        quoted = self.story.found[number].quoted
        first = next((character for character in quoted.words if character.isalnum()), "")
        places = self.story.quoted_in.get(number, [])
        if not places or not first:
            return "direct"
        sentence, at = places[0]
        row = self.story.tokens[sentence.passage]
        earlier = [row[quote].quote for quote in sentence.quotes if quote < at][-1:]
        if first.islower() and any(quote is not None and quote < number and self.forms[quote] == "direct" for quote in earlier):
            return "direct"
        if first.islower() and at > sentence.first:
            return "mixed"
        joined = at > sentence.first and row[at - 1].word and row[at - 1].low not in lexicon.NARROW
        return "mixed" if joined and len(quoted.words.split()) <= SHORT + 1 else "direct"

    def unattributed(self) -> Iterator[Quoted]:
        """Yield the quotations of more than three words without a word of saying in their sentence or beside it."""
        for number, found in enumerate(self.story.found):
            choice = self.chosen.get(number)
            places = self.story.quoted_in.get(number, [])
            if choice is not None or not self._is_speech(number) or not places or self._credited(*places[-1]) or not found.family:
                continue
            first, last = places[0][0].number - 1, places[-1][0].number + 1
            near = [self.story.sentences[at] for at in range(max(first, 0), min(last + 1, len(self.story.sentences)))]
            if not any(self._attributes(sentence) for sentence in near):
                yield found.quoted

    def _attributes(self, sentence: Sentence) -> bool:
        row = self.story.tokens[sentence.passage]
        return any(row[at].low in lexicon.ATTRIBUTES for at in range(sentence.first, sentence.last))

    # -- whose cue --

    def _choose(self, number: int) -> _Choice | None:
        places = self.story.quoted_in.get(number, [])
        if not places:
            return None
        for sentence, at in (places[0], places[-1]) if len(places) > 1 else places:
            cue = self._beside(sentence, at)
            if cue is not None:
                speaker = self._speaker(sentence, cue)
                if speaker is not None and (speaker.outlet or cue.base == "report") and cue.base != "according to":
                    cited = self._cited(sentence)
                    cue, speaker = cited or (cue, speaker)
                return _Choice(sentence, cue, speaker, beside=True)
        if self._credited(*places[-1]):
            return self._by_dash(*places[-1])
        if not self._alone(*places[0]):
            return self._after_colon(*places[0]) or self._wide(*places[0])
        return self._introduced(*places[0]) or self._next(*places[-1]) or self._continued(number, places[0][0]) or self._last_said(number, places[0][0])

    def _beside(self, sentence: Sentence, at: int) -> Cue | None:
        """Return the cue in a quotation's own sentence, the tightest first."""
        row = self.story.tokens[sentence.passage]
        cues = [
            cue for cue in self.story.cues(sentence) if cue.narrow and cue.base != "citing" and (cue.subject or cue.object) and not cue.start <= at <= cue.end
        ]
        if not cues:
            return None
        earlier = [cue for cue in cues if cue.end < at]
        later = [cue for cue in cues if cue.start > at]
        tight_later = [cue for cue in later if separators(row, at + 1, cue.start)]
        tight_earlier = [cue for cue in earlier if separators(row, cue.end + 1, at) or (cue.object is not None and separators(row, cue.object.edge + 1, at))]
        if tight_earlier and not (tight_later and tight_later[0].base != "according to" and self._ends_with_comma(sentence, at)):
            return tight_earlier[-1]
        spoken = [cue for cue in earlier if cue.base != "according to"]
        if tight_later and not (earlier and tight_later[0].base == "according to") and not (spoken and self._relays(sentence, tight_later[0], at)):
            return tight_later[0]
        if spoken or earlier:
            return (spoken or earlier)[-1]
        next_quote = next((quote for quote in sentence.quotes if quote > at), sentence.last)
        follows = [cue for cue in later if cue.start < next_quote]
        return follows[0] if follows else None

    def _relays(self, sentence: Sentence, cue: Cue, at: int) -> bool:
        """Say whether a cue behind a quotation only says who passed it on: "…”, Interfax reported"."""
        if cue.base == "report":
            return True
        return bool(self.story.outlet(sentence, cue.subject)) and not self._ends_with_comma(sentence, at)

    def _ends_with_comma(self, sentence: Sentence, at: int) -> bool:
        token = self.story.tokens[sentence.passage][at]
        text = self.story.passages[sentence.passage].text
        return "," in text[max(token.start, token.end - 2) : token.end + 1]

    def _alone(self, sentence: Sentence, at: int) -> bool:
        """Say whether a quotation is a whole sentence, or its first part."""
        row = self.story.tokens[sentence.passage]
        return all(not row[before].word for before in range(sentence.first, at))

    def _after_colon(self, sentence: Sentence, at: int) -> _Choice | None:
        """Read "Tom Berg: “…”" and "Berg was blunt: “…”"."""
        row = self.story.tokens[sentence.passage]
        if row[at - 1].text != ":":
            return None
        phrase = main_subject(row, sentence, at - 1)
        if phrase is None or not (phrase.name or phrase.pronoun):
            return None
        return _Choice(sentence, None, self.story.speaker(sentence, phrase), beside=True)

    def _wide(self, sentence: Sentence, at: int) -> _Choice | None:
        """Fall back to a verb that seldom names a speaker, nearest before the quotation."""
        wide = [cue for cue in self.story.cues(sentence) if cue.end < at and cue.subject and not cue.narrow]
        if not wide or len(self.story.found[self.story.tokens[sentence.passage][at].quote or 0].quoted.words.split()) <= SHORT:
            return None
        return _Choice(sentence, wide[-1], self._speaker(sentence, wide[-1]), beside=True)

    def _credited(self, sentence: Sentence, at: int) -> bool:
        row = self.story.tokens[sentence.passage]
        return at + 2 < sentence.last and row[at + 1].text in ("—", "–", "-", "--", "―") and names.is_name(row[at + 2])

    def _by_dash(self, sentence: Sentence, at: int) -> _Choice | None:
        """Read “…” — Jane Smith; a title with its outlet and date stands so too and is no quotation."""
        row = self.story.tokens[sentence.passage]
        if any(row[ahead].low in lexicon.MONTHS for ahead in range(at + 2, sentence.last)):
            return None
        phrase = phrases.after(row, at + 2, sentence.last)
        if phrase is None or not phrase.name:
            return None
        return _Choice(sentence, None, self.story.speaker(sentence, phrase), beside=True)

    def _before(self, sentence: Sentence) -> Sentence | None:
        """Return the sentence before, over captions that lie between."""
        at = sentence.number - 1
        while at >= 0:
            found = self.story.sentences[at]
            passage = self.story.passages[found.passage]
            if passage.kind in (Kind.HEADLINE, Kind.STANDFIRST):
                return None
            if passage.kind is not Kind.CAPTION and not (found.passage != sentence.passage and looks_like_caption(passage.text)):
                return found
            at -= 1
        return None

    def _introduced(self, sentence: Sentence, at: int) -> _Choice | None:
        """Read what leads to the quotation: "Smith stated:", "Smith issued a statement."."""
        before = self._before(sentence)
        if before is None or (before.passage != sentence.passage and self.story.tokens[sentence.passage][at].start > 2):
            return None
        row = self.story.tokens[before.passage]
        leads = row[before.last - 1].text in _INTRODUCING
        through = any(row[there].low in _SAID_THROUGH for there in range(before.first, before.last))
        if not leads and (before.quotes or not through or before.passage != sentence.passage):
            return None
        cues = [cue for cue in self.story.cues(before) if cue.subject and (cue.narrow or through) and cue.base != "citing"]
        if cues:
            cue = next((cue for cue in reversed(cues) if cue.narrow and cue.base != "according to"), cues[-1])
            return _Choice(before, cue, self._speaker(before, cue), beside=before.passage == sentence.passage or leads)
        if not leads:
            return None
        last = before.last - 2
        phrase = phrases.ending(row, before.first, last) if last - before.first < 6 else None
        if phrase is not None and phrase.name:
            return _Choice(before, None, self.story.speaker(before, phrase), beside=True)
        return None

    def _next(self, sentence: Sentence, at: int) -> _Choice | None:
        """Read “It is over.” Smith said. — an attribution that a full stop cut off, and nothing else in its sentence."""
        number = sentence.number + 1
        if at != sentence.last - 1 or number >= len(self.story.sentences) or self.story.sentences[number].passage != sentence.passage:
            return None
        following = self.story.sentences[number]
        row = self.story.tokens[following.passage]
        for cue in self.story.cues(following)[:1]:
            ahead = cue.end + 1
            bare = (
                ahead >= following.last
                or not row[ahead].word
                or row[ahead].low in lexicon.PREPOSITIONS
                or row[ahead].low in lexicon.DAYS | {"yesterday", "today", "later"}
            )
            if cue.narrow and cue.subject and cue.start <= following.first + 1 and bare and row[ahead - 1].low != "that":
                return _Choice(following, cue, self._speaker(following, cue), beside=True)
        return None

    def _continued(self, number: int, sentence: Sentence) -> _Choice | None:
        """Go on with the speaker of the quotation before: in the same paragraph, or the paragraph before where both are speech."""
        before = self._before(sentence)
        if before is None or number == 0 or not self._is_speech(number):
            return None
        if before.passage == sentence.passage and not before.quotes:
            return None
        previous = next((self.story.tokens[before.passage][there].quote for there in reversed(before.quotes)), None)
        choice = self.chosen.get(previous) if previous is not None else None
        if choice is None and previous is not None and before.passage != sentence.passage:
            return None
        return _Choice(choice.sentence, choice.cue, choice.speaker, beside=False) if choice else None

    def _last_said(self, number: int, sentence: Sentence) -> _Choice | None:
        """Take who was said to say something in the sentence before, or whose quotation it interrupts."""
        before = self._before(sentence)
        if before is None or not self._is_speech(number):
            return None
        cues = [cue for cue in self.story.cues(before) if cue.narrow and cue.subject and cue.base != "citing"]
        if not cues:
            return self._shown_before(before) if before.passage == sentence.passage else None
        cue = next((cue for cue in cues if cue.base != "according to"), cues[0])
        return _Choice(before, cue, self._speaker(before, cue), beside=False)

    def _shown_before(self, before: Sentence) -> _Choice | None:
        """Read "Her neighbour Dave Finch was sweeping mud. “You just get on with it.”"."""
        row = self.story.tokens[before.passage]
        phrase = main_subject(row, before, before.last)
        if phrase is None or not (phrase.name or phrase.pronoun in ("he", "she")):
            return None
        if phrase.name:
            entity = self.story.known.look_up(self.story.words(before, *phrase.name), (before.number + 1, 0))
            if entity is None or entity.kind != "person":
                return None
        return _Choice(before, None, self.story.speaker(before, phrase), beside=False)

    def _is_speech(self, number: int) -> bool:
        return len(self.story.found[number].quoted.words.split()) > SHORT and not self._a_name(number)

    def _a_name(self, number: int) -> bool:
        """Say whether the words between marks are a title or a name: every longer word has a capital, or "named" stands before."""
        quoted = self.story.found[number].quoted
        for sentence, at in self.story.quoted_in.get(number, [])[:1]:
            row = self.story.tokens[sentence.passage]
            back = at - 1 - (at > sentence.first + 1 and row[at - 1].text == ",")
            if back >= sentence.first and row[back].low in lexicon.TITLED_BY and len(quoted.words.split()) <= SHORT * 2:
                return True
        words = [word.strip(",.;:!?()[]'’") for word in quoted.words.split()]
        longer = [word for word in words if len(word) > SHORT]
        return len(words) <= 12 and len(longer) > 1 and all(not word[0].islower() for word in longer) and quoted.words.rstrip()[-1:] not in ".!?"


def named(passages: Sequence[Passage], outlets: Mapping[str, str]) -> Naming:
    """Read a story and choose its cues."""
    return Naming(Story(passages, outlets))
