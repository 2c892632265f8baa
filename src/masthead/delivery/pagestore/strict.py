"""Decoders that forgive nothing: browsers pass over a wrong checksum and cut what follows a first member, and a stored page must not depend on that."""

import zlib
from collections.abc import Callable

import brotli
import zstandard

# What browsers take: https://www.rfc-editor.org/rfc/rfc9659
LARGEST_ZSTD_WINDOW = 8 * 1024 * 1024


class NotExactError(Exception):
    """A body that is not exactly one whole stream of its coding."""


def decoded(coding: str, body: bytes) -> bytes:
    """Return what `body` says, or raise NotExactError unless it is one stream, whole, with the right checksum and nothing after it."""
    try:
        return DECODERS[coding](body)
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise NotExactError(f"not {coding}: {error}") from None


def _gzip(body: bytes) -> bytes:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)  # compares CRC and length
    text = stream.decompress(body) + stream.flush()
    if not stream.eof or stream.unused_data:
        raise NotExactError("gzip: cut short" if not stream.eof else "gzip: more than one member")
    return text


def _brotli(body: bytes) -> bytes:
    stream = brotli.Decompressor()
    text = bytes(stream.process(body[:-1]))
    if stream.is_finished():
        raise NotExactError("brotli: something follows the stream")
    text += bytes(stream.process(body[-1:]))
    if not stream.is_finished():
        raise NotExactError("brotli: cut short")
    return text


def _zstd(body: bytes) -> bytes:
    if zstandard.get_frame_parameters(body).window_size > LARGEST_ZSTD_WINDOW:
        raise NotExactError("zstd: a window larger than browsers take")
    stream = zstandard.ZstdDecompressor().decompressobj()
    text = stream.decompress(body)
    if not stream.eof or stream.unused_data:
        raise NotExactError("zstd: cut short" if not stream.eof else "zstd: more than one frame")
    return text


DECODERS: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": _gzip, "br": _brotli, "zstd": _zstd}
