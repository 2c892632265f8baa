"""A newsroom with one of everything that readers meet, behind a real server, for a real browser."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from masthead.funding.campaigns.actions import feature
from masthead.funding.campaigns.models import Campaign
from masthead.kernel import clock
from masthead.newsroom.pictures.models import Attachment
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Publication
from tests.conftest import restore_database
from tests.make import give, make_author, make_campaign, make_newsroom, make_picture, make_section, make_story, make_topic
from tests.make.sourced import make_sourced_story

PARAGRAPHS = "<p>" + "The contract was signed on a Friday evening, after the clerk’s office had closed. " * 5 + '<a href="/about/">More about us</a>.</p>'


class Newsroom:
    """The addresses of one of everything, and the featured campaign."""

    def __init__(self, root: str, campaign: Campaign, paths: dict[str, str]) -> None:
        self.root, self.campaign, self.paths = root, campaign, paths

    def url(self, name: str) -> str:
        return self.root + self.paths[name]


@pytest.fixture(scope="module")
def newsroom(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Newsroom]:
    """Lend one newsroom to all tests of a module: it takes seconds to make, and looking changes nothing."""
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        here = settings.ENV.model_copy(update={"data": tmp_path_factory.mktemp("newsroom"), "address": server.url})
        with override_settings(ENV=here, ALLOWED_HOSTS=["*"]):
            yield found(server.url)
        server.stop()
        restore_database()


def found(root: str) -> Newsroom:
    """Make the newsroom whose server is at `root`."""
    make_newsroom(name="The Meridian")
    Publication.objects.update(tagline="News of the coast", contact_email="desk@meridian.example", footer_text="A cooperative.")
    author, topic = (
        make_author("Ada Okafor", biography="Born at sea.", email="ada.okafor@theharbournewspaper.example", portrait=make_picture()),
        make_topic("Ports"),
    )
    for number in range(24):
        make_story(
            f"Story number {number} of the harbour and its people",
            standfirst="After nine years of waiting.",
            section=make_section(("Harbour", "Council", "Water")[number % 3]),
            lead_picture=make_picture() if number % 2 else None,
            label="opinion" if number % 5 == 0 else "news",
        )
    rich = make_story("Harbour dredging contract went to the mayor’s former business partner, records show", **everything(author, topic))
    actions.add_correction(story=rich, kind="correction", text="It was Tuesday.", user=None, now=clock.now())
    arabic = make_story("الميناء الذي لا ينام", slug="port", language="ar", standfirst="ليلة مع الحراس.", text="<p>وُقّع العقد مساء يوم جمعة.</p>")
    sourced = make_sourced_story(section=make_section("Council"))
    mirrored = make_sourced_story(section=make_section("Council"), language="ar", slug="sourced-from-right-to-left")
    relayed = sourced.statements.first()
    campaign = make_campaign(
        name="The newsroom", marks={250_000: "keeps the site online", 500_000: "pays two reporters"}, suggested_once=[1000, 2500], suggested_monthly=[500]
    )
    feature(campaign=campaign)
    give(campaign, 307_500, dated=clock.now().date())
    return Newsroom(
        root,
        campaign,
        {
            "front": "/",
            "section": "/harbour/",
            "story": path_of(rich),
            "right to left": path_of(arabic),
            "sourced": path_of(sourced),
            "sourced from right to left": path_of(mirrored),
            "sources": "/sources/",
            "speaker": relayed.speaker.get_absolute_url(),
            "outlet": relayed.hops.first().outlet.get_absolute_url(),
            "topic": topic.get_absolute_url(),
            "author": author.get_absolute_url(),
            "corrections": "/corrections/",
            "archive": "/archive/",
            "month": f"/archive/{clock.now():%Y}/{clock.now().month}/",
            "about": "/about/",
            "search": "/search/?q=harbour",
            "nothing found": "/search/?q=zebra",
            "not found": "/no/such/page/",
            "contribute": "/contribute/",
            "campaigns": "/campaigns/",
            "campaign": f"/campaigns/{campaign.slug}/",
        },
    )


def path_of(page) -> str:
    return "/" + page.url_path.split("/", 2)[2]


def everything(author, topic) -> dict:
    """Return the words of a story with every kind of block."""
    table = {
        "columns": [{"type": "text", "heading": "Date"}, {"type": "number", "heading": "A rather long heading of a column"}, {"type": "text", "heading": "By"}],
        "rows": [{"values": ["21 May 2026", "1,310,000", "A signature that nobody could read"]}],
        "caption": "",
    }
    from masthead.newsroom.stories.blocks import TableBlock

    pair = [{"picture": make_picture(), "caption": "", "size": "column"} for _ in range(2)]
    body = [
        ("paragraphs", PARAGRAPHS),
        ("heading", {"text": "A company one day old", "level": "2"}),
        ("paragraphs", PARAGRAPHS),
        ("pull_quote", {"quote": "“I signed what was put before me.”", "speaker": "Ilse Brandt"}),
        ("picture", {"picture": make_picture(), "caption": "", "size": "column"}),
        ("picture", {"picture": make_picture(), "caption": "", "size": "half"}),
        ("picture", {"picture": make_picture(), "caption": "", "size": "wide"}),
        ("gallery", {"pictures": pair, "caption": "Two views"}),
        ("table", TableBlock().to_python({"caption": "Payments", "table": table, "source": "Harbour fund"})),
        ("callout", {"title": "How we know", "text": "<p>We asked for every contract.</p>"}),
        ("embed", {"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "title": "The council meets", "provider": "", "still": None}),
        ("document", {"document": Attachment.objects.create(title="Contract", file=ContentFile(b"%PDF-1.4", name="c.pdf")), "description": "Fourteen pages."}),
        ("paragraphs", "<h3>Not allowed</h3><ul><li>One</li><li>Two</li></ul><blockquote>Said.</blockquote>"),
    ]
    return {
        "section": make_section("Harbour"),
        "standfirst": "Three invoices, one address.",
        "dateline": "Port Meridian",
        "label": "analysis",
        "bylines": [author, make_author("Bo Lind"), (make_author("Ilse Brandt"), "Pictures")],
        "topics": [topic],
        "lead_picture": make_picture(source_url="https://photos.example/1", licence="cc-by"),
        "body": body,
    }
