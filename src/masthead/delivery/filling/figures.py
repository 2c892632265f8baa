"""The meters' figures: written into their file by whoever moved a total, right after the commit, and each minute by the one who watches."""

import datetime as dt
import logging
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from masthead.delivery.filling.triggers import CHANNEL
from masthead.delivery.pagestore.meters import Meters
from masthead.delivery.pagestore.store import METERS_FILE
from masthead.funding.campaigns import queries
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.parts import parts_of
from masthead.funding.ledger.events import TotalMoved
from masthead.kernel import clock

logger = logging.getLogger("masthead.filling")
PREFIX = "gifts:"  # of a campaign's account in the books


def follow(event: TotalMoved) -> None:
    """Show a campaign's new total in every page at once. Where there is no page store on this machine, there is nothing to write."""
    if not event.account.startswith(PREFIX):
        return
    path = Path(settings.PAGES_ROOT) / METERS_FILE
    if path.exists():
        write(_opened(path), uuid=UUID(event.account.removeprefix(PREFIX)), now=clock.now())
    if connection.vendor == "postgresql":  # other machines' watchers look at the totals when they hear this
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def write(meters: Meters, *, uuid: UUID, now: dt.datetime) -> bool:
    """Write one campaign's parts, where readers may see it; return whether they were newer than what stood there."""
    campaign = queries.shown().filter(uuid=uuid).first()
    return campaign is not None and _put(meters, campaign, now)


def write_all(meters: Meters, *, now: dt.datetime) -> int:
    """Write the parts of every campaign that readers may see and take out all others; return how many there are."""
    campaigns = list(queries.shown())
    for campaign in campaigns:
        _put(meters, campaign, now)
    shown = frozenset(str(campaign.uuid) for campaign in campaigns)
    if not meters.snapshot().meters.keys() <= shown:
        meters.forget(keeping=shown)
    return len(campaigns)


def behind(meters: Meters) -> set[UUID]:
    """Return the campaigns whose total has moved on since their parts were written: the net below `follow`."""
    versions = queries.versions()
    known = meters.snapshot().meters
    return {uuid for uuid, version in versions.items() if str(uuid) not in known or known[str(uuid)].version < version}


def _put(meters: Meters, campaign: Campaign, now: dt.datetime) -> bool:
    reading, parts = parts_of(campaign=campaign, now=now)
    return meters.write(str(campaign.uuid), parts, version=reading.version, moment=int(now.timestamp() * 1_000_000))


@lru_cache(maxsize=4)
def _opened(path: Path) -> Meters:
    return Meters(path)
