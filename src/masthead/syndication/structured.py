"""A story as schema.org describes one, for machines that read pages: the article, what was corrected, and who said what.

Terms are those of schema.org's vocabulary, release 30; `Quotation`, `archivedAt` and `correction` are among its pending
ones. What somebody said is a Quotation, what we say in our words a Claim whose author is who claims it.
"""

import json
from collections.abc import Mapping
from typing import Any

from masthead.newsroom.stories.sourcing import Card, Note, Paper, Relay, Sourcing, Who

Json = dict[str, Any]
ARTICLE: Mapping[str, str] = {
    "news": "ReportageNewsArticle",
    "analysis": "AnalysisNewsArticle",
    "opinion": "OpinionNewsArticle",
    "explainer": "BackgroundNewsArticle",
}
KIND: Mapping[str, str] = {"person": "Person", "organisation": "Organization", "outlet": "NewsMediaOrganization", "account": "Organization"}
PAPER: Mapping[str, str] = {"post": "SocialMediaPosting", "wire": "NewsArticle", "article": "Article", "data": "Dataset"}
# What may not stand inside a script element (html.spec.whatwg.org/#restrictions-for-contents-of-script-elements).
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_text(data: Json) -> str:
    """Return `data` as JSON that can stand in a script element whatever the words in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for mark, escaped in ESCAPES.items():
        text = text.replace(mark, escaped)
    return text


def news_article(page: Any, facts: Any, sourcing: Sourcing | None, publication: Any, *, image: str = "") -> Json:
    """Return the story as a NewsArticle. `facts` and `publication` are what stands around it and what the publication says of itself."""
    url = publication.address + "/" + str(page.url_path or "//").split("/", 2)[2]
    notes = sourcing.notes if sourcing else ()
    made: Json = {
        "@context": "https://schema.org",
        "@type": ARTICLE.get(page.label, "NewsArticle"),
        "@id": url,
        "url": page.canonical_url or url,
        "mainEntityOfPage": url,
        "headline": page.title,
        "description": page.search_description or page.standfirst,
        "inLanguage": page.language,
        "datePublished": page.published_at.isoformat() if page.published_at else "",
        "dateModified": page.last_published_at.isoformat() if page.last_published_at else "",
        "author": [{"@type": "Person", "name": line.author.name, "url": publication.address + line.author.get_absolute_url()} for line in facts.writers],
        "articleSection": facts.section.title if facts.section else "",
        "keywords": [topic.name for topic in facts.topics],
        "image": image,
        "dateline": page.dateline,
        "isAccessibleForFree": True,
        "publisher": _publisher(publication),
        "correction": [_correction(note) for note in facts.corrections if note.withdrawn_at is None],
        "hasPart": [_part(note, url, publication.address) for note in notes],
        "citation": _cited(notes, publication.address),
    }
    return {name: value for name, value in made.items() if value not in ("", [], None)}


def _publisher(publication: Any) -> Json:
    found: Json = {"@type": "NewsMediaOrganization", "@id": f"{publication.address}/#publication", "name": publication.name, "url": f"{publication.address}/"}
    if publication.corrections_policy:
        found["correctionsPolicy"] = f"{publication.address}/corrections/"
    if publication.contact_email:
        found["email"] = publication.contact_email
    return found


def _correction(note: Any) -> Json:
    return {"@type": "CorrectionComment", "text": note.text, "datePublished": note.published_at.isoformat()}


def _part(note: Note, url: str, address: str) -> Json:
    """Return one statement: whose it is, what it is based on, who relayed it."""
    card = note.card
    part: Json = {
        "@type": "Quotation" if card.is_quotation else "Claim",
        "@id": f"{url}#{note.name}" if note.pieces else f"{url}#statement-{card.key}",
        "identifier": f"urn:uuid:{card.key}",
        "text": card.words,
    }
    if speaker := _speaker(card, address):
        part["spokenByCharacter" if card.is_quotation else "author"] = speaker
    if card.said_on:
        part["dateCreated"] = card.said_on.isoformat()
    if card.place:
        part["locationCreated"] = {"@type": "Place", "name": card.place}
    if card.paper:
        part["isBasedOn"] = _paper(card.paper, address)
    if card.relays:
        part["citation"] = [_relay(relay, address) for relay in card.relays]
    if card.translator:
        part["translator"] = {"@type": "Person", "name": card.translator}
    return part


def _speaker(card: Card, address: str) -> Json:
    if card.speaker is None:
        return {"@type": "Person", "description": card.anonymous_as} if card.anonymous_as else {}
    found = _who(card.speaker, address)
    if card.speaker_title:
        found["jobTitle" if found["@type"] == "Person" else "description"] = card.speaker_title
    return found


def _who(party: Who, address: str) -> Json:
    found: Json = {"@type": KIND.get(party.kind, "Organization"), "name": party.name}
    if party.path:
        found["url"] = address + party.path
    same = [*([party.website] if party.website else []), *([f"https://www.wikidata.org/entity/{party.wikidata}"] if party.wikidata else [])]
    if same:
        found["sameAs"] = same
    if party.label:
        found["disambiguatingDescription"] = ", ".join(filter(None, [party.label.words, party.label.owner]))
    return found


def _paper(paper: Paper, address: str) -> Json:
    found: Json = {"@type": PAPER.get(paper.kind, "CreativeWork"), "name": paper.title or paper.kind_words}
    if paper.url:
        found["url"] = paper.url
    if paper.publisher:
        found["publisher"] = _who(paper.publisher, address)
    if paper.author:
        found["author"] = _who(paper.author, address)
    if paper.published_on:
        found["datePublished"] = paper.published_on.isoformat()
    if paper.copy:
        found["archivedAt"] = address + paper.copy.url if paper.copy.is_ours else paper.copy.url
    return found


def _relay(relay: Relay, address: str) -> Json:
    if relay.paper is None:
        return {"@type": "CreativeWork", "publisher": _who(relay.outlet, address)}
    return _paper(relay.paper, address) | {"publisher": _who(relay.outlet, address)}


def _cited(notes: tuple[Note, ...], address: str) -> list[Json]:
    """Return each document behind the story once."""
    papers = {paper.key: paper for note in notes for paper in note.card.papers}
    return [_paper(paper, address) for paper in papers.values()]
