"""Kept copies as WARC files (ISO 28500, version 1.1): the bytes as they went over the wire, which other archives' tools can read."""

import hashlib
import io
from collections.abc import Sequence
from typing import IO

from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from masthead import __version__
from masthead.kernel.http import Exchange

FORMAT = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class _Writer(WARCWriter):  # type: ignore[misc]  # warcio is untyped
    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")  # warcio's own is SHA-1, which can be forged


def write(out: IO[bytes], exchanges: Sequence[Exchange]) -> int:
    """Write `exchanges` as gzipped records, each answer followed by its request, and return the offset of the last answer's record."""
    writer = _Writer(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("", {"software": f"Masthead/{__version__}", "format": "WARC File Format 1.1", "conformsTo": FORMAT}))
    offset = 0
    for exchange in exchanges:
        offset = out.tell()
        facts = {"WARC-Date": exchange.started_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "WARC-IP-Address": exchange.address}
        answer = _record(writer, exchange, "response", exchange.answer, facts | ({} if exchange.complete else {"WARC-Truncated": "unspecified"}))
        request = _record(writer, exchange, "request", exchange.request, facts)
        writer.write_request_response_pair(request, answer)
    return offset


def _record(writer: _Writer, exchange: Exchange, kind: str, block: bytes, facts: dict[str, str]) -> object:
    """Return a record whose block is exactly these bytes: warcio would write a head anew, in its own spelling."""
    payload = block.partition(b"\r\n\r\n")[2]
    words = {**facts, "WARC-Payload-Digest": f"sha256:{hashlib.sha256(payload).hexdigest()}"}
    made = writer.create_warc_record(
        exchange.url, "resource", payload=io.BytesIO(block), length=len(block), warc_content_type=f"application/http; msgtype={kind}", warc_headers_dict=words
    )
    made.rec_type = kind
    made.rec_headers.replace_header("WARC-Type", kind)
    return made
