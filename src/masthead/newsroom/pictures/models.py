"""Pictures with their credit, and attachments; thin over Wagtail's own, rules live in `rules.py`."""

from typing import Any

from django.db import models
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition

from masthead.newsroom.pictures import rules
from masthead.newsroom.pictures.metadata import upright_size


class Licence(models.TextChoices):
    """What others may do with a picture. The codes of Creative Commons are its own (creativecommons.org/licenses)."""

    ALL_RIGHTS = "all-rights", "All rights reserved"
    PERMISSION = "permission", "Used with permission"
    HANDOUT = "handout", "Handout (given out by a party to the story)"
    AGENCY = "agency", "Agency licence"
    OWN = "own", "Our own work"
    CC0 = "cc0", "Public domain (CC0)"
    PUBLIC_DOMAIN = "pd", "Public domain"
    CC_BY = "cc-by", "CC BY"
    CC_BY_SA = "cc-by-sa", "CC BY-SA"
    CC_BY_ND = "cc-by-nd", "CC BY-ND"
    CC_BY_NC = "cc-by-nc", "CC BY-NC"
    CC_BY_NC_SA = "cc-by-nc-sa", "CC BY-NC-SA"
    CC_BY_NC_ND = "cc-by-nc-nd", "CC BY-NC-ND"


class Picture(AbstractImage):
    """A picture: who made it, who is credited, where it was taken from, and what it shows.

    `title` is the newsroom's own name for it and is never shown to readers. `description` (Wagtail's field)
    is the alternative text for readers who cannot see it; empty is right only where `decorative` is chosen.
    """

    caption = models.TextField(blank=True, help_text="What readers see beneath it. A story may say something else for its own use.")
    creator = models.CharField(max_length=255, blank=True, help_text="Who made it: photographer, artist, agency staff.")
    credit_line = models.CharField(max_length=255, blank=True, help_text="The credit as it must be printed, such as “Ada Okafor / Harbour News”.")
    source_url = models.URLField("source link", max_length=1000, blank=True, help_text="Where it can be seen: the post or page, not a profile.")
    licence = models.CharField(max_length=20, choices=Licence.choices, blank=True)
    copyright_notice = models.CharField(max_length=255, blank=True)
    taken_date = models.DateField("taken on", null=True, blank=True)
    decorative = models.BooleanField(default=False, help_text="It says nothing that the text does not: screen readers pass over it.")
    keep_whole = models.BooleanField("never crop", default=False, help_text="A chart, a map, a document: lists show all of it, however small.")

    admin_form_fields = (
        "title",
        "file",
        "credit_line",
        "description",
        "decorative",
        "caption",
        "creator",
        "source_url",
        "licence",
        "copyright_notice",
        "taken_date",
        "keep_whole",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = "picture"
        verbose_name_plural = "pictures"
        permissions = [("choose_picture", "Can choose picture")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the picture; of a new file, width and height are those of the picture held upright, as readers get it."""
        is_new = bool(self.file) and not self.file._committed  # noqa: SLF001 - Django's own word for a file not yet stored
        super().save(*args, **kwargs)
        size = upright_size(self.file) if is_new else None
        if size is not None:
            width, height = size
            type(self).objects.filter(pk=self.pk).update(width=width, height=height)
            self.width: int = width
            self.height: int = height

    @property
    def alt_text(self) -> str:
        """The alternative text for readers: empty for a decorative picture."""
        return "" if self.decorative else self.description

    @property
    def lacks(self) -> tuple[str, ...]:
        """What keeps it from being published, in words."""
        return rules.lacks(credit_line=self.credit_line, description=self.description, decorative=self.decorative)

    @property
    def default_alt_text(self) -> str:
        """What Wagtail writes into `alt` where a template says nothing else; never the file's title."""
        return self.alt_text


class Rendition(AbstractRendition):
    """One size and format of a picture, made when first asked for and carrying its credit."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class Attachment(AbstractDocument):
    """A file that stories offer for reading: a report, a ruling, a table."""

    publisher = models.CharField(max_length=255, blank=True, help_text="Who issued it.")
    source_url = models.URLField("source link", max_length=1000, blank=True, help_text="Where the original can be seen.")

    admin_form_fields = ("title", "file", "publisher", "source_url", "collection", "tags")

    class Meta(AbstractDocument.Meta):
        verbose_name = "attachment"
        verbose_name_plural = "attachments"
        permissions = [("choose_attachment", "Can choose attachment")]


class PublicUse(models.Model):
    """A picture or attachment shown by something public. Without a row here the file is nobody's outside the newsroom.

    Written in the transaction that publishes `holder` (`stories:12`, `author:3`, `site`), removed by the one
    that withdraws it.
    """

    holder = models.CharField(max_length=100, db_index=True)
    picture = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.CASCADE, related_name="public_uses")
    attachment = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.CASCADE, related_name="public_uses")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(picture__isnull=True) ^ models.Q(attachment__isnull=True), name="pictures_publicuse_one_file"),
            models.UniqueConstraint(fields=["holder", "picture"], name="pictures_publicuse_picture_once"),
            models.UniqueConstraint(fields=["holder", "attachment"], name="pictures_publicuse_attachment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} shows {self.picture_id or self.attachment_id}"
