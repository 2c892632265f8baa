"""What happens by the clock while a newsroom runs: one table, worked through by one scheduler process."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)
LONGEST_BACK_OFF_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Job:
    """`run(now=...)` is called every `every_seconds`, counted from the end of the last call."""

    name: str
    every_seconds: float
    run: Callable[..., object]


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
    from masthead.funding.giving import tasks as giving  # noqa: PLC0415  models are ready only now
    from masthead.funding.giving.actions import sweep  # noqa: PLC0415  as above
    from masthead.newsroom.stories.actions import publish_due  # noqa: PLC0415  as above

    return [
        Job(name="apply what providers reported, send receipts", every_seconds=giving.TICK_SECONDS, run=giving.tick),
        Job(name="publish and take down stories at their hour", every_seconds=1, run=publish_due),
        Job(name="ask the providers what their webhooks missed", every_seconds=giving.SWEEP_SECONDS, run=sweep),
        Job(name="forget sessions that have ended", every_seconds=24 * 3600, run=_forget_sessions),
    ]


def _forget_sessions(*, now: dt.datetime) -> int:
    from django.contrib.sessions.models import Session  # noqa: PLC0415  models are ready only now

    return Session.objects.filter(expire_date__lt=now).delete()[0]
