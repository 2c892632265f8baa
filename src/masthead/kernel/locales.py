"""How a language writes figures and dates."""

from babel.core import Locale, UnknownLocaleError


def locale_of(language: str) -> str:
    """Return the locale that figures and dates of `language` (BCP 47) are written in; English where it is unknown."""
    try:
        return str(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return "en"
