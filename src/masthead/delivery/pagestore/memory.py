"""What one process keeps of the store: the pages asked for last, within a bound of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

MEGABYTE = 1 << 20


class Sized(Protocol):
    """Something that knows how many bytes it holds."""

    @property
    def size(self) -> int:
        """Return the bytes."""


Item = TypeVar("Item", bound=Sized)


class Memory(Generic[Item]):
    """The items asked for last, `limit` bytes of them at most; one that is larger than `largest` by itself is not kept."""

    def __init__(self, limit: int, *, largest: int | None = None) -> None:
        """Keep `limit` bytes at most."""
        self.limit = limit
        self.largest = limit if largest is None else min(largest, limit)
        self.used = 0
        self._items: OrderedDict[Hashable, tuple[Item, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many items are kept."""
        return len(self._items)

    def get(self, key: Hashable) -> Item | None:
        """Return the item of `key`, now the last one asked for, or None."""
        found = self._items.get(key)
        if found is None:
            return None
        try:
            self._items.move_to_end(key)
        except KeyError:  # another thread has just dropped it
            return None
        return found[0]

    def put(self, key: Hashable, item: Item) -> None:
        """Keep an item, or count anew what it holds; the ones not asked for longest go."""
        with self._lock:
            self._drop(key)
            size = item.size
            if size > self.largest:
                return
            self._items[key] = (item, size)
            self.used += size
            while self.used > self.limit:
                _, (_, gone) = self._items.popitem(last=False)
                self.used -= gone

    def drop(self, key: Hashable) -> None:
        """Forget one item."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self.used = 0

    def _drop(self, key: Hashable) -> None:
        found = self._items.pop(key, None)
        if found is not None:
            self.used -= found[1]
