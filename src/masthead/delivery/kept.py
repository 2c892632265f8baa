"""Kept copies for readers: a page about each that an editor has shown, and its file to download. Nothing of a copy is ever active here."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from masthead.newsroom.sources.files import file_response
from masthead.newsroom.sources.models import Capture
from masthead.newsroom.stories import citing

SHORT = "public, max-age=600, must-revalidate"  # a copy that is withdrawn is gone everywhere ten minutes later


@require_safe
def kept_copy(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show what a copy is, of which address, when it was taken, its SHA-256, and its text or picture."""
    capture = _public(key)
    response = render(request, "theme/kept.html", {"capture": capture, "is_picture": capture.media_type.startswith("image/") and bool(capture.path)})
    response.headers["X-Robots-Tag"] = "noindex"  # the words are somebody else's
    return response


@require_safe
def kept_file(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Return the kept file to be saved: never shown in place as a page, whatever it is."""
    _ = request
    return file_response(_public(key), cache=SHORT)


def _public(key: uuid.UUID) -> Capture:
    capture = citing.public_capture(key)
    if capture is None:
        raise Http404
    return capture
