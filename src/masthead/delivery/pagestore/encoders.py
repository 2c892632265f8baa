"""One compressed stream in each coding, written so that some of its bytes can be put in later.

The bytes of a hole stand in the stream as they are, in a block that holds them raw. So that the rest may be compressed as one stream, the encoder is shown
as many bytes of filler in their place, and what it makes of those is thrown away. Nothing that follows may then refer back to the filler, nor stand on a
state that the filler left: it is made of bytes that the page does not have, and in an order in which no two of its bytes come twice.
"""

import itertools
import struct
import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli
import zstandard

# A block of zstd of fewer bytes than this is never compressed, one of at most 63 has no table of its own: such filler leaves no state.
ZSTD_FILLER = 56
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Brotli chooses a letter's code by the two letters before it: those must be the page's own.
BROTLI_CONTEXT = 2
# Browsers refuse windows over 8 MB in zstd; 22 is what brotli's encoder takes by itself.
SMALLEST_WINDOW, LARGEST_WINDOW = 16, 22


class NotSplicedError(Exception):
    """A page that cannot be held exactly in this coding, in this way."""


class Encoder(Protocol):
    """One stream. After each call the bytes returned so far end on a whole byte."""

    context: int

    def add(self, data: bytes) -> bytes:
        """Return `data` compressed."""

    def raw(self, length: int) -> bytes:
        """Return what stands before `length` bytes that are not compressed."""

    def skip(self, filler: bytes, context: bytes) -> None:
        """Pass over a raw block: `filler` for all of it but its end, which is `context`."""

    def end(self) -> bytes:
        """Return the end of the stream."""


class Gzip:
    """A gzip member without the checksum at its end, which depends on what goes into the holes."""

    HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # no name, no time, an unknown system
    context = 0

    def __init__(self, level: int) -> None:
        """Begin a stream at `level` 1 to 9."""
        self._stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
        self._head = self.HEAD

    def add(self, data: bytes) -> bytes:
        """Return `data` compressed, up to a whole byte."""
        head, self._head = self._head, b""
        return head + self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def raw(self, length: int) -> bytes:
        """Return the head of a stored block."""
        return struct.pack("<BHH", 0, length, length ^ 0xFFFF)

    def skip(self, filler: bytes, context: bytes) -> None:
        """Pass over a stored block; where there is no filler, nothing that follows refers to anything before."""
        if filler:
            self._stream.compress(filler + context)
            self._stream.flush(zlib.Z_SYNC_FLUSH)
        else:
            self._stream.flush(zlib.Z_FULL_FLUSH)

    def end(self) -> bytes:
        """Return the last, empty block."""
        return self._stream.flush(zlib.Z_FINISH)


class Brotli:
    """A brotli stream, in which a raw block is a metablock of its own."""

    context = BROTLI_CONTEXT

    def __init__(self, quality: int, total: int) -> None:
        """Begin a stream of `total` bytes at `quality` 0 to 11."""
        window = min(max(total.bit_length(), SMALLEST_WINDOW), LARGEST_WINDOW)
        self._stream = brotli.Compressor(mode=brotli.MODE_GENERIC, quality=quality, lgwin=window)

    def add(self, data: bytes) -> bytes:
        """Return `data` compressed, up to a whole byte."""
        return bytes(self._stream.process(data) + self._stream.flush())

    def raw(self, length: int) -> bytes:
        """Return the head of an uncompressed metablock: not the last, four nibbles of length less one, uncompressed, and bits up to the byte."""
        return ((length - 1) << 3 | 1 << 19).to_bytes(3, "little")

    def skip(self, filler: bytes, context: bytes) -> None:
        """Pass over an uncompressed metablock."""
        self._stream.process(filler + context)
        self._stream.flush()

    def end(self) -> bytes:
        """Return the last, empty metablock."""
        return bytes(self._stream.finish())


class Zstd:
    """One zstd frame without checksum and size, in which a raw block is one of the format's own raw blocks."""

    context = 0

    def __init__(self, level: int, total: int) -> None:
        """Begin a frame of `total` bytes at `level` 1 to 19."""
        parameters = zstandard.ZstdCompressionParameters.from_level(
            level, source_size=total, write_content_size=False, write_checksum=False, write_dict_id=False
        )
        self._stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        self._head = ZSTD_MAGIC + bytes((0, parameters.window_log - 10 << 3))

    def add(self, data: bytes) -> bytes:
        """Return `data` compressed, in whole blocks."""
        made = self._stream.compress(data) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        if made:
            self._head = b""
        return made

    def raw(self, length: int) -> bytes:
        """Return the head of a raw block that is not the last, and of the frame before it, where it comes first."""
        return self._head + (length << 3).to_bytes(3, "little")

    def skip(self, filler: bytes, context: bytes) -> None:
        """Pass over a raw block, in pieces that are too short to be compressed."""
        for at in range(0, len(filler), ZSTD_FILLER):
            head = len(self._head)
            made = self.add(filler[at : at + ZSTD_FILLER])
            if made[head] >> 1 & 3:
                raise NotSplicedError("the filler was compressed")
        if context:
            self.add(context)

    def end(self) -> bytes:
        """Return the last, empty block."""
        return self._stream.flush()


def filler(letters: bytes) -> Iterator[int]:
    """Yield bytes from `letters` for ever, in an order that brings no pair of them twice before all pairs of a prime number of them have come."""
    count = _prime_up_to(len(letters))
    for step in itertools.cycle(range(1, max(count, 2))):
        for at in range(count):
            yield letters[at * step % count]


def _prime_up_to(most: int) -> int:
    return next(number for number in range(most, 0, -1) if all(number % divisor for divisor in range(2, int(number**0.5) + 1)))
