"""What giving announces, after commit."""

import uuid
from dataclasses import dataclass

from masthead.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class GiftMoved(Event):
    """A gift came into another state. What it did to a campaign's total, the ledger's TotalMoved says."""

    gift_id: uuid.UUID
    campaign_id: uuid.UUID
    state: str
