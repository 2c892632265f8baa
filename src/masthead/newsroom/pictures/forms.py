"""The form pictures are uploaded and described with: what the file says of itself stands in it already."""

from typing import Any

from wagtail.images.forms import BaseImageForm

from masthead.newsroom.pictures import metadata
from masthead.newsroom.pictures.models import Picture

SHORT = 255  # characters that the model's one-line fields hold


class PictureForm(BaseImageForm):
    """Wagtail's form, with empty fields filled from the file."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's own signature
        """Store the picture; a new file fills the fields that nobody filled."""
        if "file" in self.changed_data:
            prefill(self.instance)
        return super().save(commit=commit)


def prefill(picture: Picture) -> None:
    """Fill `picture`'s empty fields with what its file says; nothing is stored."""
    picture.file.open("rb")
    facts = metadata.read(picture.file)
    picture.file.seek(0)
    picture.creator = picture.creator or facts.creator[:SHORT]
    picture.credit_line = picture.credit_line or facts.credit_line[:SHORT]
    picture.copyright_notice = picture.copyright_notice or facts.copyright_notice[:SHORT]
    picture.caption = picture.caption or facts.caption
    picture.description = picture.description or facts.alt_text[:SHORT]
    if not picture.source_url and facts.source.startswith(("http://", "https://")):
        picture.source_url = facts.source[:1000]
    picture.taken_date = picture.taken_date or facts.taken
