"""What the renderer does when there is nothing to do: forms that take long to find, a tenth of one core at most, on a machine that is idle too.

Brotli at its highest makes pages 12 % shorter than the quick forms that a page is published with (zstd 2 %; gzip is as short as it gets), for 40 ms
of CPU a page.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from masthead.delivery.pagestore.store import Store

QUIET_SECONDS = 60.0
"""For which nothing was made before idle work begins: the next change may be near."""
EVERY_SECONDS = 1.0
SLICE_SECONDS = 0.1


def load() -> float:
    """Return how busy this machine was in the last minute: 1 where each core had one process that could run."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


@dataclass(slots=True)
class Idle:
    """Makes forms shorter in what time is left; `seconds` is a clock that never goes back, `busy` how much the machine has to do."""

    store: Store
    seconds: Callable[[], float] = time.monotonic
    busy: Callable[[], float] = load
    most_busy: float = 0.5
    _worked: float = float("-inf")
    _next: float = float("-inf")

    def worked(self) -> None:
        """Take note that there was something to do."""
        self._worked = self.seconds()

    def use(self) -> int:
        """Use a moment, if it is one; return how many pages became shorter."""
        now = self.seconds()
        if now < max(self._worked + QUIET_SECONDS, self._next) or self.busy() > self.most_busy:
            return 0
        count = 0
        while self.seconds() < now + SLICE_SECONDS and self.store.polish(1):
            count += 1
        self._next = self.seconds() + EVERY_SECONDS
        return count
