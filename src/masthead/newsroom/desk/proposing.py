"""From what the rules read in a story to what an editor is offered: names become parties that are known. Pure.

`attribution` says which words are quoted and who seems to say them; here its names meet the newsroom's parties, its
words for a channel meet the kinds of documents, and a weekday meets the calendar.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from masthead.newsroom.desk.attribution import Proposal
from masthead.newsroom.stories import anchors
from masthead.newsroom.stories.anchors import Anchor, Match, Selector
from masthead.newsroom.stories.statements import Channel
from masthead.newsroom.stories.text import Passage

# What a channel is called in a sentence, and what kind of document that is; the first that fits.
CHANNELS = (
    (r"press (?:conference|briefing)|news (?:conference|briefing)|briefing", Channel.PRESS_CONFERENCE),
    (r"press release|news release|release|communiqu", Channel.RELEASE),
    (r"statement", Channel.STATEMENT),
    (r"speech|address|remarks|sermon", Channel.SPEECH),
    (r"interview", Channel.INTERVIEW),
    (r"tweet|\bpost|facebook|twitter|telegram|instagram|mastodon|bluesky|social media|\bblog", Channel.POST),
    (r"letter|e-?mail|text message|\bnote\b", Channel.LETTER),
    (r"data|figures|statistics|census", Channel.DATA),
    (r"report|document|memo|filing|ruling|judgment|paper|lawsuit|complaint|indictment|testimony", Channel.DOCUMENT),
    (r"article|column|op-ed|editorial", Channel.ARTICLE),
)
# Words in a name that make it a body's and not a person's.
BODIES = re.compile(
    r"\b(?:ministry|department|office|agency|council|committee|commission|court|police|army|navy|air force|government|parliament|senate|house|party|union"
    r"|association|federation|institute|university|school|hospital|bank|company|group|inc|corp|ltd|plc|authority|service|bureau|board|centre|center|fund"
    r"|organi[sz]ation|foundation|embassy|kremlin|pentagon|white house|nato|un|eu|forces|command|guard|club|museum|church|company)\b",
    re.IGNORECASE,
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\.?(?:,?\s+(\d{4}))?", re.IGNORECASE)
MONTH_FIRST = re.compile(r"\b([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(\d{4}))?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A party by name: with the key of the one that is known by it, or none where it is to be made."""

    name: str
    kind: str
    key: int | None = None
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Relayed:
    """An outlet that passed it on, and the word for that."""

    outlet: Named
    verb: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A statement ready to be accepted: where its words stand, and who said them through what, relayed by whom."""

    anchor: Anchor
    selector: Selector
    form: str
    speaker: Named | None = None
    anonymous_as: str = ""
    channel: str = ""
    said_on: dt.date | None = None
    hops: tuple[Relayed, ...] = ()


def names_in(proposals: Iterable[Proposal]) -> set[str]:
    """Return every name of a speaker or outlet in `proposals`."""
    proposals = list(proposals)
    speakers = {proposal.speaker for proposal in proposals if proposal.speaker and not proposal.anonymous}
    return speakers | {relay.outlet for proposal in proposals for relay in proposal.relays}


def offers(
    proposals: Iterable[Proposal], passages: Sequence[Passage], *, known: Mapping[str, Named], covered: Iterable[Anchor | None], today: dt.date
) -> list[Offer]:
    """Return what to offer for the closed quotations among `passages` that no statement covers yet, in their order.

    `known` has the parties that bear the names in `proposals`; `covered` is where the story's statements stand.
    """
    taken = [anchor for anchor in covered if anchor is not None]
    found = (_offer(proposal, passages, known, today) for proposal in proposals if proposal.quoted.closed)
    return [offer for offer in found if offer.selector.exact.strip() and not any(_overlap(offer.anchor, anchor) for anchor in taken)]


def kind_of(name: str) -> str:
    """Return what kind of party a name that nobody knows yet most likely is: a person or an organisation."""
    return "organisation" if BODIES.search(name) or (name.isupper() and " " not in name) else "person"


def channel_of(words: str) -> str:
    """Return the kind of document that `words` for a channel mean; empty where they mean none we know."""
    return next((kind for pattern, kind in CHANNELS if words and re.search(pattern, words, re.IGNORECASE)), "")


def day_of(words: str, *, today: dt.date) -> dt.date | None:
    """Return the day that “Monday”, “yesterday” or “3 March” mean in a story written on `today`: the last such day; None where they mean none."""
    low = words.lower()
    if "yesterday" in low:
        return today - dt.timedelta(days=1)
    if "today" in low or "tonight" in low:
        return today
    for number, name in enumerate(WEEKDAYS):
        if name in low:
            return today - dt.timedelta(days=(today.weekday() - number) % 7)
    day = DAY_FIRST.search(words)
    month = MONTH_FIRST.search(words)
    if day and _month(day[2]):
        return _date(int(day[1]), _month(day[2]), day[3], today)
    return _date(int(month[2]), _month(month[1]), month[3], today) if month and _month(month[1]) else None


def _offer(proposal: Proposal, passages: Sequence[Passage], known: Mapping[str, Named], today: dt.date) -> Offer:
    quoted = proposal.quoted
    anchor = Anchor(first=quoted.first, start=quoted.start, last=quoted.last, end=quoted.end, match=Match.SAME)
    speaker = None
    unnamed = proposal.anonymous or not re.search(r"[^\W\d_]", proposal.speaker) or proposal.speaker == proposal.speaker.lower()
    # An outlet that speaks for itself is the speaker; nobody relays their own words.
    relays = [relay for relay in proposal.relays if relay.outlet != proposal.speaker]
    if proposal.speaker and not unnamed:
        kind = "outlet" if len(relays) < len(proposal.relays) else kind_of(proposal.speaker)
        speaker = known.get(proposal.speaker) or Named(name=proposal.speaker, kind=kind)
        if proposal.speaker_title and speaker.kind == "person":
            speaker = Named(name=speaker.name, kind=speaker.kind, key=speaker.key, title=speaker.title or proposal.speaker_title)
    return Offer(
        anchor=anchor,
        selector=anchors.select(passages, anchor),
        form=proposal.form,
        speaker=speaker,
        anonymous_as=proposal.speaker if unnamed else "",  # “a nurse at the hospital” is nobody's name
        channel=channel_of(proposal.channel),
        said_on=day_of(proposal.said_on_words, today=today),
        hops=tuple(Relayed(outlet=known.get(relay.outlet) or Named(name=relay.outlet, kind="outlet"), verb=relay.verb[:60]) for relay in relays),
    )


def _overlap(one: Anchor, other: Anchor) -> bool:
    return (one.first, one.start) < (other.last, other.end) and (other.first, other.start) < (one.last, one.end)


def _month(word: str) -> int:
    return next((number for number, name in enumerate(MONTHS, 1) if word and name.startswith(word.lower())), 0)


def _date(day: int, month: int, year: str | None, today: dt.date) -> dt.date | None:
    try:
        found = dt.date(int(year) if year else today.year, month, day)
        return found if year or found <= today else found.replace(year=today.year - 1)
    except ValueError:
        return None
