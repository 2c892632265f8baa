"""Checking the archive again, a share of stories at a time: what the worker, the command and a rule's trial are made of."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F

from masthead import __version__
from masthead.newsroom.desk import queries
from masthead.newsroom.desk.checks import CHECKS
from masthead.newsroom.desk.checks import run as run_checks
from masthead.newsroom.desk.house import compiled
from masthead.newsroom.desk.models import Acceptance, ArchiveFinding, CheckedStory, DeskRule, Recheck
from masthead.newsroom.desk.reading import house_words, read_all
from masthead.newsroom.stories.gate import Finding
from masthead.newsroom.stories.models import StoryPage

SHARE = 50  # stories read, checked and written at a time
AROUND = 60  # characters shown at either side of what was found
MOST_OF_A_TRIAL = 500  # findings that the trial of a rule keeps; it counts the stories all the same


def rules_digest() -> str:
    """Return what the archive is checked with, as a digest: it changes with the program and with every rule, choice and word of the newsroom."""
    parts = [__version__, *(f"{check.id}:{check.severity}" for check in CHECKS), *queries.rules_in_force().marks, *sorted(house_words())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def unchecked(*, again: bool = False) -> list[int]:
    """Return the keys of the public stories that were not checked as they are now with today's rules; all of them where `again`."""
    digest = rules_digest()
    known = {} if again else dict(CheckedStory.objects.values_list("story_id", "digest"))
    rows = StoryPage.objects.filter(live=True).order_by("pk").values_list("pk", "live_revision_id", "last_published_at")
    return [pk for pk, revision, published in rows if known.get(pk) != _digest(digest, revision, published)]


def check(keys: Sequence[int], *, now: dt.datetime) -> int:
    """Check the stories `keys` as they are public now, keep what is found in place of what was, and return how many were read."""
    digest = rules_digest()
    stories = list(StoryPage.objects.filter(pk__in=keys, live=True).prefetch_related("bylines", "statements__hops__outlet", "statements__speaker"))
    force = queries.rules_in_force()
    accepted: dict[int, set[str]] = defaultdict(set)
    for page_id, key in Acceptance.objects.filter(page_id__in=keys).values_list("page_id", "finding_key"):
        accepted[page_id].add(key)
    rows = []
    for story, reading in zip(stories, read_all(stories), strict=True):
        found = run_checks(reading, also=force.also, choices=force.choices)
        rows += [_row(story, finding, trial=None) for finding in found if finding.key not in accepted[story.pk]]
    done = [CheckedStory(story_id=story.pk, digest=_digest(digest, story.live_revision_id, story.last_published_at), checked_at=now) for story in stories]
    with transaction.atomic():
        ArchiveFinding.objects.filter(story_id__in=keys, trial=None).delete()
        ArchiveFinding.objects.bulk_create(rows, batch_size=200)
        CheckedStory.objects.bulk_create(done, update_conflicts=True, unique_fields=["story"], update_fields=["digest", "checked_at"])
    return len(stories)


def try_rule(rule: DeskRule, keys: Sequence[int], *, trial: Recheck) -> None:
    """Run one house rule alone over the stories `keys` and keep what it finds with its trial."""
    check_of_rule = compiled(rule.as_rule())
    room = MOST_OF_A_TRIAL - trial.findings.count()
    stories = list(StoryPage.objects.filter(pk__in=keys, live=True).prefetch_related("bylines", "statements__hops__outlet", "statements__speaker"))
    rows = [_row(story, finding, trial) for story, reading in zip(stories, read_all(stories), strict=True) for finding in check_of_rule.findings(reading)]
    ArchiveFinding.objects.bulk_create(rows[: max(room, 0)])


def next_share(recheck: Recheck) -> list[int]:
    """Return the keys of the stories that a recheck looks at next, oldest first."""
    return list(StoryPage.objects.filter(live=True, pk__gt=recheck.cursor).order_by("pk").values_list("pk", flat=True)[:SHARE])


def advance(recheck: Recheck, keys: Iterable[int], *, now: dt.datetime) -> bool:
    """Count `keys` as done; return whether there is more to do. A recheck that was stopped meanwhile stays where it is."""
    keys = list(keys)
    moved = Recheck.objects.filter(pk=recheck.pk, cursor=recheck.cursor, stopped_at=None)
    if not keys:
        moved.update(finished_at=now)
        return False
    return bool(moved.update(cursor=keys[-1], done=F("done") + len(keys)))


def _digest(rules: str, revision: int | None, published: dt.datetime | None) -> str:
    return hashlib.sha256(f"{rules}\0{revision}\0{published}".encode()).hexdigest()


def _row(story: StoryPage, finding: Finding, trial: Recheck | None) -> ArchiveFinding:
    around = ""
    if finding.passage is not None and finding.end:
        text = finding.passage.text
        before, after = max(0, finding.start - AROUND), finding.end + AROUND
        around = f"{'…' if before else ''}{text[before:after]}{'…' if after < len(text) else ''}"
    return ArchiveFinding(
        story=story, trial=trial, key=finding.key, rule=finding.rule, severity=finding.severity, message=finding.message, text=finding.text, context=around
    )
