"""Letters to supporters: plain text with an HTML part, from the newsroom, with an id of their own."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from masthead.funding.giving import rules

logger = logging.getLogger(__name__)
# A letter that has been "being sent" for so long was in the hands of a process that is gone.
LOST_AFTER = dt.timedelta(minutes=10)


def letter_to(address: str, *, subject: str, template: str, context: Mapping[str, Any], message_id: str) -> EmailMultiAlternatives:
    """Return a letter made of `giving/letters/<template>.txt` and `.html`; `context["practice"]` is said in its subject too."""
    shared = {"newsroom": settings.ENV.name, "address": settings.ENV.address, "language": settings.LANGUAGE_CODE}
    if context.get("practice"):
        subject = _("Practice: %(subject)s") % {"subject": subject}
    letter = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"giving/letters/{template}.txt", shared | dict(context)),
        from_email=formataddr((" ".join(settings.ENV.name.split()), settings.DEFAULT_FROM_EMAIL)),
        to=[address],
        headers={"Message-ID": f"<{message_id}@{settings.ENV.host}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"giving/letters/{template}.html", shared | dict(context)), "text/html")
    return letter


def give_up_lost(kind: type[Model], *, now: dt.datetime) -> None:
    """Mark the letters of a kind (receipts, reminders, notices) whose process died in the act: each may have left, so nobody sends it twice unasked."""
    row: Any = kind
    row.objects.filter(state=row.State.SENDING, claimed_at__lt=now - LOST_AFTER).update(
        state=row.State.UNSURE, error="Masthead stopped while this letter was being sent: it may have left."
    )


def hand_over(row: Any, make: Callable[[], EmailMessage], *, now: dt.datetime) -> bool:
    """Hand the letter of a row that was claimed to the mail server, keep what became of it on the row, and say whether it left.

    One that the server refused is tried again after 2, 4, 8 ... seconds up to six hours.
    """
    row.attempts += 1
    try:
        make().send()
    except Exception as error:
        row.state, row.error = row.State.WAITING, f"{type(error).__name__}: {error}"
        row.next_try_at = now + rules.retry_wait(row.attempts)
        logger.exception("The %s %s was not sent (attempt %s); it is tried again at %s", type(row).__name__.lower(), row.pk, row.attempts, row.next_try_at)
    else:
        row.state, row.sent_at, row.error = row.State.SENT, now, ""
    row.save(update_fields=["state", "attempts", "error", "next_try_at", "sent_at"])
    return bool(row.state == row.State.SENT)
