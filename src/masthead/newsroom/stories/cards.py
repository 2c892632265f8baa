"""Cards of statements, made of the rows: in a fixed number of queries, with public copies and nothing the newsroom keeps to itself."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from masthead.newsroom.sources.models import Affiliation, Capture, Party, SourceDocument
from masthead.newsroom.sources.queries import public_captures
from masthead.newsroom.stories import anchors, passages, rules
from masthead.newsroom.stories.anchors import Selector
from masthead.newsroom.stories.models import Hop, Statement, StoryPage
from masthead.newsroom.stories.sourcing import Card, Copy, Label, Paper, Relay, Run, Sourcing, Who, arrange, fits_the_margin
from masthead.newsroom.stories.text import Passage

READ_WITH = ("speaker", "document__publisher", "document__author")
HOPS = Hop.objects.select_related("outlet", "document__publisher", "document__author").order_by("sort_order", "pk")
MARKED = frozenset({"paragraphs", "statement"})  # blocks in which words can be marked
STANDINGS = {"original": "Seen in the original", "relayed": "Relayed only", "disputed": "Disputed"}
OBSERVED = "Seen by us"
CHANGED = (SourceDocument.State.CHANGED, SourceDocument.State.GONE)


def public() -> QuerySet[Statement]:
    """Return the statements of public stories, the newest story's first, with all that a card needs, in two queries for any number."""
    found = Statement.objects.filter(story__live=True, story__published_at__isnull=False)
    return _with_all(found).select_related(*READ_WITH, "story").defer("story__body").order_by("-story__published_at", "-story_id", "sort_order", "pk")


def sourcing_of(story: StoryPage) -> Sourcing | None:
    """Return a story's notes; None where it has no statements. A public story's in four queries, a draft's as its copy holds them."""
    rows = story.statements.all()
    found = list(_with_all(rows).select_related(*READ_WITH) if isinstance(rows, QuerySet) else rows)
    if not found:
        return None
    return _arranged(story, found, cards_of(found, days={story.pk: _day_of(story)}))


def sourcings_of(stories: Sequence[StoryPage]) -> dict[int, Sourcing]:
    """Return the notes of each of these public stories that has statements, by its key, in four queries for any number."""
    found = list(_with_all(Statement.objects.filter(story__in=stories)).select_related(*READ_WITH))
    made = dict(zip(found, cards_of(found, days={story.pk: _day_of(story) for story in stories}), strict=True))
    of_each: dict[int, list[Statement]] = {}
    for row in found:
        of_each.setdefault(row.story_id, []).append(row)
    return {story.pk: _arranged(story, rows, [made[row] for row in rows]) for story in stories if (rows := of_each.get(story.pk))}


def _arranged(story: StoryPage, rows: Sequence[Statement], cards: Sequence[Card]) -> Sourcing:
    ordered = sorted(zip(rows, cards, strict=True), key=lambda pair: pair[0].sort_order or 0)
    text = passages.of_page(story)
    places = anchors.find_all(text, [_selector(row) for row, _ in ordered])
    within = [anchors.within(text, place) if place else [] for place in places]
    return arrange([card for _, card in ordered], places, within, _runs(story, text))


def has_margin_notes(story: StoryPage, sourcing: Sourcing) -> bool:
    """Say whether a story's notes find room beside its text."""
    return fits_the_margin(sourcing, _runs(story, list(passages.of_body(story))))


def cards_of(statements: Sequence[Statement], *, days: Mapping[Any, dt.date | None] | None = None) -> list[Card]:
    """Return the cards of `statements`; `days` says when each story came out, where they do not bring their own.

    Two queries more than the statements took: what the outlets belong to, and the public copies.
    """
    hops = {row.key: sorted(row.hops.all(), key=lambda hop: hop.sort_order or 0) for row in statements}
    papers = [paper for row in statements for paper in (row.document, *(hop.document for hop in hops[row.key])) if paper]
    named = [party for row in statements for party in (row.speaker, *(hop.outlet for hop in hops[row.key])) if party]
    maker = _Maker([*named, *(party for paper in papers for party in (paper.publisher, paper.author) if party)], papers, {party.pk for party in named})
    return [maker.card(row, hops[row.key], _day_of(row.story) if days is None else days.get(row.story_id)) for row in statements]


