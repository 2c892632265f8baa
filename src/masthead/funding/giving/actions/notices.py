"""Letters that are written with what they tell of and sent once: how to make a transfer, what became of a pledge, and that somebody is forgotten."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from masthead.funding.giving import links, queries, words
from masthead.funding.giving.letters import give_up_lost, hand_over, letter_to
from masthead.funding.giving.managing.models import Notice
from masthead.funding.giving.models import RUNNING, Gift, GiftState, Pledge
from masthead.funding.providers.bank.instructions import instructions_for
from masthead.kernel.money import Money

MOST_AT_ONCE = 20
ASKED_HERE = dt.timedelta(hours=1)  # what becomes of a pledge so soon after its supporter asked for it here is what they asked for
KEPT = dt.timedelta(days=3)  # how long the address of somebody who is forgotten is tried


def tell_transfer(*, gift: Gift, now: dt.datetime) -> None:
    """Note, in the caller's transaction, that a giver is to be told by mail how to make their transfer. Twice is once."""
    if gift.supporter_id:
        Notice.objects.get_or_create(gift=gift, kind=Notice.Kind.TRANSFER, defaults={"created_at": now, "next_try_at": now})


def tell_pledge(*, pledge: Pledge, before: Pledge, now: dt.datetime) -> None:
    """Note, in the caller's transaction, that a supporter is to be told what became of their pledge, if it now repeats with another amount or interval or has ended.

    Whoever did it: the supporter here or at the provider, the provider itself, the desk. Of several changes before the letter has left it tells the sum.
    """
    if pledge.supporter_id is None:
        return
    asked = pledge.asked_at is not None and now - pledge.asked_at < ASKED_HERE
    waiting = Notice.objects.filter(pledge=pledge, kind=Notice.Kind.CHANGED, state=Notice.State.WAITING)
    if pledge.state == Pledge.State.ENDED:
        if before.state in RUNNING:
            waiting.update(state=Notice.State.DROPPED)
            overdue = before.state == Pledge.State.PAST_DUE
            Notice.objects.create(kind=Notice.Kind.ENDED, pledge=pledge, facts={"asked": asked, "overdue": overdue}, created_at=now, next_try_at=now)
    elif (pledge.amount, pledge.frequency) != (before.amount, before.frequency) and not waiting.exists():
        facts = {"asked": asked, "minor": before.amount_minor, "frequency": before.frequency}
        Notice.objects.create(kind=Notice.Kind.CHANGED, pledge=pledge, facts=facts, created_at=now, next_try_at=now)


def tell_forgotten(*, email: str, gifts: int, ended: int, kept_until: dt.date | None, now: dt.datetime) -> None:
    """Note, in the caller's transaction, that somebody is to be told that they are forgotten. Their address stays until the letter has left, three days at most."""
    facts = {"gifts": gifts, "ended": ended, "kept_until": kept_until.isoformat() if kept_until else ""}
    Notice.objects.create(kind=Notice.Kind.FORGOTTEN, email=email, facts=facts, created_at=now, next_try_at=now)


