"""One valid RSS 2.0 feed (rssboard.org/rss-specification), as one body and not in hundreds of small pieces.

Full text in `content:encoded` after `description`, as the RSS Board's profile asks (rssboard.org/rss-profile);
bylines in `dc:creator`; pictures with their credit in Media RSS (rssboard.org/media-rss); `guid` is an identity and
not an address, so it outlives a change of either.
"""

import datetime as dt
import re
from collections.abc import Iterable
from email.utils import format_datetime
from typing import Any

import nh3
from django.template.loader import render_to_string
from lxml import etree
from lxml.html import fragment_fromstring, tostring

from masthead.newsroom.pictures import shapes
from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.stories import cards
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.sourcing import Sourcing

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "http://search.yahoo.com/mrss/"
NAMESPACES = {"content": CONTENT, "dc": DC, "atom": ATOM, "media": MEDIA}
CONTENT_TYPE = "application/rss+xml; charset=utf-8"
PICTURE_WIDTH = 960
# XML 1.0, production [2] Char: what lies outside cannot be written at all.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What feed readers show; the rest (buttons, wrappers) goes and its words stay: of `q` too, which would bring marks of its own.
TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "blockquote": {"cite"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
DROPPED = {"button", "script", "style", "svg", "form"}


def feed(*, stories: Iterable[StoryPage], title: str, description: str, language: str, address: str, link: str, self_link: str) -> bytes:
    """Return the feed of `stories`. `address` is the site's, without a slash at its end; `link` and `self_link` are full addresses."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap=NAMESPACES)
    channel = _add(root, "channel")
    _add(channel, "title", title)
    _add(channel, "link", link)
    _add(channel, "description", description or title)
    _add(channel, "language", language)
    _add(channel, f"{{{ATOM}}}link", href=self_link, rel="self", type="application/rss+xml")
    listed = list(stories)
    newest = max((story.last_published_at for story in listed if story.last_published_at), default=None)
    if newest:
        _add(channel, "lastBuildDate", _when(newest))
    sourcings = cards.sourcings_of(listed)
    for story in listed:
        _item(channel, story, address, sourcings.get(story.pk))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _item(channel: Any, story: StoryPage, address: str, sourcing: Sourcing | None) -> None:
    item = _add(channel, "item")
    _add(item, "title", story.title)
    _add(item, "link", address + path_of(story))
    _add(item, "guid", f"urn:uuid:{story.translation_key}", isPermaLink="false")
    if story.published_at:
        _add(item, "pubDate", _when(story.published_at))
    for line in story.bylines.all():
        if not line.role:
            _add(item, f"{{{DC}}}creator", line.author.name)
    if story.section:
        _add(item, "category", story.section.title)
    for topic in story.topics.all():
        _add(item, "category", topic.name)
    _add(item, "description", story.standfirst or story.search_description or story.title)
    _add(item, f"{{{CONTENT}}}encoded", body_html(story, address, sourcing))
    if story.lead_picture:
        _media(item, story.lead_picture, story.lead_caption or story.lead_picture.caption, address)


def _media(item: Any, picture: Picture, caption: str, address: str) -> None:
    crop, extension = shapes.shape(picture), shapes.plain_format(picture)
    width = max((step for step in crop.widths if step <= PICTURE_WIDTH), default=crop.widths[0])
    content = _add(
        item,
        f"{{{MEDIA}}}content",
        url=address + shapes.address(picture, shapes.version(picture), width, extension),
        medium="image",
        type="image/png" if extension == "png" else "image/jpeg",
        width=str(width),
        height=str(crop.height_at(width)),
    )
    if picture.credit_line:
        _add(content, f"{{{MEDIA}}}credit", picture.credit_line, role="photographer", scheme="urn:ebu")
    if caption:
        _add(content, f"{{{MEDIA}}}description", caption, type="plain")


def body_html(story: StoryPage, address: str, sourcing: Sourcing | None = None) -> str:
    """Return the story's text, with its sources at the end, as plain HTML that stands on its own elsewhere: full addresses, no scripts, no classes."""
    rendered = render_to_string("syndication/body.html", {"page": story, "sourcing": sourcing, "address": address + path_of(story)})
    clean = nh3.clean(rendered, tags=TAGS, attributes=ATTRIBUTES, clean_content_tags=DROPPED, link_rel=None)
    if not clean.strip():
        return ""
    tree = fragment_fromstring(clean, create_parent="div")
    tree.make_links_absolute(address + path_of(story), resolve_base_href=False)
    inner = "".join([tree.text or "", *(tostring(child, encoding="unicode") for child in tree)])
    return re.sub(r"\s*\n\s*", "\n", inner).strip()


def path_of(story: StoryPage) -> str:
    """Return a story's path from the root: Wagtail's `url_path` without the front page's own slug."""
    return "/" + str(story.url_path).split("/", 2)[2]


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, name, {key: NOT_XML.sub("", value) for key, value in attributes.items()})
    if text:
        element.text = NOT_XML.sub("", text)
    return element


def _when(moment: dt.datetime) -> str:
    """Return `moment` as RFC 5322 writes it."""
    return format_datetime(moment.astimezone(dt.UTC), usegmt=True)
