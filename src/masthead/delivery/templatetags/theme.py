"""What public pages need beside the page itself. Each tag is one read, made where a template asks for it."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from itertools import groupby
from operator import itemgetter
from typing import Any

from babel.dates import format_date, format_skeleton
from django import template
from django.core.paginator import Page as Leaf
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.models import Page

from masthead.delivery import embeds, queries
from masthead.kernel import clock, reads
from masthead.newsroom.stories import listing
from masthead.newsroom.stories.models import FrontPage, SectionPage, StoryPage
from masthead.newsroom.stories.queries import Front
from masthead.newsroom.stories.sourcing import Sourcing
from masthead.newsroom.stories.templatetags.sourcing import mark_block

register = template.Library()
BETWEEN_FIGURES = re.compile(r"(?<=\d)–(?=\d)")


@register.simple_tag(takes_context=True)
def publication(context: dict[str, Any]) -> queries.PublicationFacts:
    """Return the publication's name, language, sections and footer, read once per request."""
    return queries.publication_facts(context.get("request"))


LONGEST_TITLE = 70  # characters that search engines and tabs show; html-validate's rule long-title


@register.filter(is_safe=True)
def window_title(text: str) -> str:
    """Return a page's title at a length that is shown whole: first the publication's name goes, then words at the end.

    `text` is HTML, as a template block makes it; so is what is returned.
    """
    whole = unescape(str(text)).strip()
    if len(whole) <= LONGEST_TITLE:
        return str(text)
    headline = whole.rpartition(" | ")[0] or whole
    if len(headline) > LONGEST_TITLE:
        headline = headline[:LONGEST_TITLE].rpartition(" ")[0].rstrip(" ,;:–—-") or headline[: LONGEST_TITLE - 1]
        headline += "…"
    return escape(headline)


@register.simple_tag
def front_of(page: FrontPage) -> Front:
    """Return what the front page shows, every story once."""
    return queries.front_of(page)


@register.simple_tag(takes_context=True)
def stories_of(context: dict[str, Any], section: SectionPage) -> Leaf[StoryPage]:
    """Return the leaf of a section's stories that the request asks for with `?page=`."""
    with reads.accounted():
        leaf = listing.Leaves(listing.of_section(section)).get_page(number_in(context))
        leaf.object_list = list(leaf.object_list)
    return leaf


@register.simple_tag(takes_context=True)
def facts_of(context: dict[str, Any], story: StoryPage) -> queries.StoryFacts:
    """Return what stands around a story's text: section, bylines, topics, corrections, what to read next."""
    return queries.story_facts(story, sections=queries.publication_facts(context.get("request")).sections)


@register.simple_tag
def related_of(chosen: Iterable[StoryPage | None]) -> list[StoryPage]:
    """Return those of an editor's chosen stories that are public."""
    return [story for story in chosen if story is not None and story.live]


def number_in(context: dict[str, Any]) -> str:
    """Return the number of the leaf that a reader asks for, as typed."""
    request = context.get("request")
    return request.GET.get("page", "1") if request else "1"


# --- addresses and words ---------------------------------------------------------------------------


@register.filter
def path(page: Page) -> str:
    """Return a page's path from the root of the site, without a query."""
    return queries.path_of(page.url_path)


@register.filter
def facade(url: str) -> embeds.Facade | None:
    """Return the player that may stand for `url` once a reader asks for it."""
    return embeds.facade(url)


@register.filter
def host(url: str) -> str:
    """Return the host of `url` as a reader would say it."""
    return embeds.host_of(url)


@register.filter
def typeset(headline: str) -> str:
    """Return a headline in which ranges and scores such as 7–6 do not break at the line's end."""
    return BETWEEN_FIGURES.sub("\u2060–\u2060", headline)


@register.simple_tag
def prose(block: Any, sourcing: Sourcing | None = None, dateline: str = "") -> SafeString:
    """Return a block of paragraphs, its statements marked; the first paragraph begins with the dateline where one is given."""
    html = mark_block(block, sourcing)
    if not dateline:
        return html
    mark = format_html('<span class="dateline">{}</span> ', dateline)
    found = html.find("<p")
    end = html.find(">", found) + 1
    if found < 0 or html[:found].strip(" \n") or not end:
        return mark_safe(f"<p>{mark}</p>{html}")
    return mark_safe(html[:end] + mark + html[end:])


# --- times: "14:05" today, else the date ------------------------------------------------------------


@register.simple_tag
def when(moment: dt.datetime | None) -> SafeString:
    """Return `moment` for a list: its hour today, its date otherwise, with the year where it is another one."""
    if moment is None:
        return mark_safe("")
    with reads.accounted():
        here, today = timezone.localtime(moment), timezone.localtime(clock.now())
    is_today = here.date() == today.date()
    if here.year == today.year:  # said shorter today, and this year
        turns = here.date() + dt.timedelta(days=1) if is_today else dt.date(here.year + 1, 1, 1)
        reads.note_until(clock.beginning_of(timezone.get_default_timezone(), turns))
    return _time(here, f"{here:%H:%M}" if is_today else long_date(here.date(), with_year=here.year != today.year))


@register.simple_tag
def when_exactly(moment: dt.datetime | None) -> SafeString:
    """Return `moment` for a story's head: date, hour and zone."""
    if moment is None:
        return mark_safe("")
    here = timezone.localtime(moment)
    return _time(here, f"{long_date(here.date())}, {here:%H:%M} {here:%Z}")


@register.simple_tag
def today() -> SafeString:
    """Return today's date in the newsroom's zone, with its weekday."""
    here = timezone.localtime(clock.now())
    return format_html('<time datetime="{}">{}</time>', f"{here:%Y-%m-%d}", format_date(here, "full", locale=_locale()))


@register.filter
def month_name(day: dt.date) -> str:
    """Return the month of `day` in words, without its year."""
    return _month_name(day.month, _locale())


@lru_cache(maxsize=128)
def _month_name(month: int, locale: str) -> str:
    """Return the name of a month: the archive names a hundred of them, and making one takes longer than all else in its line."""
    return format_date(dt.date(2000, month, 1), "LLLL", locale=locale)


@register.filter
def month_and_year(day: dt.date) -> str:
    """Return the month of `day` and its year, in words."""
    return format_skeleton("yMMMM", day, locale=_locale())


@register.filter
def date_words(day: dt.date | None) -> str:
    """Return a date in words; empty where none is known."""
    return long_date(day) if day else ""


@register.filter
def day_and_month(day: dt.date) -> str:
    """Return a day of a known year, in words."""
    return long_date(day, with_year=False)


@register.filter
def by_day(found: Iterable[StoryPage]) -> list[tuple[dt.date, list[StoryPage]]]:
    """Return public stories, in order of time, by the day (newsroom's zone) on which each appeared."""
    dated = ((timezone.localtime(story.published_at).date(), story) for story in found if story.published_at)
    return [(day, [story for _, story in some]) for day, some in groupby(dated, key=itemgetter(0))]


def long_date(date: dt.date, *, with_year: bool = True) -> str:
    """Return `date` in words, as the publication's language writes it."""
    return format_date(date, "long", locale=_locale()) if with_year else format_skeleton("MMMMd", date, locale=_locale())


def _time(moment: dt.datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', f"{moment:%Y-%m-%dT%H:%M%z}", words)


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
