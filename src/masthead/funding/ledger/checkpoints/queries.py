"""Reading checkpoints, and proving that a row is under one."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from masthead.funding.ledger import merkle, notes
from masthead.funding.ledger.checkpoints import reading
from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint
from masthead.kernel.errors import MastheadError


class NotProvable(MastheadError):
    """The rows do not lead to what was signed: the books were altered, or the kept blocks were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """That the row with number `seq` is under `checkpoint`: the hashes from its line up to the signed root."""

    seq: int
    checkpoint: Checkpoint
    path: tuple[bytes, ...]


def latest() -> Checkpoint | None:
    """Return the last checkpoint."""
    return Checkpoint.objects.order_by("-day").first()


def checkpoints() -> QuerySet[Checkpoint]:
    """Return all checkpoints, newest first, with what others signed over them."""
    return Checkpoint.objects.order_by("-day").prefetch_related("cosignatures")


def at_end_of(day: dt.date) -> Checkpoint | None:
    """Return the checkpoint of a day, or the first one after it."""
    return Checkpoint.objects.filter(day__gte=day).order_by("day").first()


def before(day: dt.date) -> Checkpoint | None:
    """Return the last checkpoint of a day before this one."""
    return Checkpoint.objects.filter(day__lt=day).order_by("-day").first()


def note_of(checkpoint: Checkpoint) -> str:
    """Return the checkpoint's note with every signature over it, ours first."""
    return checkpoint.note + "".join(signature.line for signature in checkpoint.cosignatures.all())


def verifiers() -> list[notes.Verifier]:
    """Return our public keys, the present one first."""
    return [notes.read_verifier(text) for text in BooksKey.objects.order_by("-pk").values_list("verifier", flat=True)]


def inclusion(seq: int) -> Inclusion | None:
    """Return the proof that a row is under the last checkpoint; None where it is younger than that. Four queries, whatever the size of the books.

    Raises:
        NotProvable: what is in the database now does not lead to the signed root.
    """
    checkpoint = Checkpoint.objects.order_by("-day").prefetch_related("cosignatures").first()
    if checkpoint is None or not 1 <= seq <= checkpoint.size:
        return None
    index = seq - 1
    here = index // reading.BLOCK
    block = reading.block(here, checkpoint.size)
    blocks = _blocks(checkpoint.size, here, block)
    if len(blocks) != -(-checkpoint.size // reading.BLOCK):
        raise NotProvable("Blocks of the tree are missing: the next checkpoint makes them again.")
    path = (*merkle.inclusion_proof(block, index % reading.BLOCK), *merkle.inclusion_proof(blocks, here))
    root = merkle.root_from_inclusion(block[index % reading.BLOCK], index=index, size=checkpoint.size, path=path)
    if root is None or root.hex() != checkpoint.root:
        raise NotProvable(f"Row {seq} does not lead to what was signed on {checkpoint.day.isoformat()}: run `masthead ledger verify`.")
    return Inclusion(seq=seq, checkpoint=checkpoint, path=path)


def peaks(size: int) -> list[bytes]:
    """Return the roots of the full subtrees that the first `size` rows are made of, largest first: what a tree is gone on with."""
    full, rest = divmod(size, reading.BLOCK)
    outer, inner = merkle.Growing(), merkle.Growing()
    for root in reading.kept(full):
        outer.add(root)
    for hashed in reading.hashes(size - rest + 1, size):
        inner.add(hashed)
    return [*outer.peaks, *inner.peaks]


def _blocks(size: int, here: int, block: list[bytes]) -> list[bytes]:
    """Return the roots of all blocks of a tree of `size`, the last of which may have only begun; `block` is the one at `here`, read already."""
    full, rest = divmod(size, reading.BLOCK)
    roots = reading.kept(full)
    if rest:
        roots.append(merkle.root_of(block if here == full else reading.block(full, size)))
    return roots
