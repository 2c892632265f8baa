"""What the pages of giving share."""

from typing import Any

from django.http import HttpRequest

from masthead.funding.giving.models import InboxEvent

PAGE = 50


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
