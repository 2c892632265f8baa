"""Letting a finding stand, with a reason."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from masthead.kernel.errors import MastheadError
from masthead.newsroom.desk.models import Acceptance
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.gate import Finding


class AcceptanceRefused(MastheadError):
    """A finding that cannot be let stand as asked."""


@transaction.atomic
def accept(*, page: Any, findings: Iterable[Finding], reason: str, user: User | None, now: dt.datetime) -> list[Acceptance]:
    """Let `findings` stand in `page` because of `reason`; kept with its latest revision and in its history.

    `user` is the editor who answers for it; None only for an import, whose reason says so.

    Raises:
        AcceptanceRefused: there is no reason.
    """
    if not reason.strip():
        raise AcceptanceRefused("Letting a finding stand needs a reason: say why it is right as it is.")
    accepted = []
    for finding in findings:
        values = {
            "revision": page.latest_revision,
            "rule": finding.rule,
            "message": finding.message,
            "reason": reason.strip(),
            "accepted_by": user,
            "accepted_at": now,
        }
        acceptance, _ = Acceptance.objects.update_or_create(page_id=page.pk, finding_key=finding.key, defaults=values)
        accepted.append(acceptance)
        data = {"rule": finding.rule, "message": finding.message, "reason": reason.strip()}
        log(instance=page, action="masthead.desk.accepted", user=user, revision=page.latest_revision, data=data)
    return accepted
