"""What a cold page may cost. Queries are counted; the time they take is the benchmark's business."""

import pytest

from masthead.funding.campaigns.actions import feature
from masthead.kernel import clock
from masthead.newsroom.pictures.models import Attachment
from masthead.newsroom.stories import actions
from tests.make import make_author, make_campaign, make_newsroom, make_picture, make_section, make_story, make_topic

pytestmark = pytest.mark.django_db
STORY_QUERIES = 15
FRONT_QUERIES = 20


@pytest.fixture
def newsroom():
    front = make_newsroom()
    feature(campaign=make_campaign(marks={250_000: "keeps the site online"}))
    for number in range(30):
        make_story(f"Story {number}", section=make_section(f"Section{number % 5}"), lead_picture=make_picture() if number % 2 else None)
    return front


def test_a_rich_story_costs_few_queries(client, newsroom, django_assert_max_num_queries):
    from django.core.files.base import ContentFile

    body = [
        ("paragraphs", "<p>One.</p>"),
        ("picture", {"picture": make_picture(), "caption": "", "size": "column"}),
        ("paragraphs", "<p>Two.</p>"),
        ("picture", {"picture": make_picture(), "caption": "", "size": "wide"}),
        ("document", {"document": Attachment.objects.create(title="Ruling", file=ContentFile(b"%PDF", name="ruling.pdf")), "description": ""}),
        ("pull_quote", {"quote": "Words.", "speaker": "Ada"}),
    ]
    topics = [make_topic("Ports"), make_topic("Water")]
    make_story("Another on it", topics=topics)
    story = make_story("Rich", body=body, topics=topics, bylines=[make_author(), make_author()], lead_picture=make_picture())
    actions.add_correction(story=story, kind="correction", text="Tuesday.", user=None, now=clock.now())
    path = "/" + story.url_path.split("/", 2)[2]
    client.get(path)
    with django_assert_max_num_queries(STORY_QUERIES):
        assert b"Tuesday." in client.get(path).content


def test_the_front_page_costs_few_queries(client, newsroom, django_assert_max_num_queries):
    client.get("/")
    with django_assert_max_num_queries(FRONT_QUERIES):
        assert b"Story 29" in client.get("/").content


def test_lists_cost_the_same_however_long(client, newsroom, django_assert_max_num_queries):
    for path in ("/section0/", "/archive/", "/corrections/", "/search/?q=story"):
        client.get(path)
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200
