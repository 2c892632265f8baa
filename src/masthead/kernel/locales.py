"""How a language writes figures and dates."""

from functools import lru_cache

from babel.core import Locale, UnknownLocaleError


@lru_cache(maxsize=64)
def locale_of(language: str) -> str:
    """Return the locale that figures and dates of `language` (BCP 47) are written in; English where it is unknown."""
    try:
        return str(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return "en"
