"""Beside a newsroom, with Django: begin gifts as the contribute page does, and say in the end what the newsroom has of them. Speaks JSON."""

import json
import logging
import random
import sys
from typing import Any


def begin(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Begin gifts at each provider, from networks and addresses of their own, through the newsroom's own action."""
    from masthead.funding.campaigns.actions import open_campaign
    from masthead.funding.campaigns.models import Campaign
    from masthead.funding.giving.actions import start_gift
    from masthead.funding.giving.models import Frequency
    from masthead.funding.guard.actions import note_start
    from masthead.kernel import clock
    from masthead.kernel.money import Money

    chance, made = random.Random(given["seed"]), []
    campaign = Campaign.objects.filter(slug="bench").first() or Campaign(name="Bench", slug="bench", purpose="Bench.", currency="USD", goal_minor=500_000)
    if campaign.pk is None:
        campaign.save()
        open_campaign(campaign=campaign, now=clock.now())
    todo = [name for name in ("stripe", "paypal") for _ in range(given[name])]
    chance.shuffle(todo)
    for number, provider in enumerate(todo):
        minor = chance.randint(200, 20_000)
        words: dict[str, Any] = {"email": f"reader{number}@example.org", "base_url": "http://127.0.0.1", "provider_name": provider}
        began = start_gift(campaign=campaign, amount=Money(minor, "USD"), frequency=Frequency.ONCE, now=clock.now(), **words)
        note_start(gift_id=began.gift.pk, place=f"10.{number // 250 % 250}.{number % 250}.0/24", now=clock.now())
        made.append({"provider": provider, "checkout": began.gift.checkout_ref, "minor": minor})
    return made


def freshen(_given: object) -> int:
    """Have all gifts begin now, so that the sweep, which asks about those that have waited for a minute, leaves them to their webhooks."""
    from masthead.funding.giving.models import Gift
    from masthead.kernel import clock

    return Gift.objects.update(created_at=clock.now())


def standing(_given: object) -> dict[str, Any]:
    """Say what the newsroom has: the meter, the books by kind, the webhooks, the receipts, and whether the books are sound."""
    from django.db.models import Count, Sum

    from masthead.funding.campaigns.models import Campaign
    from masthead.funding.campaigns.queries import reading
    from masthead.funding.giving.models import Gift, InboxEvent, Receipt
    from masthead.funding.ledger.models import Transfer
    from masthead.funding.ledger.verify import verify
    from masthead.kernel import clock

    kinds = Transfer.objects.values_list("kind").annotate(rows=Count("pk"), minor=Sum("amount_minor")).order_by()
    return {
        "meter": reading(campaign=Campaign.objects.get(slug="bench"), now=clock.now()).raised.minor,
        "kinds": {kind: [rows, int(minor)] for kind, rows, minor in kinds},
        "events": list(InboxEvent.objects.filter(applied_at__isnull=False).values_list("provider", "event_id")),
        "not applied": list(InboxEvent.objects.filter(applied_at__isnull=True).values_list("kind", "error")),
        "settled": Gift.objects.filter(settled_at__isnull=False).count(),
        "receipts": dict(Receipt.objects.values_list("state").annotate(rows=Count("pk")).order_by()),
        "sound": verify().sound,
    }


if __name__ == "__main__":
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "masthead.config.settings"
    django.setup()
    logging.disable()
    print(
        json.dumps({"begin": begin, "freshen": freshen, "standing": standing}[sys.argv[1] if len(sys.argv) > 1 else "begin"](json.load(sys.stdin)), default=str)
    )
