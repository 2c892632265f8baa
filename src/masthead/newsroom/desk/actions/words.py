"""Adding to the newsroom's own words."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from masthead.kernel.errors import MastheadError
from masthead.newsroom.desk.models import HouseWord
from masthead.newsroom.desk.models.words import LONGEST, one_word
from masthead.newsroom.staff.models import User


class HouseWordRefused(MastheadError):
    """Something that is no word."""


@transaction.atomic
def add_house_word(*, word: str, user: User, now: dt.datetime, note: str = "") -> HouseWord:
    """Hold `word` right from now on, in every story; one that is held already stays as it is.

    Raises:
        HouseWordRefused: it is not one word, or longer than 80 letters.
    """
    word = word.strip()
    try:
        one_word(word)
    except ValidationError as refusal:
        raise HouseWordRefused(f"“{word}” cannot be added: {refusal.messages[0]}") from None
    if len(word) > LONGEST:
        raise HouseWordRefused(f"A word of {len(word)} letters cannot be added: {LONGEST} are the most.")
    return HouseWord.objects.get_or_create(word=word, defaults={"note": note.strip(), "added_by": user, "added_at": now})[0]
