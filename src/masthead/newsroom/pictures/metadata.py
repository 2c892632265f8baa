"""What a picture file says of itself (IPTC and XMP), read on upload and written into every rendition.

Properties are the IPTC Photo Metadata Standard 2023.2's (iptc.org/std/photometadata/specification): Dublin Core's
creator, description and rights, Photoshop's Credit and Source, xmpRights' UsageTerms and WebStatement.
"""

import datetime as dt
import re
from dataclasses import dataclass, fields
from typing import IO, Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from PIL import Image, IptcImagePlugin
from PIL.ImageFile import ImageFile

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
IPTC_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
# IPTC-IIM 4.2, record 2 (iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf)
IIM = {"creator": (2, 80), "credit_line": (2, 110), "source": (2, 115), "copyright_notice": (2, 116), "caption": (2, 120), "taken": (2, 55)}
LONGEST = 5000


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture; an empty text where nothing is."""

    creator: str = ""
    credit_line: str = ""
    copyright_notice: str = ""
    licence: str = ""  # in words
    licence_url: str = ""
    caption: str = ""
    alt_text: str = ""
    source: str = ""
    taken: dt.date | None = None


# --- reading -----------------------------------------------------------------------------------------


def read(file: IO[bytes]) -> PictureFacts:
    """Return what `file` says of itself, XMP before IPTC-IIM; nothing where it says nothing or cannot be read."""
    position = file.tell()
    try:
        with Image.open(file) as image:
            xmp = _from_xmp(_packet(image))
            iim = _from_iim(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return PictureFacts()
    finally:
        file.seek(position)
    return PictureFacts(**{field.name: getattr(xmp, field.name) or getattr(iim, field.name) for field in fields(PictureFacts)})


ORIENTATION = 0x0112  # Exif 2.32, table 4
ON_ITS_SIDE = {5, 6, 7, 8}


def upright_size(file: IO[bytes]) -> tuple[int, int] | None:
    """Return width and height in pixels of the picture as it must be held, or None where it cannot be read."""
    try:
        with file.open() if hasattr(file, "open") else file as opened, Image.open(opened) as image:
            width, height = image.size
            return (height, width) if image.getexif().get(ORIENTATION) in ON_ITS_SIDE else (width, height)
    except (OSError, ValueError, SyntaxError):
        return None


def _packet(image: Image.Image) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def _from_xmp(packet: bytes) -> PictureFacts:
    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b">")
    if start < 0:
        start = packet.find(b"<rdf:RDF")
    if start < 0:
        return PictureFacts()
    try:
        root = fromstring(packet[start : end + 1])
    except (ParseError, DefusedXmlException, ValueError):
        return PictureFacts()
    say = _Sayings(root)
    return PictureFacts(
        creator=say.text(f"{DC}creator", joined="; "),
        credit_line=say.text(f"{PHOTOSHOP}Credit"),
        copyright_notice=say.text(f"{DC}rights"),
        licence=say.text(f"{RIGHTS}UsageTerms"),
        licence_url=say.text(f"{RIGHTS}WebStatement"),
        caption=say.text(f"{DC}description"),
        alt_text=say.text(f"{IPTC_CORE}AltTextAccessibility"),
        source=say.text(f"{PHOTOSHOP}Source"),
        taken=_date(say.text(f"{PHOTOSHOP}DateCreated")),
    )


class _Sayings:
    """The properties of an XMP packet, whether written as attributes, elements or lists of them."""

    def __init__(self, root: Element) -> None:
        self.descriptions = list(root.iter(f"{RDF}Description"))

    def text(self, name: str, joined: str = "") -> str:
        for description in self.descriptions:
            if name in description.attrib:
                return _clean(description.attrib[name])
            for element in description.findall(name):
                items = [_clean(item.text) for item in element.iter(f"{RDF}li")]
                return joined.join(items) if joined and items else items[0] if items else _clean(element.text)
        return ""


def _from_iim(image: ImageFile) -> PictureFacts:
    try:
        known: dict[Any, Any] = IptcImagePlugin.getiptcinfo(image) or {}
    except (SyntaxError, OSError, ValueError, KeyError, TypeError):
        return PictureFacts()
    encoding = "utf-8" if known.get((1, 90)) == b"\x1b%G" else "latin-1"
    texts = {name: _join(known.get(dataset), encoding) for name, dataset in IIM.items()}
    return PictureFacts(taken=_date(texts.pop("taken")), **texts)


def _join(value: bytes | list[bytes] | None, encoding: str) -> str:
    parts = value if isinstance(value, list) else [value] if value else []
    return "; ".join(_clean(part.decode(encoding, errors="replace")) for part in parts)


def _clean(text: str | None) -> str:
    return re.sub(r"[ \t\x00]+", " ", text or "").strip()[:LONGEST]


def _date(text: str) -> dt.date | None:
    match = re.match(r"(\d{4})[-:]?(\d{2})[-:]?(\d{2})", text)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


# --- writing -----------------------------------------------------------------------------------------


def xmp(facts: PictureFacts) -> bytes:
    """Return `facts` as an XMP packet (ISO 16684-1), ready to be put into a file."""
    lines = [
        _list("dc:creator", "Seq", facts.creator),
        _list("dc:description", "Alt", facts.caption),
        _list("dc:rights", "Alt", facts.copyright_notice),
        _list("xmpRights:UsageTerms", "Alt", facts.licence),
        _list("Iptc4xmpCore:AltTextAccessibility", "Alt", facts.alt_text),
    ]
    attributes = [
        _attribute("photoshop:Credit", facts.credit_line),
        _attribute("photoshop:Source", facts.source),
        _attribute("photoshop:DateCreated", facts.taken.isoformat() if facts.taken else ""),
        _attribute("xmpRights:WebStatement", facts.licence_url),
    ]
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
        f"{''.join(attributes)}>{''.join(lines)}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(_clean(value))}" if value else ""


def _list(name: str, kind: str, value: str) -> str:
    language = ' xml:lang="x-default"' if kind == "Alt" else ""
    return f"<{name}><rdf:{kind}><rdf:li{language}>{escape(_clean(value))}</rdf:li></rdf:{kind}></{name}>" if value else ""
