"""The demo's stories and pages: written, published at their hours, corrected in public, some not public at all."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from wagtail.models import PageLogEntry, Revision

from masthead.kernel.clock import date_in
from masthead.moving.demo import bodies, kept
from masthead.moving.demo.content import Content, CorrectionEntry, PageEntry, StoryEntry, duration, moment
from masthead.moving.demo.parts import set_in
from masthead.moving.demo.sourcing import Sources
from masthead.moving.models import ImportedItem
from masthead.newsroom.pictures.models import Attachment, Picture
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Author, FrontPage, InfoPage, SectionPage, StoryPage, Topic

Kind = ImportedItem.Kind


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What stories are made with: who writes, where they lie, the present moment and the newsroom's zone."""

    users: Mapping[str, User]
    authors: Mapping[str, Author]
    topics: Mapping[str, Topic]
    sections: Mapping[str, SectionPage]
    pictures: Mapping[str, Picture]
    attachments: Mapping[str, Attachment]
    sources: Sources
    now: dt.datetime
    zone: ZoneInfo


def stories(content: Content, desk: Desk, *, progress: Callable[[str], object]) -> dict[str, StoryPage]:
    """Return the demo's stories by slug, the missing ones written oldest first; each in a transaction of its own."""
    made = kept.keys_of(Kind.STORY)
    stored: dict[int, StoryPage] = StoryPage.objects.in_bulk(list(made.values()))
    known = {slug: stored[key] for slug, key in made.items() if key in stored}
    waiting = sorted((story for story in content.stories if story.slug not in made), key=lambda story: (_hour(story, desk), story.slug))
    for number, entry in enumerate(waiting, start=1):
        with transaction.atomic():
            story = _write(entry, desk, known)
            kept.keep(Kind.STORY, entry.slug, story, now=desk.now)
        known[entry.slug] = story
        progress(f"stories, {number} of {len(waiting)}")
    return known


def _hour(entry: StoryEntry, desk: Desk) -> dt.datetime:
    return moment(entry.published, now=desk.now, zone=desk.zone)


def _write(entry: StoryEntry, desk: Desk, known: Mapping[str, StoryPage]) -> StoryPage:
    at = _hour(entry, desk)
    first = _as_first_published(entry)
    hers = "mira-adeyo" in {byline.author for byline in entry.signed()} or entry.state in {"review", "draft"}
    writer = desk.users["reporter"] if hers and not desk.sources.has_unnamed(entry.slug) else desk.users["editor"]
    story = actions.create_story(section=desk.sections[entry.section], draft=_draft(first, desk, known), user=writer)
    if entry.state == "public":
        actions.admit(page=story, user=desk.users["editor"], first_published_at=at, last_published_at=at, now=desk.now)
        _date_history(story, at, since=0)
        _correct(story, entry, first, desk, known)
    elif entry.state in {"scheduled", "embargoed"}:
        story = actions.publish(story=story, user=desk.users["editor"])
    elif entry.state == "review":
        story.get_workflow().start(story, writer)
    return story


def _draft(entry: StoryEntry, desk: Desk, known: Mapping[str, StoryPage]) -> actions.Draft:
    at = _hour(entry, desk)
    day = date_in(desk.zone, at)

    language = _language(entry)

    def words(text: str) -> str:
        return set_in(text, language=language, day=day)

    return actions.Draft(
        headline=words(entry.headline),
        slug=entry.slug,
        standfirst=words(entry.standfirst),
        label=entry.label,
        dateline=entry.dateline,
        language=language,
        body=bodies.blocks(words(entry.body), bodies.Shelf(desk.pictures, desk.attachments, known), seed=entry.slug),
        lead_picture=desk.pictures.get(entry.picture),
        lead_caption=words(entry.caption),
        bylines=[(desk.authors[byline.author], byline.role) for byline in entry.signed()],
        topics=[desk.topics[slug] for slug in entry.topics],
        canonical_url=entry.canonical_url,
        go_live_at=at if entry.state == "scheduled" else None,
        embargoed_until=at if entry.state == "embargoed" else None,
        embargo_note=entry.embargo_note,
        statements=desk.sources.statements(entry, language=language, day=day),
    )


def _language(entry: StoryEntry) -> str:
    """Return the story's language; English is the newsroom's own, which orders dates in its way."""
    own = settings.LANGUAGE_CODE
    return own if entry.language == "en" and own.lower().startswith("en") else entry.language


