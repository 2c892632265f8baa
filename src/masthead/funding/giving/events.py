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


@dataclass(frozen=True, kw_only=True)
class Reconciled(Event):
    """A provider's movements were held against the books; `differing` is how many things do not match, explained or not."""

    provider: str
    differing: int
