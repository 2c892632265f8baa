"""What the desk's long lists of pages share: they are read a leaf at a time (`turns.py`), and searched by the words in their headlines."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page as Leaf
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from wagtail.admin.paginator import WagtailPaginator

from masthead.newsroom.desk import turns
from masthead.newsroom.stories.listing import LONGEST_NUMBER
from masthead.newsroom.stories.models import Author, Byline

EDITED_LAST = "-latest_revision_created_at"
_TERM = re.compile(r'"([^"]+)"|([^\s"]+)')


class TurnLeaves(WagtailPaginator):
    """The leaves of `Turns`. How many there are is known only where they are not many, or a leaf beyond those that were counted was asked for (`goes_on`)."""

    object_list: turns.Turns
    _is_counted = False

    @property
    def goes_on(self) -> bool:
        """Whether there are more leaves than were counted."""
        return not self._is_counted and self.object_list.is_long

    @cached_property
    def count(self) -> int:
        """How many pages the leaves hold: all of them, or as many as are counted."""
        return self.object_list.counted if self.goes_on else self.object_list.count()

    @property
    def count_words(self) -> int | str:
        """How many there are, to be read."""
        return f"more than {turns.COUNTED:,}" if self.goes_on else self.count

    @property
    def items_count_label(self) -> str:
        """How many there are and of what, to be read."""
        return f"{self.count_words} {self.verbose_name_plural}" if self.goes_on else str(super().items_count_label)

    def get_page(self, number: float | str | None) -> Any:
        """Return one leaf; the last one where `number` is beyond it, the first where it is no number."""
        digits = str(number)
        self._is_counted = digits.isdecimal() and (len(digits) > LONGEST_NUMBER or int(digits) * self.per_page > turns.COUNTED)
        return super().get_page(number)

    def page(self, number: int | str) -> Any:
        """Return one leaf of keys; nothing is read of the pages themselves."""
        at = self.validate_number(number)
        keys: Sequence[int] = self.object_list[(at - 1) * self.per_page : at * self.per_page]
        return Leaf(keys, at, self)


class LeafByLeaf:
    """A list of pages whose rows are read for the leaf alone. Stands before Wagtail's view of a list.

    `get_queryset` says which pages are in the list, in no order and with nothing of what a row shows: that is `annotate_queryset`'s.
    """

    paginator_class = TurnLeaves

    def among(self) -> Q | None:
        """Return what is true of every page in the list and leads to them quickly (`Turns`); None where nothing does."""
        return None

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the order to the paginator."""
        return queryset

    def get_paginator(self, queryset: QuerySet[Any], per_page: int, **words: Any) -> Any:
        """Return the list's leaves."""
        words.pop("orphans", None)
        return self.paginator_class(turns.Turns(queryset, self.ordering or EDITED_LAST, among=self.among()), per_page, **words)  # type: ignore[attr-defined]

    def paginate_queryset(self, queryset: QuerySet[Any], page_size: int) -> Any:
        """Return the leaf that is asked for, with its rows."""
        paginator, leaf, keys, goes_on = super().paginate_queryset(queryset, page_size)  # type: ignore[misc]
        leaf.object_list = turns.in_order(keys, self.annotate_queryset(self.model._default_manager.all()))  # type: ignore[attr-defined]  # noqa: SLF001 - Django's documented name
        return paginator, leaf, leaf.object_list, goes_on

    def get_context_data(self, **words: Any) -> dict[str, Any]:
        """Return the context, which says how many there are as far as they were counted."""
        context: dict[str, Any] = super().get_context_data(**words)  # type: ignore[misc]
        return context | ({"items_count": context["paginator"].count_words} if context["paginator"] else {})


def terms(typed: str) -> list[str]:
    """Return the words that somebody typed; what stands between double marks is one."""
    return [phrase or word for phrase, word in _TERM.findall(typed)]


def holding(typed: str, *, or_byline: bool = True) -> Q:
    """Return the condition on pages that their headline, or a byline, holds each of the words typed; a query a word for the bylines."""
    condition = Q()
    for word in terms(typed):
        there = Q(title__icontains=word) | Q(draft_title__icontains=word)
        authors = list(Author.objects.filter(name__icontains=word).values_list("pk", flat=True)) if or_byline else []
        condition &= there | Q(pk__in=Byline.objects.filter(author__in=authors).values("story")) if authors else there
    return condition
