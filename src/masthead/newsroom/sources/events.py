"""What the sources room announces."""

from dataclasses import dataclass

from masthead.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PartiesMerged(Event):
    """A party that was entered twice went into another: pages that named it name that one."""

    keep_id: int
    gone_id: int
