import datetime as dt

import feedparser
import pytest
import time_machine
from lxml import etree

from masthead.newsroom.stories import actions
from masthead.syndication.feed import CONTENT, MEDIA
from tests.make import make_author, make_newsroom, make_picture, make_section, make_story, make_topic

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _newsroom():
    make_newsroom(name="The Meridian")


def get(client, path="/feed.xml"):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content


def test_a_reader_program_finds_everything_in_its_place(client):
    with time_machine.travel(NOON, tick=False):
        story = make_story(
            "Harbour opens & more",
            standfirst="After nine years.",
            text='<p>It opens <a href="/about/">today</a>.</p>',
            bylines=[make_author("Ada Okafor"), make_author("Bo Lind")],
            topics=[make_topic("Ports")],
            lead_picture=make_picture(),
        )
    feed = feedparser.parse(get(client))
    assert not feed.bozo
    assert feed.feed.title == "The Meridian"
    entry = feed.entries[0]
    assert (entry.title, entry.summary) == ("Harbour opens & more", "After nine years.")
    assert entry.link == "http://127.0.0.1:8000/" + story.url_path.split("/", 2)[2]
    assert entry.id == f"urn:uuid:{story.translation_key}"
    assert not entry.guidislink
    assert entry.published == "Tue, 10 Mar 2026 12:00:00 GMT"
    assert "Ports" in [tag.term for tag in entry.tags]
    assert '<a href="http://127.0.0.1:8000/about/">today</a>' in entry.content[0].value
    assert entry.media_credit[0]["content"] == "Ada Okafor / The Meridian"


def test_the_shape_is_what_the_profile_asks(client):
    make_story("One", lead_picture=make_picture())
    root = etree.fromstring(get(client))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert [child.tag for child in channel][:3] == ["title", "link", "description"]
    atom = channel.find("{http://www.w3.org/2005/Atom}link")
    assert (atom.get("rel"), atom.get("href")) == ("self", "http://127.0.0.1:8000/feed.xml")
    item = channel.find("item")
    tags = [child.tag for child in item]
    assert tags.index("description") < tags.index(f"{{{CONTENT}}}encoded")
    assert item.find("guid").get("isPermaLink") == "false"
    media = item.find(f"{{{MEDIA}}}content")
    assert media.get("url").startswith("http://127.0.0.1:8000/pictures/")
    assert client.get(media.get("url").removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_every_address_in_the_text_is_whole_and_nothing_runs(client):
    make_story(
        body=[
            ("picture", {"picture": make_picture(), "caption": "", "size": "column"}),
            ("embed", {"url": "https://youtu.be/dQw4w9WgXcQ", "title": "Film", "provider": "", "still": None}),
            ("kept", {"what": "slider", "source": "[slider]"}),
        ]
    )
    text = feedparser.parse(get(client)).entries[0].content[0].value
    assert 'src="http://127.0.0.1:8000/pictures/' in text
    for never in ('src="/', 'href="/', "<button", "<script", "class=", "slider"):
        assert never not in text


def test_control_characters_do_not_break_it(client):
    make_story("Bell \x07 and \ufffe", standfirst="\x0b")
    assert "Bell" in feedparser.parse(get(client)).entries[0].title


def test_only_what_is_public_is_in_it(client):
    make_story("Hidden", live=False)
    actions.withdraw(story=make_story("Gone"), user=None)
    assert b"<item>" not in get(client)


def test_a_section_has_its_own(client):
    make_story("Of water", section=make_section("Water"))
    make_story("Of fire", section=make_section("Fire"))
    feed = feedparser.parse(get(client, "/water/feed.xml"))
    assert [entry.title for entry in feed.entries] == ["Of water"]
    assert client.get("/nowhere/feed.xml").status_code == 404


def test_it_comes_in_one_piece_and_may_be_asked_for_again(client):
    make_story("One")
    first = client.get("/feed.xml")
    assert not first.streaming
    assert first["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert client.get("/feed.xml", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_thirty_stories_cost_few_queries(client, django_assert_max_num_queries):
    for number in range(31):
        make_story(f"Story {number}", lead_picture=make_picture() if number % 3 else None)
    with django_assert_max_num_queries(10):
        assert len(feedparser.parse(get(client)).entries) == 30
