"""How severe this newsroom holds the built-in checks."""

from django.conf import settings
from django.db import models

from masthead.newsroom.stories.gate import Severity


class CheckChoice(models.Model):
    """The newsroom's own severity for one check, or that it is switched off. A check without a row is as severe as it was made."""

    class Choice(models.TextChoices):
        BLOCK = Severity.BLOCK.value, "Blocks publication"
        WARN = Severity.WARN.value, "Warns"
        QUERY = Severity.QUERY.value, "Asks"
        SUGGEST = Severity.SUGGEST.value, "Suggests"
        OFF = "off", "Off"

    check_id = models.CharField(max_length=60, unique=True)
    choice = models.CharField(max_length=10, choices=Choice.choices)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ("change", "view")

    def __str__(self) -> str:
        return f"{self.check_id}: {self.get_choice_display()}"

    @property
    def severity(self) -> Severity | None:
        """The severity chosen; None where the check is off."""
        return None if self.choice == self.Choice.OFF else Severity(self.choice)