def _with_all(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    return rows.prefetch_related(Prefetch("hops", queryset=HOPS))


def _selector(row: Statement) -> Selector:
    return Selector(exact=row.words, prefix=row.prefix, suffix=row.suffix, block=row.block, paragraph=row.paragraph)


def _day_of(story: StoryPage) -> dt.date | None:
    return timezone.localtime(story.published_at).date() if story.published_at else None


def _runs(story: StoryPage, text: Sequence[Passage]) -> list[Run]:
    """Return where each passage stands in the body: in a block whose words can be marked, as which of its runs."""
    kinds = {str(block.get("id") or ""): block["type"] for block in story.body.get_prep_value()}
    counts: dict[str, int] = {}
    runs = []
    for passage in text:
        can_be = passage.field == "body" and kinds.get(passage.block) in MARKED
        runs.append(Run(passage.block if can_be else "", counts.get(passage.block, 0), len(passage.text)))
        counts[passage.block] = counts.get(passage.block, 0) + 1
    return runs


class _Maker:
    """Makes cards, having read once what all of them need."""

    def __init__(self, parties: Iterable[Party], papers: Iterable[SourceDocument], public_keys: set[int]) -> None:
        self.public_keys = public_keys
        self.affiliations: dict[int, list[Affiliation]] = {}
        outlets = {party.pk for party in parties if party.kind != Party.Kind.PERSON}
        for row in Affiliation.objects.filter(party__in=outlets) if outlets else ():
            self.affiliations.setdefault(row.party_id, []).append(row)
        self.copies = {document: copy_of(capture) for document, capture in public_captures({paper.pk for paper in papers}).items()}

    def card(self, row: Statement, hops: Sequence[Hop], day: dt.date | None) -> Card:
        said_on = row.said_on or day
        observed = row.form == Statement.Form.OBSERVATION
        return Card(
            key=str(row.key),
            words=row.words,
            form=row.form,
            form_words=row.get_form_display(),
            standing=row.standing,
            standing_words=OBSERVED if observed else STANDINGS[row.standing],
            prefix=row.prefix,
            suffix=row.suffix,
            speaker=self.who(row.speaker, said_on),
            speaker_title=row.speaker_title,
            anonymous_as="" if row.speaker else row.anonymous_as,
            anonymous_reason="" if row.speaker else row.anonymous_reason,
            is_approved=bool(row.approved_at) and not row.speaker,
            said_on=row.said_on,
            channel=row.get_channel_display() or (row.document.get_kind_display() if row.document else ""),
            place=row.place,
            paper=self.paper(row.document, said_on),
            locator=row.locator,
            original_words=row.original_words,
            original_language=row.original_language,
            is_original_rtl=rules.is_right_to_left(row.original_language),
            translator=row.translator,
            note=row.note,
            relays=tuple(
                Relay(outlet=outlet, verb=hop.verb, paper=self.paper(hop.document, said_on), locator=hop.locator)
                for hop in hops
                if (outlet := self.who(hop.outlet, _published_on(hop.document) or said_on))
            ),
        )

    def who(self, party: Party | None, day: dt.date | None) -> Who | None:
        """Return how a card names `party`, with what it belonged to on `day`."""
        if party is None:
            return None
        path = party.get_absolute_url() if party.pk in self.public_keys else ""
        label = label_on(self.affiliations.get(party.pk, ()), day)
        return Who(key=str(party.key), name=party.name, kind=party.kind, path=path, website=party.website, wikidata=party.wikidata_id, label=label)

    def paper(self, document: SourceDocument | None, day: dt.date | None) -> Paper | None:
        if document is None:
            return None
        on = _published_on(document) or day
        moved = document.state in CHANGED
        return Paper(
            key=str(document.key),
            kind=document.kind,
            kind_words=document.get_kind_display(),
            title=document.title,
            url=document.url if document.url.startswith(("http://", "https://")) else "",
            publisher=self.who(document.publisher, on),
            author=self.who(document.author, on),
            published_on=_published_on(document),
            language=document.language,
            state=document.state if moved else "",
            state_since=timezone.localtime(document.state_since).date() if moved and document.state_since else None,
            copy=self.copies.get(document.pk),
        )


def _published_on(document: Any) -> dt.date | None:
    return timezone.localtime(document.published_at).date() if document is not None and document.published_at else None


def label_on(affiliations: Iterable[Affiliation], day: dt.date | None) -> Label | None:
    """Return what an outlet belonged to on `day`, or to the last that is known where `day` is not; None where nothing is recorded."""
    known = [row for row in affiliations if day is None or ((row.since is None or row.since <= day) and (row.until is None or row.until >= day))]
    row = max(known, key=lambda row: row.since or dt.date.min, default=None)
    return Label(words=row.get_label_display(), reason=row.reason, owner=row.owner, since=row.since) if row else None


def copy_of(capture: Capture) -> Copy:
    """Return how a card names a public copy."""
    is_ours = capture.method in {Capture.Method.FETCH, Capture.Method.UPLOAD} or not capture.memento_url
    url = reverse("kept_copy", args=[capture.key]) if is_ours else capture.memento_url
    return Copy(url=url, taken_on=timezone.localtime(capture.taken_at).date() if capture.taken_at else None, is_ours=is_ours)
