"""What happens by the clock while a newsroom runs: one table, worked through by one scheduler process."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

logger = logging.getLogger(__name__)
LONGEST_BACK_OFF_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Job:
    """`run(now=...)` is called every `every_seconds`, counted from the end of the last call.

    One that waits for other machines stands `aside`, in a thread that it shares only with those of the same word: a mail
    server or a payment company that is slow holds up nothing but what needs it.
    """

    name: str
    every_seconds: float
    run: Callable[..., object]
    aside: str = ""


@dataclass
class _Due:
    job: Job
    at: float = 0.0
    failures: int = field(default=0)


class Schedule:
    """Runs jobs when they are due. A job that fails is logged, tried again later and later, and stops no other."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._dues = [_Due(job) for job in jobs]

    def run_due(self, *, elapsed_seconds: float, now: dt.datetime) -> float:
        """Run what is due at `elapsed_seconds` (a clock that never goes back) and return how many seconds until the next."""
        for due in self._dues:
            if due.at <= elapsed_seconds:
                due.at = elapsed_seconds + self._call(due, now)
        return max(0.0, min(due.at for due in self._dues) - elapsed_seconds)

    def _call(self, due: _Due, now: dt.datetime) -> float:
        try:
            due.job.run(now=now)
        except Exception:
            due.failures += 1
            wait: float = min(due.job.every_seconds * 2**due.failures, max(LONGEST_BACK_OFF_SECONDS, due.job.every_seconds))
            logger.exception("The job “%s” failed (%d in a row); again in %.0f s", due.job.name, due.failures, wait)
            return wait
        due.failures = 0
        return due.job.every_seconds


def jobs() -> list[Job]:
    """Return every job of the house, the most frequent first."""
    from masthead.delivery.filling.changes import forget_old
    from masthead.funding.books.actions import make_statements
    from masthead.funding.giving import tasks as giving
    from masthead.funding.giving.actions import sweep
    from masthead.funding.giving.banking.matching import expire_promises
    from masthead.funding.giving.reconciling.actions import reconcile_due
    from masthead.funding.guard.actions import watch as watch_checkouts
    from masthead.funding.ledger.checkpoints.actions import sign_yesterday
    from masthead.newsroom.desk import watching
    from masthead.newsroom.sources.actions import wake_captures
    from masthead.newsroom.stories.actions import publish_due

    return [
        Job(name="apply what providers reported", every_seconds=giving.TICK_SECONDS, run=giving.take_in),
        *[
            Job(name=f"apply what {name} reported", every_seconds=giving.TICK_SECONDS, run=partial(giving.take_in_of, name), aside=name)
            for name in giving.far()
        ],
        Job(name="send letters to supporters", every_seconds=giving.LETTER_SECONDS, run=giving.send_letters, aside="letters"),
        Job(name="publish and take down stories at their hour", every_seconds=1, run=publish_due),
        Job(name="put copies that wait before a worker", every_seconds=30, run=wake_captures),
        Job(name="watch over the checkouts", every_seconds=60, run=watch_checkouts, aside="letters"),
        Job(name="note the links of stories in hand", every_seconds=60, run=watching.note_recent_links),
        Job(name="have links asked that are due", every_seconds=60, run=watching.ask_due_links),
        Job(name="ask the providers what their webhooks missed", every_seconds=giving.SWEEP_SECONDS, run=sweep, aside="providers"),
        Job(name="hold the books against the providers and the bank, each day", every_seconds=600, run=reconcile_due, aside="providers"),
        Job(name="sign the books as they were when yesterday ended", every_seconds=600, run=sign_yesterday),
        Job(name="make the statement of the month that has ended", every_seconds=600, run=make_statements),
        Job(name="have documents looked at again", every_seconds=600, run=watching.recheck_documents),
        Job(name="forget what every machine's pages show by now", every_seconds=3600, run=forget_old),
        Job(name="note the links of the archive", every_seconds=24 * 3600, run=watching.have_archive_noted),
        Job(name="stop waiting for transfers that never came", every_seconds=24 * 3600, run=expire_promises),
        Job(name="forget visits and names that need not be kept", every_seconds=24 * 3600, run=giving.forget),
        Job(name="forget sessions that have ended", every_seconds=24 * 3600, run=_forget_sessions),
    ]


def _forget_sessions(*, now: dt.datetime) -> int:
    from django.contrib.sessions.models import Session

    return Session.objects.filter(expire_date__lt=now).delete()[0]
