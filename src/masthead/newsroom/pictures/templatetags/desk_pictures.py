"""What the list of pictures says of each."""

from collections.abc import Iterable

from django import template

from masthead.newsroom.pictures.models import Picture, PublicUse

register = template.Library()


@register.simple_tag
def public_among(pictures: Iterable[Picture]) -> set[int]:
    """Return the keys of those pictures that something public shows, in one query."""
    return set(PublicUse.objects.filter(picture__in=[picture.pk for picture in pictures]).values_list("picture_id", flat=True))
