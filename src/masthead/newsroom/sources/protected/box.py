"""What lies inside a box. Its values show in no traceback, log or shell: `repr` says nothing."""

import datetime as dt
import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_READINGS = 200  # the newest are kept: the box has a largest size


class _Silent(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="forbid")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(sealed)"

    __str__ = __repr__


class Reading(_Silent):
    """Who opened the box (a user's key), and when."""

    user: int
    at: dt.datetime


class Box(_Silent):
    """A source: the word the newsroom uses for it, who it is, how to reach it, why it is protected, what it said, who may read."""

    called: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Field(max_length=300)]
    contact: Annotated[str, Field(max_length=5000)] = ""
    why: Annotated[str, Field(max_length=5000)] = ""
    statements: tuple[uuid.UUID, ...] = ()
    creator: int
    readers: tuple[int, ...] = ()
    readings: tuple[Reading, ...] = ()

    def opens_for(self, user: int) -> bool:
        """Say whether the user with this key may read it."""
        return user == self.creator or user in self.readers

    def read_by(self, user: int, now: dt.datetime) -> "Box":
        """Return the box with this reading noted."""
        return self.model_copy(update={"readings": (*self.readings, Reading(user=user, at=now))[-MOST_READINGS:]})
