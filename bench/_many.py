"""Many stories in a newsroom at once: the demo's, copied by the database with all that hangs from a story; 10,000 take some ten seconds.

A copy has its place in the page tree, a revision, bylines, topics, statements with their relays, its entry in the search, in Wagtail's index of references
and in the history, and holds its pictures public. A_DAY come out on a day, the newest before the demo's own oldest. Every fifth time through the demo's
stories their speakers and documents are the demo's own, otherwise those of a cast of their own, new after ten times: so both grow, parties that are
heard in thousands of stories and the number of parties. The outbox is told nothing: fill a newsroom first, and its page store after that.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, models, transaction
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.models import IndexEntry

from masthead.delivery.filling import triggers
from masthead.kernel.ids import new_id
from masthead.newsroom.pictures.models import PublicUse
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.stories.models import Byline, Hop, SectionPage, Statement, StoryPage

A_DAY = 30
AT_ONCE = 10_000  # stories in one transaction
OWN_CAST = 5  # every so manieth time through the demo the speakers are the demo's own
CAST_LASTS = 10  # times through the demo
FIRST_PLACE = 10_000  # below a section: behind whatever stands there
COPY = "bench_copy"
CAST = "bench_cast"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A story to copy, with what a copy's rows are made of."""

    story: StoryPage
    content: Mapping[str, Any]


def fill(count: int, *, a_day: int = A_DAY) -> int:
    """Bring the newsroom to at least `count` public stories and return how many there are."""
    there = StoryPage.objects.filter(live=True).count()
    if there >= count:
        return there
    oldest = StoryPage.objects.filter(live=True).order_by("published_at").values_list("published_at", flat=True)[0]
    patterns = _patterns()
    begun = there - len(patterns)  # copies that an earlier call made
    with _unwatched():
        for first in range(begun, begun + count - there, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, begun + count - there))
            with transaction.atomic():
                _copy(numbers, patterns, before=oldest, apart=dt.timedelta(days=1) / a_day)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Page, Revision]):
                cursor.execute(statement)
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE")  # its own vacuum would come by in a minute
    return count


def _patterns() -> list[Pattern]:
    """Return the stories that are no copies, the oldest first."""
    found = StoryPage.objects.filter(live=True).exclude(seo_title__startswith=COPY).select_related("latest_revision", "section").order_by("pk")
    return [Pattern(story, story.latest_revision.content) for story in found]


@contextmanager
def _unwatched() -> Iterator[None]:
    """Keep the outbox's triggers out of this: a million rows that nobody would read."""
    with connection.cursor() as cursor:
        for name in triggers._present(connection):
            cursor.execute(triggers._drop(connection.vendor, name))
    try:
        yield
    finally:
        triggers.install()


