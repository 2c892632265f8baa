"""Turn foreign HTML into a body's parts.

The walk is over the parsed tree: text and inline elements gather into paragraphs, block elements become parts.
"""

import html as entities
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from masthead.moving.body import Callout, Document, Embed, Gallery, Heading, Kept, Paragraphs, Part, Picture, PullQuote, joined
from masthead.moving.html import (
    DROPPED,
    INLINE,
    PLAIN_INLINE,
    SAFE_SCHEMES,
    SPACE,
    STRANGE,
    Element,
    caption_of,
    embeddable,
    escaped,
    last_link,
    parse_fragment,
    safe,
    table_of,
    urlsplit_or_none,
    watch_address,
)

PARTS_WITHIN = "img|figure|iframe|video|audio|table|hr|object|embed|form|p|div|ul|ol|blockquote|pre|h1|h2|h3|h4|h5|h6|section|article|details|svg|button"
_HAS_PARTS = etree.XPath("boolean(" + " or ".join(f"descendant::{name}" for name in PARTS_WITHIN.split("|")) + ")")
_ONLY_URL = re.compile(r"\s*(https?://[^\s<>\"]+)\s*\Z")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")

DEEPEST = 150  # elements within elements; what lies deeper gives its text alone
MARKER = "data-masthead-part"
CLASSIC = "data-masthead-classic"


@dataclass(slots=True)
class Reading:
    """What a walk needs and what it finds.

    `markers` are parts made beforehand, standing in the HTML as `<hr data-masthead-part="n">`. `link` gives the
    new address of a link, or None for one that may not stay. `notes` are (kind, text) for the report.
    """

    markers: Sequence[Part] = ()
    link: Callable[[str], str | None] = lambda href: href
    notes: list[tuple[str, str]] = field(default_factory=list)


def parts_of(html: str, *, reading: Reading, classic: bool = False) -> list[Part]:
    """Return the body's parts of an HTML fragment. `classic` text has paragraphs by blank lines, as WordPress's autop."""
    walk = _Walk(reading, classic=classic)
    walk.flow(parse_fragment(html))
    walk.end_paragraph()
    return joined(walk.parts)


