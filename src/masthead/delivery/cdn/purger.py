"""What has a CDN forget pages, and how it says that it could not."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from masthead.kernel.errors import MastheadError


class PurgeFailed(MastheadError):
    """A CDN did not forget what it was asked to; the sentence says what it answered."""

    retryable = True


class Purger(Protocol):
    """Has a CDN forget pages. What it forgot once may be asked again: nothing is lost by it."""

    def purge(self, paths: Sequence[str]) -> None:
        """Have the pages at `paths` forgotten.

        Raises:
            PurgeFailed: not all of them were.
        """

    @property
    def knows_everything(self) -> bool:
        """Whether one request has every page forgotten."""

    def everything(self, paths: Iterable[str]) -> None:
        """Have every page forgotten; `paths` are all there are, for a CDN that must be told each.

        Raises:
            PurgeFailed: not all of them were.
        """