def _as_first_published(entry: StoryEntry) -> StoryEntry:
    body = entry.body
    for note in entry.corrections:
        if note.was:
            body = body.replace(note.reads, note.was)
    changes = {"body": body, "headline": entry.before.headline or entry.headline, "standfirst": entry.before.standfirst or entry.standfirst}
    return entry.model_copy(update=changes)


def _correct(story: StoryPage, entry: StoryEntry, wrong: StoryEntry, desk: Desk, known: Mapping[str, StoryPage]) -> None:
    """Add the story's notes, oldest first, each with the revision that mends the text."""
    published = _hour(entry, desk)
    for note in entry.corrections:
        at = min(published + duration(note.after), desk.now)
        since = _newest_log(story)
        actions.add_correction(story=story, kind=note.kind, text=_note(note, entry, published, desk), user=desk.users["editor"], now=at)
        changes = {"body": wrong.body.replace(note.was, note.reads) if note.was else wrong.body, "headline": entry.headline, "standfirst": entry.standfirst}
        mended = wrong.model_copy(update=changes)
        if mended != wrong:
            wrong = mended
            actions.revise_story(story=story, draft=_draft(mended, desk, known), user=desk.users["editor"])
            stored = actions.publish(story=story, user=desk.users["editor"])
            StoryPage.objects.filter(pk=story.pk).update(last_published_at=at, latest_revision_created_at=at)
            Revision.objects.filter(pk=stored.latest_revision_id).update(created_at=at)
        _date_history(story, at, since=since)


def _note(note: CorrectionEntry, entry: StoryEntry, published: dt.datetime, desk: Desk) -> str:
    return set_in(note.text, language=_language(entry), day=date_in(desk.zone, published))


def _newest_log(story: StoryPage) -> int:
    newest = PageLogEntry.objects.filter(page_id=story.pk).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _date_history(story: StoryPage, at: dt.datetime, *, since: int) -> None:
    """Let the story's history say that what was done after entry `since` was done at its hour, not when the demo was filled."""
    PageLogEntry.objects.filter(page_id=story.pk, pk__gt=since).update(timestamp=at)
    if not since:
        Revision.objects.filter(pk=story.latest_revision_id).update(created_at=at)
        StoryPage.objects.filter(pk=story.pk).update(latest_revision_created_at=at)


@transaction.atomic
def pages(content: Content, desk: Desk) -> None:
    """Write the standing pages that the demo has not written yet; one that stands at that address already is taken over."""
    front = FrontPage.objects.get()
    made = kept.keys_of(Kind.PAGE)
    for entry in content.pages:
        if entry.slug not in made:
            page = _page(entry, front, desk)
            kept.keep(Kind.PAGE, entry.slug, page, now=desk.now)


def _page(entry: PageEntry, front: FrontPage, desk: Desk) -> InfoPage:
    text = set_in(entry.body, language="en", day=date_in(desk.zone, desk.now))
    standfirst = set_in(entry.standfirst, language="en", day=date_in(desk.zone, desk.now))
    body, user = bodies.blocks(text, bodies.Shelf(desk.pictures, desk.attachments, {}), seed=entry.slug), desk.users["publisher"]
    found: InfoPage | None = InfoPage.objects.child_of(front).filter(slug=entry.slug).first()
    if found is None:
        page = actions.create_page(parent=front, title=entry.title, slug=entry.slug, standfirst=standfirst, body=body, user=user)
        InfoPage.objects.filter(pk=page.pk).update(show_in_menus=True)
        actions.admit(page=page, user=user, first_published_at=desk.now, last_published_at=desk.now, now=desk.now)
        return page
    revised = actions.revise_page(page=found, title=entry.title, standfirst=standfirst, body=body, user=user)
    revised.latest_revision.publish(user=user)
    return found


@transaction.atomic
def front_page(content: Content, desk: Desk, known: Mapping[str, StoryPage]) -> None:
    """Arrange the front page, where no editor has."""
    front = FrontPage.objects.get()
    if front.lead_id or front.secondaries.exists() or front.strips:
        return
    plan = content.newsroom.front
    front.lead = known.get(plan.lead)
    front.secondaries = [_Secondary(story=known[slug], sort_order=order) for order, slug in enumerate(plan.secondaries) if slug in known]
    front.strips = [("strip", {"section": desk.sections[slug], "count": 5}) for slug in plan.strips]
    front.save_revision(user=desk.users["editor"]).publish(user=desk.users["editor"])
    kept.note_references(front)


_Secondary = FrontPage._meta.get_field("secondaries").related_model  # noqa: SLF001 - Django's documented name
