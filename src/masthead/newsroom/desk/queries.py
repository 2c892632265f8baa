"""What the desk finds in a story, and what of it still stands."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.admin.models import EditingSession
from wagtail.models import Page, Revision

from masthead.newsroom.desk import checks, rules
from masthead.newsroom.desk.checks import spelling
from masthead.newsroom.desk.checks.base import Check
from masthead.newsroom.desk.house import compiled
from masthead.newsroom.desk.models import Acceptance, CheckChoice, DeskRule
from masthead.newsroom.desk.reading import read, read_all
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.gate import Finding, Inspected, Severity
from masthead.newsroom.stories.gate import findings as gate_findings

STILL_THERE = dt.timedelta(seconds=60)
KEPT = 120  # stories whose findings a process remembers: the first leaves of the desk, looked at all day


@dataclass(frozen=True, kw_only=True)
class InForce:
    """What this newsroom checks with beside the built-in rules, and how severe it holds those. `marks` change whenever any of it does."""

    also: tuple[Check, ...] = field(compare=False)
    choices: checks.Choices = field(compare=False)
    marks: tuple[str, ...]


def rules_in_force() -> InForce:
    """Return the house rules that are switched on, as checks, and how severe the newsroom holds the built-in ones; two queries."""
    rules = list(DeskRule.objects.filter(on=True))
    choices = list(CheckChoice.objects.order_by("check_id"))
    return InForce(
        also=tuple(compiled(rule.as_rule()) for rule in rules),
        choices={row.check_id: row.severity for row in choices},
        marks=(*(f"{rule.code}:{rule.changed_at.isoformat()}" for rule in rules), *(f"{row.check_id}:{row.choice}" for row in choices)),
    )


def choices() -> Mapping[str, CheckChoice]:
    """Return what the newsroom chose for built-in checks, by their ids, with who did; one query."""
    return {row.check_id: row for row in CheckChoice.objects.select_related("changed_by")}


def rule_names() -> Mapping[str, str]:
    """Return what people call the rules, by id; a built-in one is its id in words."""
    built_in = {check.id: check.id.replace("-", " ").capitalize() for check in checks.CHECKS}
    return built_in | dict(DeskRule.objects.values_list("code", "name"))


def open_findings(page: Inspected) -> Iterable[Finding]:
    """Return the findings in `page` that nobody has accepted; the gate's inspector."""
    force = rules_in_force()
    found = checks.run(read(page), also=force.also, choices=force.choices)
    if not found or page.pk is None:
        return found
    accepted = set(Acceptance.objects.filter(page_id=page.pk).values_list("finding_key", flat=True))
    return [finding for finding in found if finding.key not in accepted]


def standing(pages: Sequence[Any]) -> Mapping[int, list[Finding]]:
    """Return by primary key what stands against the latest revision of each of `pages`, worst first; a handful of queries for any number."""
    latest = dict(Revision.objects.filter(pk__in=[page.latest_revision_id for page in pages if page.latest_revision_id]).values_list("pk", "content"))
    drafts = [_as_written(page, latest.get(page.latest_revision_id)) for page in pages]
    accepted: dict[int, set[str]] = defaultdict(set)
    for page_id, key in Acceptance.objects.filter(page_id__in=[page.pk for page in pages]).values_list("page_id", "finding_key"):
        accepted[page_id].add(key)
    order = list(Severity)
    force = rules_in_force()
    found = {}
    for page, reading in zip(pages, read_all(drafts), strict=True):
        findings = [finding for finding in _found(reading, force) if finding.key not in accepted[page.pk]]
        found[page.pk] = sorted(findings, key=lambda finding: order.index(finding.severity))
    return found


@lru_cache(maxsize=KEPT)
def _found(reading: Reading, force: InForce) -> tuple[Finding, ...]:
    """Return what the checks find: pure, so that the same reading under the same rules is checked once."""
    return tuple(checks.run(reading, also=force.also, choices=force.choices))


def _as_written(page: Any, content: dict[str, Any] | None) -> Any:
    """Return the page as its revision's `content` has it, without a query; `page` itself where there is none.

    Its topics are left out: no check looks at them, and each story's would be a query.
    """
    return type(page).from_serializable_data({**content, "topics": []}, check_fks=False) if content else page


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


def findings_beside_the_words(page: Any, *, user: User) -> list[dict[str, Any]]:
    """Return what stands against `page` as the editor's script paints it: place, words, what may be done about it."""
    may_accept, may_add_words = user.has_perm("desk.add_acceptance"), user.has_perm("desk.add_houseword")
    return [
        {
            "key": finding.key,
            "rule": finding.rule,
            "severity": finding.severity,
            "severity_words": rules.SEVERITY_WORDS[finding.severity],
            "message": finding.message,
            "field": finding.field,
            "block": finding.block,
            "paragraph": finding.paragraph,
            "start": finding.start,
            "end": finding.end,
            "text": finding.text,
            "suggestion": finding.suggestion,
            "accept_url": reverse("findings:accept", args=[page.pk, finding.key]) if may_accept else "",
            "word_url": reverse("findings:add_word") if finding.rule == spelling.misspelling.id and may_add_words else "",
        }
        for finding in gate_findings(page)
    ]
