"""Gifts, pledges and webhooks as sheets: CSV, made row by row while it is sent."""

import csv
from collections.abc import Iterator

from django.db.models import Count, Q, QuerySet, Sum

from masthead.funding.giving.models import Gift, InboxEvent, Pledge
from masthead.kernel.money import Money
from masthead.kernel.sheets import cell

AT_ONCE = 1000
COLUMNS = (
    "id",
    "begun",
    "settled",
    "state",
    "amount",
    "given_back",
    "currency",
    "credited",
    "credited_currency",
    "frequency",
    "renewal",
    "campaign",
    "provider",
    "provider_ref",
    "begun_at",
    "public_name",
    "dedication",
)
PLEDGE_COLUMNS = (
    "id",
    "begun",
    "state",
    "amount",
    "currency",
    "frequency",
    "overdue_since",
    "ended",
    "ended_because",
    "ended_words",
    "campaign",
    "provider",
    "provider_ref",
    "gifts",
    "paid",
)
WEBHOOK_COLUMNS = ("received", "provider", "event_id", "kind", "about", "outcome", "applied", "attempts", "next_try", "error")
PERSONAL = ("email", "name")


def sheet(gifts: QuerySet[Gift], *, with_people: bool) -> Iterator[str]:
    """Yield the lines of a CSV of `gifts`. Times are UTC, amounts in major units.

    E-mail and name of the supporter stand in it only `with_people`; without, the name and the dedication of a gift only where readers see them.
    """
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS + (PERSONAL if with_people else ()))
    for gift in gifts.select_related("campaign", "supporter").iterator(chunk_size=AT_ONCE):
        row = [
            str(gift.pk),
            gift.created_at.isoformat(timespec="seconds"),
            gift.settled_at.isoformat(timespec="seconds") if gift.settled_at else "",
            gift.state,
            gift.amount.major,
            gift.returned.major,
            gift.currency,
            gift.settled.major if gift.settled else "",
            gift.settled.currency if gift.settled else "",
            gift.frequency,
            "yes" if gift.renewal else "no",
            cell(gift.campaign.name),
            gift.provider,
            cell(gift.provider_ref),
            cell(gift.page_path),
            cell(gift.public_name) if with_people or gift.show_name else "",
            cell(gift.dedication) if with_people or gift.show_name else "",
        ]
        if with_people:
            row += [cell(gift.supporter.email), cell(gift.supporter.name)] if gift.supporter else ["", ""]
        yield writer.writerow(row)


def pledge_sheet(pledges: QuerySet[Pledge], *, with_people: bool) -> Iterator[str]:
    """Yield the lines of a CSV of `pledges`, how many gifts each made and their sum less what was given back; e-mail and name only `with_people`."""
    writer = csv.writer(_Echo())
    yield writer.writerow(PLEDGE_COLUMNS + (PERSONAL if with_people else ()))
    arrived = Q(gifts__settled_at__isnull=False)
    counted = pledges.annotate(
        made=Count("gifts", filter=arrived), paid=Sum("gifts__amount_minor", filter=arrived), back=Sum("gifts__returned_minor", filter=arrived)
    )
    for pledge in counted.select_related("campaign", "supporter").iterator(chunk_size=AT_ONCE):
        row = [
            str(pledge.pk),
            pledge.started_at.isoformat(timespec="seconds"),
            pledge.state,
            pledge.amount.major,
            pledge.currency,
            pledge.frequency,
            pledge.past_due_at.isoformat(timespec="seconds") if pledge.past_due_at else "",
            pledge.ended_at.isoformat(timespec="seconds") if pledge.ended_at else "",
            pledge.ended_because,
            cell(pledge.ended_words),
            cell(pledge.campaign.name),
            pledge.provider,
            cell(pledge.provider_ref),
            pledge.made,
            Money((pledge.paid or 0) - (pledge.back or 0), pledge.currency).major,
        ]
        if with_people:
            row += [cell(pledge.supporter.email), cell(pledge.supporter.name)] if pledge.supporter else ["", ""]
        yield writer.writerow(row)


def webhook_sheet(events: QuerySet[InboxEvent]) -> Iterator[str]:
    """Yield the lines of a CSV of webhooks and what became of each. Their bodies are left out: providers name people there. Times are UTC."""
    writer = csv.writer(_Echo())
    yield writer.writerow(WEBHOOK_COLUMNS)
    for event in events.defer("body").iterator(chunk_size=AT_ONCE):
        outcome = "applied" if event.applied_at else "failed" if event.error else "waiting"
        yield writer.writerow(
            [
                event.received_at.isoformat(timespec="seconds"),
                event.provider,
                cell(event.event_id),
                cell(event.kind),
                cell(event.object_ref),
                outcome,
                event.applied_at.isoformat(timespec="seconds") if event.applied_at else "",
                event.attempts,
                "" if event.applied_at else event.next_try_at.isoformat(timespec="seconds"),
                cell(event.error),
            ]
        )


class _Echo:
    """What csv writes to, so that each line can be sent as it is made."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line
