"""One story read for attribution: its quotations, tokens, sentences, cues and names, worked out once. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from masthead.newsroom.desk.attribution import lexicon, marks, names, phrases
from masthead.newsroom.desk.attribution.cues import Cue, cues
from masthead.newsroom.desk.attribution.known import Known
from masthead.newsroom.desk.attribution.names import Phrase
from masthead.newsroom.desk.attribution.tokens import Sentence, Token, masked, sentences, tokens
from masthead.newsroom.desk.attribution.values import Span
from masthead.newsroom.stories.text import Kind, Passage

_READ = marks.READ | {Kind.HEADLINE, Kind.CAPTION}
_ISSUED_WITHIN = 4  # sentences
_ONE_UNNAMED = re.compile(r"\b(?:an?|one|another|two|three|several|some|senior|high-ranking|top)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Speaker:
    """Who a phrase means: `name`, `title`, where it stands; `outlet` where it is one; `document` what it speaks through ("Smith's letter")."""

    name: str
    title: str
    span: Span
    anonymous: bool = False
    outlet: str = ""
    document: str = ""


class Story:
    """The passages of a story with what the rules need of them."""

    def __init__(self, passages: Sequence[Passage], outlets: Mapping[str, str]) -> None:
        self.passages = passages
        self.found = marks.found_in(passages)
        self.known = Known(outlets)
        self.tokens: dict[int, list[Token]] = {}
        self.sentences: list[Sentence] = []
        self.of_passage: dict[int, list[Sentence]] = {}
        self._cues: dict[int, list[Cue]] = {}
        covers: dict[int, list[tuple[int, int, int]]] = {}
        for number, found in enumerate(self.found):
            for span in found.covers:
                covers.setdefault(span.passage, []).append((span.start, span.end, number))
        ends = {number: found.quoted.words.rstrip()[-1:] for number, found in enumerate(self.found)}
        for number, passage in enumerate(passages):
            if passage.kind in _READ:
                blotted, starts = masked(passage.text, covers.get(number, []))
                self.tokens[number] = tokens(blotted, starts)
                self.of_passage[number] = sentences(self.tokens[number], number, len(self.sentences), ends)
                self.sentences.extend(self.of_passage[number])
        for sentence in self.sentences:
            self.known.read(self.tokens[sentence.passage], sentence, passages[sentence.passage].text)

    @cached_property
    def quoted_in(self) -> dict[int, list[tuple[Sentence, int]]]:
        """A quotation's number -> the sentences it stands in, with its token there."""
        places: dict[int, list[tuple[Sentence, int]]] = {}
        for sentence in self.sentences:
            for at in sentence.quotes:
                number = self.tokens[sentence.passage][at].quote
                if number is not None:
                    places.setdefault(number, []).append((sentence, at))
        return places

    def cues(self, sentence: Sentence) -> list[Cue]:
        """Return the cues of a sentence, worked out once."""
        if sentence.number not in self._cues:
            self._cues[sentence.number] = cues(self.tokens[sentence.passage], sentence)
        return self._cues[sentence.number]

    def words(self, sentence: Sentence, first: int, last: int) -> str:
        """Return the text from token `first` to token `last` inclusive."""
        return names.spoken(self.tokens[sentence.passage], (first, last), self.passages[sentence.passage].text)

    def span(self, sentence: Sentence, first: int, last: int) -> Span:
        """Return the place of tokens `first` to `last` inclusive."""
        row = self.tokens[sentence.passage]
        return Span(passage=sentence.passage, start=row[first].start, end=row[last].end)

    def spanned(self, sentence: Sentence) -> Span:
        """Return the place of a whole sentence, without its full stop."""
        row = self.tokens[sentence.passage]
        last = sentence.last - 1
        while last > sentence.first and row[last].text == ".":
            last -= 1
        return self.span(sentence, sentence.first, last)

    # -- who that is --

    def outlet(self, sentence: Sentence, phrase: Phrase | None) -> str:
        """Return the preferred name of the outlet that a phrase means, or nothing."""
        if phrase is None or phrase.pronoun:
            return ""
        row = self.tokens[sentence.passage]
        if phrase.name:
            words = self.words(sentence, *phrase.name)
            found = self.known.outlet(words)
            if found:
                return found
            entity = self.known.look_up(words)
            if entity is not None and entity.kind == "outlet":
                return entity.name
            titled = {row[at].low for at in range(phrase.title[0], phrase.title[1] + 1)} if phrase.title else set()
            if titled & (lexicon.OUTLET_NOUNS | {"daily", "weekly", "tv", "television", "radio"}) and not titled & lexicon.TITLES:
                return self.words(sentence, *phrase.name)
            return ""
        whole = self.words(sentence, phrase.first, phrase.last)
        found = self.known.outlet(whole)
        if found:
            return found
        entity = self.known.described(whole, sentence.number, phrase.first)
        if entity is not None:
            return entity.name if entity.kind == "outlet" else ""
        return self._outlet_within(sentence, phrase)

    def _outlet_within(self, sentence: Sentence, phrase: Phrase) -> str:
        """Find the name in "the Interfax news agency", "al-Ikhbariya television"."""
        row = self.tokens[sentence.passage]
        if row[phrase.last].low not in lexicon.OUTLET_WORDS | lexicon.OUTLET_NOUNS:
            return ""
        last = phrase.last
        while last > phrase.first and not row[last].cap:
            if row[last].low in lexicon.PREPOSITIONS or row[last].low == "'s":
                return ""
            last -= 1
        if not names.is_name(row[last]) or row[last].low in lexicon.TITLES:
            return ""
        words = self.words(sentence, names.run_start(row, phrase.first, last), last)
        adjective = words.endswith(("ian", "ish", "ese", "ean", "can")) and row[phrase.last].low != "television"
        return "" if adjective else self.known.outlet(words) or words

    def speaker(self, sentence: Sentence, phrase: Phrase) -> Speaker:
        """Return who a phrase means."""
        row = self.tokens[sentence.passage]
        if phrase.pronoun:
            entity = self.known.pronoun(phrase.pronoun, sentence.number, phrase.first)
            here = self.span(sentence, phrase.first, phrase.last)
            if entity is None:
                return Speaker("", "", here)
            return Speaker(entity.name, entity.title, here, outlet=entity.name if entity.kind == "outlet" else "")
        if phrase.name:
            return self._named(sentence, phrase, phrase.name)
        owner = self._document(sentence, phrase)
        if owner is not None:
            return owner
        span = self.span(sentence, phrase.first, phrase.last)
        whole = self.words(sentence, phrase.first, phrase.last)
        outlet = self.outlet(sentence, phrase)
        entity = None if outlet else self.known.described(whole, sentence.number, phrase.first)
        if entity is not None:
            return Speaker(entity.name, entity.title, span)
        if outlet:
            return Speaker(outlet, "", span, outlet=outlet)
        heads = {row[at].low for at in range(phrase.first, phrase.last + 1)}
        return Speaker(_uncapitalised(whole), "", span, anonymous=self._unnamed(sentence, heads, whole))

    def _named(self, sentence: Sentence, phrase: Phrase, name: tuple[int, int]) -> Speaker:
        span, words = self.span(sentence, *name), self.words(sentence, *name)
        outlet = self.outlet(sentence, phrase)
        title = self.words(sentence, *phrase.title) if phrase.title else ""
        if outlet:
            return Speaker(outlet, "", span, outlet=outlet)
        entity = self.known.look_up(words, (sentence.number, name[0]))
        if entity is None:
            crowd = " " not in words and not title
            return Speaker(_without_article(words), title, span, anonymous=crowd and self._unnamed(sentence, {words.lower()}, words))
        entity.sure = entity.sure or entity.kind == "person"
        short = len(words.split()) < len(entity.words)
        if entity.kind != "person":
            return Speaker(entity.name, title, span)
        return Speaker(entity.name, entity.title if short or not title or title.lower() in lexicon.HONORIFICS else title, span)

    def _document(self, sentence: Sentence, phrase: Phrase) -> Speaker | None:
        """Read "Cornyn's statement", "a statement from the ministry", "the Home Office letter": whose words the document's are."""
        row = self.tokens[sentence.passage]
        head = next((at for at in range(phrase.first, phrase.last + 1) if row[at].low in lexicon.DOCUMENTS), None)
        if head is None:
            return None
        document = row[head].low
        if head > phrase.first and row[head - 1].low != "'s" and head == phrase.last:
            last = head - 1
            while last > phrase.first and not names.is_name(row[last]) and row[last].low != "'s":
                last -= 1
            if row[last].low == "'s":
                last -= 1
            if names.is_name(row[last]) and row[last].low not in lexicon.NOT_NAMES:
                return self._through(sentence, names.named(row, phrase.first, last), document)
        if head > phrase.first and row[head - 1].low == "'s":
            return self._through(sentence, names.named(row, phrase.first, head - 2), document)
        if head < phrase.last and row[head + 1].low in ("from", "by", "of"):
            author = phrases.after(row, head + 2, phrase.last + 1)
            return self._through(sentence, author, document) if author else None
        return self._owned(sentence, phrase, head)

    def _owned(self, sentence: Sentence, phrase: Phrase, head: int) -> Speaker | None:
        """Read "his letter", and "the statement" that somebody issued before."""
        row = self.tokens[sentence.passage]
        document = row[head].low
        if head > phrase.first and row[head - 1].low in ("his", "her", "its", "their"):
            pronoun = {"his": "he", "her": "she", "its": "it", "their": "they"}[row[head - 1].low]
            return self._through(sentence, Phrase(head - 1, head - 1, pronoun=pronoun), document)
        if document in lexicon.MESSAGES and (head == phrase.last or row[head + 1].low.endswith("ed")):
            issued = self._issuer(sentence, document)
            if issued is not None:
                return Speaker(issued.name, issued.title, self.span(sentence, phrase.first, phrase.last), issued.anonymous, issued.outlet, document)
        return None

    def _issuer(self, sentence: Sentence, document: str) -> Speaker | None:
        """Return whose "the statement" is: of the sentence not far before that has one, or that says something."""
        for number in range(sentence.number - 1, max(-1, sentence.number - _ISSUED_WITHIN), -1):
            before = self.sentences[number]
            row = self.tokens[before.passage]
            there = any(row[at].low == document for at in range(before.first, before.last))
            for cue in self.cues(before):
                if cue.subject is not None and (there or cue.narrow) and cue.base not in ("citing", "quote"):
                    found = self.speaker(before, cue.subject)
                    if found.name and not found.outlet and found.name.split()[-1].lower() not in lexicon.DOCUMENTS:
                        return found
        return None

    def _through(self, sentence: Sentence, phrase: Phrase, document: str) -> Speaker:
        found = self.speaker(sentence, phrase)
        return Speaker(found.name, found.title, found.span, found.anonymous, found.outlet, document)

    def _unnamed(self, sentence: Sentence, heads: set[str], whole: str) -> bool:
        if heads & lexicon.UNNAMED_HEADS:
            return True
        if heads & lexicon.UNNAMED_IF_ONE and _ONE_UNNAMED.match(whole):
            return True
        row = self.tokens[sentence.passage]
        around = self.passages[sentence.passage].text[row[sentence.first].start : row[sentence.last - 1].end].lower()
        return any(words in around for words in lexicon.UNNAMED_WORDS)


def _uncapitalised(words: str) -> str:
    """Return a description as it stands inside a sentence: "The city" -> "the city"."""
    first, space, rest = words.partition(" ")
    return f"{first.lower()}{space}{rest}" if first.lower() in lexicon.DETERMINERS else words


def _without_article(words: str) -> str:
    return words[4:] if words[:4].lower() == "the " and len(words) > 4 else words
