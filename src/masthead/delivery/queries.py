"""What the public pages read beside stories themselves."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info


@dataclass(frozen=True, slots=True)
class Place:
    """A page that navigation points to: its title and its path from the root of the site."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """What the frame of every page says: names, language, where the sections are."""

    name: str
    language: str
    direction: str
    tagline: str = ""
    accent: str = ""
    contact_email: str = ""
    footer: str = ""
    sections: tuple[Place, ...] = ()
    about: tuple[Place, ...] = ()


def publication_facts(request: HttpRequest | None) -> PublicationFacts:
    """Return the publication's facts for `request`, or from the settings alone where there is none."""
    _ = request
    return PublicationFacts(name=settings.SITE_NAME, language=settings.LANGUAGE_CODE, direction=direction_of(settings.LANGUAGE_CODE))


def direction_of(language: str) -> str:
    """Return `rtl` for a language written from right to left, `ltr` otherwise; `language` is a BCP 47 code."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"
