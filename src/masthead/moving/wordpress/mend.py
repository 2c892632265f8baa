"""Mend what damaged export files most often suffer from, byte by byte, before the XML parser reads them.

Three faults cost nothing to mend: control characters that XML forbids, bytes that are not UTF-8, and a bare
`&` (or an HTML entity such as `&nbsp;`) outside CDATA. Each is noted with its line.
"""

import codecs
import html
import re
from collections.abc import Callable
from typing import BinaryIO

CHUNK_BYTES = 2**16
_BYTES = range(0xDC80, 0xDD00)  # what a byte that is not UTF-8 is decoded to (Python's surrogateescape)
NOTES_KEPT = 200

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,30});)?")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
# A chunk may end inside one of these; its tail waits for the next chunk.
_UNFINISHED = re.compile(r"(?:&[#A-Za-z0-9]{0,32}|<[!\[CDAT]{0,7}|\]{1,2})\Z")


class MendedFile:
    """A binary file that reads as mended UTF-8; `notes` says what was mended, as (line, sentence)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._line = 1
        self._in_cdata = False
        self._tail = ""
        self._ready = b""
        self._ended = False
        self.notes: list[tuple[int, str]] = []
        self.mended = 0

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Return at most `size` mended bytes; empty at the end."""
        while not self._ready and not self._ended:
            chunk = self._file.read(CHUNK_BYTES)
            self._ended = not chunk
            self._ready = self._mend(self._decoder.decode(chunk, final=self._ended)).encode("utf-8", "replace")
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken

    def _mend(self, text: str) -> str:
        text = self._tail + text
        self._tail = ""
        if not self._ended and (match := _UNFINISHED.search(text)):
            self._tail = text[match.start() :]
            text = text[: match.start()]
        pieces = []
        while text:
            mark = _CDATA_END if self._in_cdata else _CDATA
            at = text.find(mark)
            piece, text = (text, "") if at < 0 else (text[: at + len(mark)], text[at + len(mark) :])
            pieces.append(self._mend_piece(piece))
            if at >= 0:
                self._in_cdata = not self._in_cdata
        return "".join(pieces)

    def _mend_piece(self, piece: str) -> str:
        mended = _FORBIDDEN.sub(self._counted(piece, _character), piece)
        if not self._in_cdata:
            mended = _AMPERSAND.sub(self._counted(mended, _entity), mended)
        self._line += piece.count("\n")
        return mended

    def _counted(self, piece: str, mend: Callable[[re.Match[str]], tuple[str, str]]) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            text, note = mend(match)
            self.mended += 1
            if len(self.notes) < NOTES_KEPT:
                self.notes.append((self._line + piece.count("\n", 0, match.start()), note))
            return text

        return replace


def _character(match: re.Match[str]) -> tuple[str, str]:
    code = ord(match[0])
    if code in _BYTES:  # most often Windows-1252 pasted into a text
        byte = code - 0xDC00
        return bytes([byte]).decode("cp1252", "replace"), f"byte {byte:#04x} is not UTF-8; read as Windows-1252"
    return "", f"character U+{code:04X}, which XML forbids, left out"


def _entity(match: re.Match[str]) -> tuple[str, str]:
    name = match[1]
    if name and (character := html.unescape(f"&{name};")) != f"&{name};":
        return html.escape(character), f"HTML entity &{name}; written as its character"
    return "&amp;" + (f"{name};" if name else ""), "bare & read as &amp;"