class _Walk:
    def __init__(self, reading: Reading, *, classic: bool) -> None:
        self.reading = reading
        self.classic = classic
        self.parts: list[Part] = []
        self.run: list[str] = []
        self.waiting: list[Part] = []  # what stood within the present paragraph and follows it
        self.depth = 0

    # --- flow ---------------------------------------------------------------------------------
    def flow(self, container: Element) -> None:
        """Walk the text and children of `container`, adding to the parts."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.text(container.text_content())
            self.depth -= 1
            return
        self.text(container.text)
        for child in container:
            if isinstance(child.tag, str):
                self.element(child)
            self.text(child.tail)
        self.depth -= 1

    def text(self, text: str | None) -> None:
        """Add text to the present paragraph; in classic text a blank line ends it and a line's end is kept."""
        if not text:
            return
        if not self.classic:
            self.run.append(entities.escape(SPACE.sub(" ", text), quote=False))
            return
        pieces = _BLANK_LINE.split(text.replace("\r\n", "\n").replace("\r", "\n"))
        for number, piece in enumerate(pieces):
            if number:
                self.end_paragraph()
            lines = [entities.escape(re.sub(r"[ \t\f]+", " ", line), quote=False) for line in piece.split("\n")]
            self.run.append("<br>".join(lines))

    def end_paragraph(self) -> None:
        """Close the present paragraph, if it has any text, and add it to the parts."""
        self.end_text()
        self.parts += self.waiting
        self.waiting = []

    def end_text(self) -> None:
        """Add the text gathered so far as a paragraph."""
        inner = "".join(self.run)
        self.run = []
        inner = re.sub(r"^(?:\s|<br>)+|(?:\s|<br>)+$", "", re.sub(r"[ \t]*<br>[ \t]+", "<br>", inner))
        if not re.sub(r"<[^>]*>", "", inner).strip():
            return
        for number, piece in enumerate(self.embeds_apart(inner)):
            if number % 2:
                self.parts.append(Embed(entities.unescape(piece)))
            elif piece:
                self.parts.append(Paragraphs(safe(f"<p>{piece}</p>")))

    def embeds_apart(self, inner: str) -> list[str]:
        """Split a paragraph around lines that are nothing but an address WordPress embeds: text, address, text ..."""
        found = [""]
        for line in inner.split("<br>"):
            bare = _ONLY_URL.match(line)
            if bare and embeddable(entities.unescape(bare[1])):
                found += [bare[1], ""]
            else:
                found[-1] += f"<br>{line.strip()}" if found[-1] else line
        return found

    # --- elements -----------------------------------------------------------------------------
    def element(self, element: Element) -> None:
        """Take one element, whatever it is."""
        tag = element.tag.lower()
        if tag in DROPPED:
            self.dropped(element, tag)
        elif (tag in INLINE or tag in PLAIN_INLINE) and not _HAS_PARTS(element):
            self.run.append(self.inline(element))
        elif handler := getattr(self, f"take_{tag}", None):
            self.end_paragraph()
            handler(element)
            self.end_paragraph()
        elif tag in STRANGE:
            self.end_paragraph()
            self.keep(tag, element)
        elif tag in INLINE or tag in PLAIN_INLINE:  # an inline element around pictures or blocks
            self.flow(element)
        else:
            self.end_paragraph()
            around = self.classic
            self.classic = around or element.get(CLASSIC) is not None
            self.flow(element)
            self.end_paragraph()
            self.classic = around

    def dropped(self, element: Element, tag: str) -> None:
        """Leave out what is code or belongs in a page's head, and say so where it was a script."""
        if tag == "script":
            self.parts_kept(tag, element, self.waiting)

    def keep(self, name: str, element: Element) -> None:
        """Keep an element's source for the editors, and its text for the readers."""
        self.parts_kept(name, element)
        if name in {"form", "object", "button", "dialog"}:
            self.flow(element)
            self.end_paragraph()

    def parts_kept(self, name: str, element: Element, to: list[Part] | None = None) -> None:
        source = lxml.html.tostring(element, encoding="unicode", with_tail=False)
        self.reading.notes.append(("kept", f"<{name}> element"))
        (self.parts if to is None else to).append(Kept(f"<{name}>", source))

    def take_p(self, element: Element) -> None:
        self.flow(element)

    def take_h1(self, element: Element) -> None:
        text = SPACE.sub(" ", element.text_content()).strip()
        for picture in element.iter("img"):
            self.parts.append(self.picture(picture))
        if text:
            self.parts.append(Heading(text, {"h3": 3, "h4": 4, "h5": 4, "h6": 4}.get(element.tag, 2)))

    take_h2 = take_h3 = take_h4 = take_h5 = take_h6 = take_h1

    def take_ul(self, element: Element) -> None:
        if "blocks-gallery-grid" in (element.get("class") or ""):
            self.parts.append(Gallery(tuple(self.picture(image) for image in element.iter("img"))))
            return
        listed = self.list_html(element)
        if re.sub(r"<[^>]*>|\s", "", listed):
            self.parts.append(Paragraphs(safe(listed)))
        self.lifted(element)

    take_ol = take_ul

    def list_html(self, element: Element) -> str:
        """Return a list with its inner lists; what is neither text nor list is lifted out behind it."""
        items: list[str] = []
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag in {"ul", "ol"}:  # a list as a child of a list: belongs to the item before
                inner = self.list_html(child)
                items.append(f"<li>{inner}</li>" if not items else items.pop().removesuffix("</li>") + f"{inner}</li>")
            else:
                items.append(f"<li>{self.item_html(child)}</li>")
        return f"<{element.tag}>{''.join(items)}</{element.tag}>"

    def item_html(self, item: Element) -> str:
        pieces = [escaped(item.text)]
        for child in item:
            if not isinstance(child.tag, str):
                pieces.append(escaped(child.tail))
                continue
            if child.tag in {"ul", "ol"}:
                pieces.append(self.list_html(child))
            elif child.tag in {"p", "div"}:
                pieces.append(("<br>" if "".join(pieces).strip() else "") + self.item_html(child))
            elif child.tag not in DROPPED:
                pieces.append(self.inline(child))
            pieces.append(escaped(child.tail))
        return "".join(pieces).strip()

    def lifted(self, element: Element) -> None:
        """Add the pictures and ready parts that stand inside `element`, whose text is taken already."""
        for inner in element.iter("img", "hr", "iframe"):
            if inner.tag == "img":
                self.parts.append(self.picture(inner))
            elif inner.tag == "iframe":
                self.take_iframe(inner)
            elif inner.get(MARKER) is not None:
                self.take_hr(inner)

    def take_blockquote(self, element: Element) -> None:
        classes = element.get("class") or ""
        if re.search(r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed", classes) and (url := last_link(element)):
            self.parts.append(Embed(url))
            return
        inner = _Walk(self.reading, classic=self.classic)
        inner.flow(element)
        inner.end_paragraph()
        for part in inner.parts:
            quoted = isinstance(part, Paragraphs) and part.html.startswith("<p>")
            self.parts.append(Paragraphs(re.sub(r"^<p>(.*)</p>$", r"<blockquote>\1</blockquote>", part.html, flags=re.DOTALL)) if quoted else part)  # type: ignore[union-attr]

    def take_pre(self, element: Element) -> None:
        lines = element.text_content().strip("\n").split("\n")
        inner = "<br>".join(entities.escape(re.sub(r"^ +", lambda m: "\u00a0" * len(m[0]), line), quote=False) for line in lines)
        self.parts.append(Paragraphs(safe(f"<p>{inner}</p>")))

    def take_hr(self, element: Element) -> None:
        number = element.get(MARKER)
        if number is None:
            self.parts.append(Paragraphs("<p>* * *</p>"))  # stories have no rule across; the break in the text stays visible
        elif number.isdigit() and int(number) < len(self.reading.markers):
            self.parts.append(self.reading.markers[int(number)])

    def take_dl(self, element: Element) -> None:
        for child in element.iter("dt", "dd"):
            text = self.item_html(child)
            if text:
                self.parts.append(Paragraphs(safe(f"<p><b>{text}</b></p>" if child.tag == "dt" else f"<p>{text}</p>")))

    def take_details(self, element: Element) -> None:
        summary = element.find("summary")
        title = "" if summary is None else SPACE.sub(" ", summary.text_content()).strip()
        if summary is not None:
            summary.drop_tree()
        inner = _Walk(self.reading, classic=False)
        inner.flow(element)
        inner.end_paragraph()
        texts = [part.html for part in inner.parts if isinstance(part, Paragraphs)]
        self.parts.append(Callout(title, "\n".join(texts)))
        self.parts += [part for part in inner.parts if not isinstance(part, Paragraphs)]

    # --- pictures, tables, what plays -----------------------------------------------------------
    def take_img(self, element: Element) -> None:
        self.parts.append(self.picture(element))

    def picture(self, image: Element, caption: str = "", figure: Element | None = None) -> Picture:
        """Return the picture of an `<img>`; its id stands in a class (wp-image-5) or an attribute."""
        classes = f"{image.get('class') or ''} {(figure.get('class') or '') if figure is not None else ''}"
        number = re.search(r"\bwp-image-(\d+)", classes)
        size = "wide" if re.search(r"alignwide|alignfull|size-full", classes) else "small" if re.search(r"alignleft|alignright|size-thumb", classes) else ""
        source = lxml.html.tostring(image if figure is None else figure, encoding="unicode", with_tail=False)
        return Picture(
            url=(image.get("data-src") if (image.get("src") or "data:").startswith("data:") else image.get("src")) or image.get("src") or "",
            id=number[1] if number else (image.get("data-id") or ""),
            alt=SPACE.sub(" ", image.get("alt") or "").strip(),
            caption=caption,
            size=size,
            source=source,
        )

    def take_figure(self, element: Element) -> None:
        """Take a figure for what it holds: quotation, table, player, gallery or one picture."""
        classes = element.get("class") or ""
        caption = caption_of(element)
        images = list(element.iter("img"))
        table = element.find(".//table")
        if "pullquote" in classes:
            self.pull_quote(element)
        elif table is not None:
            self.parts.append(table_of(table, caption))
        elif len(images) > 1 or "gallery" in classes:
            self.gallery(element, images)
        elif images:
            self.parts.append(self.picture(images[0], caption, element))
            self.play(element, caption)
        elif not self.play(element, caption):
            self.flow(element)

    def gallery(self, element: Element, images: Iterable[Element]) -> None:
        own = [child for child in element if child.tag == "figcaption"]
        pictures = []
        for image in images:
            around = next((up for up in image.iterancestors("figure", "li") if up is not element), None)
            pictures.append(self.picture(image, caption_of(around) if around is not None else "", around))
        self.parts.append(Gallery(tuple(pictures), SPACE.sub(" ", own[0].text_content()).strip() if own else ""))

    def pull_quote(self, element: Element) -> None:
        cite = element.find(".//cite")
        speaker = "" if cite is None else SPACE.sub(" ", cite.text_content()).strip()
        if cite is not None:
            cite.drop_tree()
        quote = SPACE.sub(" ", " ".join(element.itertext())).strip()
        if quote:
            self.parts.append(PullQuote(quote, speaker))

    def play(self, element: Element, caption: str) -> bool:
        """Add what plays inside a figure, and say whether anything did."""
        found = False
        for inner in element.iter("iframe", "video", "audio", "hr"):
            getattr(self, f"take_{inner.tag}")(inner)
            found = True
        if not found and (bare := _ONLY_URL.match(element.text_content().replace(caption, "") if caption else element.text_content())):
            self.parts.append(Embed(bare[1], caption))
            return True
        if found and caption and not any(isinstance(part, Picture) and part.caption == caption for part in self.parts[-2:]):
            self.parts.append(Paragraphs(safe(f"<p><i>{entities.escape(caption, quote=False)}</i></p>")))
        return found

    def take_iframe(self, element: Element) -> None:
        url = element.get("src") or element.get("data-src") or ""
        if url.startswith("//"):
            url = f"https:{url}"
        if urlsplit_or_none(url):
            self.parts.append(Embed(watch_address(url), (element.get("title") or "").strip()))
        else:
            self.parts_kept("iframe", element)

    def take_video(self, element: Element) -> None:
        inner = element.find("source")
        url = element.get("src") or ("" if inner is None else inner.get("src") or "")
        if url:
            self.parts.append(Document(url, (element.get("title") or "").strip()))
        else:
            self.parts_kept(element.tag, element)

    take_audio = take_video

    def take_table(self, element: Element) -> None:
        self.parts.append(table_of(element, caption_of(element)))
        self.lifted(element)

    # --- inline -------------------------------------------------------------------------------
    def inline(self, element: Element) -> str:
        """Return an inline element as safe markup; in classic text a line's end inside it is kept."""
        if not isinstance(element.tag, str) or element.tag in DROPPED:
            return ""
        tag = element.tag.lower()
        if tag == "br":
            return "<br>"
        inner = self.line(element.text) + "".join(self.inline(child) + self.line(child.tail) for child in element)
        if tag == "a":
            return self.anchor(element, inner)
        if tag == "q":
            return f"“{inner}”"
        if tag in INLINE and inner.strip():
            return f"<{INLINE[tag]}>{inner}</{INLINE[tag]}>"
        return inner

    def line(self, text: str | None) -> str:
        """Return text within an inline element: escaped, its line ends kept where the text is classic."""
        return escaped(text).replace("\n", "<br>") if self.classic else SPACE.sub(" ", escaped(text))

    def anchor(self, element: Element, inner: str) -> str:
        href = (element.get("href") or "").strip()
        if not href or not inner.strip():
            return inner
        new = self.reading.link(href)
        scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", new or "")
        if new is None or (scheme and scheme[1].lower() not in SAFE_SCHEMES):
            self.reading.notes.append(("link", href))
            return inner
        return f'<a href="{entities.escape(new)}">{inner}</a>'
