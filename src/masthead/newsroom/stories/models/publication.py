"""What the publication says of itself on every page."""

from django.core.validators import RegexValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="globe", order=1)
class Publication(BaseSiteSetting):
    """Name, colours and standing texts; one row a site."""

    name = models.CharField(max_length=80, blank=True, help_text="As printed on the nameplate.")
    tagline = models.CharField(max_length=160, blank=True, help_text="One line beneath the nameplate.")
    accent_colour = models.CharField(
        max_length=7,
        default="#8a1c1c",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write the colour as # and six hexadecimal figures, such as #8a1c1c.")],
        help_text="The one colour beside ink and paper.",
    )
    description = models.CharField(max_length=300, blank=True, help_text="Who you are, in a sentence, for search engines and feeds.")
    contact_email = models.EmailField(blank=True, help_text="Where readers write, and report mistakes.")
    footer_text = models.TextField(blank=True, help_text="At the foot of every page: ownership, address, registration.")
    corrections_policy = models.TextField(blank=True, help_text="How mistakes are corrected; stands above the list of corrections.")

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("tagline"), FieldPanel("accent_colour")], heading="Nameplate"),
        MultiFieldPanel([FieldPanel("description"), FieldPanel("contact_email"), FieldPanel("footer_text")], heading="Who we are"),
        FieldPanel("corrections_policy"),
    ]

    def __str__(self) -> str:
        return self.name or "Publication"
