"""Read a WordPress export (WXR) as a stream of typed records. No Django, no network, memory of one item.

WXR is RSS 2.0 with WordPress's own elements (versions 1.0 to 1.2). Its namespaces differ from one exporter
to the next (http or https, three versions), so elements are known by their local names alone.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from masthead.kernel.errors import MastheadError
from masthead.moving.wordpress.mend import MendedFile
from masthead.moving.wordpress.records import Head, Item, Person, Term

Element = Any  # an lxml element; its stubs are partial
Notes = list[tuple[int, str]]
KNOWN_VERSIONS = frozenset({"1.0", "1.1", "1.2"})
PROLOG_BYTES = 2**20

_CHANNEL_PARTS = ("item", "author", "category", "tag", "term", "wxr_version", "base_site_url", "base_blog_url", "title", "link", "language")
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
    "huge_tree": True,  # one text over 10 MB is rare but real; documents with a DOCTYPE are refused before
}


class WxrError(MastheadError):
    """A file that is not a WordPress export, or is broken: which, at what line, and what to do."""


class Export:
    """A WordPress export that was read through once and found whole (or mended, or its broken items left out).

    `mended` and `skipped` hold (line, sentence) for what had to be mended and what could not be read.

    Raises:
        WxrError: the file is not a WordPress export, carries a DOCTYPE, has no valid version, or is not
            well-formed and `recover` was not chosen. The sentence has the line.
    """

    def __init__(self, path: Path, *, recover: bool = False) -> None:
        self.path = path
        self.head = Head()
        self.mended: Notes = []
        self.skipped: Notes = []
        self._reading: Reading = _strictly
        _refuse_doctype(path)
        try:
            self._drain(_strictly)
        except WxrError:
            self._reading = _mended
            try:
                self._drain(_mended)
            except WxrError as error:
                if not recover:
                    raise
                self.skipped.append((0, str(error).split(". Nothing was imported")[0]))
                self._reading = _piecewise
                self._drain(_piecewise)
        if not re.fullmatch(r"\d+\.\d+", self.head.version):
            raise WxrError(f"{path.name} names no WXR version: it is not a WordPress export. Export it again under Tools > Export.")

    def items(self) -> Iterator[Item]:
        """Yield every item in the file's order, reading it again from its beginning."""
        for element in self._reading(self, [], []):
            if _name(element) == "item":
                yield _item(element)

    def _drain(self, reading: "Reading") -> None:
        self.head = Head()
        notes: Notes = []
        skipped: Notes = []
        for element in reading(self, notes, skipped):
            _take_head(self.head, element)
        self.mended = notes
        self.skipped += skipped


Reading = Callable[[Export, Notes, Notes], Iterator[Element]]


def _strictly(export: Export, _notes: Notes, _skipped: Notes) -> Iterator[Element]:
    with export.path.open("rb") as file:
        yield from _stream(file, export.path)


def _mended(export: Export, notes: Notes, _skipped: Notes) -> Iterator[Element]:
    with export.path.open("rb") as file:
        mended = MendedFile(file)
        yield from _stream(mended, export.path, forgive_namespaces=True)
        notes.extend(mended.notes)
        if mended.mended > len(mended.notes):
            notes.append((0, f"and {mended.mended - len(mended.notes)} more of these"))


def _stream(file: BinaryIO | MendedFile, path: Path, *, forgive_namespaces: bool = False) -> Iterator[Element]:
    tags = [f"{{*}}{name}" for name in _CHANNEL_PARTS]
    context = etree.iterparse(file, events=("end",), tag=tags, recover=forgive_namespaces, collect_ids=False, **_OPTIONS)
    seen = False
    try:
        for _, element in context:
            if not seen:
                seen = True
                _check_root(element, path)
            if forgive_namespaces:
                _refuse_faults(context, path)
            parent = element.getparent()
            if parent is None or _name(parent) != "channel":
                continue
            yield element
            _let_go(element)
    except etree.XMLSyntaxError as error:
        raise _broken(path, error.lineno or 0, error.msg or "not well-formed") from None
    if forgive_namespaces:
        _refuse_faults(context, path)
    if not seen:
        raise WxrError(f"{path.name} is not a WordPress export: it holds none of an export's elements. Export it again under Tools > Export.")


