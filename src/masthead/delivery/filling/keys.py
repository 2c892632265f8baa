"""How keys are written: `table`, `table:row`, `table.column=value`, whoever writes them, the tracker or the outbox's reader."""

import datetime as dt
from typing import Any

from masthead.kernel.reads import place_of


def written(value: Any) -> str:
    """Return a column's value as it stands in a key."""
    if isinstance(value, dt.datetime):
        return place_of(value)
    if hasattr(value, "pk"):
        return str(value.pk)
    return str(value)
