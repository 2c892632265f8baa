"""What the desk finds in a story, and what of it still stands."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from wagtail.admin.models import EditingSession
from wagtail.models import Page, Revision

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.models import Acceptance
from masthead.newsroom.desk.reading import read, read_all
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.gate import Finding, Inspected, Severity

STILL_THERE = dt.timedelta(seconds=60)


def open_findings(page: Inspected) -> Iterable[Finding]:
    """Return the findings in `page` that nobody has accepted; the gate's inspector."""
    found = checks.run(read(page))
    if not found or page.pk is None:
        return found
    accepted = set(Acceptance.objects.filter(page_id=page.pk).values_list("finding_key", flat=True))
    return [finding for finding in found if finding.key not in accepted]


def standing(pages: Sequence[Any]) -> Mapping[int, list[Finding]]:
    """Return by primary key what stands against the latest revision of each of `pages`, worst first; three queries for any number."""
    latest = dict(Revision.objects.filter(pk__in=[page.latest_revision_id for page in pages if page.latest_revision_id]).values_list("pk", "content"))
    drafts = [_as_written(page, latest.get(page.latest_revision_id)) for page in pages]
    accepted: dict[int, set[str]] = defaultdict(set)
    for page_id, key in Acceptance.objects.filter(page_id__in=[page.pk for page in pages]).values_list("page_id", "finding_key"):
        accepted[page_id].add(key)
    order = list(Severity)
    found = {}
    for page, reading in zip(pages, read_all(drafts), strict=True):
        findings = [finding for finding in checks.run(reading) if finding.key not in accepted[page.pk]]
        found[page.pk] = sorted(findings, key=lambda finding: order.index(finding.severity))
    return found


def _as_written(page: Any, content: dict[str, Any] | None) -> Any:
    """Return the page as its revision's `content` has it, without a query; `page` itself where there is none."""
    return type(page).from_serializable_data(content, check_fks=False) if content else page


def being_edited(pages: Sequence[int], *, now: dt.datetime) -> Mapping[int, list[User]]:
    """Return by page key who has it open in the editor at `now`; Wagtail's editor says so every ten seconds or more often."""
    sessions = EditingSession.objects.filter(
        content_type=ContentType.objects.get_for_model(Page), object_id__in=[str(key) for key in pages], last_seen_at__gte=now - STILL_THERE
    )
    people: dict[int, list[User]] = defaultdict(list)
    for session in sessions.select_related("user").order_by("pk"):
        if session.user not in people[int(session.object_id)]:
            people[int(session.object_id)].append(session.user)
    return people


def acceptances(page: Inspected) -> list[Acceptance]:
    """Return what was accepted in `page`, newest first."""
    return list(Acceptance.objects.filter(page_id=page.pk).select_related("accepted_by").order_by("-accepted_at"))
