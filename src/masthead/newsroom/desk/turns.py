"""Long lists of pages in the admin, read a leaf at a time: what a leaf costs does not grow with the archive.

Two ways lead to a leaf. Where few pages meet the conditions, those are found by what the conditions ask, and sorted. Where many do, the pages are walked in
order along an index of ours (`indexes.py`), each asked whether it meets them, until the leaf is full. So nothing is counted further than COUNTED.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from wagtail.models import Page

COUNTED = 1000  # pages: a list is counted no further, unless somebody asks for a leaf beyond
# Orders that an index of ours holds, as Wagtail's lists call them. Pages nobody edited come last, and first in the other direction.
WALKED: dict[str, tuple[Any, Any]] = {
    "-latest_revision_created_at": (F("latest_revision_created_at").desc(nulls_last=True), "-pk"),
    "latest_revision_created_at": (F("latest_revision_created_at").asc(nulls_first=True), "pk"),
    "title": ("title", "pk"),
    "-title": ("-title", "-pk"),
}
UNDER_WAY = Q(live=False) | Q(has_unpublished_changes=True)  # as the index of the pages under way says it


class Turns:
    """The keys of the pages in `found`, in `order` (a name in WALKED, or a field of theirs): countable and sliceable.

    `among` are conditions on the page alone that all of `found` meet, where they are the quick way to them: those that an index of ours holds.
    """

    ordered = True  # for Django's paginator

    def __init__(self, found: QuerySet[Any], order: str, *, among: Q | None = None) -> None:
        self.model = found.model
        self._found, self._order, self._among = found.order_by(), order, among

    @cached_property
    def _first(self) -> list[int]:
        """The keys of as many as are counted and one more, in no order."""
        found = self._found if self._among is None else self._walked()
        return list(found.values_list("pk", flat=True)[: COUNTED + 1])

    @property
    def is_long(self) -> bool:
        """Whether there are more than COUNTED."""
        return len(self._first) > COUNTED

    @property
    def counted(self) -> int:
        """How many there are, but no more than COUNTED + 1."""
        return len(self._first)

    def count(self) -> int:
        """Return how many there are."""
        return self._found.count() if self.is_long else self.counted

    def keys(self) -> list[int]:
        """Return the keys of as many as are counted, in no order."""
        return self._first[:COUNTED]

    def __getitem__(self, asked: slice) -> list[int]:
        if self._order in WALKED:
            pages: QuerySet[Any] = self._walked() if self.is_long else Page.objects.filter(pk__in=self._first)
            return list(pages.order_by(*WALKED[self._order]).values_list("pk", flat=True)[asked])
        pages = self._found if self.is_long else self.model.objects.filter(pk__in=self._first)
        return list(pages.order_by(self._order, "-pk" if self._order.startswith("-") else "pk").values_list("pk", flat=True)[asked])

    def _walked(self) -> QuerySet[Any]:
        """Return the pages, each asked for itself, so that the database follows the order and not the conditions."""
        pages: QuerySet[Any] = Page.objects.filter(self._among or Q(), Exists(self._found.filter(pk=OuterRef("pk"))))
        return pages.order_by()


def in_order(keys: Sequence[int], pages: QuerySet[Any]) -> list[Any]:
    """Return those of `pages` that have `keys`, in the order of `keys`."""
    found = {page.pk: page for page in pages.filter(pk__in=keys).order_by()}
    return [found[key] for key in keys if key in found]
