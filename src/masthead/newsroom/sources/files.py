"""How the file of a kept copy leaves the house: to be saved, and never to be run."""

from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.http import content_disposition_header

from masthead.newsroom.sources import storage
from masthead.newsroom.sources.models import Capture

SHOWN_AS = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}  # the only types a file is called by; the rest is bytes
SEALED = "sandbox; default-src 'none'"


def file_response(capture: Capture, *, cache: str) -> HttpResponseBase:
    """Return the file of `capture` as an attachment that no browser runs.

    Raises:
        Http404: it has none, or it is missing.
    """
    suffix = "." + capture.path.rpartition("/")[2].partition(".")[2]
    try:
        response = FileResponse(storage.opened(capture.path), content_type=SHOWN_AS.get(suffix, "application/octet-stream"))
    except (FileNotFoundError, IsADirectoryError):
        raise Http404 from None
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{capture.key}{suffix}") or "attachment"
    response.headers["Cache-Control"] = cache
    response.headers["Content-Security-Policy"] = SEALED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
