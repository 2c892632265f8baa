"""What each item of an export becomes: pure decisions, without database, files or clock."""

import datetime as dt
import email.utils
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from masthead.moving.html import text_of
from masthead.moving.wordpress.records import Head, Item, Term

LONGEST_HEADLINE = 255
LABELS = {"analysis": "analysis", "opinion": "opinion", "op-ed": "opinion", "opinions": "opinion", "commentary": "opinion", "explainer": "explainer"}
# Plug-ins that let an editor name the category an address is built from.
PRIMARY_CATEGORY_FIELDS = ("_yoast_wpseo_primary_category", "rank_math_primary_category", "_primary_category")
# Custom fields that say something of a story; others (edit locks, cached embeds, counters) change without it changing.
TAKEN_FIELDS = frozenset(
    [
        "_thumbnail_id",
        "_wp_old_slug",
        "footnotes",
        "_yoast_wpseo_title",
        "_yoast_wpseo_metadesc",
        "_yoast_wpseo_canonical",
        "_aioseo_title",
        "_aioseo_description",
        "rank_math_title",
        "rank_math_description",
    ]
)
DEFAULT_CATEGORY = "uncategorized"
# Post types that are WordPress's own machinery or another program's records; anything else unknown is named in the report.
KNOWN_LEFT_OUT = {
    "nav_menu_item": "menu entries",
    "wp_navigation": "menus",
    "wp_template": "templates",
    "wp_template_part": "templates",
    "wp_global_styles": "styles",
    "wp_font_family": "fonts",
    "wp_font_face": "fonts",
    "custom_css": "styles",
    "customize_changeset": "theme settings",
    "oembed_cache": "cached embeds",
    "revision": "old revisions",
    "user_request": "requests",
    "wp_block": "reusable blocks (taken where they are used)",
    "guest-author": "guest authors (taken where they are bylined)",
}


class State(StrEnum):
    """What an item is to be here."""

    PUBLIC = "public"
    SCHEDULED = "scheduled"
    DRAFT = "draft"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a newsroom may choose: the section for stories without a category, and what to do with what is not ready.

    `accept_as_published`: stories that were public stay public, with each finding of the desk let stand and
    listed; otherwise such stories become drafts. `recover` takes what can be read of a broken file.
    """

    default_section: str = "News"
    accept_as_published: bool = True
    recover: bool = False
    story_types: frozenset[str] = frozenset({"post"})


@dataclass(frozen=True, slots=True)
class Dates:
    """When an item was first published and last changed there (aware, UTC); None where the file does not say."""

    published: dt.datetime | None
    modified: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a story is filed: one section, and topics as (slug, name)."""

    section_slug: str
    section_name: str
    topics: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about an item but its body."""

    headline: str
    slug: str
    standfirst: str
    label: str
    state: State
    why_draft: str
    dates: Dates
    filing: Filing
    bylines: tuple[tuple[str, str], ...]
    seo: Mapping[str, str] = field(default_factory=dict)


def plan_of(item: Item, *, head: Head, choices: Choices, zone: ZoneInfo, now: dt.datetime) -> Plan:
    """Return what a post or page becomes; `zone` is what local dates without GMT mean, `now` decides what lies ahead."""
    dates = dates_of(item, zone)
    state, why = state_of(item, dates, now)
    return Plan(
        headline=headline_of(item),
        slug=slug_of(item.slug),
        standfirst=text_of(item.excerpt),
        label=next((LABELS[slug] for term in item.terms if (slug := slug_of(term.slug or term.name)) in LABELS), "news"),
        state=state,
        why_draft=why,
        dates=dates,
        filing=filing_of(item, head, choices.default_section),
        bylines=bylines_of(item, head),
        seo=seo_of(item, head),
    )


def headline_of(item: Item) -> str:
    """Return the headline as plain text; an item without one is named by its number."""
    return text_of(item.title)[:LONGEST_HEADLINE] or f"Untitled {item.id}"


def slug_of(name: str) -> str:
    """Return an old slug as letters: percent signs decoded, a file's ending and slashes gone."""
    return re.sub(r"\.(?:html?|php|aspx?)$", "", unquote(name)).replace("/", "-").strip("-")


def state_of(item: Item, dates: Dates, now: dt.datetime) -> tuple[State, str]:
    """Return what the item is to be, and for a draft why."""
    if item.password:
        return State.DRAFT, "it was behind a password"
    if item.status == "publish":
        return State.PUBLIC, ""
    if item.status == "future":
        if dates.published and dates.published > now:
            return State.SCHEDULED, ""
        return State.DRAFT, "it was scheduled for an hour that has passed"
    return State.DRAFT, {"private": "it was private", "pending": "it was waiting for review", "draft": "it was a draft"}.get(
        item.status, f"its state there was {item.status!r}"
    )


def dates_of(item: Item, zone: ZoneInfo) -> Dates:
    """Return an item's dates: GMT where given, else local time in `zone`, else the feed's date."""
    published = _moment(item.dated_gmt, dt.UTC) or _moment(item.dated, zone) or _feed_date(item.published)
    return Dates(published, _moment(item.modified_gmt, dt.UTC))


def _moment(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    if not text or text.startswith("0000"):
        return None
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _feed_date(text: str) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    plausible = moment.year > 1971  # noqa: PLR2004 - WordPress writes 30 Nov -0001 or 1 Jan 1970 for “none”
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC) if plausible else None


