"""Makes one size and format of a picture: cropped, without the camera's own data, with the credit inside."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image, ImageCms, ImageOps

from masthead.kernel.errors import MastheadError
from masthead.newsroom.pictures import metadata, shapes
from masthead.newsroom.pictures.models import Licence, Picture, Rendition

# Pillow's own names and the settings at which a newspaper photograph of 960 px shows no difference beside its original.
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "avif": ("AVIF", {"quality": 55, "speed": 7, "max_threads": 1}),
    "webp": ("WEBP", {"quality": 76, "method": 4}),
    "jpg": ("JPEG", {"quality": 80, "progressive": True, "optimize": True}),
    "png": ("PNG", {"optimize": True}),
}
CONTENT_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
_in_this_process = threading.Lock()


class PictureUnreadable(MastheadError):
    """A picture's file is missing or is no picture any more."""


def rendition(*, picture: Picture, key: str, width: int, extension: str) -> Rendition:
    """Return the rendition of `picture` at that version, width (pixels) and format, made now where nobody asked before.

    However many ask at once, it is made once.

    Raises:
        PictureUnreadable: the original cannot be opened.
    """
    spec = f"width-{width}|format-{'jpeg' if extension == 'jpg' else extension}"
    found = _stored(picture, spec, key)
    if found is not None:
        return found
    with _one_at_a_time(picture.pk):
        return _stored(picture, spec, key) or _make(picture, spec, key, width, extension)


def _stored(picture: Picture, spec: str, key: str) -> Rendition | None:
    found: Rendition | None = Rendition.objects.filter(image=picture, filter_spec=spec, focal_point_key=key).first()
    return found


def _make(picture: Picture, spec: str, key: str, width: int, extension: str) -> Rendition:
    ratio = shapes.ratio_of(picture, key) or ""
    shape = shapes.shape(picture, ratio)
    content = encode(picture, shape, width, extension)
    made = Rendition(image=picture, filter_spec=spec, focal_point_key=key)
    made.file.save(f"{picture.pk}-{key}-{width}.{extension}", ContentFile(content), save=False)
    made.width, made.height = width, shape.height_at(width)
    made.save()
    current = [shapes.version(picture, name) for name in shapes.RATIOS]
    for old in Rendition.objects.filter(image=picture, filter_spec=spec).exclude(focal_point_key__in=current):
        old.file.delete(save=False)
        old.delete()
    return made


def encode(picture: Picture, shape: shapes.Shape, width: int, extension: str) -> bytes:
    """Return the bytes of `picture`, cut to `shape` and `width` pixels wide, as `extension`.

    Raises:
        PictureUnreadable: the original cannot be opened.
    """
    name, options = FORMATS[extension]
    try:
        with picture.file.storage.open(picture.file.name, "rb") as source, Image.open(source) as opened:
            image = _upright(opened)
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureUnreadable(f"The file of picture {picture.pk} ({picture.file.name}) cannot be read: upload it again.") from error
    box = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
    image = image.resize((width, shape.height_at(width)), Image.Resampling.LANCZOS, box=box)
    if name == "JPEG" and image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    output = BytesIO()
    image.save(output, name, **options, **_packet(name, metadata.xmp(facts_of(picture))))
    return output.getvalue()


def _packet(name: str, packet: bytes) -> dict[str, Any]:
    if name != "PNG":
        return {"xmp": packet}
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - PNG alone needs it

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    return {"pnginfo": info}


def _upright(opened: Image.Image) -> Image.Image:
    """Return the picture turned as its camera says, in sRGB, without any of its metadata."""
    image = ImageOps.exif_transpose(opened)
    profile = opened.info.get("icc_profile")
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in opened.info
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            inside = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = ImageCms.profileToProfile(image, inside, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: the colours as they are
    plain = image.convert("RGBA" if has_alpha else "RGB")
    plain.info.clear()
    return plain


def facts_of(picture: Picture) -> metadata.PictureFacts:
    """Return what every rendition of `picture` carries."""
    return metadata.PictureFacts(
        creator=picture.creator,
        credit_line=picture.credit_line,
        copyright_notice=picture.copyright_notice,
        licence=str(Licence(picture.licence).label) if picture.licence else "",
        caption=picture.caption,
        alt_text=picture.alt_text,
        source=picture.source_url,
        taken=picture.taken_date,
    )


@contextmanager
def _one_at_a_time(picture_id: int) -> Iterator[None]:
    """Let one thread of one process on this machine work on a picture; encoders take a core each, so others wait."""
    folder = Path(settings.MEDIA_ROOT) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with _in_this_process, (folder / f"picture-{picture_id % 64}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
