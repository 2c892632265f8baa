"""Wagtail's explorer and its search for pages, read a leaf at a time.

Wagtail finds the pages below another by their path and those that hold a word by its index of words, and sorts them all: in an archive of a hundred
thousand stories its search took minutes. Here both are searched as the desk's own list is: by the words in their titles, the newest edit first.
"""

from collections import Counter
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.utils.functional import cached_property
from wagtail import hooks
from wagtail.admin.filters import MultipleUserFilter
from wagtail.admin.views.pages.listing import EditedByFilter, ExplorableIndexView, GenericPageFilterSet, PageFilterSet
from wagtail.admin.views.pages.search import SearchView
from wagtail.models import Page
from wagtail.search.utils import separate_filters_from_query

from masthead.newsroom.desk import turns
from masthead.newsroom.desk.views.leaves import LeafByLeaf, holding

LIVE = {"yes": True, "true": True, "no": False, "false": False}  # how Wagtail lets people type `live:yes`


def _staff(_request: Any) -> QuerySet[Any]:
    return get_user_model().objects.order_by("pk")


class PageFilter(PageFilterSet):
    """Wagtail's filters of pages of one kind. Whose pages they are is chosen among the staff: nobody looks for owners through all pages."""

    owner = MultipleUserFilter(label="Owner", queryset=_staff, widget=CheckboxSelectMultiple)
    edited_by = EditedByFilter(label="Edited by", queryset=_staff, widget=CheckboxSelectMultiple)

    class Meta(PageFilterSet.Meta):
        pass


class AnyPageFilter(GenericPageFilterSet, PageFilter):
    """The same and the kind."""

    class Meta(PageFilter.Meta):
        pass


class _Searched(LeafByLeaf):
    """A list of pages that is searched by their titles."""

    def typed(self) -> str:
        """Return the words that are searched for."""
        view: Any = self
        return str(view.search_query)

    def visible(self) -> QuerySet[Any]:
        """Return the pages that this person may see, in no order."""
        view: Any = self
        pages: QuerySet[Any] = view.model._default_manager.all()  # noqa: SLF001 - Django's documented name
        policy, user = view.permission_policy, view.request.user
        return pages if policy.sees_all(user) else pages.filter(pk__in=policy.explorable_instances(user).values("pk"))

    @cached_property
    def asked(self) -> Q:
        """What was typed, as a condition on a page's titles."""
        return holding(self.typed(), or_byline=False)

    def among(self) -> Q | None:
        """Return what leads to the pages quickly: the words in their titles."""
        return self.asked or None


class Explorer(_Searched, ExplorableIndexView):
    """The pages below a page; while somebody searches or filters, those below them too."""

    def get_valid_orderings(self) -> list[str]:
        """Return the orders to choose from; by hand only where the pages are few enough to be laid out at once."""
        orders: list[str] = super().get_valid_orderings()
        return [order for order in orders if order != self.sort_order_field or self.parent_page.numchild <= turns.COUNTED]

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the pages below, as far as this person may see them."""
        if self.show_ordering_column:
            return super().get_base_queryset()  # type: ignore[no-any-return]
        pages = self.visible()
        if self.is_searching_whole_tree:
            return pages
        below = pages.filter(path__range=Page._get_children_path_interval(self.parent_page.path))  # noqa: SLF001 - treebeard's; those below them lie there too
        return below if self.is_searching or self.is_filtering else below.filter(depth=self.parent_page.depth + 1)

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the order to the paginator, which is not asked for the order by hand."""
        return ExplorableIndexView.order_queryset(self, queryset) if self.show_ordering_column else queryset

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the pages whose title holds every word that was typed."""
        for hook in hooks.get_hooks("construct_explorer_page_queryset"):
            queryset = hook(self.parent_page, queryset, self.request)
        return queryset.filter(self.asked)


class PageSearch(_Searched, SearchView):
    """Pages of every kind whose title holds every word that was typed."""

    results_template_name = "desk/list/page_search_results.html"

    def typed(self) -> str:
        """Return the words that are searched for, without Wagtail's `live:yes`."""
        return str(separate_filters_from_query(self.search_query)[1])

    def get_queryset(self) -> QuerySet[Any]:
        """Return the pages that were asked for, of the kind that was chosen."""
        filters, _words = separate_filters_from_query(self.search_query)
        live = LIVE.get((filters.get("live") or filters.get("published") or "").lower())
        self.all_pages = self.visible().filter(self.asked, *([] if live is None else [Q(live=live)]))
        kind = self.selected_content_type
        return self.all_pages if kind is None else self.all_pages.filter(content_type=kind)

    def get_context_data(self, **words: Any) -> dict[str, Any]:
        """Return the context with the kinds of what was found, where that is not more than is counted."""
        context = super().get_context_data(**words)
        found = turns.Turns(self.all_pages, "pk", among=self.among()) if self.selected_content_type else context["paginator"].object_list
        kinds = Counter(Page.objects.filter(pk__in=found.keys()).order_by().values_list("content_type", flat=True)) if not found.is_long else Counter[int]()
        context["content_types"] = [(ContentType.objects.get_for_id(kind), count) for kind, count in kinds.most_common()]
        context["all_count"] = kinds.total()
        return context
