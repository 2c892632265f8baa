"""What the pages of giving share."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from wagtail.admin.paginator import WagtailPaginator
from wagtail.log_actions import log

from masthead.funding.giving.models import InboxEvent

PAGE = 50


class PagesByKey(WagtailPaginator):
    """Finds the keys of a page's rows first, which an index does alone, and reads only those rows, with what the list joins to them."""

    def page(self, number: int) -> Any:
        """Return a page; the rows before it are not read."""
        at = self.validate_number(number)
        keys = list(self.object_list.values_list("pk", flat=True)[(at - 1) * self.per_page : at * self.per_page])
        return self._get_page(self.object_list.filter(pk__in=keys), at, self)


def shown_to(permission: str, item: Any) -> Any:
    """Return a menu's entry that only those see who have a permission."""
    item.is_shown = lambda request: request.user.has_perm(permission)
    return item


def outcome_of(event: InboxEvent) -> str:
    """Return what became of a webhook, in words."""
    if event.applied_at:
        return "Applied"
    return f"Failed, tried again: {event.error}" if event.error else "Waiting"


def may_see_supporters(request: HttpRequest) -> bool:
    """Say whether the person may see who supporters are."""
    return bool(request.user.has_perm("readers.view_supporter"))


def taken_away(request: HttpRequest, lines: Iterable[str], *, what: str, count: int) -> StreamingHttpResponse:
    """Send a sheet of `count` rows as `<what>.csv`, kept by no cache, and write into the site's history who took it and what was asked for."""
    log(instance=request.user, action="giving.export", user=request.user, data={what: count, "asked": request.GET.urlencode()[:500]})
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{what}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