def _copy(numbers: range, patterns: Sequence[Pattern], *, before: dt.datetime, apart: dt.timedelta) -> None:
    casts = _casts({number // len(patterns) for number in numbers})
    page = (Page.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    revision = (Revision.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    sections = {section.pk: section for section in SectionPage.objects.all()}
    copies, revisions = [], []
    for at, number in enumerate(numbers):
        pattern = patterns[number % len(patterns)]
        section = sections[pattern.story.section_id]
        section.numchild += 1
        slug = f"{pattern.story.slug[:60]}-{number + 1}"
        path = Page._get_path(section.path, section.depth + 1, FIRST_PLACE + section.numchild)
        hour = before - apart * (number + 1)
        title = f"{pattern.story.title[:240]} ({number + 1})"
        key = new_id()
        cast = casts[number // len(patterns)]
        copies.append(
            (
                page + at,
                pattern.story.pk,
                revision + at,
                path,
                slug,
                f"{section.url_path}{slug}/",
                title,
                _uuid(key),
                connection.ops.adapt_datetimefield_value(hour),
                cast,
            )
        )
        words = {"pk": page + at, "path": path, "slug": slug, "url_path": copies[-1][5], "title": title, "draft_title": title, "translation_key": str(key)}
        revisions.append((revision + at, page + at, json.dumps(_content(pattern, words))))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {COPY} (page integer PRIMARY KEY, pattern integer, revision integer, path varchar(255), slug varchar(255), url_path text, "
            f"title varchar(255), key {'uuid' if connection.vendor == 'postgresql' else 'char(32)'}, at {connection.data_types['DateTimeField']}, cast_ integer)"
        )
        cursor.executemany(f"INSERT INTO {COPY} VALUES ({', '.join(['%s'] * 10)})", copies)
        _insert(cursor)
        _revise(cursor, revisions)
        cursor.execute(f"DROP TABLE {COPY}")
    for section in sections.values():
        Page.objects.filter(pk=section.pk).update(numchild=section.numchild)


def _content(pattern: Pattern, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy's revision: what hangs from it has rows of its own, so none are named."""
    content = {**pattern.content, **words}
    for name in ("bylines", "statements", "corrections"):
        content[name] = [
            {**row, "pk": None, "story": words["pk"], "hops": [{**hop, "pk": None, "statement": None} for hop in row.get("hops", ())]}
            for row in content.get(name, ())
        ]
    return content


def _insert(cursor: Any) -> None:
    """Make the rows of every copy out of those of its pattern."""
    page_type = ContentType.objects.get_for_model(Page).pk
    story_type = ContentType.objects.get_for_model(StoryPage).pk
    text = "CAST(c.pattern AS varchar(50))"
    hours = dict.fromkeys(("first_published_at", "last_published_at", "latest_revision_created_at"), "c.at")
    named = {"slug": "c.slug", "url_path": "c.url_path", "path": "c.path", "title": "c.title", "draft_title": "c.title", "seo_title": f"'{COPY}'"}
    _rows(
        cursor,
        Page,
        "t.id = c.pattern",
        id="c.page",
        numchild="0",
        translation_key="c.key",
        latest_revision_id="c.revision",
        live_revision_id="c.revision",
        **named,
        **hours,
    )
    _rows(cursor, StoryPage, "t.page_ptr_id = c.pattern", page_ptr_id="c.page", published_at="c.at")
    _rows(cursor, Byline, "t.story_id = c.pattern", story_id="c.page")
    _rows(cursor, StoryPage.topics.through, "t.storypage_id = c.pattern", storypage_id="c.page")
    _rows(
        cursor,
        Statement,
        "t.story_id = c.pattern",
        story_id="c.page",
        speaker_id=_recast("party", "t.speaker_id"),
        document_id=_recast("document", "t.document_id"),
    )
    _rows(
        cursor,
        Hop,
        "t.statement_id = s.id AND s.story_id = c.pattern",
        by="stories_statement s",
        statement_id="(SELECT n.id FROM stories_statement n WHERE n.key = s.key AND n.story_id = c.page)",
        outlet_id=_recast("party", "t.outlet_id"),
        document_id=_recast("document", "t.document_id"),
    )
    _rows(cursor, PublicUse, "t.holder = 'page:' || c.pattern", holder="'page:' || c.page")
    _rows(cursor, IndexEntry, f"t.content_type_id = {story_type} AND t.object_id = {text}", object_id="CAST(c.page AS varchar(50))")
    _rows(cursor, ReferenceIndex, f"t.base_content_type_id = {page_type} AND t.object_id = {text}", object_id="CAST(c.page AS varchar(50))")
    _rows(cursor, PageLogEntry, "t.page_id = c.pattern", page_id="c.page", revision_id="c.revision", timestamp="c.at")


def _rows(cursor: Any, model: type[models.Model], matches: str, *, by: str = "(SELECT 1) s", **changed: str) -> None:
    """Insert a row of `model` for each copy `c` and each row `t` of its pattern, found through `by` perhaps, with some columns changed."""
    fields = [field for field in model._meta.local_concrete_fields if field.column in changed or not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    values = ", ".join(changed.get(field.column, f"t.{connection.ops.quote_name(field.column)}") for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {COPY} c CROSS JOIN {by} CROSS JOIN {table} t WHERE {matches} ORDER BY c.page")


def _recast(kind: str, column: str) -> str:
    return f"coalesce((SELECT a.new FROM {CAST} a WHERE a.cast_ = c.cast_ AND a.kind = '{kind}' AND a.old = {column}), {column})"


def _revise(cursor: Any, revisions: Sequence[tuple[int, int, str]]) -> None:
    page_type = ContentType.objects.get_for_model(Page).pk
    story_type = ContentType.objects.get_for_model(StoryPage).pk
    json_value = "CAST(%s AS jsonb)" if connection.vendor == "postgresql" else "%s"
    cursor.executemany(
        "INSERT INTO wagtailcore_revision (id, object_id, content, created_at, content_type_id, base_content_type_id, object_str) "
        f"SELECT %s, c.page, {json_value}, c.at, {story_type}, {page_type}, c.title FROM {COPY} c WHERE c.page = %s",
        [(key, content, page) for key, page, content in revisions],
    )


def _casts(times: set[int]) -> dict[int, int]:
    """Return the cast of each time through the demo, 0 being the demo's own, having made those that are needed."""
    cast_of = {time: 0 if time % OWN_CAST == 0 else time // CAST_LASTS + 1 for time in times}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {CAST}")
        cursor.execute(f"CREATE TEMPORARY TABLE {CAST} (cast_ integer, kind varchar(10), old bigint, new bigint, PRIMARY KEY (cast_, kind, old))")
        for kind, model, name in (("party", Party, "slug"), ("document", SourceDocument, "canonical_url")):
            patterns = list(model.objects.exclude(**{f"{name}__contains": COPY}).filter(merged_into=None).order_by("pk"))
            for cast in sorted({*cast_of.values()} - {0}):
                made = _of_cast(model, name, patterns, cast)
                cursor.executemany(
                    f"INSERT INTO {CAST} VALUES (%s, %s, %s, %s)", [(cast, kind, old.pk, new.pk) for old, new in zip(patterns, made, strict=True)]
                )
    return cast_of


def _of_cast(model: type[models.Model], name: str, patterns: Sequence[models.Model], cast: int) -> list[Any]:
    mark = f"-{COPY}-{cast}"
    known = list(model._default_manager.filter(**{f"{name}__endswith": mark}).order_by("pk"))
    if known:
        return known
    made = []
    for pattern in patterns:
        values = {field.attname: getattr(pattern, field.attname) for field in model._meta.concrete_fields if not field.primary_key}
        values |= {"key": new_id(), "latest_revision_id": None, name: f"{getattr(pattern, name)[:160]}-{pattern.pk}{mark}"}
        if model is Party:
            values["name"] = f"{values['name'][:180]} ({cast})"
            values["folded"] = f"{values['folded'][:380]} {cast}"
        made.append(model(**values))
    return list(model._default_manager.bulk_create(made, batch_size=100))


def _uuid(key: Any) -> Any:
    return key if connection.vendor == "postgresql" else key.hex
