"""What the books announce, after commit."""

from dataclasses import dataclass

from masthead.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class TotalMoved(Event):
    """An account's total moved: `version` counts its transfers and never goes back."""

    account: str
    version: int
