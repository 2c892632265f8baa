"""What every public page needs to know about the publication."""

from typing import Any

from django import template

from masthead.delivery import queries

register = template.Library()


@register.simple_tag(takes_context=True)
def publication(context: dict[str, Any]) -> queries.PublicationFacts:
    """Return the publication's name, language, sections and footer, read once per request."""
    return queries.publication_facts(context.get("request"))
