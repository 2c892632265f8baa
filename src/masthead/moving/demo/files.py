"""The demo's pictures and its attachment: copied into the newsroom, each with its credit."""

import datetime as dt
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction

from masthead.moving.demo import kept
from masthead.moving.demo.content import AttachmentEntry, Content, PictureEntry, attachment_file, picture_file
from masthead.moving.models import ImportedItem
from masthead.newsroom.pictures import metadata
from masthead.newsroom.pictures.models import Attachment, Picture
from masthead.newsroom.staff.models import User

AT_ONCE = 12


def pictures(content: Content, *, user: User, now: dt.datetime, progress: Callable[[str], object]) -> dict[str, Picture]:
    """Return the demo's pictures by name, stored where they were not yet; a few in each transaction."""
    made = kept.keys_of(ImportedItem.Kind.PICTURE)
    missing = [name for name in content.pictures if name not in made]
    for begin in range(0, len(missing), AT_ONCE):
        with transaction.atomic():
            for name in missing[begin : begin + AT_ONCE]:
                picture = _picture(name, content.pictures[name], user)
                kept.keep(ImportedItem.Kind.PICTURE, name, picture, now=now)
        progress(f"pictures, {min(begin + AT_ONCE, len(missing))} of {len(missing)}")
    made = kept.keys_of(ImportedItem.Kind.PICTURE)
    stored = Picture.objects.in_bulk(made.values())
    return {name: stored[key] for name, key in made.items() if key in stored}


def _picture(name: str, entry: PictureEntry, user: User) -> Picture:
    path = picture_file(name)
    with path.open("rb") as file:
        facts = metadata.read(file)
        picture = Picture(
            title=entry.title,
            description=entry.alt,
            caption=entry.caption,
            creator=entry.creator,
            credit_line=entry.credit,
            source_url=entry.source_url,
            licence=entry.licence,
            keep_whole=entry.keep_whole,
            copyright_notice=facts.copyright_notice,
            taken_date=facts.taken,
            uploaded_by_user=user,
            file=ImageFile(file, name=path.name),
        )
        if entry.focus:
            picture.focal_point_x, picture.focal_point_y, picture.focal_point_width, picture.focal_point_height = entry.focus
        picture.save()
    return picture


@transaction.atomic
def attachments(content: Content, *, user: User, now: dt.datetime) -> dict[str, Attachment]:
    """Return the demo's attachments by slug, stored where they were not yet."""
    made = kept.keys_of(ImportedItem.Kind.FILE)
    for entry in content.newsroom.attachments:
        if entry.slug not in made:
            attachment = _attachment(entry, user)
            made[entry.slug] = attachment.pk
            kept.keep(ImportedItem.Kind.FILE, entry.slug, attachment, now=now)
    stored = Attachment.objects.in_bulk(made.values())
    return {slug: stored[key] for slug, key in made.items() if key in stored}


def _attachment(entry: AttachmentEntry, user: User) -> Attachment:
    path = attachment_file(entry.slug)
    attachment = Attachment(title=entry.title, publisher=entry.publisher, source_url=entry.source_url, uploaded_by_user=user)
    attachment.file.save(path.name, ContentFile(path.read_bytes()), save=False)
    attachment.save()
    return attachment
