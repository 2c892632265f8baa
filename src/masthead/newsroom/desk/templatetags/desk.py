"""The newsroom's name and date, for the desk's own pages."""

from django import template
from django.conf import settings
from django.utils.formats import date_format

from masthead.kernel import clock
from masthead.newsroom.stories.queries import publication

register = template.Library()


@register.simple_tag
def newsroom_name() -> str:
    """Return the publication's name as printed on its nameplate."""
    return publication().name or str(settings.SITE_NAME)


@register.simple_tag
def newsroom_mark() -> str:
    """Return the letter that stands for the publication: its first, or that after an article."""
    words = newsroom_name().split()
    return (words[1] if len(words) > 1 and words[0].lower() in {"the", "le", "la", "el", "der", "die", "das"} else words[0])[0].upper()


@register.simple_tag
def newsroom_today() -> str:
    """Return the date and hour in the newsroom's zone, with the zone."""
    local = clock.now().astimezone(settings.ENV.zone)
    return f"{date_format(local, 'l j F Y')}, {local:%H:%M} ({settings.TIME_ZONE})"


@register.simple_tag
def initials(person: object) -> str:
    """Return up to two letters of a person's name; empty where there is nobody."""
    words = str(person).replace("@", " ").split() if person else []
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper() if words else ""