def _check_root(element: Element, path: Path) -> None:
    tree = element.getroottree()
    if tree.docinfo.internalDTD is not None:
        raise _doctype(path)
    if _name(tree.getroot()) != "rss":
        raise WxrError(f"{path.name} is not a WordPress export: its root is <{_name(tree.getroot())}>, not <rss>.")


def _refuse_faults(context: Any, path: Path) -> None:
    for entry in context.error_log:
        if entry.domain_name != "NAMESPACE":
            raise _broken(path, entry.line, entry.message)


def _piecewise(export: Export, _notes: Notes, skipped: Notes) -> Iterator[Element]:
    """Yield the elements of the head and each item that can be read alone, whatever is broken around it."""
    with export.path.open("rb") as file:
        pieces = _pieces(MendedFile(file))
        _, head = next(pieces)
        opening = _opening(head)
        yield from _head_elements(head)
        for line, piece in pieces:
            whole, closed, _ = piece.rpartition(b"</item>")
            if not closed:
                skipped.append((line, f"item left out: it does not end{_title_of(piece)}"))
                continue
            try:
                root = etree.fromstring(opening + b"\n" + whole + b"</item></channel></rss>", etree.XMLParser(**_OPTIONS))
            except etree.XMLSyntaxError as error:
                at = line + max((error.lineno or 1) - opening.count(b"\n") - 2, 0)
                skipped.append((at, f"item left out: {_reason(error.msg)}{_title_of(piece)}"))
                continue
            item = root.find(".//{*}item")
            if item is not None:
                item.sourceline = line
                yield item


_ITEM_START = re.compile(rb"^[ \t]*<item(?:\s[^>]*)?>", re.MULTILINE)


def _pieces(file: MendedFile) -> Iterator[tuple[int, bytes]]:
    """Yield (line, bytes) of the head and then of each item, cut where a line begins with `<item>`."""
    held, line = b"", 1
    while chunk := file.read(2**18):
        held += chunk
        starts = [match.start() for match in _ITEM_START.finditer(held) if match.start() > 0]
        # The last start may be cut in half by the chunk's end; it waits.
        begin = 0
        for start in starts:
            yield line, held[begin:start]
            line += held.count(b"\n", begin, start)
            begin = start
        held = held[begin:]
    if held:
        yield line, held


def _opening(head: bytes) -> bytes:
    match = re.search(rb"<rss\b[^>]*>", head)
    return (match[0] if match else b"<rss>") + b"<channel>"


def _head_elements(head: bytes) -> Iterator[Element]:
    root = etree.fromstring(head, etree.XMLParser(recover=True, **_OPTIONS))
    channel = root.find("{*}channel") if root is not None else None
    if channel is not None:
        yield from (child for child in channel if isinstance(child.tag, str))


def _title_of(piece: bytes) -> str:
    match = re.search(rb"<title>(?:<!\[CDATA\[)?(.{0,120}?)(?:\]\]>)?</title>", piece, re.DOTALL)
    return f", titled “{match[1].decode('utf-8', 'replace').strip()}”" if match else ""