def send_notices(*, now: dt.datetime) -> int:
    """Send the notices whose time has come and return how many left; each is claimed first, as a receipt is.

    What nobody needs any more is dropped: how to make a transfer that has arrived, what was changed back, or to a giver who was forgotten.
    """
    give_up_lost(Notice, now=now)
    waiting = Notice.objects.filter(state=Notice.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
    return sum(_send_one(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _send_one(pk: int, *, now: dt.datetime) -> bool:
    if not Notice.objects.filter(pk=pk, state=Notice.State.WAITING).update(state=Notice.State.SENDING, claimed_at=now):
        return False
    notice = Notice.objects.select_related("gift__campaign", "gift__supporter", "pledge__campaign", "pledge__supporter").get(pk=pk)
    if not _is_needed(notice):
        Notice.objects.filter(pk=pk).update(state=Notice.State.DROPPED)
        return False
    left = hand_over(notice, lambda: letter_of(notice, now=now), now=now)
    if left:
        Notice.objects.filter(pk=pk).update(email="")
    return left


def _is_needed(notice: Notice) -> bool:
    if notice.gift:
        return notice.gift.supporter is not None and notice.gift.state == GiftState.PENDING
    pledge = notice.pledge
    if pledge is None:
        return True
    if pledge.supporter is None or notice.kind == Notice.Kind.ENDED:
        return pledge.supporter is not None
    return (pledge.amount_minor, pledge.frequency) != (notice.facts["minor"], notice.facts["frequency"])


def forget_addresses(*, now: dt.datetime) -> int:
    """Forget the addresses of those whose last letter may have left, or could not be sent for three days; return how many. Call it once a day."""
    held = Notice.objects.exclude(email="").exclude(state=Notice.State.SENDING)
    late = held.filter(state=Notice.State.WAITING, created_at__lte=now - KEPT).update(state=Notice.State.DROPPED, email="")
    return late + held.exclude(state=Notice.State.WAITING).update(email="")


def letter_of(notice: Notice, *, now: dt.datetime) -> EmailMultiAlternatives:
    """Return the letter of a notice.

    Raises:
        ValueError: nobody knows any more where to send it.
    """
    if notice.gift:
        return _transfer(notice, notice.gift, now=now)
    return _pledge(notice, notice.pledge, now=now) if notice.pledge else _forgotten(notice)


def _transfer(notice: Notice, gift: Gift, *, now: dt.datetime) -> EmailMultiAlternatives:
    if gift.supporter is None:
        raise ValueError("The supporter was erased, so this notice has no address.")
    told, amount = instructions_for(gift.amount, reference=gift.checkout_ref, settings=settings.ENV), gift.amount.words(words.locale())
    rows = [(_("To"), told.name), ("IBAN", told.iban), ("BIC", told.bic), (_("Account"), told.details), (_("Amount"), amount), (_("Reference"), told.reference)]
    context: dict[str, Any] = {
        "name": gift.supporter.name,
        "amount": amount,
        "amount_in_words": words.in_words(gift.amount),
        "campaign": gift.campaign.name,
        "transfer": told,
        "rows": [(label, value) for label, value in rows if value],
        "page_url": settings.ENV.address + links.thanks_path(gift, now=now),
    }
    subject = _("How to transfer your gift to %(newsroom)s") % {"newsroom": settings.ENV.name}
    return letter_to(gift.supporter.email, subject=subject, template="transfer", context=context, message_id=f"transfer-{notice.pk}.{gift.pk.hex}")


def _pledge(notice: Notice, pledge: Pledge, *, now: dt.datetime) -> EmailMultiAlternatives:
    if pledge.supporter is None:
        raise ValueError("The supporter was erased, so this notice has no address.")
    facts = dict(notice.facts)
    before = Money(facts["minor"], pledge.currency) if "minor" in facts else None
    context: dict[str, Any] = facts | {
        "name": pledge.supporter.name,
        "campaign": pledge.campaign.name,
        "amount_in_words": words.with_frequency(pledge.amount, pledge.frequency),
        "before_in_words": words.with_frequency(before, facts["frequency"]) if before else "",
        "next": words.day(pledge.next_at) if pledge.next_at and pledge.next_at > now else "",
        "ended": words.day(pledge.ended_at or notice.created_at),
        "manage_url": settings.ENV.address + "/giving/",
        "again_url": f"{settings.ENV.address}/contribute/?campaign={pledge.campaign.slug}",
        "practice": queries.is_practice(pledge.provider),
    }
    subject = _("Your gift to %(newsroom)s has ended") if notice.kind == Notice.Kind.ENDED else _("Your gift to %(newsroom)s was changed")
    return letter_to(
        pledge.supporter.email,
        subject=subject % {"newsroom": settings.ENV.name},
        template=f"pledge_{notice.kind}",
        context=context,
        message_id=f"{notice.kind}-{notice.pk}.{pledge.pk.hex}",
    )


def _forgotten(notice: Notice) -> EmailMultiAlternatives:
    if not notice.email:
        raise ValueError("The address was erased, so this notice has none.")
    facts = dict(notice.facts)
    kept_until = dt.date.fromisoformat(facts["kept_until"]) if facts.get("kept_until") else None
    context = facts | {"kept_until": words.date(kept_until) if kept_until else ""}
    subject = _("%(newsroom)s has forgotten you") % {"newsroom": settings.ENV.name}
    return letter_to(notice.email, subject=subject, template="forgotten", context=context, message_id=f"forgotten-{notice.pk}")
