"""A small newsroom in which every kind of page shows something, and what is asked of its page store: is it whole, is it fresh."""

import datetime as dt
import inspect
from contextlib import contextmanager
from dataclasses import dataclass, field

import time_machine

from masthead.delivery.filling import addresses, rendering
from masthead.delivery.filling.renderer import Renderer
from masthead.funding.campaigns.actions import feature
from masthead.newsroom.pictures import renditions, shapes
from masthead.newsroom.stories.models import Author, StoryPage, Topic
from tests.make import make_author, make_campaign, make_newsroom, make_picture, make_section, make_story, make_topic
from tests.make.sourced import make_sourced_story


@dataclass
class Site:
    """The newsroom's pieces, by name."""

    stories: dict[str, StoryPage] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    authors: dict[str, Author] = field(default_factory=dict)


NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def make_site():
    """Make it, a story an hour until noon."""
    with time_machine.travel(NOON - dt.timedelta(hours=11), tick=False) as hour:
        return _make_site(hour)


def _make_site(hour):
    site = Site()
    make_newsroom()
    site.campaign = make_campaign(name="Keep the lights on", marks={250_000: "keeps the site online"})
    feature(campaign=site.campaign)
    site.other = make_campaign(name="A second press")
    site.ports, site.water = make_topic("Ports"), make_topic("Water")
    site.ada, site.bo = make_author("Ada Okafor"), make_author("Bo Lind")
    site.picture = make_picture()
    for number in range(4):
        site.stories[f"news{number}"] = make_story(f"News {number}", section=make_section("News"), bylines=[site.ada])
        hour.shift(dt.timedelta(hours=1))
    site.stories["lone"] = make_story("Lone", section=make_section("Culture"), bylines=[site.bo], lead_picture=site.picture, topics=[site.ports])
    hour.shift(dt.timedelta(hours=1))
    site.stories["pair"] = make_story("Pair", section=make_section("Culture"), bylines=[site.bo], topics=[site.ports])
    hour.shift(dt.timedelta(hours=1))
    site.sourced = make_sourced_story(section=make_section("News"))
    site.rendition = renditions.rendition(picture=site.picture, key=shapes.version(site.picture, "3x2"), width=320, extension="webp")
    return site


def path(story):
    return "/" + story.url_path.split("/", 2)[2]


def began(folder):
    """Return a renderer that has made everything."""
    renderer = Renderer(folder)
    renderer.begin()
    renderer.finish()
    return renderer


def spliced(renderer, page):
    """Return the bytes of a stored page with the meters' present parts in its holes."""
    meters = renderer.meters.snapshot().meters
    pieces = [page.segments[0]]
    for hole, segment in zip(page.holes, page.segments[1:], strict=True):
        pieces += [meters[hole.meter].parts[hole.part], segment]
    return b"".join(pieces)


def watch(renderer):
    """Have the renderer look at the meters and at what follows its clock, now."""
    renderer._looked = float("-inf")
    renderer.watch()


def whole(renderer):
    """Return every stored page as a reader gets it, by path."""
    found = {}
    for one in renderer.store.paths():
        page = renderer.store.page(one)
        found[one] = (page.status, page.headers, spliced(renderer, page))
    return found


def fresh(renderer):
    """Return every page that may be kept as Django makes it now, by path."""
    found = {}
    for one in dict.fromkeys([*addresses.every(), *renderer.store.paths()]):
        made = rendering.render(one)
        if made.page is not None:
            there = [placed for placed in made.reads.holes if placed.mark.encode() in made.body]
            values = [placed.value.encode() for placed in sorted(there, key=lambda placed: made.body.find(placed.mark.encode()))]
            pieces = [made.page.segments[0]]
            for value, segment in zip(values, made.page.segments[1:], strict=True):
                pieces += [value, segment]
            found[one] = (made.page.status, made.page.headers, b"".join(pieces))
    return found


def is_list(one, pages):
    """Say whether a page may be made without becoming another: it lists the object that changed, and shows nothing of what changed in it."""
    listing = (
        one in {"/", "/contribute/", "/sources/"} or one.startswith(("/archive/", "/theme/", "/sitemap")) or one.endswith(("/feed.xml", "/statements.json"))
    )
    return listing or (one in pages and pages[one][0] == 301)


@contextmanager
def exactly(renderer, *, also=()):
    """Demand that what the block changes leaves no stale page, and that no page was made anew but those that became others, lists and `also` apart."""
    before = whole(renderer)
    yield
    done = renderer.finish()
    after, wanted = whole(renderer), fresh(renderer)
    changed = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    wrong = {
        "missing": wanted.keys() - after.keys(),
        "not to be kept": after.keys() - wanted.keys(),
        "stale": {one for one in wanted.keys() & after.keys() if after[one] != wanted[one]},
        "changed behind the renderer's back": changed - {*done.made, *done.removed},
        "made for nothing": {one for one in set(done.made) - changed - set(also) if not is_list(one, after)},
    }
    caller = inspect.stack()[2]
    wrongs = {name: sorted(found) for name, found in wrong.items() if found}
    if wrongs:
        renderer.wrongs.append((caller.lineno, wrongs))
