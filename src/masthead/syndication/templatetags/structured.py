"""The structured data of a page, as a data block: nothing in it runs."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from masthead.newsroom.pictures import shapes
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.sourcing import Sourcing
from masthead.syndication.structured import news_article, script_text

register = template.Library()


@register.simple_tag
def structured_story(page: StoryPage, facts: Any, sourcing: Sourcing | None, publication: Any) -> SafeString:
    """Return a story's JSON-LD in a script element that browsers do not run (html.spec.whatwg.org/#data-block)."""
    data = news_article(page, facts, sourcing, publication, image=_image(page, publication.address))
    return mark_safe(f'<script type="application/ld+json">{script_text(data)}</script>')


def _image(page: StoryPage, address: str) -> str:
    picture = page.lead_picture
    if picture is None:
        return ""
    widest = shapes.shape(picture).widths[-1]
    return address + shapes.address(picture, shapes.version(picture), widest, shapes.plain_format(picture))
