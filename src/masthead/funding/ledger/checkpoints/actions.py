"""The only writers of checkpoints: the day's signature, an outsider's, and a new key."""

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction

from masthead.funding.ledger import merkle, notes
from masthead.funding.ledger.checkpoints import keys, queries, reading
from masthead.funding.ledger.checkpoints.balances import keep_balances
from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint, Cosignature, TreeBlock
from masthead.funding.ledger.models import Head, Transfer
from masthead.kernel.clock import date_in
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)
ROUND_DAYS = 28  # until every row has been read over before a signature; at the end of a month all are


class CheckpointRefused(MastheadError):
    """Nothing is signed or added: the sentence says why."""


def sign_yesterday(*, now: dt.datetime) -> Checkpoint | None:
    """Sign the root over all rows that were in the books when yesterday ended in the newsroom's zone; None where that is done or nothing is in them.

    Where the end of an earlier month is not signed yet, that is done first: call it again. The tree of the last checkpoint is gone on with, and what it
    was made of is read over: a share of the rows each day, at the end of a month all of them.

    Raises:
        CheckpointRefused: the rows are not those that were signed before.
        NoBooksKey: the key is missing, though there has been one.
    """
    last = queries.latest()
    day = _due(last, date_in(settings.ENV.zone, now) - dt.timedelta(days=1))
    if day is None:
        return None
    size = _rows_until(day, after=last.size if last else 0)
    if size == 0:
        return None
    tree, kept = _tree_of(last) if last else (reading.Tree(), 0)
    if last and kept:
        _read_over(tree, last, day)
    _add(tree, size)
    if tree.size != size:
        raise CheckpointRefused(f"The books should hold {size} rows and {tree.size} were read, so nothing is signed: run `masthead ledger verify`.")
    return _keep(day, size, tree.root(), dict(list(enumerate(tree.blocks))[kept:]), now=now)


def _tree_of(last: Checkpoint) -> tuple[reading.Tree, int]:
    """Return the tree under the last checkpoint, and how many of its blocks are kept as they should be.

    It is made from the kept roots and the rows after them. Where these do not lead to what was signed, from all rows:
    kept roots can be made again, rows cannot.
    """
    full = last.size // reading.BLOCK
    tree = reading.Tree.over(reading.kept(full))
    if len(tree.blocks) == full:
        _add(tree, last.size)
        if tree.root().hex() == last.root:
            return tree, full
    tree = reading.Tree()
    _add(tree, last.size)
    if tree.root().hex() != last.root:
        raise CheckpointRefused(
            f"The first {last.size} rows are not those that were signed on {last.day.isoformat()}, so nothing more is signed: run `masthead ledger verify`."
        )
    logger.warning("The kept roots of the books' tree were not those of the rows, which are as they were signed: they are made anew")
    return tree, 0


def _add(tree: reading.Tree, size: int) -> None:
    for hashed in reading.hashes(tree.size + 1, size):
        tree.add(hashed)


def _read_over(tree: reading.Tree, last: Checkpoint, day: dt.date) -> None:
    """Hold rows against the roots of their blocks: of one block in ROUND_DAYS another one each day, on the last day of a month of all.

    So a day costs little more than its own rows, however many there are, and no month is signed over rows that nobody read again.
    """
    ends_month = (day + dt.timedelta(days=1)).day == 1
    for index in range(0 if ends_month else day.toordinal() % ROUND_DAYS, len(tree.blocks), 1 if ends_month else ROUND_DAYS):
        if merkle.root_of(reading.block(index, last.size)) != tree.blocks[index]:
            rows = f"{index * reading.BLOCK + 1} to {(index + 1) * reading.BLOCK}"
            raise CheckpointRefused(f"One of the rows {rows} is not what was signed of it, so nothing more is signed: run `masthead ledger verify`.")


