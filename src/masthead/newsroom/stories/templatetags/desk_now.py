"""The newsroom's present hour, for scripts that compare it with the hours in a form."""

from django import template
from django.conf import settings

from masthead.kernel import clock

register = template.Library()


@register.simple_tag
def desk_now() -> str:
    """Return the present moment in the newsroom's zone as the form writes moments: 2026-11-24 06:00."""
    return f"{clock.now().astimezone(settings.ENV.zone):%Y-%m-%d %H:%M}"
