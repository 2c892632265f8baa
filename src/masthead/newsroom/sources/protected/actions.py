"""Keeping, opening, sharing and deleting protected sources. Refusals name nobody; nothing is logged but that something failed."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.views.decorators.debug import sensitive_variables
from pydantic import ValidationError

from masthead.kernel.errors import MastheadError
from masthead.newsroom.sources.protected.box import Box
from masthead.newsroom.sources.protected.keys import data_key
from masthead.newsroom.sources.protected.models import ProtectedSource
from masthead.newsroom.sources.protected.sealing import NotOpened, TooMuch, seal, unseal
from masthead.newsroom.staff.models import User

KEEP = "sources.keep_protectedsource"
__all__ = ["KEEP", "Entry", "NotYours", "TooMuch", "Unfit", "change", "delete", "entries", "keep", "open_box", "share"]


class NotYours(MastheadError):
    """The source does not exist, or not for this person: the answer is the same, so that nobody learns which."""


class Unfit(MastheadError):
    """Something given is too long or is missing; the sentence says which and repeats none of it."""


@dataclass(frozen=True)
class Entry:
    """A line of somebody's list: the box's key and the newsroom's word for the source."""

    key: uuid.UUID
    called: str
    created_on: dt.date

    def __repr__(self) -> str:
        return "Entry(sealed)"


@sensitive_variables()
def entries(*, user: User) -> tuple[list[Entry], int]:
    """Return the sources that `user` may open, newest first, and how many boxes the key does not open at all.

    Every box is opened to see whom it is for, and closed again; that is no reading.
    """
    rows = list(ProtectedSource.objects.order_by("-created_on", "key"))
    key = data_key() if rows else b""
    found, shut = [], 0
    for row in rows:
        try:
            box = _open(row, key)
        except NotOpened:
            shut += 1
            continue
        if box.opens_for(user.pk):
            found.append(Entry(row.key, box.called, row.created_on))
    return found, shut


@transaction.atomic
@sensitive_variables()
def keep(*, called: str, name: str, contact: str, why: str, statements: Sequence[uuid.UUID], user: User, now: dt.datetime) -> uuid.UUID:
    """Store a source that `user` alone may open, and return its key.

    Raises:
        Unfit, sealing.TooMuch: something is missing or too long.
    """
    _may(user)
    box = _box(called=called, name=name, contact=contact, why=why, statements=tuple(statements), creator=user.pk)
    row = ProtectedSource(created_on=now.date())
    row.sealed = _seal(row, box, data_key(make=not ProtectedSource.objects.exists()))
    row.save(force_insert=True)
    return row.key


@transaction.atomic
@sensitive_variables()
def open_box(*, key: uuid.UUID, user: User, now: dt.datetime) -> Box:
    """Return what the box holds, the reading noted in it.

    Raises:
        NotYours: it is not for `user`.
    """
    row, box = _mine(key, user)
    box = box.read_by(user.pk, now)
    _store(row, box)
    return box


@transaction.atomic
@sensitive_variables()
def change(*, key: uuid.UUID, called: str, name: str, contact: str, why: str, statements: Sequence[uuid.UUID], user: User) -> None:
    """Write the box anew; who may open it and who has, stays.

    Raises:
        NotYours, Unfit, sealing.TooMuch.
    """
    row, box = _mine(key, user)
    _store(
        row,
        _box(called=called, name=name, contact=contact, why=why, statements=tuple(statements), creator=box.creator, readers=box.readers, readings=box.readings),
    )


@transaction.atomic
@sensitive_variables()
def share(*, key: uuid.UUID, readers: Sequence[User], user: User) -> None:
    """Make `readers` those who may open the box besides its creator.

    Raises:
        NotYours: it is not for `user`.
        Unfit: one of them may keep no protected sources.
    """
    row, box = _mine(key, user)
    if any(not (reader.is_active and reader.has_perm(KEEP)) for reader in readers):
        raise Unfit("One of these colleagues keeps no protected sources: ask a publisher to give her a role.")
    _store(row, box.model_copy(update={"readers": tuple(reader.pk for reader in readers if reader.pk != box.creator)}))


@transaction.atomic
def delete(*, key: uuid.UUID, user: User) -> None:
    """Delete the box: its bytes are overwritten where the database can do it (docs/sources.md says what stays elsewhere).

    Raises:
        NotYours: it is not for `user`.
    """
    row, _ = _mine(key, user)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # overwritten with zeros: https://sqlite.org/pragma.html#pragma_secure_delete
    row.delete()
    if connection.vendor == "sqlite":
        transaction.on_commit(partial(_empty_the_log))


def _empty_the_log() -> None:
    """Have the write-ahead log, which holds earlier pages, written back and cut to nothing; readers at work may put it off."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _may(user: User) -> None:
    if not (user.is_active and user.has_perm(KEEP)):
        raise NotYours("You keep no protected sources: ask a publisher for a role.")


def _mine(key: uuid.UUID, user: User) -> tuple[ProtectedSource, Box]:
    _may(user)
    row = ProtectedSource.objects.select_for_update().filter(key=key).first()
    if row is not None:
        box = _open(row, data_key())
        if box.opens_for(user.pk):
            return row, box
    raise NotYours("There is no such protected source, or it is not for you.")


@sensitive_variables()
def _box(**values: object) -> Box:
    try:
        return Box.model_validate(values)
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
    raise Unfit(f"The field “{field}” is too long for the box: shorten it.")


def _open(row: ProtectedSource, key: bytes) -> Box:
    return Box.model_validate_json(unseal(bytes(row.sealed), key=key, row=row.key.bytes))


def _seal(row: ProtectedSource, box: Box, key: bytes) -> bytes:
    return seal(box.model_dump_json().encode(), key=key, row=row.key.bytes)


def _store(row: ProtectedSource, box: Box) -> None:
    row.sealed = _seal(row, box, data_key())
    row.save(update_fields=["sealed"])
