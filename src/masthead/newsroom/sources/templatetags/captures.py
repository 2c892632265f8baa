"""`{% captures_panel document %}`: a document's kept copies, and what may be done with them."""

from typing import Any

from django import template

from masthead.newsroom.sources import actions, queries
from masthead.newsroom.sources.models import Capture, SourceDocument

register = template.Library()


@register.inclusion_tag("sources/captures/panel.html", takes_context=True)
def captures_panel(context: dict[str, Any], document: SourceDocument) -> dict[str, Any]:
    """Return what the panel shows to the person who asks."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "document": document,
        "captures": queries.captures_of(document),
        "archives": [(method, Capture.Method(method).label) for method in actions.known_archives()] if document.url else [],
        "may_add": request.user.has_perm("sources.add_capture"),
        "may_show": request.user.has_perm("sources.change_capture"),
        "next": request.get_full_path(),
    }
