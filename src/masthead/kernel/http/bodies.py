"""Content codings, undone in bounded memory.

We ask for gzip alone: zlib stops at any number of bytes, so a small answer that would unpack to gigabytes costs no more than its cap.
"""

import zlib

from masthead.kernel.http.errors import BrokenAnswer, TooLarge

ASKED_FOR = "gzip"
KNOWN = {"gzip", "x-gzip", "deflate"}  # deflate is the zlib format of RFC 9110, 8.4.1.2; some servers send it unasked
AUTO_DETECT = 32 + zlib.MAX_WBITS  # zlib or gzip, by what stands at the beginning
STEP = 64 * 1024
HIGHEST_RATIO = 300  # text packs 3 to 30 times, at most about 1,000 in deflate: what is beyond this was made to harm
RATIO_COUNTS_FROM = 2**20  # a small page of blanks harms nobody


class Body:
    """Collects a body as it comes in, unpacked; refuses one that grows over `largest` bytes or unpacks like a bomb."""

    def __init__(self, codings: str, *, largest: int, host: str) -> None:
        self._largest = largest
        self._host = host
        self._came_in = 0
        self._out = bytearray()
        self._unpacker = self._unpacker_for([coding for part in codings.lower().split(",") if (coding := part.strip()) not in {"", "identity"}])

    def _unpacker_for(self, codings: list[str]) -> "zlib._Decompress | None":
        if len(codings) > 1 or not KNOWN.issuperset(codings):
            raise BrokenAnswer(f"{self._host} answered in the coding “{', '.join(codings)[:40]}”, which nobody asked for.")
        return zlib.decompressobj(AUTO_DETECT) if codings else None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            TooLarge: over the cap, or a decompression bomb.
            BrokenAnswer: the bytes are not of the coding they are said to be of.
        """
        self._came_in += len(data)
        if self._unpacker is None:
            self._keep(data)
            return
        try:
            while data:
                if self._unpacker.eof:  # gzip may come in several members (RFC 1952, 2.2), and with zeros behind it
                    data = data.lstrip(b"\0")
                    if not data:
                        return
                    self._unpacker = zlib.decompressobj(AUTO_DETECT)
                self._keep(self._unpacker.decompress(data, STEP))
                data = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail
        except zlib.error:
            raise BrokenAnswer(f"{self._host} sent a packed answer that cannot be unpacked.") from None

    def _keep(self, data: bytes) -> None:
        self._out += data
        if len(self._out) > self._largest:
            raise TooLarge(f"The answer of {self._host} is larger than {self._largest / 2**20:.0f} MB.")
        if len(self._out) > max(RATIO_COUNTS_FROM, self._came_in * HIGHEST_RATIO):
            raise TooLarge(f"{self._host} sent {self._came_in} bytes that unpack without end: a decompression bomb.")

    def close(self) -> bytes:
        """Return the whole body.

        Raises:
            BrokenAnswer: a packed body that ended too early.
        """
        if self._unpacker is not None and self._came_in:
            self._keep(self._unpacker.flush())
            if not self._unpacker.eof:
                raise BrokenAnswer(f"The answer of {self._host} was cut off in the middle.")
        return bytes(self._out)
