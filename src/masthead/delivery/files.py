"""Pictures and attachments for readers, and for staff; never a file of the media folder as it lies there."""

import mimetypes
import posixpath

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from masthead.newsroom.pictures import renditions, shapes
from masthead.newsroom.pictures.models import Attachment, Picture, PublicUse

PUBLIC = "public, max-age=600, must-revalidate"  # a file withdrawn with its story is gone everywhere ten minutes later
PRIVATE = "private, no-store"
INLINE = {"application/pdf", "text/plain", "text/csv", "image/jpeg", "image/png", "image/webp"}  # what a browser may show in place


@require_safe
def picture(request: HttpRequest, picture_id: int, key: str, width: int, extension: str) -> HttpResponseBase:
    """Return one rendition, made on the first request; 404 for everyone but staff while nothing public shows the picture."""
    found = get_object_or_404(Picture, pk=picture_id)
    policy = _policy(request, PublicUse.objects.filter(picture=found).exists())
    ratio = shapes.ratio_of(found, key)
    if ratio is None:
        return _moved_on(found, width, extension, policy)
    allowed = extension in {*shapes.MODERN, shapes.plain_format(found)}
    if not allowed or width not in shapes.shape(found, ratio).widths:
        raise Http404
    return _answer(request, found, policy, key=key, width=width, extension=extension)


def _answer(request: HttpRequest, found: Picture, policy: str, *, key: str, width: int, extension: str) -> HttpResponseBase:
    etag = f'"{found.pk}-{key}-{width}-{extension}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag) if policy == PUBLIC else None
    if not isinstance(response, HttpResponseNotModified):
        try:
            made = renditions.rendition(picture=found, key=key, width=width, extension=extension)
            with made.file.open("rb") as file:
                response = HttpResponse(file.read(), content_type=renditions.CONTENT_TYPES[extension])
        except (renditions.PictureUnreadable, FileNotFoundError):
            raise Http404 from None
        response.headers["ETag"] = etag
    response.headers["Cache-Control"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _moved_on(found: Picture, width: int, extension: str, policy: str) -> HttpResponseBase:
    """Send a page that is a little old to the picture as it now is, uncropped."""
    widths = shapes.shape(found).widths
    if extension not in {*shapes.MODERN, shapes.plain_format(found)}:
        raise Http404
    nearest = min(widths, key=lambda step: abs(step - width))
    response = HttpResponse(status=302, headers={"Location": shapes.address(found, shapes.version(found), nearest, extension)})
    response.headers["Cache-Control"] = policy
    return response


@require_safe
def attachment(request: HttpRequest, attachment_id: int, filename: str) -> HttpResponseBase:
    """Return an attachment; 404 for everyone but staff while nothing public offers it."""
    found = get_object_or_404(Attachment, pk=attachment_id)
    policy = _policy(request, PublicUse.objects.filter(attachment=found).exists())
    if filename != found.filename:
        raise Http404
    etag = f'"{found.pk}-{found.get_file_hash()}"'
    kept: HttpResponseBase | None = get_conditional_response(request, etag=etag) if policy == PUBLIC else None
    if isinstance(kept, HttpResponseNotModified):
        return kept
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    try:
        response = FileResponse(found.file.open("rb"), content_type=kind if kind in INLINE else "application/octet-stream")
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Content-Disposition"] = content_disposition_header(kind not in INLINE, filename) or "inline"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def staff_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return a picture's file to the desk, which shows thumbnails by the storage's own addresses; 404 for anyone else."""
    kind = mimetypes.guess_type(name)[0] or ""
    if not is_staff(request) or posixpath.normpath(name) != name or name.startswith(("/", "..")) or not kind.startswith("image/") or "svg" in kind:
        raise Http404
    try:
        response = FileResponse(default_storage.open(name, "rb"), content_type=kind)
    except (FileNotFoundError, IsADirectoryError):
        raise Http404 from None
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def is_staff(request: HttpRequest) -> bool:
    """Say whether the reader is signed in and may enter the desk."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.has_perm("wagtailadmin.access_admin"))


def _policy(request: HttpRequest, is_public: bool) -> str:  # noqa: FBT001 - private, two callers
    """Return who may keep the answer: everyone, or this member of staff for the moment.

    Raises:
        Http404: nobody outside the desk may see the file, and this reader is outside.
    """
    if is_public:
        return PUBLIC
    if is_staff(request):
        return PRIVATE
    raise Http404
