"""The simulator's clock, which can be stopped, set and moved on; and what is to happen at which moment of it."""

import datetime as dt
import heapq
import itertools
from collections.abc import Callable

Job = Callable[[], object]


class Clock:
    """Time as the simulated companies see it: this machine's, or a moment that stands until it is moved on."""

    def __init__(self, stands_at: dt.datetime | None = None) -> None:
        self._stands_at = stands_at
        self._ahead = dt.timedelta(0)
        self._jobs: list[tuple[dt.datetime, int, Job]] = []
        self._numbers = itertools.count()

    def now(self) -> dt.datetime:
        """Return the moment, in UTC."""
        return self._stands_at or dt.datetime.now(dt.UTC) + self._ahead  # noqa: TID251 - this is the simulator's one clock

    def stamp(self) -> int:
        """Return the moment as whole seconds since 1970."""
        return int(self.now().timestamp())

    def at(self, moment: dt.datetime, job: Job) -> None:
        """Have `job` done when the clock reaches `moment`."""
        heapq.heappush(self._jobs, (moment, next(self._numbers), job))

    def after(self, wait: dt.timedelta, job: Job) -> None:
        """Have `job` done when `wait` has passed."""
        self.at(self.now() + wait, job)

    def do_due(self) -> int:
        """Do what is due by now, in order; return how many things were done."""
        return self.move_to(self.now(), stay=True)

    def move_to(self, moment: dt.datetime, *, stay: bool = False) -> int:
        """Move on to `moment`, doing everything that is due on the way at its own time; return how many things.

        With `stay` the clock is left as it was: what was due is done late, and at the time of now.
        """
        done = 0
        while self._jobs and self._jobs[0][0] <= moment:
            due, _, job = heapq.heappop(self._jobs)
            if not stay:
                self._set(max(due, self.now()))
            job()
            done += 1
        if not stay:
            self._set(moment)
        return done

    def _set(self, moment: dt.datetime) -> None:
        if self._stands_at is not None:
            self._stands_at = moment
        else:
            self._ahead = moment - dt.datetime.now(dt.UTC)  # noqa: TID251 - as above
