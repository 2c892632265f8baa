"""Words that this newsroom holds right, whatever the table says."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from masthead.kernel import clock

LONGEST = 80
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def one_word(word: str) -> None:
    """Refuse what the spelling check would never look for."""
    if not _WORD.fullmatch(word):
        raise ValidationError("Write one word: letters, with hyphens or apostrophes inside it where it has them.")


class HouseWord(models.Model):
    """A name, term or spelling that the spelling check leaves alone; as it is written, and in lower case."""

    word = models.CharField(max_length=LONGEST, unique=True, validators=[one_word], help_text="As this newsroom writes it.")
    note = models.CharField(max_length=200, blank=True, help_text="What it is, for colleagues who come upon it.")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = "house word"
        ordering = ("word",)

    def __str__(self) -> str:
        return self.word
