"""Receipts: a row written with the gift, a letter sent once."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.utils.translation import gettext as _

from masthead.funding.giving import links, paper, queries, words
from masthead.funding.giving.letters import give_up_lost, hand_over, letter_to
from masthead.funding.giving.models import Gift, Receipt
from masthead.funding.giving.pdf import receipt_pdf

MOST_AT_ONCE = 20


def want_receipt(*, gift: Gift, now: dt.datetime) -> Receipt | None:
    """Note, in the caller's transaction, that a settled gift's receipt is to be sent; None where no address is known."""
    want_receipts(gifts=[gift], now=now)
    return Receipt.objects.filter(gift=gift).first()


def want_receipts(*, gifts: Sequence[Gift], now: dt.datetime) -> None:
    """Do so for several gifts in one statement; a gift that has a receipt keeps that one, and one without a known address gets none."""
    wanted = [Receipt(gift=gift, created_at=now, next_try_at=now) for gift in gifts if gift.supporter_id is not None]
    Receipt.objects.bulk_create(wanted, ignore_conflicts=True)


def send_receipts(*, now: dt.datetime, most: int = MOST_AT_ONCE) -> int:
    """Send the receipts whose time has come, at most `most`, and return how many left.

    Each is claimed before it is handed to the mail server, so that two processes, or one that restarts, never
    send it twice. One that the server refused is tried again after 2, 4, 8 ... seconds up to six hours; one whose
    process died in the act is marked "perhaps sent" and waits for a person (`send_again`).
    """
    give_up_lost(Receipt, now=now)
    # Of a supporter who was forgotten nobody knows where to send it: that is found once, and kept as the reason.
    known = Receipt.objects.filter(Q(gift__supporter__isnull=False) | Q(attempts=0))
    waiting = known.filter(state=Receipt.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
    return sum(_send_one(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:most])


def send_again(*, receipt: Receipt, now: dt.datetime) -> None:
    """Have a receipt sent once more, because a person asked for it."""
    Receipt.objects.filter(pk=receipt.pk).exclude(state=Receipt.State.SENDING).update(state=Receipt.State.WAITING, next_try_at=now, error="")


def _send_one(pk: int, *, now: dt.datetime) -> bool:
    claimed = Receipt.objects.filter(pk=pk, state=Receipt.State.WAITING).update(state=Receipt.State.SENDING, claimed_at=now)
    if not claimed:
        return False
    receipt = Receipt.objects.select_related("gift__campaign", "gift__supporter", "gift__pledge").get(pk=pk)
    return hand_over(receipt, lambda: letter_of(receipt, now=now), now=now)


def letter_of(receipt: Receipt, *, now: dt.datetime) -> EmailMultiAlternatives:
    """Return the letter: plain text with an HTML part and the receipt as PDF, to the supporter's address.

    Raises:
        ValueError: the supporter was erased, so nobody knows where to send it.
    """
    gift = receipt.gift
    if gift.supporter is None:
        raise ValueError("The supporter was erased, so this receipt has no address.")
    said = paper.paper_of(receipt)
    link = settings.ENV.address + links.receipt_path(receipt, now=now)
    context = {
        "number": receipt.number,
        "amount": gift.amount.words(),
        "amount_in_words": words.with_frequency(gift.amount, gift.frequency),
        "date": words.day(gift.settled_at or receipt.created_at),
        "campaign": gift.campaign.name,
        "dedication": gift.dedication,
        "name": gift.supporter.name,
        "practice": queries.is_practice(gift.provider),
        "pledge_url": settings.ENV.address + links.pledge_path(gift.pledge, now=now) if gift.pledge else "",
        "receipt_url": link,
        "no_return": said.no_return,
    }
    letter = letter_to(
        gift.supporter.email,
        subject=_("Your receipt %(number)s from %(newsroom)s") % {"number": receipt.number, "newsroom": settings.ENV.name},
        template="receipt",
        context=context,
        message_id=f"receipt-{receipt.number}.{gift.pk.hex}",
    )
    letter.attach(f"receipt-{receipt.number}.pdf", receipt_pdf(said, link=link), "application/pdf")
    return letter
