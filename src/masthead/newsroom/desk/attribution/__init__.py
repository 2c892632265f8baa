"""Who said each quotation of a story, through which channel, relayed by whom: proposals from rules, for a person to accept.

No model, no list of people, no network: verbs of saying, titles, the shape of names and the order of sentences (English). In
other languages quotations are found and nobody is named. Nothing here edits or stores; offsets are those of `Passage.text`.
"""

from collections.abc import Mapping, Sequence

from masthead.newsroom.desk.attribution.marks import quotations
from masthead.newsroom.desk.attribution.naming import named
from masthead.newsroom.desk.attribution.values import Proposal, Quoted, Relay, Span
from masthead.newsroom.stories.text import Passage

__all__ = ["Proposal", "Quoted", "Relay", "Span", "proposals", "quotations", "relays", "speakers_of", "unattributed"]

_NOBODYS: Mapping[str, str] = {}


def proposals(passages: Sequence[Passage], *, outlets: Mapping[str, str] = _NOBODYS, language: str = "en") -> list[Proposal]:
    """Return one proposal for each quotation, and one for each sentence that relays an outlet's account without quoting.

    Terms and titles between marks are left out. `outlets` are the newsroom's own: any of their names, lower case -> the
    preferred one; agencies and what is named like a newspaper or broadcaster are known without.
    """
    if not _english(language):
        return [Proposal(quoted=quoted, form="direct") for quoted in quotations(passages)]
    return list(named(passages, outlets).proposals())


def relays(passages: Sequence[Passage], *, outlets: Mapping[str, str] = _NOBODYS, language: str = "en") -> list[tuple[Span, tuple[Relay, ...]]]:
    """Return each sentence that relays an outlet's account, with the outlets in order from the speaker outward."""
    if not _english(language):
        return []
    naming = named(passages, outlets)
    return [(naming.story.spanned(sentence), chain) for sentence, chain in naming.relayed()]


def unattributed(passages: Sequence[Passage], *, language: str = "en") -> list[Quoted]:
    """Return the quotations of more than three words that nothing nearby attributes to anybody."""
    if not _english(language):
        return []
    return list(named(passages, _NOBODYS).unattributed())


def speakers_of(passages: Sequence[Passage], *, outlets: Mapping[str, str] = _NOBODYS, language: str = "en") -> dict[str, str]:
    """Return who speaks in a story, in their order, each with the title the story gives."""
    found: dict[str, str] = {}
    for proposal in proposals(passages, outlets=outlets, language=language):
        if proposal.speaker and not proposal.anonymous:
            found[proposal.speaker] = found.get(proposal.speaker) or proposal.speaker_title
    return found


def _english(language: str) -> bool:
    return language.split("-", maxsplit=1)[0].lower() == "en"
