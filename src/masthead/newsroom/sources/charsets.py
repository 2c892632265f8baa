"""Which letters a page's bytes are, told by the page, its server, and the bytes themselves; these win where they differ."""

import codecs
import contextlib
import re

from charset_normalizer import from_bytes

# The encodings of the web, as the WHATWG's encoding standard lists them. Anything else a page names is not believed: Python knows
# codecs that are none (rot13, zlib), and some that nobody writes pages in.
KNOWN = frozenset(
    (
        *("utf-8", "utf-16-le", "utf-16-be", "cp866", "cp874", "cp932", "cp949", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"),
        *("gbk", "gb18030", "big5", "euc_jp", "euc_kr", "iso2022_jp", "shift_jis"),
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
)
READ_AS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gbk",
    "utf-16": "utf-16-le",
    "tis-620": "cp874",
}  # as the same standard does
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
UNLIKE_ASCII = frozenset({"utf-16-le", "utf-16-be", "iso2022_jp"})
HEAD = 4096  # bytes in which a page must name its letters; the standard says 1,024, pages say later
SAMPLE = 64 * 1024


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Return the text of `body`, and the encoding it was read as (a Python name).

    A byte order mark decides; then UTF-8 where the bytes are that beyond doubt; then what the server says, what the page says, and
    what the letters look like. What cannot be read becomes U+FFFD; nothing is dropped silently.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace"), name
    header, meta = _said(_HEADER.search(content_type)), _said(_META.search(body[:HEAD]))
    if header in UNLIKE_ASCII or meta == "iso2022_jp":  # these are valid UTF-8 too, and nonsense as that
        name = header if header in UNLIKE_ASCII else meta
        return body.decode(name, errors="replace"), name
    with contextlib.suppress(UnicodeDecodeError):
        return codecs.getincrementaldecoder("utf-8")().decode(body), "utf-8"  # a letter cut in two at the very end is let go
    for name in filter(None, (header, meta)):
        if name == "utf-8" and body.decode("utf-8", errors="replace").count("\ufffd") > len(body) // 1000:
            continue  # it says so and is not; a few broken letters in a long page are another matter
        return body.decode(name, errors="replace"), name
    best = from_bytes(body[:SAMPLE]).best()
    name = (_known(best.encoding) if best else None) or "cp1252"
    return body.decode(name, errors="replace"), name


def _said(found: re.Match[str] | re.Match[bytes] | None) -> str:
    label = found[1] if found else ""
    return _known(label.decode("ascii") if isinstance(label, bytes) else label) or ""


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = READ_AS.get(name, name)
    return name if name in KNOWN else None
