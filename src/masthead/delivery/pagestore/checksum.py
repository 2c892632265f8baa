"""The CRC-32 of a page whose holes are filled, without reading the page: a CRC is linear, so each hole adds its share.

As in zlib's crc32_combine: polynomials over GF(2) modulo the CRC's, bits reversed, so that 1 << 31 is x to the power of 0.
"""

import struct
import zlib
from array import array
from collections.abc import Sequence

POLYNOMIAL = 0xEDB88320
ONE = 1 << 31
LENGTH_MASK = 0xFFFFFFFF
NIBBLE = 4
TABLE = 128  # numbers for one hole, in this machine's order of bytes: the file stays on the machine


def product(first: int, second: int) -> int:
    """Return the product of two polynomials modulo the CRC's."""
    result = 0
    bit = ONE
    while bit:
        if first & bit:
            result ^= second
        second = second >> 1 ^ POLYNOMIAL if second & 1 else second >> 1
        bit >>= 1
    return result


def _powers() -> list[int]:
    """Return x to the powers of 8, 16, 32, ... bits: what 1, 2, 4, ... zero bytes multiply a CRC by."""
    power = ONE >> 8
    powers = []
    for _ in range(40):
        powers.append(power)
        power = product(power, power)
    return powers


POWERS = _powers()


def zeros(count: int) -> int:
    """Return what `count` bytes that follow multiply a CRC by."""
    result = ONE
    for power in POWERS:
        if count & 1:
            result = product(power, result)
        count >>= 1
    return result


def prepared(segments: Sequence[bytes], lengths: Sequence[int]) -> bytes:
    """Return what `trailer` needs to know of a page: its CRC with nothing in the holes, its length, and each hole's table."""
    base, total = zlib.crc32(segments[0]), len(segments[0])
    for length, segment in zip(lengths, segments[1:], strict=True):
        base = zlib.crc32(segment, zlib.crc32(bytes(length), base))
        total += length + len(segment)
    tables: list[int] = []
    behind = total - len(segments[0])
    for length, segment in zip(lengths, segments[1:], strict=True):
        behind -= length
        table = multiples(zeros(behind))
        base ^= share(table, 0, zlib.crc32(bytes(length)))
        tables += table
        behind -= len(segment)
    return array("I", (base, total & LENGTH_MASK, *tables)).tobytes()


def multiples(factor: int) -> list[int]:
    """Return the products of `factor` with each value of each of a CRC's eight half-bytes, lowest first: 128 numbers for what is multiplied often."""
    bits = [factor]  # its products with the powers of x, so with the CRC's bits from the highest down
    for _ in range(31):
        last = bits[-1]
        bits.append(last >> 1 ^ POLYNOMIAL if last & 1 else last >> 1)
    table: list[int] = []
    for low in range(31, -1, -NIBBLE):
        table.append(0)
        for bit in range(NIBBLE):
            table.extend([known ^ bits[low - bit] for known in table[-(1 << bit) :]])
    return table


def share(table: Sequence[int], at: int, crc: int) -> int:
    """Return the product of `crc` with the factor whose multiples stand in `table` from `at` on; the loop is written out, for it runs at each answer."""
    return (
        table[at + (crc & 15)]
        ^ table[at + 16 + (crc >> 4 & 15)]
        ^ table[at + 32 + (crc >> 8 & 15)]
        ^ table[at + 48 + (crc >> 12 & 15)]
        ^ table[at + 64 + (crc >> 16 & 15)]
        ^ table[at + 80 + (crc >> 20 & 15)]
        ^ table[at + 96 + (crc >> 24 & 15)]
        ^ table[at + 112 + (crc >> 28)]
    )


def trailer(check: bytes, values: Sequence[bytes]) -> bytes:
    """Return the last eight bytes of a gzip member: CRC and length of the page with `values` in its holes."""
    numbers = memoryview(check).cast("I")
    crc = numbers[0]
    at = 2
    for value in values:
        crc ^= share(numbers, at, zlib.crc32(value))
        at += TABLE
    return struct.pack("<II", crc, numbers[1])
