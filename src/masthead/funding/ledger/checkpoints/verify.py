"""Holding what was signed against the rows: the part of `ledger verify` that a rewrite of everything cannot escape."""

import contextlib
import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from masthead.funding.ledger import merkle, notes
from masthead.funding.ledger.checkpoints import keys, reading
from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint
from masthead.funding.ledger.rules import line_of


@dataclass
class Signed:
    """Takes the rows as they are read and compares the root at each checkpoint with the one that was signed."""

    checkpoints: list[Checkpoint] = field(default_factory=lambda: list(Checkpoint.objects.order_by("day").prefetch_related("cosignatures")))
    problems: list[str] = field(default_factory=list)
    _tree: reading.Tree = field(default_factory=reading.Tree)
    _at: int = 0
    _held: tuple[int, dt.date | None] = (0, None)  # the last checkpoint that the rows lead to
    _broken: bool = False

    def take(self, row: dict[str, object]) -> None:
        """Take the next row."""
        self._tree.add(merkle.leaf_hash(line_of(row)))
        while self._at < len(self.checkpoints) and self.checkpoints[self._at].size == self._tree.size:
            self._compare(self.checkpoints[self._at])
            self._at += 1

    def _compare(self, checkpoint: Checkpoint) -> None:
        if self._broken:
            return  # every later root differs too: the first says where
        if self._tree.root().hex() == checkpoint.root:
            self._held = (checkpoint.size, checkpoint.day)
            return
        self._broken = True
        size, day = self._held
        since = f"; up to row {size} they still are those of {day.isoformat()}" if day else ""
        self.problems.append(
            f"rows {size + 1} to {checkpoint.size} are not those that were signed on {checkpoint.day.isoformat()}: one of them was rewritten{since}"
        )

    def causes(self) -> Iterator[str]:
        """Yield what is wrong, once all rows were taken."""
        yield from self.problems
        for checkpoint in self.checkpoints[self._at :]:
            if not self._broken:
                yield f"the checkpoint of {checkpoint.day.isoformat()} covers {checkpoint.size} rows and the books hold {self._tree.size}: rows were dropped"
                break
        yield from self._block_causes()
        yield from _key_causes()
        known = known_keys()
        for checkpoint in self.checkpoints:
            yield from _note_causes(checkpoint, known)

    def _block_causes(self) -> Iterator[str]:
        """See that the kept roots, which signing goes on with and proofs are made from, are those of the rows."""
        signed = self._held[0] // reading.BLOCK
        for index, (kept, made) in enumerate(zip(reading.kept(signed), self._tree.blocks, strict=False)):
            if kept != made:
                yield f"the kept root of rows {index * reading.BLOCK + 1} to {(index + 1) * reading.BLOCK} is not theirs: the next signature makes it anew"
                return


def known_keys() -> list[notes.Verifier]:
    """Return the listed keys that can be read; of the others `_key_causes` tells."""
    found = []
    for listed in BooksKey.objects.order_by("-pk"):
        with contextlib.suppress(notes.NoteRefused):
            found.append(notes.read_verifier(listed.verifier))
    return found


def _note_causes(checkpoint: Checkpoint, known: list[notes.Verifier]) -> Iterator[str]:
    called = f"the checkpoint of {checkpoint.day.isoformat()}"
    try:
        text, _signed = notes.open_note(checkpoint.note, known)
        said = notes.read_checkpoint(text)
    except notes.NoteRefused as refusal:
        yield f"{called}: {refusal}"
        return
    if (said.size, said.root.hex(), said.more[:1]) != (checkpoint.size, checkpoint.root, (checkpoint.day.isoformat(),)):
        yield f"{called} does not say what its signed note says: it was altered"
    for signature in checkpoint.cosignatures.all():
        try:
            notes.open_note(f"{text}\n{signature.line}", [notes.read_verifier(signature.verifier)])
        except notes.NoteRefused as refusal:
            yield f"{called}, co-signature: {refusal}"


def _key_causes() -> Iterator[str]:
    """See that each key was handed over by the one before, and that the last is the one we hold."""
    listed = list(BooksKey.objects.order_by("pk"))
    for one in listed:
        try:
            notes.read_verifier(one.verifier)
        except notes.NoteRefused as refusal:
            yield f"the key {one.verifier} is not what it was: {refusal}"
    for old, new in itertools.pairwise(listed):
        try:
            text, _signed = notes.open_note(new.handing_over, [notes.read_verifier(new.verifier)])
        except notes.NoteRefused as refusal:
            yield f"the key {new.verifier}: {refusal}"
            continue
        if text != f"masthead-key-1\n{old.verifier}\n{new.verifier}\n":
            yield f"the key {new.verifier} was not handed over from {old.verifier}: a key was put in or taken out"
    if listed:
        try:
            held = str(keys.signer().verifier)
        except keys.NoBooksKey as refusal:
            yield str(refusal)
            return
        if held != listed[-1].verifier:
            yield f"the key that is listed last, {listed[-1].verifier}, is not that of {keys.FILE}: one of the two was replaced"
