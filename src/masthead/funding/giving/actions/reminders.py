"""Letters about an overdue pledge: all written with the state that asks for them, each sent once, or dropped when it is paid."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from masthead.funding.giving import links, queries, words
from masthead.funding.giving.letters import give_up_lost, hand_over, letter_to
from masthead.funding.giving.managing.models import Reminder
from masthead.funding.giving.models import Pledge

DAYS = (0, 3, 7, 14)  # after the pledge became overdue; docs/supporters.md holds the same table
MOST_AT_ONCE = 20
# A payment that is refused, paid and refused again within a day is one worry, not two.
QUIET = dt.timedelta(days=1)


def plan_reminders(*, pledge: Pledge) -> None:
    """Write, in the caller's transaction, the letters that an overdue pledge calls for; drop those that wait where it is not overdue."""
    if pledge.past_due_at is None:
        Reminder.objects.filter(pledge=pledge, state=Reminder.State.WAITING).update(state=Reminder.State.DROPPED)
        return
    if pledge.supporter_id is None:
        return
    wanted = [Reminder(pledge=pledge, since=pledge.past_due_at, day=day, next_try_at=pledge.past_due_at + dt.timedelta(days=day)) for day in DAYS]
    Reminder.objects.bulk_create(wanted, ignore_conflicts=True)


def send_reminders(*, now: dt.datetime) -> int:
    """Send the reminders whose day has come and return how many left.

    Each is claimed before it is handed over, as a receipt is, and only while its pledge is still overdue. Of
    several that came due while the newsroom was off, the latest alone is sent.
    """
    give_up_lost(Reminder, now=now)
    waiting = Reminder.objects.filter(state=Reminder.State.WAITING, next_try_at__lte=now).order_by("-day", "pk")
    return sum(_send_one(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _send_one(pk: int, *, now: dt.datetime) -> bool:
    due = Pledge.objects.filter(state=Pledge.State.PAST_DUE, supporter__isnull=False)
    claimed = Reminder.objects.filter(pk=pk, state=Reminder.State.WAITING, pledge__in=due).update(state=Reminder.State.SENDING, claimed_at=now)
    if not claimed:
        Reminder.objects.filter(pk=pk, state=Reminder.State.WAITING).update(state=Reminder.State.DROPPED)
        return False
    reminder = Reminder.objects.select_related("pledge__campaign", "pledge__supporter").get(pk=pk)
    others = Reminder.objects.filter(pledge=reminder.pledge).exclude(pk=pk)
    if others.filter(state=Reminder.State.SENT, sent_at__gt=now - QUIET).exists():
        Reminder.objects.filter(pk=pk).update(state=Reminder.State.DROPPED)
        return False
    left = hand_over(reminder, lambda: letter_of(reminder, now=now), now=now)
    if left:
        others.filter(state=Reminder.State.WAITING, since=reminder.since, day__lt=reminder.day).update(state=Reminder.State.DROPPED)
    return left


def letter_of(reminder: Reminder, *, now: dt.datetime) -> EmailMultiAlternatives:
    """Return the letter: what was not paid, where to mend it, when the payment company tries again, how to stop it."""
    pledge = reminder.pledge
    if pledge.supporter is None:
        raise ValueError("The supporter was erased, so this reminder has no address.")
    retries_at = pledge.next_at if pledge.next_at and pledge.next_at > now else None
    context = {
        "amount_in_words": words.with_frequency(pledge.amount, pledge.frequency),
        "campaign": pledge.campaign.name,
        "name": pledge.supporter.name,
        "first": reminder.day == DAYS[0],
        "last": reminder.day == DAYS[-1],
        "retries": words.day(retries_at) if retries_at else "",
        "mend_url": settings.ENV.address + links.pledge_path(pledge, now=now),
        "manage_url": settings.ENV.address + "/giving/",
        "practice": queries.is_practice(pledge.provider),
    }
    return letter_to(
        pledge.supporter.email,
        subject=_("Your gift to %(newsroom)s was not paid") % {"newsroom": settings.ENV.name},
        template="reminder",
        context=context,
        message_id=f"reminder-{reminder.pk}.{pledge.pk.hex}",
    )
