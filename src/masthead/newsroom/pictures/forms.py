"""The form pictures are uploaded and described with: what the file says of itself stands in it already."""

from typing import Any

from django import forms
from wagtail.images.forms import BaseImageForm

from masthead.newsroom.pictures import metadata
from masthead.newsroom.pictures.models import Picture

# Field: (label, help). The first two are what a story cannot be published without.
WORDS = {
    "credit_line": ("Credit line (needed to publish)", "As it must be printed, such as “Ada Okafor / Harbour News”."),
    "description": ("Alternative text (needed to publish, unless decorative)", "What it shows, for readers who cannot see it. Not the caption again."),
    "decorative": ("Decorative", "It says nothing that the text does not: screen readers pass over it."),
    "title": ("Name in the newsroom", "To find it again; readers never see it."),
    "tags": ("Words to find it by", ""),
}
SHORT = 255  # characters that the model's one-line fields hold


class PictureForm(BaseImageForm):
    """Wagtail's form in a picture desk's words, with empty fields filled from the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "taken_date" in self.fields:
            self.fields["taken_date"].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        for name, (label, help_text) in WORDS.items():
            if name in self.fields:
                self.fields[name].label, self.fields[name].help_text = label, help_text
                self[name].label, self[name].help_text = label, help_text  # Wagtail's form has bound some already

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
