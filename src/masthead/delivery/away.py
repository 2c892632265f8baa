"""What a reader is told where Django is there and its database is not: the front's own words, with 503, so that nobody takes it for a fault of his."""

import sys
from collections.abc import Iterator
from http import HTTPStatus

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, override
from django.views.defaults import server_error

from masthead.delivery.front import pages
from masthead.delivery.queries import direction_of

# What SQLite says where the program is wrong and not the database away: a fault of ours, and shown as one.
OURS = ("no such column", "near ", "ambiguous column", "too many SQL variables")


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request on which something was raised: 503 where the database is stopped, locked or being migrated, else 500."""
    if not any(_is_away(error) for error in _chain(sys.exc_info()[1])):
        return server_error(request)
    headers, body = pages.away(
        HTTPStatus.SERVICE_UNAVAILABLE,
        path=request.path,
        asked=request.method or "GET",
        name=settings.SITE_NAME,
        language=settings.LANGUAGE_CODE,
        words=words(),
    )
    return HttpResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={name.decode(): value.decode() for name, value in headers})


def words() -> dict[str, str]:
    """Return the sentences of that page in the newsroom's language; `lang` says English where they were not translated."""
    language: str = settings.LANGUAGE_CODE
    with override(language):
        said = {key: gettext(sentence) for key, sentence in pages.SENTENCES.items()}
    is_english = said == dict(pages.SENTENCES)
    return {"lang": "en", "dir": "ltr", **said} if is_english else {"lang": language, "dir": direction_of(language), **said}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those it came from."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_away(error: BaseException) -> bool:
    return isinstance(error, (OperationalError, InterfaceError)) and not str(error).startswith(OURS)
