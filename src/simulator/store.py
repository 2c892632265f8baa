"""What the simulated companies remember: plain dictionaries in the companies' own words, in memory."""

import itertools
import secrets
from collections.abc import Iterator
from typing import Any

Obj = dict[str, Any]
# Keys that an object has from the start and keeps: what others ask for by them is found without a look at everything.
FIXED = ("charge", "payment_intent", "invoice", "subscription", "source", "_subscription", "_intent")
# Those that get theirs later.
LATER = {("checkout.session", "payment_intent"), ("checkout.session", "invoice"), ("checkout.session", "subscription")}


class Store:
    """Objects by id, in the order in which they came to be. Keys that begin with `_` are never shown."""

    def __init__(self) -> None:
        self._objects: dict[str, Obj] = {}
        self._kinds: dict[str, list[Obj]] = {}
        self._found: dict[tuple[str, str, str], list[Obj]] = {}
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        """Return an id that was never given out: a rising number, so that order can be read, and chance."""
        return f"{prefix}_{next(self._numbers):06d}{secrets.token_hex(6)}"

    def add(self, kind: str, thing: Obj) -> Obj:
        """Keep an object and return it."""
        self._objects[thing["id"]] = thing
        self._kinds.setdefault(kind, []).append(thing)
        for key in FIXED:
            if isinstance(thing.get(key), str):
                self._found.setdefault((kind, key, thing[key]), []).append(thing)
        return thing

    def get(self, ref: str) -> Obj | None:
        """Return the object with this id."""
        return self._objects.get(ref)

    def remove(self, kind: str, ref: str) -> None:
        """Forget an object."""
        self._objects.pop(ref, None)
        self._kinds[kind] = [thing for thing in self._kinds.get(kind, []) if thing["id"] != ref]

    def all(self, kind: str) -> list[Obj]:
        """Return every object of a kind, oldest first."""
        return list(self._kinds.get(kind, []))

    def forget_before(self, kind: str, stamp: int) -> None:
        """Forget the objects of a kind that are older, where none is found by a fixed key."""
        kept = [thing for thing in self._kinds.get(kind, []) if thing["created"] >= stamp]
        for thing in self._kinds.get(kind, [])[: -len(kept) or None]:
            del self._objects[thing["id"]]
        self._kinds[kind] = kept

    def newest(self, kind: str) -> Iterator[Obj]:
        """Yield every object of a kind, newest first."""
        yield from reversed(self._kinds.get(kind, []))

    def where(self, kind: str, **words: object) -> Iterator[Obj]:
        """Yield the objects of a kind whose keys have these values, oldest first."""
        fixed = next((key for key in FIXED if isinstance(words.get(key), str) and (kind, key) not in LATER), None)
        among = list(self._found.get((kind, fixed, str(words[fixed])), [])) if fixed else self.all(kind)
        for thing in among:
            if all(thing.get(key) == value for key, value in words.items()):
                yield thing


def shown(thing: Any) -> Any:
    """Return a deep copy without what begins with `_`."""
    if isinstance(thing, dict):
        return {key: shown(value) for key, value in thing.items() if not key.startswith("_")}
    if isinstance(thing, list):
        return [shown(value) for value in thing]
    return thing
