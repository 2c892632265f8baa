"""Who wrote it: authors, and the bylines that set them on a story in order."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable
from wagtail.search import index

from masthead.newsroom.pictures import actions as pictures
from masthead.newsroom.pictures.models import Picture


class Author(index.Indexed, models.Model):
    """A person whose name stands on stories, on the staff or a guest; not a sign-in."""

    name = models.CharField(max_length=150)
    slug = models.SlugField(max_length=170, unique=True, allow_unicode=True, help_text="Their address: /authors/…/")
    title = models.CharField(max_length=150, blank=True, help_text="Such as “Harbour correspondent”.")
    biography = models.TextField(blank=True)
    portrait = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    email = models.EmailField("public e-mail", blank=True, help_text="Shown to readers.")
    website = models.URLField(blank=True)
    guest = models.BooleanField(default=False, help_text="Not on the staff.")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="author", verbose_name="signs in as")

    panels = [FieldPanel(name) for name in ("name", "slug", "title", "biography", "portrait", "email", "website", "guest", "user")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name"), index.FilterField("guest")]

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the author and hold the portrait public."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            pictures.hold(holder=f"author:{self.pk}", pictures=[self.portrait_id] if self.portrait_id else [])

    def get_absolute_url(self) -> str:
        """Return the author's public address, from the root."""
        return reverse("author", args=[self.slug])

    def clean(self) -> None:
        """Refuse a portrait that could not be published: everything on an author's page is public."""
        if self.portrait and not (self.portrait.credit_line and (self.portrait.alt_text or self.portrait.decorative)):
            raise ValidationError({"portrait": "This picture has no credit or no alternative text: complete it under Pictures first."})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the author and let go of the portrait."""
        with transaction.atomic():
            pictures.hold(holder=f"author:{self.pk}")
            return super().delete(*args, **kwargs)


class Byline(Orderable):
    """An author's name on a story, in its place."""

    story = ParentalKey("stories.StoryPage", on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="bylines")
    role = models.CharField(max_length=60, blank=True, help_text="Left empty for the writers; otherwise such as “Pictures” or “Additional reporting”.")

    panels = [FieldPanel("author"), FieldPanel("role")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["story", "author", "role"], name="stories_byline_once")]

    def __str__(self) -> str:
        return f"{self.role}: {self.author}" if self.role else str(self.author)
