"""The program that reads one page, started by `extraction.extract`: a line of JSON and the page in, a line of JSON out."""

import json
import re
import resource
import sys
from typing import Any

MEMORY = 1536 * 2**20  # bytes of addresses; a page of 4 MB needs about 300 MB
LONGEST_TEXT = 2_000_000  # characters
LONGEST_FACT = 500
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # no database takes these, and nobody wrote them
DATES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date.issued",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s?(Z|[+-]\d{2}:?\d{2})?)?")


def main() -> None:
    """Read the question from standard input and write the answer to standard output."""
    question = sys.stdin.buffer.read()
    seconds = int(json.loads(question.partition(b"\n")[0])["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.stdout.write(answer(question))


def answer(question: bytes) -> str:
    """Return the facts of the page in `question`, as a line of JSON."""
    head, _, body = question.partition(b"\n")
    words = json.loads(head)
    facts = read(body, content_type=words["content_type"], html=words["html"], url=words["url"])
    return json.dumps({key: NOT_TEXT.sub("", value)[: LONGEST_TEXT if key == "text" else LONGEST_FACT] for key, value in facts.items()})


def read(body: bytes, *, content_type: str, html: bool, url: str) -> dict[str, str]:
    """Return the facts of a page under the names of `extraction.Extract`."""
    from masthead.newsroom.sources.charsets import decode  # noqa: PLC0415  after the limits

    text, charset = decode(body, content_type)
    if not html:
        return {"charset": charset, "text": text}
    return {"charset": charset, **_read_html(text, url)}


def _read_html(text: str, url: str) -> dict[str, str]:
    from lxml import html  # noqa: PLC0415  as above
    from trafilatura import bare_extraction  # noqa: PLC0415

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", NOT_TEXT.sub("", text))  # lxml takes no text that names its own encoding
    if not text.strip():
        return {"problem": "The page is empty."}
    tree = html.fromstring(text)
    said = _metadata(tree)
    linked = _linked_data(tree)
    found = bare_extraction(tree, url=url, with_metadata=True, include_comments=False, include_tables=True, date_extraction_params={"extensive_search": False})
    language = tree.get("lang") or said.get("og:locale", "").replace("_", "-")
    facts = {
        "title": said.get("og:title") or _text(linked.get("headline")) or (found.title if found else "") or " ".join((tree.findtext(".//title") or "").split()),
        "site": said.get("og:site_name") or _name(linked.get("publisher")) or (found.sitename if found else ""),
        "author": _name(linked.get("author")) or (found.author if found else ""),
        "published_at": _moment(said, linked, (found.date if found else "") or ""),
        "language": language if re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,2}", language) and len(language) <= 12 else "",  # noqa: PLR2004  the field's length
        "canonical_url": next((str(link.get("href")) for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical" and link.get("href")), ""),
        "text": (found.text if found else "") or "",
    }
    return {key: value or "" for key, value in facts.items()}


def _metadata(tree: Any) -> dict[str, str]:
    said: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        content = " ".join((element.get("content") or "").split())
        if name and content:
            said.setdefault(name, content)
    return said


def _linked_data(tree: Any) -> dict[str, Any]:
    """Return the first thing with a headline in the page's JSON-LD (schema.org)."""
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            try:
                waiting = [json.loads(script.text or "")]
            except (ValueError, RecursionError):
                continue
            while waiting:
                thing = waiting.pop()
                if isinstance(thing, list):
                    waiting += thing
                elif isinstance(thing, dict):
                    if "headline" in thing:
                        return thing
                    waiting += [thing[key] for key in ("@graph", "mainEntity") if key in thing]
    return {}


def _moment(said: dict[str, str], linked: dict[str, Any], guessed: str) -> str:
    """Return the hour at which a page says it was published, as ISO 8601; a date alone where it gives no zone."""
    for words in (*(said.get(name, "") for name in DATES[:2]), _text(linked.get("datePublished")), *(said.get(name, "") for name in DATES[2:]), guessed):
        if match := _ISO.match(words.strip()):
            day, hour, zone = match[1], match[2], match[3]
            if not (hour and zone):
                return day
            return f"{day}T{hour}" + ("+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}")
    return ""


def _name(thing: Any) -> str:
    if isinstance(thing, list):
        return ", ".join(filter(None, map(_name, thing[:5])))
    return _text(thing.get("name")) if isinstance(thing, dict) else _text(thing)


def _text(thing: Any) -> str:
    return " ".join(thing.split()) if isinstance(thing, str) else ""


if __name__ == "__main__":
    main()
