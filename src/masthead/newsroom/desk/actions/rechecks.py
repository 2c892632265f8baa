"""Having the archive checked again."""

import datetime as dt
from functools import partial

from django.db import transaction

from masthead.newsroom.desk.models import DeskRule, Recheck
from masthead.newsroom.desk.tasks import recheck_a_share
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.models import StoryPage


@transaction.atomic
def start_recheck(*, user: User | None, now: dt.datetime, rule: DeskRule | None = None) -> Recheck:
    """Have the worker check every public story again, or try `rule` alone on them; one that is under way already goes on.

    A new trial takes the place of the rule's last one.
    """
    running = Recheck.objects.filter(rule=rule, finished_at=None, stopped_at=None).first()
    if running is not None and rule is None:
        return running
    if rule is not None:
        Recheck.objects.filter(rule=rule).delete()
    recheck = Recheck.objects.create(rule=rule, started_by=user, started_at=now, total=StoryPage.objects.filter(live=True).count())
    transaction.on_commit(partial(recheck_a_share.enqueue, recheck.pk))
    return recheck


@transaction.atomic
def stop_recheck(*, recheck: Recheck, now: dt.datetime) -> None:
    """Stop a recheck after the share it is at; what was found stays."""
    Recheck.objects.filter(pk=recheck.pk, finished_at=None, stopped_at=None).update(stopped_at=now)
