"""The outbox read: what changed, in the keys that pages are noted under, and which addresses that may bring or take away."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from masthead.delivery.filling import watched
from masthead.delivery.filling.keys import written
from masthead.delivery.filling.models import Change
from masthead.delivery.filling.needs import Touched
from masthead.kernel.clock import date_in
from masthead.kernel.reads import place_of
from masthead.newsroom.stories.batches import batch_of
from masthead.newsroom.stories.models import Byline, FrontPage, Hop, InfoPage, SectionPage, Statement, StoryPage

AT_ONCE = 2000
KEPT = dt.timedelta(days=1)
STORIES = "stories"
TAKING_AWAY = ("wagtailcore_page", "pictures_publicuse", "sources_capture")  # tables whose changes may take something away from readers


@dataclass(slots=True)
class Effect:
    """What a batch of changes means: keys and places in lists; rows by table; rows that readers may no longer see; addresses (Wagtail's) that pages left."""

    keys: set[str] = field(default_factory=set)
    touched: set[Touched] = field(default_factory=set)
    rows: dict[str, set[str]] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Reader:
    """Reads the outbox from where it left off.

    On SQLite a row of a higher number is committed later: `behind` is the last number read. On PostgreSQL it need not be, so `behind` is
    the number of the oldest transaction that was still under way, and `seen` are the rows read of that and later ones. What lies there at
    once is read in a pass, `passed` being its last row so far, and `ends` what is `behind` after it.
    """

    behind: int = 0
    seen: set[int] = field(default_factory=set)
    passed: int = 0
    ends: int = 0

    def read(self) -> list[Change]:
        """Return what is new, the oldest first, at most AT_ONCE rows."""
        if connection.vendor != "postgresql":
            found = list(Change.objects.filter(pk__gt=self.behind).order_by("pk")[:AT_ONCE])
            self.behind = found[-1].pk if found else self.behind
            return found
        if not self.passed:
            self.ends = now_at()  # before the rows are read: what it lets pass is among them
        waiting = Change.objects.filter(transaction__gte=self.behind, pk__gt=self.passed).order_by("pk")
        found = [row for row in waiting[: AT_ONCE + len(self.seen)] if row.pk not in self.seen][:AT_ONCE]
        if len(found) == AT_ONCE:
            self.passed = found[-1].pk
            self.seen.update(row.pk for row in found)
            return found
        self.behind, self.passed = self.ends, 0
        self.seen.update(row.pk for row in found)
        self.seen = set(Change.objects.filter(transaction__gte=self.ends, pk__in=self.seen).values_list("pk", flat=True)) if self.seen else set()
        return found

    def ahead(self, read: Iterable[Change]) -> Effect:
        """Return what the rows just `read` and those still to be read take away from readers, and nothing else of them: so little is quick for any number."""
        effect = Effect()
        for change in read:
            _taken_away(effect, change)
        told = Change.objects.filter(table__in=TAKING_AWAY).order_by("pk")
        rest = told.filter(transaction__gte=self.behind, pk__gt=self.passed) if connection.vendor == "postgresql" else told.filter(pk__gt=self.behind)
        for change in rest.iterator(AT_ONCE):
            _taken_away(effect, change)
        return effect


def now_at() -> int:
    """Return the place in the outbox from which a reader misses nothing that is committed from now on."""
    if connection.vendor != "postgresql":
        return Change.objects.aggregate(newest=models.Max("pk"))["newest"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def forget_old(*, now: dt.datetime) -> int:
    """Remove rows of more than a day ago and return how many; a machine that was away for so long makes all its pages anew."""
    return Change.objects.filter(at__lt=now - KEPT).delete()[0]


def effect_of(changes: Sequence[Change]) -> Effect:
    """Return what `changes` mean for pages."""
    effect = Effect()
    stories: dict[str, set[str | None]] = {}
    for change in changes:
        _plain(effect, change)
        if change.table == "stories_storypage":
            _story_row(effect, change, stories)
        elif change.table == "wagtailcore_page":
            _page_row(effect, change, stories)
    first = changes[0].pk if changes else 0
    _attached(effect, changes, stories, first)
    _lists_of(effect, stories, first)
    return effect


def _plain(effect: Effect, change: Change) -> None:
    table, row = change.table, _row(change)
    effect.keys.update((table, f"{table}:{row}"))
    effect.rows.setdefault(table, set()).add(row)
    for values in (change.before, change.after):
        for column, value in (values or {}).items():
            effect.keys.add(f"{table}.{column}={_written(table, column, value)}")
    if table == "sources_party":
        effect.keys.add(f"heard.batch={batch_of(row)}")
    _taken_away(effect, change)


def _taken_away(effect: Effect, change: Change) -> None:
    """Note what readers may not see any more, or not where it was."""
    table, before, after = change.table, change.before or {}, change.after or {}
    if table == "pictures_publicuse":
        effect.withdrawn.update(f"{table}.{column}={_written(table, column, value)}" for column, value in before.items() if value)
    elif table == "sources_capture" and before.get("visibility") != after.get("visibility"):
        effect.withdrawn.add(f"{table}:{_row(change)}")
    elif table == "wagtailcore_page" and before.get("live"):
        if not after.get("live"):
            effect.withdrawn.add(f"{table}:{_row(change)}")
        if not after.get("live") or after.get("url_path") != before["url_path"]:
            effect.left.add(before["url_path"])


def _story_row(effect: Effect, change: Change, stories: dict[str, set[str | None]]) -> None:
    """Note where in the lists a story was and is, where it appeared, went, or changed its place."""
    before, after = change.before or {}, change.after or {}
    if before == after:
        return
    for values in (before, after):
        if values.get("published_at"):
            place = _place(values["published_at"])
            stories.setdefault(change.row, set()).add(place)
            _touch(effect, section=values.get("section_id"), at=_moment(values["published_at"]))


def _page_row(effect: Effect, change: Change, stories: dict[str, set[str | None]]) -> None:
    before, after = change.before or {}, change.after or {}
    if before.get("live") or after.get("live"):
        effect.keys.update(("pages", f"pages.batch={batch_of(change.row)}"))
        kind = (after or before).get("content_type_id")
        if kind is not None and int(kind) in _menu_types() and before != after and (before.get("show_in_menus") or after.get("show_in_menus")):
            effect.keys.add("menu")
        if kind == _type_of(FrontPage) and before != after:
            effect.keys.add("front")
        if kind == _type_of(StoryPage) and bool(before.get("live")) != bool(after.get("live")):
            stories.setdefault(change.row, set())


def _attached(effect: Effect, changes: Sequence[Change], stories: Mapping[str, set[str | None]], first: int) -> None:
    """Note the lists that a story is in by what hangs from it: its topics, bylines, statements and their relays.

    Where it stands in them is told by the story as it is, or by the row that tells of its end.
    """
    rows = [change for change in changes if change.table in {"stories_storypage_topics", "stories_byline", "stories_statement", "stories_hop"}]
    owners = {str(_values(change)["statement_id"]) for change in rows if change.table == "stories_hop"}
    story_of = {str(key): str(story) for key, story in Statement.objects.filter(pk__in=owners).values_list("pk", "story_id")} if owners else {}
    asked = {_story_of(change, story_of) for change in rows}
    places = {str(key): at for key, at in StoryPage.objects.filter(pk__in=[key for key in asked if key]).values_list("pk", "published_at")} if asked else {}
    told = _told(asked - places.keys() - stories.keys(), first)
    for change in rows:
        story = _story_of(change, story_of)
        at = places.get(story)
        known = {place_of(at)} if at else stories.get(story) or told.get(story, {None})
        if not known or (story in places and not at and story not in stories):
            continue  # a draft's: nobody sees it
        for values in filter(None, (change.before, change.after)):
            _attach(effect, change.table, values, known)


def _told(stories: Collection[str], first: int) -> Mapping[str, set[str | None]]:
    """Return where `stories` stand or stood, nowhere for drafts, as rows of the outbox tell that lie around number `first`: with many at once, far from it."""
    found: dict[str, set[str | None]] = {}
    if stories:
        for row in Change.objects.filter(pk__gt=first - AT_ONCE, table="stories_storypage", row__in=stories):
            hours = [(values or {}).get("published_at") for values in (row.before, row.after)]
            found.setdefault(row.row, set()).update(_place(hour) for hour in hours if hour)
    return found


def _attach(effect: Effect, table: str, values: Mapping[str, Any], places: Iterable[str | None]) -> None:
    if table == "stories_storypage_topics":
        effect.touched.update((f"stories.topic={values['topic_id']}", place) for place in places)
    elif table == "stories_byline":
        effect.keys.add(f"stories.author={values['author_id']}")
    else:
        _heard(effect, values.get("speaker_id") or values.get("outlet_id"), values.get("document_id"))


def _lists_of(effect: Effect, stories: dict[str, set[str | None]], first: int) -> None:
    """Note every list in which stories that appeared, went or moved now are."""
    if not stories:
        return
    keys = list(stories)
    nowhere = [key for key, places in stories.items() if not places]
    for key, places in _told(nowhere, first).items():
        stories[key] |= places
    for story, at, section in StoryPage.objects.filter(pk__in=nowhere, published_at__isnull=False).values_list("pk", "published_at", "section_id"):
        _touch(effect, section=section, at=at)
        stories[str(story)].add(place_of(at))
    for story, topic in StoryPage.topics.through.objects.filter(storypage__in=keys).values_list("storypage_id", "topic_id"):
        effect.touched.update((f"stories.topic={topic}", place) for place in stories[str(story)])
    effect.keys.update(f"stories.author={author}" for author in Byline.objects.filter(story__in=keys).values_list("author_id", flat=True))
    for speaker, document in Statement.objects.filter(story__in=keys).values_list("speaker_id", "document_id"):
        _heard(effect, speaker, document)
    for outlet, document in Hop.objects.filter(statement__story__in=keys).values_list("outlet_id", "document_id"):
        _heard(effect, outlet, document)


def _touch(effect: Effect, *, section: int | None, at: dt.datetime | None) -> None:
    """Note the lists in order of time that a story is in: all of them, its section's, its month's and its day's."""
    place = place_of(at) if at else None
    effect.touched.update({(STORIES, place), (f"stories.section={section}", place)})
    if at:
        day = date_in(settings.ENV.zone, at)
        effect.touched.update({(f"stories.month={day:%Y-%m}", None), (f"stories.day={day:%Y-%m-%d}", None)})


def _heard(effect: Effect, party: int | None, document: int | None) -> None:
    effect.keys.add("heard")
    if party:
        effect.keys.update((f"said.party={party}", f"heard.batch={batch_of(party)}"))
    if document:
        effect.keys.add(f"said.document={document}")


# --- the words of a row ----------------------------------------------------------------------------------


def _values(change: Change) -> Mapping[str, Any]:
    found: Mapping[str, Any] = change.after or change.before or {}
    return found


def _story_of(change: Change, story_of: Mapping[str, str]) -> str:
    """Return the story that a row hangs from; empty where that can no longer be told."""
    values = _values(change)
    if change.table == "stories_hop":
        return story_of.get(str(values["statement_id"]), "")
    return str(values.get("story_id") or values.get("storypage_id") or "")


def _row(change: Change) -> str:
    table = change.table.partition("@")[0]
    model = watched.models().get(table)
    return _as_key(model._meta.pk, change.row) if model is not None else change.row  # noqa: SLF001 - Django's own documented name


def _written(table: str, column: str, value: Any) -> str:
    found = _fields(table.partition("@")[0]).get(column)
    return _as_key(found, value) if found is not None else written(value)


@lru_cache(maxsize=256)
def _fields(table: str) -> Mapping[str | None, Any]:
    model = watched.models().get(table)
    return {one.column: one for one in model._meta.local_concrete_fields} if model is not None else {}  # noqa: SLF001 - as above


def _as_key(one: Any, value: Any) -> str:
    target = one
    while getattr(target, "remote_field", None) is not None:
        target = target.target_field
    return written(target.to_python(value) if not isinstance(target, models.DateTimeField) else value)


def _place(text: str) -> str:
    return place_of(_moment(text))


def _moment(text: str) -> dt.datetime:
    """Return a moment as a trigger tells it: PostgreSQL with its offset, SQLite as UTC without."""
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _type_of(model: type[models.Model]) -> int:
    return ContentType.objects.get_for_model(model).pk


def _menu_types() -> Collection[int]:
    return {_type_of(SectionPage), _type_of(InfoPage)}
