"""Choosing how severe the built-in checks are."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from masthead.kernel.errors import MastheadError
from masthead.newsroom.desk import checks
from masthead.newsroom.desk.models import CheckChoice
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.gate import Severity


class NoSuchCheck(MastheadError):
    """A choice for a check that is not there."""


@transaction.atomic
def choose(*, severities: Mapping[str, Severity | None], user: User, now: dt.datetime) -> list[CheckChoice]:
    """Hold checks as severe as `severities` says by their ids, None for off; return the choices that changed.

    A check held as it was made keeps no row, so that it follows when a later version makes it otherwise.

    Raises:
        NoSuchCheck: an id is no built-in check's.
    """
    made = {check.id: check.severity for check in checks.CHECKS}
    changed = []
    rows = {row.check_id: row for row in CheckChoice.objects.select_for_update()}
    for check_id, severity in severities.items():
        if check_id not in made:
            raise NoSuchCheck(f"There is no built-in check “{check_id}”: the page under Settings lists them all.")
        row = rows.get(check_id)
        if severity == made[check_id]:
            if row:
                row.delete()
                changed.append(row)
            continue
        choice = severity.value if severity else CheckChoice.Choice.OFF.value
        if row is None or row.choice != choice:
            values = {"choice": choice, "changed_by": user, "changed_at": now}
            changed.append(CheckChoice.objects.update_or_create(check_id=check_id, defaults=values)[0])
    return changed
