"""Which documents public stories stand on, and what of them readers may see. Reads."""

import uuid

from django.db.models import Exists, OuterRef, QuerySet

from masthead.kernel import reads
from masthead.newsroom.sources.models import Capture, SourceDocument
from masthead.newsroom.stories.models.statements import Hop, Statement


def cited_documents() -> "QuerySet[SourceDocument]":
    """Return the documents that a statement of a public story, or a relay of one, names."""
    said = Statement.objects.filter(story__live=True, story__published_at__isnull=False, document=OuterRef("pk"))
    relayed = Hop.objects.filter(statement__story__live=True, statement__story__published_at__isnull=False, document=OuterRef("pk"))
    found: QuerySet[SourceDocument] = SourceDocument.objects.filter(Exists(said) | Exists(relayed))
    return found


def public_capture(key: uuid.UUID) -> Capture | None:
    """Return the copy `key` where readers may see it: an editor has shown it, and a public story cites its document."""
    known = Capture.objects.filter(key=key).values_list("document_id", flat=True).first()
    if known is None:
        return None
    reads.note(f"said.document={known}", f"sources_sourcedocument@seen:{known}")
    with reads.accounted():
        return _public_capture(key)


def _public_capture(key: uuid.UUID) -> Capture | None:
    shown = Capture.objects.filter(key=key, state=Capture.State.KEPT, visibility=Capture.Visibility.PUBLIC, document__in=cited_documents())
    found: Capture | None = shown.select_related("document", "document__publisher", "document__author", "published_by").first()
    return found
