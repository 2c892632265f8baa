"""The forms a page is sent in: as it is, and compressed, each with the holes still to be filled."""

import enum
import hashlib
import itertools
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from masthead.delivery.pagestore import checksum, strict
from masthead.delivery.pagestore.encoders import Brotli, Encoder, Gzip, NotSplicedError, Zstd, filler
from masthead.delivery.pagestore.page import Page

IDENTITY, GZIP, BROTLI, ZSTD = "identity", "gzip", "br", "zstd"
TRAILER = 8  # bytes: CRC and length at the end of a gzip member
SMALLEST = 256  # below, a head of its own costs more than compression saves
LONGEST_RAW = 65_535  # of a stored block of deflate, the smallest of the three formats' limits
# A stretch between two holes that is shorter stands raw with them: a block's head costs as much.
SHORTEST_SEGMENT = 7
# How many letters after a hole stand raw with it, tried in turn: brotli may by chance have found these letters where the decoder does not look for them.
LEADS = (2, 3, 5, 6, 4)
COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/javascript", "application/manifest", "image/svg")


class Effort(enum.IntEnum):
    """How long to look for a shorter form: QUICK when a page is published (milliseconds), THOROUGH later, while nobody waits."""

    QUICK = 0
    THOROUGH = 1


ENCODERS: Mapping[str, Callable[[Effort, int], Encoder]] = {
    GZIP: lambda _, __: Gzip(9),
    BROTLI: lambda effort, total: Brotli(11 if effort else 5, total),
    ZSTD: lambda effort, total: Zstd(19 if effort else 9, total),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """One page in one coding: the bytes between its holes, one piece more than there are holes.

    `check` is what its checksum is made from. `tag` names these bytes, for whatever stands in the holes; a form that was not stored has none.
    """

    coding: str
    pieces: tuple[bytes, ...]
    check: bytes = b""
    tag: str = ""

    @property
    def size(self) -> int:
        """Return the bytes that it takes in memory, without what stands in the holes."""
        return sum(map(len, self.pieces)) + len(self.check)

    @property
    def wire(self) -> int:
        """Return the bytes that are sent, without what stands in the holes, which is as long in every form."""
        return sum(map(len, self.pieces)) + (TRAILER if self.check else 0)


def splice(variant: Variant, values: Sequence[bytes]) -> bytes:
    """Return the body with `values` in its holes, each exactly as long as its hole."""
    parts = [b""] * (2 * len(variant.pieces) - 1)
    parts[::2] = variant.pieces
    parts[1::2] = values
    if variant.check:
        parts.append(checksum.trailer(variant.check, values))
    return b"".join(parts)


def compile_page(page: Page, effort: Effort = Effort.QUICK) -> tuple[Variant, ...]:
    """Return the page in every coding that holds it exactly and is shorter, identity first.

    Each form is decoded strictly with two values in its holes that differ in every byte: what follows a hole can depend on it only by copying from it, and
    a copy would show in one of the two. So a form that holds for both holds for every value of that length.
    """
    identity = Variant(IDENTITY, page.segments)
    if page.length < SMALLEST or not is_compressible(page.media_type):
        return (identity,)
    variants = (compressed(page, coding, effort) for coding in ENCODERS)
    return (identity, *(variant for variant in variants if variant is not None and variant.wire < identity.wire))


def compressed(page: Page, coding: str, effort: Effort) -> Variant | None:
    """Return the page in one coding, or None where no way was found that decodes to exactly the page."""
    letters = bytes(range(256)).translate(None, b"".join(page.segments)) if page.holes else b""
    for lead in LEADS:
        encoder = ENCODERS[coding](effort, page.length)
        try:
            variant = _encoded(page, coding, encoder, filler(letters) if letters else None, lead if encoder.context else 0)
        except NotSplicedError:
            return None
        if is_exact(page, variant):
            return variant
        if not page.holes or not encoder.context:
            return None
    return None


def is_exact(page: Page, variant: Variant) -> bool:
    """Say whether a form decodes to the page, whatever stands in its holes."""
    identity = Variant(IDENTITY, page.segments)
    for letter in b"\x55", b"\xaa":
        values = [letter * hole.length for hole in page.holes]
        try:
            if strict.decoded(variant.coding, splice(variant, values)) != splice(identity, values):
                return False
        except strict.NotExactError:
            return False
        if not values:
            break
    return True


def _encoded(page: Page, coding: str, encoder: Encoder, letters: Iterator[int] | None, lead: int) -> Variant:
    """Write the page into `encoder`. A hole stands raw, with the `lead` bytes that follow it and with the next hole, where that is near."""
    if letters is None and page.holes and coding != GZIP:
        raise NotSplicedError("the page has every byte there is")
    pieces: list[bytes] = []
    piece = encoder.add(page.segments[0])
    at = 0
    while at < len(page.holes):
        end = _run(page, at)
        rest = page.segments[end]
        context, rest = rest[:lead], rest[lead:]
        length = sum(hole.length for hole in page.holes[at:end]) + sum(map(len, page.segments[at + 1 : end])) + len(context)
        if length > LONGEST_RAW:
            raise NotSplicedError("holes and what stands between them are longer than a block")
        piece += encoder.raw(length)
        for between in page.segments[at + 1 : end]:
            pieces.append(piece)
            piece = between
        pieces.append(piece)
        encoder.skip(bytes(itertools.islice(letters, length - len(context))) if letters is not None else b"", context)
        piece = context + (encoder.add(rest) if rest else b"")
        at = end
    pieces.append(piece + encoder.end())
    check = checksum.prepared(page.segments, [hole.length for hole in page.holes]) if coding == GZIP else b""
    return Variant(coding, tuple(pieces), check)


def _run(page: Page, first: int) -> int:
    """Return the hole after the last one that stands in one block with hole `first`."""
    last = first + 1
    while last < len(page.holes) and len(page.segments[last]) < SHORTEST_SEGMENT:
        last += 1
    return last


def is_compressible(media_type: str) -> bool:
    """Say whether bytes of this media type become fewer when they are compressed."""
    bare = media_type.partition(";")[0].strip().lower()
    return bare.startswith(COMPRESSIBLE) or bare.endswith(("+json", "+xml"))


def packed(variant: Variant) -> bytes:
    """Return a variant's pieces and check as one string of bytes for the disk."""
    parts = (variant.check, *variant.pieces)
    return struct.pack(f"<I{len(parts)}I", len(parts), *map(len, parts)) + b"".join(parts)


def unpacked(coding: str, data: bytes, revision: str = "") -> Variant:
    """Return the variant that `packed` was given, of the page's `revision`."""
    (count,) = struct.unpack_from("<I", data)
    lengths = struct.unpack_from(f"<{count}I", data, 4)
    ends = list(itertools.accumulate(lengths, initial=4 + 4 * count))
    check, *pieces = [data[begin:end] for begin, end in itertools.pairwise(ends)]
    tag = hashlib.blake2b(data, digest_size=8, key=f"{coding} {revision}".encode()[:64])
    return Variant(coding, tuple(pieces), check, tag.hexdigest())
