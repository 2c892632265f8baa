"""What is done to supporters."""

import datetime as dt

from django.db import transaction

from masthead.readers.models import Supporter
from masthead.readers.rules import normal_email


@transaction.atomic
def remember(*, email: str, name: str, now: dt.datetime) -> Supporter:
    """Return the supporter with this address, stored now or before. A name given now replaces an empty one only.

    Raises:
        BadEmail: it is not an address.
    """
    supporter, _ = Supporter.objects.get_or_create(email=normal_email(email), defaults={"name": name, "created_at": now})
    if name and not supporter.name:
        supporter.name = name
        supporter.save(update_fields=["name"])
    return supporter


@transaction.atomic
def forget(*, supporter: Supporter) -> None:
    """Erase a supporter. What they gave stays counted, and says no longer who gave it."""
    supporter.delete()