def _refuse_doctype(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(PROLOG_BYTES)
    if not start.strip():
        raise WxrError(f"{path.name} is empty.")
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise WxrError(f"{path.name} is packed: unpack it and import each .xml file in it.")
    encoding = "utf-16" if start[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    prolog = re.sub(r"<!--.*?-->", "", start.decode(encoding, "replace"), flags=re.DOTALL)
    first = re.search(r"<(?![?!])", prolog)
    if "<!DOCTYPE" in prolog[: first.start() if first else None]:
        raise _doctype(path)


def _doctype(path: Path) -> WxrError:
    return WxrError(f"{path.name} carries a DOCTYPE, which no WordPress export has and which may hide an attack; nothing was read. Remove it and try again.")


def _broken(path: Path, line: int, message: str) -> WxrError:
    return WxrError(
        f"{path.name}, line {line}: {_reason(message)}. Nothing was imported; mend that line, export the file again, "
        "or choose --recover to take the items that can be read."
    )


def _reason(message: str | None) -> str:
    return re.sub(r" line \d+", "", (message or "not well-formed").split(", line ")[0]).strip().rstrip(".")


def _let_go(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while (before := element.getprevious()) is not None:
        parent.remove(before)


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _take_head(head: Head, element: Element) -> None:
    name = _name(element)
    if name in {"title", "link", "base_site_url", "base_blog_url", "language"}:
        setattr(head, name, (element.text or "").strip())
    elif name == "wxr_version":
        head.version = (element.text or "").strip()
    elif name == "author":
        login = _text(element, "author_login")
        full = f"{_text(element, 'author_first_name')} {_text(element, 'author_last_name')}".strip()
        head.people[login] = Person(login, _text(element, "author_email"), _text(element, "author_display_name") or full or login)
    elif name in {"category", "tag", "term"}:
        term = _head_term(element, name)
        if term.slug or term.name:
            head.terms[term.taxonomy, term.slug or term.name] = term


def _head_term(element: Element, name: str) -> Term:
    if name == "category":
        return Term(
            "category",
            _text(element, "category_nicename"),
            _text(element, "cat_name"),
            _text(element, "category_parent"),
            _text(element, "category_description"),
        )
    if name == "tag":
        return Term("post_tag", _text(element, "tag_slug"), _text(element, "tag_name"), "", _text(element, "tag_description"))
    return Term(
        _text(element, "term_taxonomy"),
        _text(element, "term_slug"),
        _text(element, "term_name"),
        _text(element, "term_parent"),
        _text(element, "term_description"),
    )


def _item(element: Element) -> Item:
    texts: dict[str, str] = {}
    terms: list[Term] = []
    meta: list[tuple[str, str]] = []
    comments = 0
    for child in element:
        name = _name(child)
        if name == "category":
            terms.append(_item_term(child))
        elif name == "postmeta":
            meta.append((_text(child, "meta_key"), child.findtext("{*}meta_value") or ""))
        elif name == "comment":
            comments += 1
        elif name == "encoded":
            texts["excerpt" if "excerpt" in child.tag else "content"] = child.text or ""
        elif name:
            texts.setdefault(name, (child.text or "").strip())
    return Item(
        line=element.sourceline or 0,
        id=texts.get("post_id", ""),
        type=texts.get("post_type", "") or "post",
        title=texts.get("title", ""),
        link=texts.get("link", ""),
        guid=texts.get("guid", ""),
        creator=texts.get("creator", "").strip("<> "),  # WordPress.com once wrote one bracket too many
        slug=texts.get("post_name", ""),
        status=texts.get("status", "") or "publish",
        dated=texts.get("post_date", ""),
        dated_gmt=texts.get("post_date_gmt", ""),
        modified_gmt=texts.get("post_modified_gmt", ""),
        published=texts.get("pubDate", ""),
        content=texts.get("content", ""),
        excerpt=texts.get("excerpt", ""),
        password=texts.get("post_password", ""),
        sticky=texts.get("is_sticky", "") == "1",
        parent=texts.get("post_parent", ""),
        attachment_url=texts.get("attachment_url", ""),
        terms=_without_repeats(terms),
        meta=tuple(meta),
        comments=comments,
    )


def _item_term(element: Element) -> Term:
    domain = element.get("domain") or "category"
    name = (element.text or "").strip()
    return Term("post_tag" if domain == "tag" else domain, element.get("nicename") or "", name)


def _without_repeats(terms: list[Term]) -> tuple[Term, ...]:
    """Keep each term once, in order; files of version 1.0 repeat a term without its slug."""
    named = {(term.taxonomy, term.name) for term in terms if term.slug}
    kept: dict[tuple[str, str], Term] = {}
    for term in terms:
        if term.slug or (term.taxonomy, term.name) not in named:
            kept.setdefault((term.taxonomy, term.slug or term.name), term)
    return tuple(kept.values())
