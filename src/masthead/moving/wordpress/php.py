"""Read serialized PHP: scalars and arrays only. Objects, references and custom classes are refused, never made.

The format is PHP's own (php.net/manual/en/function.serialize.php): `i:1;`, `d:0.5;`, `b:1;`, `N;`,
`s:<bytes>:"...";`, `a:<count>:{<key><value>...}`. Lengths count bytes of UTF-8, not characters.
"""

import re

from masthead.kernel.errors import MastheadError

PhpValue = None | bool | int | float | str | dict[int | str, "PhpValue"]

DEEPEST = 40
LARGEST_BYTES = 8 * 2**20

_INTEGER = re.compile(rb"i:([+-]?\d{1,20});")
_FLOAT = re.compile(rb"d:([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?|NAN|-?INF);")
_BOOLEAN = re.compile(rb"b:([01]);")
_STRING = re.compile(rb's:(\d{1,9}):"')
_ARRAY = re.compile(rb"a:(\d{1,9}):\{")


class PhpError(MastheadError):
    """Text that is not serialized PHP, or holds what is not taken (an object, a reference)."""


def looks_serialized(text: str) -> bool:
    """Return whether `text` starts as a serialized array, string, number, boolean or null does."""
    return text == "N;" or re.match(r"(?:a:\d+:\{|s:\d+:\"|[idb]:[^;]{1,40};$)", text) is not None


def read_php(text: str) -> PhpValue:
    """Return the value that `text` holds: None, bool, int, float, str, or a dict in PHP's order.

    Raises:
        PhpError: it is not serialized PHP, has something behind its end, is deeper than 40 arrays or
            larger than 8 MB, or holds an object or a reference.
    """
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > LARGEST_BYTES:
        raise PhpError(f"Serialized PHP of {len(data)} bytes is more than the {LARGEST_BYTES} that are read.")
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise PhpError(f"Serialized PHP ends at byte {end}, but {len(data) - end} more follow.")
    return value


def read_php_array(text: str) -> dict[int | str, PhpValue]:
    """Return the array that `text` holds, or an empty one where it holds none or cannot be read."""
    try:
        value = read_php(text)
    except PhpError:
        return {}
    return value if isinstance(value, dict) else {}


def _value(data: bytes, at: int, depth: int) -> tuple[PhpValue, int]:
    if data.startswith(b"N;", at):
        return None, at + 2
    if match := _INTEGER.match(data, at):
        return int(match[1]), match.end()
    if match := _STRING.match(data, at):
        return _string(data, match)
    if match := _ARRAY.match(data, at):
        return _array(data, match, depth)
    if match := _BOOLEAN.match(data, at):
        return match[1] == b"1", match.end()
    if match := _FLOAT.match(data, at):
        return float(match[1].lower()), match.end()
    if data[at : at + 2] in {b"O:", b"C:", b"E:", b"r:", b"R:"}:
        raise PhpError(f"Serialized PHP holds an object or a reference at byte {at}; only plain values are read.")
    raise PhpError(f"Serialized PHP cannot be read at byte {at}: {data[at : at + 20]!r}.")


def _string(data: bytes, match: re.Match[bytes]) -> tuple[str, int]:
    end = match.end() + int(match[1])
    if data[end : end + 2] != b'";':
        raise PhpError(f"A string in serialized PHP does not end where it says, at byte {end}.")
    return data[match.end() : end].decode("utf-8", "replace"), end + 2


def _array(data: bytes, match: re.Match[bytes], depth: int) -> tuple[dict[int | str, PhpValue], int]:
    if depth >= DEEPEST:
        raise PhpError(f"Serialized PHP is more than {DEEPEST} arrays deep at byte {match.start()}.")
    found: dict[int | str, PhpValue] = {}
    at = match.end()
    for _ in range(int(match[1])):
        key, at = _value(data, at, depth + 1)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise PhpError(f"A key in serialized PHP is neither a number nor a string, before byte {at}.")
        found[key], at = _value(data, at, depth + 1)
    if data[at : at + 1] != b"}":
        raise PhpError(f"An array in serialized PHP does not end where it says, at byte {at}.")
    return found, at + 1
