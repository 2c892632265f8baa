"""Turn one item's text, block markup or classic, into neutral parts and a list of what could not be turned."""

import html as entities
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import lxml.html

from masthead.moving.body import Document, Embed, Gallery, Kept, Part, Picture
from masthead.moving.html import text_of
from masthead.moving.walk import CLASSIC, MARKER, Reading, parts_of
from masthead.moving.wordpress.blocks import Block, has_blocks, read_blocks
from masthead.moving.wordpress.shortcodes import Shortcode, replace_shortcodes

# The block editor's own blocks whose HTML says everything (developer.wordpress.org/block-editor/reference-guides/core-blocks).
STATIC = frozenset(
    [
        "shortcode",
        "paragraph",
        "heading",
        "list",
        "list-item",
        "quote",
        "pullquote",
        "verse",
        "preformatted",
        "code",
        "image",
        "gallery",
        "cover",
        "media-text",
        "audio",
        "video",
        "table",
        "group",
        "columns",
        "column",
        "row",
        "stack",
        "buttons",
        "button",
        "separator",
        "html",
        "details",
        "accordion",
        "accordion-item",
        "accordion-heading",
        "accordion-panel",
        "text-columns",
        "subhead",
        "cover-image",
        "missing",
        "math",
    ]
)
CLASSIC_BLOCKS = frozenset({"freeform", "classic"})
SILENT = frozenset({"more", "nextpage", "spacer"})
MOST_REUSED = 8  # reusable blocks within each other


@dataclass(slots=True)
class Body:
    """An item's text as parts; `unknown` names blocks, shortcodes and elements that were kept instead of turned."""

    parts: list[Part] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    dropped_links: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text may refer to: reusable blocks by id, its own attached pictures, its footnotes, and the new address of a link."""

    reusable: Callable[[str], str | None] = lambda _id: None
    attached: Sequence[str] = ()
    footnotes: str = ""
    link: Callable[[str], str | None] = lambda href: href


def body_of(content: str, around: Surroundings) -> Body:
    """Return the parts of an item's text. Never fails, whatever the text is."""
    return _Maker(around).make(content)


