"""Which stories name a party or document, in whatever version; what `sources.uses` asks for."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from wagtail.models import Revision

from masthead.newsroom.sources.models import Party
from masthead.newsroom.sources.uses import Unnamed, Use
from masthead.newsroom.stories.models import StoryPage

LOOKED_THROUGH = 200  # stories, the last changed first, for statements of unnamed speakers
SHOWN_WORDS = 80


def naming(row: Any) -> Iterator[Use]:
    """Yield the stories that name a party or document: those whose public version does, then drafts, then older versions."""
    if isinstance(row, Party):
        public = Q(statements__speaker=row) | Q(statements__hops__outlet=row)
        keys: tuple[str, ...] = ("speaker", "outlet")
    else:
        public = Q(statements__document=row) | Q(statements__hops__document=row)
        keys = ("document",)
    rows = set(StoryPage.objects.filter(public).values_list("pk", flat=True))
    newest, older = _in_revisions(keys, row.pk)
    for story in StoryPage.objects.filter(pk__in=rows | newest | older).order_by("-latest_revision_created_at", "-pk"):
        where = "public" if story.pk in rows and story.live else "newest version" if story.pk in newest else "older version"
        yield Use(title=story.draft_title or story.title, url=reverse("wagtailadmin_pages:edit", args=[story.pk]), where=where)


def _in_revisions(names: tuple[str, ...], key: int) -> tuple[set[int], set[int]]:
    """Return the stories whose newest revision holds `"name": key` for one of `names`, and those of which an older one does.

    The database looks through the text of the revisions: no index holds what drafts name. Rich text is a string inside it,
    with its quotation marks escaped, and never matches.
    """
    wanted = Q()
    for name in names:
        wanted |= Q(written__contains=f'"{name}": {key},') | Q(written__contains=f'"{name}": {key}' + "}")
    kind = ContentType.objects.get_for_model(StoryPage)
    stories = Revision.objects.filter(content_type=kind)
    found = set(stories.annotate(written=Cast("content", TextField())).filter(wanted).values_list("object_id", "pk"))
    last = dict(stories.filter(object_id__in={story for story, _ in found}).order_by().values_list("object_id").annotate(Max("pk")))
    newest = {int(story) for story, revision in found if last[story] == revision}
    return newest, {int(story) for story, _ in found} - newest


def unnamed() -> Iterator[Unnamed]:
    """Yield the statements whose speaker is described and not named, of the newest version of the stories changed last."""
    for story in StoryPage.objects.order_by("-latest_revision_created_at", "-pk").select_related("latest_revision")[:LOOKED_THROUGH]:
        content = story.latest_revision.content if story.latest_revision else {}
        for row in content.get("statements") or ():
            if row.get("anonymous_as"):
                words = " ".join(str(row.get("words", "")).split())
                cut = words if len(words) <= SHOWN_WORDS else words[:SHOWN_WORDS].rstrip() + "…"
                yield Unnamed(key=uuid.UUID(str(row["key"])), words=f"{story.draft_title or story.title}: “{cut}” ({row['anonymous_as']})")
