"""What a page costs the database does not grow with the archive. Counted in the steps of SQLite's virtual machine, which no load of a machine changes."""

import pytest
from bench import _many
from django.db import connection

from masthead.delivery import sources
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import batches, heard, listing
from masthead.newsroom.stories.batches import batch_of
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_newsroom, make_section, make_story, make_topic
from tests.make.sourced import make_sourced_story
from tests.steps import cost

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FEW, MANY = 1500, 6000  # stories: more than any list is counted to, and four times as many
# Of what grows a page may take this much more: the depth of an index, a word that is longer by a letter.
MOST_GROWTH = 1.15


@pytest.fixture
def newsroom():
    """Make a newsroom in which each list that stories are in holds all of them."""
    if connection.vendor != "sqlite":
        pytest.skip("the steps are SQLite's")
    make_newsroom()
    words = {"section": make_section("News"), "topics": [make_topic("Ports"), make_topic("Water")]}
    author = make_author("Bo Lind")
    for number in range(3):
        make_story(f"Story {number}", bylines=[author], **words)
    make_sourced_story("Ministry says the harbour stays open", **words)


def addresses():
    """Return the pages that many readers and each publication ask for, of the newest stories there are."""
    newest = StoryPage.objects.filter(live=True).order_by("-published_at", "-pk").first()
    author = StoryPage.objects.get(title="Story 0").bylines.get().author
    return {
        "front": "/",
        "section": "/news/",
        "second leaf": "/news/?page=2",
        "story": "/" + newest.url_path.split("/", 2)[2],
        "feed": "/feed.xml",
        "section's feed": "/news/feed.xml",
        "topic": newest.topics.first().get_absolute_url(),
        "author": author.get_absolute_url(),
        "archive": "/archive/",
        "sitemap": "/sitemap.xml",
        "sitemap's file": f"/sitemap-{batch_of(StoryPage.objects.get(title='Story 0').pk)}.xml",
        "statements of a story": "/" + newest.url_path.split("/", 2)[2] + "statements.json",
        "search": "/search/?q=story",
        "search, last leaf": "/search/?q=story&page=50",
        "month": f"/archive/{newest.published_at.year}/{newest.published_at.month}/",
    }


def grown(client, addresses):
    """Return the pages that cost more with four times the stories, by name, with what they cost before and after."""
    _many.fill(FEW, a_day=40)
    before = {name: cost(client, path) for name, path in addresses().items()}
    _many.fill(MANY, a_day=40)
    after = {name: cost(client, path) for name, path in addresses().items()}
    return {name: (before[name], after[name]) for name in before if after[name] > before[name] * MOST_GROWTH + 1000}


def test_pages_cost_the_same_with_four_times_the_stories(client, newsroom):
    assert not grown(client, addresses)


def test_who_is_heard_costs_the_same_with_four_times_the_stories(client, newsroom, monkeypatch):
    # So that with few stories already these lists are longer than they are counted, and batches are full.
    for place, name in ((listing, "COUNTED"), (heard.Heard, "most"), (heard, "MOST_TIMES"), (sources, "INDEX_LENGTH"), (batches, "LENGTH")):
        monkeypatch.setattr(place, name, 20)
    speaker = Party.objects.filter(statements__isnull=False).earliest("pk")
    relay = Party.objects.filter(relayed__isnull=False).earliest("pk")
    assert not grown(
        client,
        lambda: {
            "list": "/sources/",
            "party": speaker.get_absolute_url(),
            "party that relays": relay.get_absolute_url(),
            "sitemap's file": f"/sitemap-sources-{batch_of(speaker.pk)}.xml",
        },
    )