class _Maker:
    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.markers: list[Part] = []
        self.body = Body()

    def make(self, content: str) -> Body:
        classic = not has_blocks(content)
        html = content if classic else self.rendered(read_blocks(content), depth=0)
        html = replace_shortcodes(html, make=self.shortcode)
        reading = Reading(markers=self.markers, link=self.around.link)
        self.body.parts = parts_of(html, reading=reading, classic=classic)
        self.body.unknown += [text for kind, text in reading.notes if kind == "kept"]
        self.body.dropped_links += [text for kind, text in reading.notes if kind == "link"]
        return self.body

    def marker(self, part: Part) -> str:
        self.markers.append(part)
        return f'<hr {MARKER}="{len(self.markers) - 1}">'

    # --- blocks -------------------------------------------------------------------------------
    def rendered(self, block: Block, *, depth: int) -> str:
        """Return a block and all within it as plain HTML, with markers where a part is ready."""
        name = block.name.removeprefix("core/")
        special = self.special(name.split("/")[0] if name.startswith("core-embed/") else name, block, depth=depth)
        if special is not None:
            return special
        if name not in STATIC:
            return self.unknown_block(block, depth=depth)
        inner = self.inside(block, depth=depth)
        if name in {"image", "cover", "media-text"}:
            return _with_picture(block, inner)
        return inner

    def special(self, name: str, block: Block, *, depth: int) -> str | None:
        """Return the HTML of a block that is not simply its own HTML, or None for all others."""
        makers: dict[str, Callable[[], str]] = {
            "": lambda: "".join(self.outside(part) if isinstance(part, str) else self.rendered(part, depth=depth) for part in block.parts),
            "block": lambda: self.reused(block, depth=depth),
            "embed": lambda: self.embed(block),
            "core-embed": lambda: self.embed(block),
            "file": lambda: self.file(block),
            "footnotes": self.footnotes,
            **dict.fromkeys(SILENT, str),
            **dict.fromkeys(CLASSIC_BLOCKS, lambda: f"<div {CLASSIC}>{block.html}</div>"),
        }
        return makers[name]() if name in makers else None

    def outside(self, text: str) -> str:
        return f"<div {CLASSIC}>{text}</div>" if text.strip() else text

    def inside(self, block: Block, *, depth: int) -> str:
        return "".join(part if isinstance(part, str) else self.rendered(part, depth=depth) for part in block.parts)

    def unknown_block(self, block: Block, *, depth: int) -> str:
        """Keep a block nobody here knows: its readable text stays in the story, its markup is kept for the editors."""
        self.body.unknown.append(f"block {block.name}")
        html = block.html
        if "<img" in html or "<iframe" in html or text_of(re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL | re.IGNORECASE)):
            return self.marker(Kept(f"block {block.name}", block.opening.strip())) + self.inside(block, depth=depth)
        return self.marker(Kept(f"block {block.name}", block.source.strip()))

    def reused(self, block: Block, *, depth: int) -> str:
        found = self.around.reusable(str(block.attributes.get("ref", "")))
        if found is None or depth >= MOST_REUSED:
            self.body.unknown.append(f"reusable block {block.attributes.get('ref', '')}, which the file does not hold")
            return self.marker(Kept("reusable block", block.source.strip()))
        return self.rendered(read_blocks(found), depth=depth + 1) if has_blocks(found) else self.outside(found)

    def embed(self, block: Block) -> str:
        inner = block.html
        caption = re.search(r"<figcaption[^>]*>(.*?)</figcaption>", inner, re.DOTALL)
        url = block.attributes.get("url")
        if not isinstance(url, str):
            found = re.search(r"https?://[^\s<>\"]+", inner)
            url = entities.unescape(found[0]) if found else ""
        if not url:
            return self.unknown_block(block, depth=MOST_REUSED)
        return self.marker(Embed(url, text_of(caption[1]) if caption else ""))

    def file(self, block: Block) -> str:
        inner = block.html
        link = re.search(r"<a\b[^>]*href=\"([^\"]+)\"[^>]*>(.*?)</a>", inner, re.DOTALL)
        url = block.attributes.get("href") or (entities.unescape(link[1]) if link else "")
        if not isinstance(url, str) or not url:
            return self.unknown_block(block, depth=MOST_REUSED)
        return self.marker(Document(url, text_of(link[2]) if link else "", str(block.attributes.get("id") or "")))

    def footnotes(self) -> str:
        try:
            notes = json.loads(self.around.footnotes or "[]")
            texts = [str(note["content"]) for note in notes]
        except (ValueError, TypeError, KeyError):
            self.body.unknown.append("block footnotes, which cannot be read")
            return ""
        return f"<ol>{''.join(f'<li>{text}</li>' for text in texts)}</ol>" if texts else ""

    # --- shortcodes ---------------------------------------------------------------------------
    def shortcode(self, code: Shortcode) -> tuple[str, str]:
        handlers: dict[str, Callable[[Shortcode], str]] = {
            "caption": _captioned,
            "wp_caption": _captioned,
            "gallery": self.gallery,
            "audio": partial(self.player, kinds=("src", "mp3", "m4a", "ogg", "wav", "wma", "flac")),
            "video": partial(self.player, kinds=("src", "mp4", "m4v", "webm", "ogv", "wmv", "flv", "mov")),
            "embed": self.embedded,
        }
        if handler := handlers.get(code.name):
            return handler(code), ""
        self.body.unknown.append(f"shortcode [{code.name}]")
        if code.closed and code.inner.strip():
            opening = code.source[: code.source.index("]") + 1]
            return replace_shortcodes(code.inner, make=self.shortcode), self.marker(Kept(f"shortcode [{code.name}]", opening))
        return "", self.marker(Kept(f"shortcode [{code.name}]", code.source))

    def gallery(self, code: Shortcode) -> str:
        ids = re.findall(r"\d+", code.attributes.get("ids") or code.attributes.get("include") or "")
        left_out = set(re.findall(r"\d+", code.attributes.get("exclude", "")))
        ids = ids or [key for key in self.around.attached if key not in left_out]
        if not ids:
            self.body.unknown.append("shortcode [gallery] without pictures")
            return self.marker(Kept("shortcode [gallery]", code.source))
        return self.marker(Gallery(tuple(Picture("", key, source=code.source) for key in ids)))

    def player(self, code: Shortcode, *, kinds: Sequence[str]) -> str:
        url = next((code.attributes[kind] for kind in kinds if code.attributes.get(kind)), "") or code.attributes.get("0", "")
        linked = re.search(r"https?://[^\s<>\"]+", code.inner)
        url = url or (linked[0] if linked else "")
        if not url:
            self.body.unknown.append(f"shortcode [{code.name}] without a file")
            return self.marker(Kept(f"shortcode [{code.name}]", code.source))
        return self.marker(Document(entities.unescape(url), code.attributes.get("title", "")))

    def embedded(self, code: Shortcode) -> str:
        url = entities.unescape(code.inner.strip() or code.attributes.get("src", ""))
        if not re.match(r"https?://", url):
            self.body.unknown.append("shortcode [embed] without an address")
            return self.marker(Kept("shortcode [embed]", code.source))
        return self.marker(Embed(url))


def _captioned(code: Shortcode) -> str:
    """Return a caption shortcode as a figure: the picture first, the rest (or the old `caption` attribute) beneath it."""
    match = re.match(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)\Z", code.inner, re.DOTALL)
    if not match:
        return code.inner
    caption = match[2].strip() or entities.escape(entities.unescape(code.attributes.get("caption", "")), quote=False)
    number = re.search(r"\d+", code.attributes.get("id", ""))
    classes = f"{code.attributes.get('align', '')} {'wp-image-' + number[0] if number else ''}"
    return f'<figure class="{entities.escape(classes)}">{match[1]}<figcaption>{caption}</figcaption></figure>'


def _with_picture(block: Block, inner: str) -> str:
    """Give the picture of a block its id, and a block with a background its picture, from the block's attributes."""
    attributes = block.attributes
    key = attributes.get("id") or attributes.get("mediaId") or ""
    mark = f"wp-image-{key}" if str(key).isdigit() else ""
    if "<img" not in inner:
        url = attributes.get("url") or attributes.get("mediaUrl")
        is_video = attributes.get("backgroundType") == "video" or attributes.get("mediaType") == "video"
        if not isinstance(url, str) or is_video:
            return inner
        image = lxml.html.Element("img", {"src": url, "class": mark, "alt": str(attributes.get("alt") or "")})
        return str(lxml.html.tostring(image, encoding="unicode")) + inner
    return inner.replace("<img ", f'<img data-id="{key}" ', 1) if mark and mark not in inner else inner
