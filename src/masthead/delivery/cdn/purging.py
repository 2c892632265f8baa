"""Follows what the page store renews and has the CDN forget it: after the new page is there, never before.

The store's own list of changes is the queue: a line is written in the transaction that writes the page, and stays until it was purged. So a purge survives
whoever dies, is tried again later and later, and a page that changed ten times meanwhile is purged once.
"""

import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from masthead.delivery.cdn.purger import PurgeFailed, Purger
from masthead.delivery.pagestore.store import Followed, Renewed, Store
from masthead.kernel.errors import MastheadError

logger = logging.getLogger("masthead.cdn")
NAME = "cdn"
MANY = 1000  # pages that wait: more are forgotten all at once, where the CDN can do that
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
LOOK_SECONDS = 0.1
NET_SECONDS = 1.0


@dataclass(slots=True)
class Purging:
    """One machine's purges. `step` does what is due; `run` does so until it is stopped. `seconds` is a clock that never goes back."""

    store: Store
    purger: Purger
    seconds: Callable[[], float] = time.monotonic
    _due: float = float("-inf")

    def step(self) -> bool:
        """Have the CDN forget the next pages; return whether more wait and may be tried at once."""
        if self.seconds() < self._due:
            return False
        if not self.store.is_the_file():
            self.store.reopen()
        place = self.store.followed(NAME)
        found = self.store.renewed(place.sequence if place else -1)
        if place is not None and found.paths == () and found.sequence == place.sequence:
            return False
        try:
            found = self._purge(found)
        except PurgeFailed as failure:
            self._failed(place, str(failure))
            return False
        self._due = float("-inf")
        self.store.keep_followed(NAME, Followed(found.sequence))
        return found.left > 0

    def run(self, stopped: Callable[[], bool]) -> None:
        """Purge until `stopped` says so. A look costs a fraction of a microsecond while nothing changes; once a second the folder itself is looked at."""
        seen, look_at = -1, float("-inf")
        while not stopped():
            pages, now = self.store.meters.pages, time.monotonic()
            if pages != seen or now >= look_at:
                seen, look_at = pages, now + NET_SECONDS
                try:
                    while self.step() and not stopped():
                        pass
                except (sqlite3.Error, MastheadError, OSError):
                    logger.exception("The page store cannot be followed")
            time.sleep(LOOK_SECONDS)

    def _purge(self, found: Renewed) -> Renewed:
        """Purge and return how far that reaches."""
        if found.paths is None or (found.left > MANY and self.purger.knows_everything):
            newest = self.store.changes(-1).sequence
            self.purger.everything(self.store.paths())
            logger.info("The CDN was asked to forget every page")
            return Renewed(newest, ())
        if found.paths:
            self.purger.purge(found.paths)
        return found

    def _failed(self, place: Followed | None, error: str) -> None:
        """Try again later; what waits stands in the store, and so does why."""
        place = place or Followed(-1)
        wait = min(FIRST_WAIT * 2 ** min(place.tries, 20), LONGEST_WAIT)
        self._due = self.seconds() + wait
        self.store.keep_followed(NAME, replace(place, tries=place.tries + 1, error=error))
        logger.warning("The CDN did not forget pages that changed: %s; again in %d s", error, wait)


def waiting(folder: Path) -> tuple[int, str]:
    """Return how many changes of the page store in `folder` the CDN has not been told of, and why the last try failed; empty where it did not."""
    store = Store(folder)
    try:
        place = store.followed(NAME)
        if place is None:
            return 0, ""
        found = store.renewed(place.sequence, most=1)
        return found.left + len(found.paths or ()), place.error
    finally:
        store.close()
