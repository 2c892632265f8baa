"""Receipts: a row written with the gift, a letter sent once."""

import datetime as dt
import logging
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from masthead.funding.giving import links, queries, rules, words
from masthead.funding.giving.models import Gift, Receipt

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 20
# A letter that has been "being sent" for so long was in the hands of a process that is gone.
LOST_AFTER = dt.timedelta(minutes=10)


def want_receipt(*, gift: Gift, now: dt.datetime) -> Receipt | None:
    """Note, in the caller's transaction, that a settled gift's receipt is to be sent; None where no address is known."""
    if gift.supporter is None:
        return None
    receipt, _new = Receipt.objects.get_or_create(gift=gift, defaults={"created_at": now, "next_try_at": now})
    return receipt


def send_receipts(*, now: dt.datetime) -> int:
    """Send the receipts whose time has come and return how many left.

    Each is claimed before it is handed to the mail server, so that two processes, or one that restarts, never
    send it twice. One that the server refused is tried again after 2, 4, 8 ... seconds up to six hours; one whose
    process died in the act is marked "perhaps sent" and waits for a person (`send_again`).
    """
    Receipt.objects.filter(state=Receipt.State.SENDING, claimed_at__lt=now - LOST_AFTER).update(
        state=Receipt.State.UNSURE, error="Masthead stopped while this letter was being sent: it may have left."
    )
    waiting = Receipt.objects.filter(state=Receipt.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
    return sum(_send_one(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])


def send_again(*, receipt: Receipt, now: dt.datetime) -> None:
    """Have a receipt sent once more, because a person asked for it."""
    Receipt.objects.filter(pk=receipt.pk).exclude(state=Receipt.State.SENDING).update(state=Receipt.State.WAITING, next_try_at=now, error="")


def _send_one(pk: int, *, now: dt.datetime) -> bool:
    claimed = Receipt.objects.filter(pk=pk, state=Receipt.State.WAITING).update(state=Receipt.State.SENDING, claimed_at=now)
    if not claimed:
        return False
    receipt = Receipt.objects.select_related("gift__campaign", "gift__supporter", "gift__pledge").get(pk=pk)
    receipt.attempts += 1
    try:
        letter_of(receipt, now=now).send()
    except Exception as error:
        receipt.state, receipt.error = Receipt.State.WAITING, f"{type(error).__name__}: {error}"
        receipt.next_try_at = now + rules.retry_wait(receipt.attempts)
        logger.exception("The receipt %s was not sent (attempt %s); it is tried again at %s", receipt, receipt.attempts, receipt.next_try_at)
    else:
        receipt.state, receipt.sent_at, receipt.error = Receipt.State.SENT, now, ""
    receipt.save(update_fields=["state", "attempts", "error", "next_try_at", "sent_at"])
    return receipt.state == Receipt.State.SENT


def letter_of(receipt: Receipt, *, now: dt.datetime) -> EmailMultiAlternatives:
    """Return the letter: plain text with an HTML part, to the supporter's address.

    Raises:
        ValueError: the supporter was erased, so nobody knows where to send it.
    """
    gift = receipt.gift
    if gift.supporter is None:
        raise ValueError("The supporter was erased, so this receipt has no address.")
    context = {
        "newsroom": settings.ENV.name,
        "address": settings.ENV.address,
        "number": receipt.number,
        "amount": gift.amount.words(),
        "amount_in_words": words.with_frequency(gift.amount, gift.frequency),
        "date": words.day(gift.settled_at or receipt.created_at),
        "campaign": gift.campaign.name,
        "dedication": gift.dedication,
        "name": gift.supporter.name,
        "practice": queries.is_practice(gift.provider),
        "pledge_url": settings.ENV.address + links.pledge_path(gift.pledge, now=now) if gift.pledge else "",
        "language": settings.LANGUAGE_CODE,
    }
    subject = _("Your receipt %(number)s from %(newsroom)s") % {"number": receipt.number, "newsroom": settings.ENV.name}
    if context["practice"]:
        subject = _("Practice: %(subject)s") % {"subject": subject}
    letter = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("giving/letters/receipt.txt", context),
        from_email=formataddr((" ".join(settings.ENV.name.split()), settings.DEFAULT_FROM_EMAIL)),
        to=[gift.supporter.email],
        headers={"Message-ID": f"<receipt-{receipt.number}.{gift.pk.hex}@{settings.ENV.host}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string("giving/letters/receipt.html", context), "text/html")
    return letter
