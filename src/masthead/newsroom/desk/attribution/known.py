"""Whom a story names: people and organisations in their order, and who "he", "Smith", "the ministry", "the agency" then are. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from masthead.newsroom.desk.attribution import lexicon, names, phrases
from masthead.newsroom.desk.attribution.names import Phrase
from masthead.newsroom.desk.attribution.tokens import Sentence, Token

_AGED = re.compile(r"\d+-year-old$")
_REMEMBERED = 500  # mentions that "the ministry" looks back
_LOOKED = 80  # mentions
_REACH = 8  # sentences that a pronoun looks back
_ANY_BODY = frozenset(["group", "organisation", "organization", "company", "party", "body", "firm", "charity", "union", "church", "institution"])


@dataclass(slots=True)
class Entity:
    """A person, organisation or outlet of the story."""

    name: str
    kind: str  # person, organisation, outlet
    title: str = ""
    gender: str = ""
    sure: bool = False  # a title or a verb of saying tells that it is a person

    @property
    def words(self) -> list[str]:
        """The words of the name, lower case."""
        return plain(self.name).split()


@dataclass(slots=True)
class Mention:
    """Where an entity is named: sentence and token."""

    entity: Entity
    sentence: int
    token: int
    owner: bool  # "Smith's"


def plain(words: str) -> str:
    """Return a name for comparing: lower case, one kind of apostrophe."""
    return words.lower().replace("’", "'")


class Known:
    """The entities of one story, with every mention in its order."""

    def __init__(self, outlets: Mapping[str, str]) -> None:
        self.outlets = {name.lower(): preferred for name, preferred in outlets.items()}
        self.entities: list[Entity] = []
        self.mentions: list[Mention] = []
        self._places: list[tuple[int, int]] = []
        self._by_word: dict[str, list[Entity]] = {}

    def read(self, tokens: list[Token], sentence: Sentence, text: str) -> None:
        """Take in the names of a sentence."""
        at = after = sentence.first
        while at < sentence.last:
            token = tokens[at]
            if not names.is_name(token) or token.low in lexicon.NOT_NAMES or (at == sentence.first and token.low in lexicon.LEADING):
                at += 1
                continue
            last = at
            while last + 1 < sentence.last and (
                (names.is_name(tokens[last + 1]) and tokens[last + 1].low not in lexicon.NOT_NAMES)
                or (last + 2 < sentence.last and tokens[last + 1].low in names.PARTICLES and names.is_name(tokens[last + 2]))
            ):
                last += 1
            self._pronouns(tokens, sentence, after, at)
            self._take(tokens, sentence, at, self._longer(tokens, sentence, last), text)
            after = at = last + 1
        self._pronouns(tokens, sentence, after, sentence.last)

    def _pronouns(self, tokens: list[Token], sentence: Sentence, first: int, last: int) -> None:
        """Take in whom "he" and "she" mean, so that the next ones need not look past them."""
        for at in range(first, last):
            if tokens[at].low in ("he", "she"):
                entity = self.pronoun(tokens[at].low, sentence.number, at)
                if entity is not None:
                    self._mention(Mention(entity, sentence.number, at, owner=False))

    def _longer(self, tokens: list[Token], sentence: Sentence, last: int) -> int:
        """Return where "Ministry" ends that goes on "of Foreign Affairs"."""
        if tokens[last].low not in lexicon.COMMON_ORGANISATIONS or last + 2 >= sentence.last or tokens[last + 1].low not in ("of", "for", "on"):
            return last
        at = last + 2 + (tokens[last + 2].low == "the")
        if at >= sentence.last or not names.is_name(tokens[at]):
            return last
        while at + 1 < sentence.last and names.is_name(tokens[at + 1]):
            at += 1
        return at

    def _take(self, tokens: list[Token], sentence: Sentence, first: int, last: int, text: str) -> None:
        owner = last + 1 < sentence.last and tokens[last + 1].low == "'s"
        phrase = phrases.ending(tokens, sentence.first, last)
        name, title = (first, last), None
        if phrase and phrase.name and phrase.name[1] == last:
            if phrase.name[0] >= first:
                name, title = phrase.name, phrase.title
            elif tokens[last].low in lexicon.COMMON_ORGANISATIONS:
                name = phrase.name
        words = names.spoken(tokens, name, text)
        named_so = {tokens[at].low for at in range(title[0], title[1] + 1)} if title else set()
        told = bool(named_so & lexicon.OUTLET_NOUNS) and not named_so & lexicon.TITLES  # "the daily Sankei Shimbun"
        title = title or self._described_before(tokens, sentence, name[0])
        entity = self.look_up(words) or self._new(tokens, name, words, outlet=told, titled=bool(title))
        if entity is None:
            return
        if entity.kind == "person":
            self._learn(entity, tokens, title, text)
            entity.sure = entity.sure or self._like_a_person(tokens, sentence, name)
            if not entity.title:
                behind = Phrase(name[0], name[1], name=name)
                if name[1] + 2 < sentence.last and tokens[name[1] + 1].text == ",":
                    phrases.apposed(tokens, behind, name[1] + 2, sentence.last)
                    self._learn(entity, tokens, behind.title, text)
        self._mention(Mention(entity, sentence.number, first, owner))

    @staticmethod
    def _like_a_person(tokens: list[Token], sentence: Sentence, name: tuple[int, int]) -> bool:
        """Say whether what stands around a name is said of people: "Roe said", "said Roe", "Roe, 42,", "Roe, who"."""
        first, last = name
        ahead = [tokens[at].low for at in range(last + 1, min(last + 3, sentence.last))]
        if ahead and ahead[0] in lexicon.NARROW and not ahead[0].startswith("report"):
            return True
        if len(ahead) > 1 and ahead[0] == "," and (ahead[1] == "who" or ahead[1].isdigit()):
            return True
        return first > sentence.first and tokens[first - 1].low in lexicon.NARROW and first - 2 >= sentence.first and not tokens[first - 2].word

    @staticmethod
    def _described_before(tokens: list[Token], sentence: Sentence, name: int) -> tuple[int, int] | None:
        """Return "her brother" of "her brother, Chen Bo"."""
        if name - 2 < sentence.first or tokens[name - 1].text != ",":
            return None
        left = phrases.ending(tokens, sentence.first, name - 2)
        return (left.first, left.last) if left and left.name is None and not left.pronoun and phrases.like_title(tokens, left.first, left.last) else None

    def _learn(self, entity: Entity, tokens: list[Token], title: tuple[int, int] | None, text: str) -> None:
        if title is None:
            return
        low = {tokens[at].low for at in range(title[0], title[1] + 1)}
        if not low & lexicon.TITLES and tokens[title[1]].cap:
            return
        entity.sure = entity.sure or bool(low & lexicon.TITLES)
        words = names.spoken(tokens, title, text)
        if not entity.title and words.lower() not in lexicon.HONORIFICS and low & lexicon.TITLES:
            entity.title = words
        gender = next((lexicon.HONORIFICS[word] for word in low if lexicon.HONORIFICS.get(word)), "")
        gender = gender or ("f" if low & lexicon.FEMALE else "m" if low & lexicon.MALE else "")
        entity.gender = entity.gender or gender

    def look_up(self, words: str, place: tuple[int, int] | None = None) -> Entity | None:
        """Return whom the story has named so already: the same name, or a person's last or first name, nearest before `place`."""
        low = plain(words).split()
        if not low:
            return None
        same = [entity for entity in self._by_word.get(low[-1], ()) if entity.words == low]
        if same:
            return same[0]
        people = [
            entity for entity in self._by_word.get(low[-1], ()) if entity.kind == "person" and len(entity.words) > len(low) and entity.words[-len(low) :] == low
        ]
        if not people and len(low) == 1:
            people = [entity for entity in self._by_word.get(low[0], ()) if entity.kind == "person" and entity.words[0] == low[0]]
        if len(people) > 1:
            for mention in self._earlier(place):
                if any(mention.entity is entity for entity in people):
                    return mention.entity
        return people[0] if people else None

    def _earlier(self, place: tuple[int, int] | None) -> Iterator[Mention]:
        """Yield the mentions before a (sentence, token), the nearest first; without one all so far."""
        end = len(self.mentions) if place is None else bisect_left(self._places, place)
        for at in range(end - 1, max(-1, end - _REMEMBERED), -1):
            yield self.mentions[at]

    def _mention(self, mention: Mention) -> None:
        self.mentions.append(mention)
        self._places.append((mention.sentence, mention.token))

    def _new(self, tokens: list[Token], name: tuple[int, int], words: str, *, outlet: bool, titled: bool) -> Entity | None:
        kind = "outlet" if outlet or self.outlet(words) else self._kind(tokens, name, words, titled=titled)
        if not kind:
            return None
        entity = Entity(self.outlet(words) or words, kind)
        self.entities.append(entity)
        for word in dict.fromkeys(entity.words + plain(words).split()):
            self._by_word.setdefault(word, []).append(entity)
        return entity

    def _kind(self, tokens: list[Token], name: tuple[int, int], words: str, *, titled: bool) -> str:
        low = [tokens[at].low for at in range(name[0], name[1] + 1)]
        surname = len(low) == 2 and low[1] in lexicon.SURNAMES_TOO and (titled or tokens[max(0, name[0] - 1)].low != "the")
        if any(word in lexicon.COMMON_ORGANISATIONS for word in low) or (low[-1] in lexicon.ORGANISATIONS and not surname):
            return "organisation"
        if len(low) == 1:
            return "organisation" if words.isupper() and len(words) > 1 else self._alone(tokens, name, titled=titled)
        return (
            "person"
            if len(low) <= 5 and low[0] not in ("new", "north", "south", "east", "west", "united", "hong", "san", "los", "saudi", "sri", "costa")
            else ""
        )

    @staticmethod
    def _alone(tokens: list[Token], name: tuple[int, int], *, titled: bool) -> str:
        """Tell what a single capitalised word is: a person behind a title; an organisation or a place that speaks elsewhere."""
        if titled or (name[0] and tokens[name[0] - 1].low in lexicon.TITLES):
            return "person"
        ahead = tokens[name[1] + 1 : name[1] + 3]  # "Spiegelman says"
        speaks = any(token.low in lexicon.NARROW and not token.cap for token in (ahead[:1] if ahead and not names.is_adverb(ahead[0]) else ahead))
        return "person" if speaks and tokens[name[0]].low not in lexicon.PLACES and len(tokens[name[0]].text) > 2 else ""

    def outlet(self, words: str) -> str:
        """Return the preferred name of an outlet: one the newsroom knows, an agency, or what is named as one. Else nothing."""
        low = words.lower().removeprefix("the ").strip()
        found = self.outlets.get(low) or self.outlets.get("the " + low) or lexicon.AGENCIES.get(low)
        if found:
            return found
        parts = low.replace("-", " ").split()
        telling = len(parts) > 1 and words.rsplit(maxsplit=1)[-1][:1].isupper() and parts[-1] in lexicon.OUTLET_WORDS
        if len(parts) > 1 and parts[0] in ("radio", "tv", "channel") and words.rsplit(maxsplit=1)[-1][:1].isupper():
            return words
        if telling and (parts[-1] != "agency" or parts[-2] in ("news", "press")):
            return words.removeprefix("the ").removeprefix("The ").strip()
        if len(parts) > 1 and (parts[0] in lexicon.AGENCIES or parts[0] in self.outlets) and len(parts) <= 3:  # "BBC Radio Wales", "TASS news agency"
            return self.outlets.get(parts[0]) or lexicon.AGENCIES[parts[0]] if not words.rsplit(maxsplit=1)[-1][:1].isupper() else words
        return ""

    # -- who that is --

    def pronoun(self, word: str, sentence: int, token: int) -> Entity | None:
        """Return whom a pronoun means: the subject nearest before it that fits."""
        wanted = {"he": "m", "she": "f"}.get(word, "")
        for sure in (True, False):
            found = self._subject(wanted, sentence, token, sure=sure) if wanted else self._subject_of_any(sentence, token, plural=word == "they")
            if found is not None:
                if wanted and not found.gender:
                    found.gender = wanted
                return found
        return None

    def _back(self, sentence: int, token: int) -> list[list[Mention]]:
        groups: dict[int, list[Mention]] = {}
        for looked, mention in enumerate(self._earlier((sentence, token))):
            if mention.sentence < sentence - _REACH or looked > _LOOKED:
                break
            groups.setdefault(mention.sentence, []).insert(0, mention)
        return list(groups.values())

    def _subject(self, gender: str, sentence: int, token: int, *, sure: bool) -> Entity | None:
        for group in self._back(sentence, token):
            fits = [m for m in group if m.entity.kind == "person" and m.entity.gender in ("", gender) and (m.entity.sure or not sure)]
            own = [m for m in fits if not m.owner]
            if own or fits:
                return (own or fits)[0].entity
        return None

    def _subject_of_any(self, sentence: int, token: int, *, plural: bool) -> Entity | None:
        for group in self._back(sentence, token):
            fits = [m for m in group if not m.owner and (m.entity.kind != "person" or (plural and m.entity.sure))]
            if fits:
                return fits[0].entity
        return None

    def described(self, words: str, sentence: int, token: int) -> Entity | None:
        """Return whom "the ministry", "the agency", "the spokesman" means; None where nobody named before fits."""
        parts = words.lower().split()
        if len(parts) < 2 or parts[0] not in ("the", "that", "this") or len(parts) > 4 or any(part in lexicon.PREPOSITIONS for part in parts):
            return None
        head = parts[-1]
        if _AGED.match(head):
            return next((mention.entity for mention in self._earlier((sentence, token)) if mention.entity.kind == "person" and mention.entity.sure), None)
        for mention in self._earlier((sentence, token)):
            entity = mention.entity
            if entity.kind == "outlet" and head in lexicon.OUTLET_NOUNS:
                return entity
            if entity.kind != "person" and (head in entity.words or (head in _ANY_BODY and mention.sentence >= sentence - 2)):
                return entity
            if entity.kind == "person" and head in lexicon.TITLES and head in entity.title.lower().split():
                return entity
        return None
