"""Where parties and documents are named. Stories lie above this room: it asks through what they register here at the start."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Use:
    """A story that names a party or document: its headline, its page in the desk, and in which of its versions."""

    title: str
    url: str
    where: str  # public, newest version, older version


@dataclass(frozen=True, kw_only=True)
class Unnamed:
    """A statement whose speaker the story does not name."""

    key: uuid.UUID
    words: str


_naming: list[Callable[[Any], Iterable[Use]]] = []
_unnamed: list[Callable[[], Iterable[Unnamed]]] = []


def register(*, naming: Callable[[Any], Iterable[Use]], unnamed: Callable[[], Iterable[Unnamed]]) -> None:
    """Have uses found by `naming` (given a party or document) and statements of unnamed speakers by `unnamed`; once, at the start."""
    if naming not in _naming:
        _naming.append(naming)
        _unnamed.append(unnamed)


def uses_of(row: Any) -> list[Use]:
    """Return the stories that name a party or document, in any version that is kept."""
    return [use for find in _naming for use in find(row)]


def unnamed_statements() -> list[Unnamed]:
    """Return the statements of speakers whom stories do not name, those of the stories changed last first."""
    return [statement for find in _unnamed for statement in find()]