def filing_of(item: Item, head: Head, default_section: str) -> Filing:
    """Return the section and topics of a story.

    The section is the top ancestor of the story's primary category: the one a plug-in marks as such, else the
    first that is not “Uncategorized”. Every other category and every tag becomes a topic; so does the primary
    category itself where it lies below another.
    """
    categories = [term for term in item.terms if term.taxonomy == "category"]
    real = [term for term in categories if slug_of(term.slug or term.name).lower() != DEFAULT_CATEGORY]
    topics = {_key(term): term.name for term in item.terms if term.taxonomy == "post_tag" and term.name}
    if not real:
        return Filing("", default_section, _topics(topics))
    primary = _primary(item, real)
    top = top_of(primary, head)
    for term in real:
        if _key(term) != _key(top):
            topics.setdefault(_key(term), term.name)
    return Filing(_key(top), text_of(top.name), _topics(topics))


def _topics(found: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((slug, text_of(name)[:100]) for slug, name in found.items() if text_of(name))


def _key(term: Term) -> str:
    return slug_of(term.slug or term.name).lower()


def _primary(item: Item, categories: list[Term]) -> Term:
    marked = {value for name in PRIMARY_CATEGORY_FIELDS if (value := item.meta_value(name))}
    return next((term for term in categories if term.slug in marked or term.name in marked), categories[0])


def top_of(term: Term, head: Head) -> Term:
    """Return the category at the top of those that `term` lies in; itself where it has no parent or they go in a circle."""
    seen: set[str] = set()
    while True:
        own = head.terms.get(("category", term.slug)) or head.terms.get(("category", term.name)) or term
        if not own.parent or own.parent in seen:
            return own
        seen.add(own.parent)
        parent = head.terms.get(("category", own.parent)) or next((other for other in _categories(head) if other.name == own.parent), None)
        if parent is None:
            return own
        term = parent


def _categories(head: Head) -> Iterable[Term]:
    return (term for (taxonomy, _), term in head.terms.items() if taxonomy == "category")


def bylines_of(item: Item, head: Head) -> tuple[tuple[str, str], ...]:
    """Return the bylines in order as (login, name): co-authors where the file has them, else the account that wrote it."""
    found: dict[str, str] = {}
    for term in item.terms:
        if term.taxonomy == "author":
            login = re.sub(r"^(?:cap-)+", "", term.slug or term.name)
            found.setdefault(login, person_name(login, head) or term.name)
    if not found and item.creator:
        found[item.creator] = person_name(item.creator, head) or item.creator
    # Where a sign-in is all there is and it is an e-mail address, the address itself stays out of the byline.
    return tuple((login, text_of(name).split("@")[0] if "@" in name.strip("@") else text_of(name)) for login, name in found.items())


def person_name(login: str, head: Head) -> str:
    """Return the display name of an account, or nothing where the file has none."""
    person = head.people.get(login)
    return person.name if person else ""


def seo_of(item: Item, head: Head) -> dict[str, str]:
    """Return title, description and canonical address that a search plug-in kept; its own template variables are no text."""
    title = item.meta_value("_yoast_wpseo_title") or item.meta_value("_aioseo_title") or item.meta_value("rank_math_title")
    description = item.meta_value("_yoast_wpseo_metadesc") or item.meta_value("_aioseo_description") or item.meta_value("rank_math_description")
    canonical = item.meta_value("_yoast_wpseo_canonical")
    found: dict[str, str] = {}
    if title and not re.search(r"%%|%\w+%|#\w+", title):
        found["seo_title"] = text_of(title)[:255]
    if description and not re.search(r"%%|%\w+%", description):
        found["search_description"] = text_of(description)
    if canonical.startswith(("http://", "https://")) and urlsplit(canonical).hostname != urlsplit(head.address).hostname:
        found["canonical_url"] = canonical[:500]
    return found


# --- what it is known by, and by which addresses ----------------------------------------------------


def key_of(post_id: str, guid: str) -> str:
    """Return what an item is known by: its number, and a hash of its guid (numbers are used again on a rebuilt site)."""
    return f"{post_id}:{hashlib.sha256(guid.encode()).hexdigest()[:16]}" if guid else post_id


def source_of(head: Head) -> str:
    """Return the old site's name as a source: host, port and path, without scheme, `www.` and slash."""
    parts = urlsplit(head.address)
    return (f"{parts.netloc.removeprefix('www.')}{parts.path}".rstrip("/") or head.title or "unknown")[:200].lower()


def addresses_of(item: Item, head: Head) -> list[str]:
    """Return every old path of an item, with its query: link, number, guid, old slugs."""
    base = urlsplit(head.address).path.rstrip("/")
    found = [_path(item.link), _path(item.guid) if item.type != "attachment" else ""]
    parameter = {"page": "page_id", "attachment": "attachment_id"}.get(item.type, "p")
    found += [f"{base}/?{name}={item.id}" for name in dict.fromkeys((parameter, "p"))]
    link = urlsplit(item.link).path.rstrip("/")
    if "/" in link and not urlsplit(item.link).query:
        found += [f"{link.rpartition('/')[0]}/{old}" for old in item.meta_values("_wp_old_slug") if old]
    return [path for path in dict.fromkeys(found) if path and path.rstrip("/") != base]


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"", "http", "https"} or not (parts.path or parts.query):
        return ""
    query = urlencode(sorted(parse_qsl(parts.query)))
    return f"{parts.path or '/'}{'?' + query if query else ''}"


def digest_of(item: Item, *, also: Iterable[Any] = ()) -> str:
    """Return a hash of all that the file says of an item, and of `also` (which of its files are here)."""
    meta = [(name, value) for name, value in item.meta if name in TAKEN_FIELDS or name in PRIMARY_CATEGORY_FIELDS]
    said = (item.title, item.slug, item.status, item.dated_gmt, item.dated, item.content, item.excerpt, item.password, item.creator, item.terms, meta)
    return hashlib.sha256(repr((said, tuple(also))).encode("utf-8", "surrogatepass")).hexdigest()