def _keep(day: dt.date, size: int, root: bytes, blocks: dict[int, bytes], *, now: dt.datetime) -> Checkpoint:
    key = _key(now=now)
    text = notes.Checkpoint(origin=key.name, size=size, root=root, more=(day.isoformat(),)).text()
    with transaction.atomic():
        TreeBlock.objects.bulk_create(
            [TreeBlock(index=index, root=block) for index, block in blocks.items()], update_conflicts=True, unique_fields=["index"], update_fields=["root"]
        )
        made = Checkpoint.objects.create(day=day, size=size, root=root.hex(), note=notes.sign(text, [key]), signed_at=now)
        keep_balances()
    return made


def _due(last: Checkpoint | None, yesterday: dt.date) -> dt.date | None:
    """Return the day to sign: yesterday, or the end of a month that was left unsigned before it; each month needs its end."""
    if last is None:
        first = Transfer.objects.order_by("seq").values_list("posted_at", flat=True).first()
        since = date_in(settings.ENV.zone, first) if first else yesterday
    else:
        since = last.day + dt.timedelta(days=1)
    end = (since.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return min(end, yesterday) if since <= yesterday else None


def _rows_until(day: dt.date, *, after: int) -> int:
    """Return the number of the last row that was posted before `day` ended; rows up to `after` are known to be."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=settings.ENV.zone)
    beyond = Transfer.objects.filter(seq__gt=after, posted_at__gte=midnight).order_by("seq").values_list("seq", flat=True).first()
    if beyond is not None:
        return beyond - 1
    return Head.objects.values_list("seq", flat=True).first() or 0


def _key(*, now: dt.datetime) -> notes.Signer:
    """Return the signing key, made where there has never been one."""
    listed = BooksKey.objects.last()
    if listed is None:
        keys.keep(keys.made(), instead=False)
        key = keys.signer()
        BooksKey.objects.create(verifier=str(key.verifier), since=now)
        return key
    key = keys.signer()
    if str(key.verifier) != listed.verifier:
        raise keys.NoBooksKey(
            f"{keys.FILE} is not the key that signed last ({listed.verifier}): put that one back, or begin a new one with `masthead ledger new-key`."
        )
    return key


@transaction.atomic
def new_key(*, lost: bool = False, now: dt.datetime) -> BooksKey:
    """Begin to sign with a new key; it and the one before sign a note that names both, so that who trusts the one can trust the other.

    `lost`: the key before is gone and cannot sign. Who verified with it has to be told the new one by another way.

    Raises:
        NoBooksKey: the key before is missing, and nobody said that it is lost.
    """
    listed = BooksKey.objects.last()
    fresh = keys.made()
    note = ""
    if listed is not None:
        text = f"masthead-key-1\n{listed.verifier}\n{fresh.verifier}\n"
        note = notes.sign(text, [fresh] if lost else [_key(now=now), fresh])
    made = BooksKey.objects.create(verifier=str(fresh.verifier), since=now, handing_over=note)
    keys.keep(fresh, instead=True)
    return made


@transaction.atomic
def cosign(*, note: str, verifier: notes.Verifier, now: dt.datetime) -> Cosignature:
    """Keep an outsider's signature over one of our checkpoints; what else the note carries is passed over.

    Raises:
        CheckpointRefused: it is not over a checkpoint of ours, or that outsider has signed it already.
        NoteRefused: it cannot be read, or the signature is not theirs.
    """
    text, _signed = notes.open_note(note, [verifier])
    size = notes.read_checkpoint(text).size
    found = next((one for one in Checkpoint.objects.filter(size=size) if one.note.startswith(f"{text}\n")), None)
    if found is None:
        raise CheckpointRefused("The note is not one of our checkpoints: its text must be that of /books/checkpoint, to the letter.")
    if any(listed == str(verifier) for listed in BooksKey.objects.values_list("verifier", flat=True)):
        raise CheckpointRefused("This is a key of our own: a co-signature comes from somebody else.")
    if found.cosignatures.filter(verifier=str(verifier)).exists():
        raise CheckpointRefused(f"{verifier.name} has signed the checkpoint of {found.day.isoformat()} already.")
    line = notes.line_of(note, verifier)
    return Cosignature.objects.create(checkpoint=found, verifier=str(verifier), line=line, added_at=now)
