"""A Merkle tree over the books: one root for all rows, and short proofs that a row is among them. Pure.

The tree, its proofs and their checks are those of RFC 6962, sections 2.1 to 2.1.3 and of RFC 9162, section 2.1 (the same
tree): SHA-256, leaves prefixed with 0x00, inner nodes with 0x01.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Growing:
    """A tree that leaves are added to in order, kept as the roots of its full subtrees: a few hashes, whatever its size."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)  # from the largest subtree to the smallest

    def add(self, hashed: bytes) -> None:
        """Add the next leaf by its hash."""
        self.peaks.append(hashed)
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right = self.peaks.pop()
            self.peaks.append(node_hash(self.peaks.pop(), right))
            size //= 2

    def root(self) -> bytes:
        """Return the root over all leaves added so far."""
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaves with these hashes."""
    tree = Growing()
    for hashed in hashes:
        tree.add(hashed)
    return tree.root()


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from the leaf at `index` (from 0) to the root, from the leaf upwards (RFC 6962, 2.1.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(hashes):
        raise IndexError(f"There is no leaf {index} in a tree of {len(hashes)}.")
    path: list[bytes] = []
    row, here = list(hashes), index
    while len(row) > 1:
        beside = here ^ 1
        if beside < len(row):
            path.append(row[beside])
        row = [node_hash(row[at], row[at + 1]) if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)]
        here //= 2
    return path


def root_from_inclusion(hashed: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to (RFC 9162, 2.1.3.2); None where the proof does not fit a tree of that size."""
    if not 0 <= index < size:
        return None
    here, last, root = index, size - 1, hashed
    for beside in path:
        if last == 0:
            return None
        if here % 2 or here == last:
            root = node_hash(beside, root)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            root = node_hash(root, beside)
        here, last = here // 2, last // 2
    return root if last == 0 else None


def consistency_proof(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the hashes that show the tree of the first `old_size` leaves to be the beginning of the whole (RFC 6962, 2.1.2).

    Raises:
        IndexError: `old_size` is not between 1 and the number of leaves.
    """
    if not 1 <= old_size <= len(hashes):
        raise IndexError(f"There is no tree of {old_size} in one of {len(hashes)}.")
    return _subproof(hashes, old_size, is_whole=True)


def _subproof(hashes: Sequence[bytes], old_size: int, *, is_whole: bool) -> list[bytes]:
    if old_size == len(hashes):
        return [] if is_whole else [root_of(hashes)]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if old_size <= half:
        return [*_subproof(hashes[:half], old_size, is_whole=is_whole), root_of(hashes[half:])]
    return [*_subproof(hashes[half:], old_size - half, is_whole=False), root_of(hashes[:half])]


def is_consistent(*, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether a proof shows the tree with `old_root` to be the beginning of the one with `root` (RFC 9162, 2.1.4.2)."""
    if old_size == size:
        return old_root == root and not path
    if not 0 < old_size < size or not path:
        return False
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    here, last = old_size - 1, size - 1
    while here % 2:
        here, last = here // 2, last // 2
    old_found = found = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if here % 2 or here == last:
            old_found, found = node_hash(beside, old_found), node_hash(beside, found)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            found = node_hash(found, beside)
        here, last = here // 2, last // 2
    return old_found == old_root and found == root and last == 0
