"""Law 8: nothing unpublished leaks, through no door, until the second it may.

Every word of a hidden story carries a marker of its own. An anonymous reader asks every address there is, follows every link,
searches for every marker, and tries the files by their numbers and by their names. A control proves that the reader would find it.
"""

import datetime as dt
import html
import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from masthead.delivery.filling.renderer import Renderer
from masthead.kernel import clock
from masthead.newsroom.pictures import shapes
from masthead.newsroom.pictures.models import Attachment
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Statement, StoryPage
from tests.make import make_author, make_document, make_newsroom, make_party, make_picture, make_staff, make_statement_draft, make_story, make_topic
from tests.make.sourced import make_copy

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
HOUR = NOON + dt.timedelta(hours=1)
WORDS = ("qheadline", "qstandfirst", "qbody", "qcaption", "qpullquote", "qcredit", "qalt", "qattachment", "qspeaker", "qsource", "qoffice", "qoutlet")


def make_marked(**words):
    """Make an unpublished story in which each field holds a marker; its address holds qheadline."""
    picture = make_picture(caption="qcaption", credit_line="qcredit", description="qalt")
    attachment = Attachment.objects.create(title="qattachment", file=ContentFile(b"%PDF-1.4 qbody", name="qattachment.pdf"))
    document = make_document("qsource", url="https://qsource.example/1")
    make_copy(document)
    said = make_statement_draft("qbody", speaker=make_party("qspeaker"), speaker_title="qoffice", via=[make_party("qoutlet", kind="outlet")], document=document)
    return make_story(
        "qheadline",
        live=False,
        statements=[said],
        standfirst="qstandfirst",
        lead_picture=picture,
        topics=[make_topic("Harbours")],
        bylines=[make_author("Ada Okafor")],
        body=[
            ("paragraphs", "<p>qbody</p>"),
            ("pull_quote", {"quote": "qpullquote", "speaker": ""}),
            ("document", {"document": attachment, "description": ""}),
        ],
        **words,
    )


def publish(story):
    return actions.publish(story=story, user=None)


def submit(story):
    story.get_latest_revision()
    story.get_workflow().start(story, make_staff(Role.REPORTER))
    return story


def expire(story):
    publish(story)
    StoryPage.objects.filter(pk=story.pk).update(expire_at=clock.now())
    actions.publish_due(now=clock.now())
    return story


def unpublish(story):
    return actions.withdraw(story=publish(story), user=None)


def delete(story):
    StoryPage.objects.get(pk=publish(story).pk).delete()
    return story


HIDDEN = {
    "draft": (make_marked, lambda story: story),
    "in review": (make_marked, submit),
    "scheduled": (lambda: make_marked(go_live_at=HOUR), publish),
    "embargoed": (lambda: make_marked(embargoed_until=HOUR), publish),
    "expired": (make_marked, expire),
    "unpublished": (make_marked, unpublish),
    "deleted": (make_marked, delete),
}


def addresses(story):
    """Return every address a reader could ask for, the ones she has to guess among them."""
    pictures = story.lead_picture
    attachment = Attachment.objects.first()
    guesses = [f"/media/{pictures.file.name}", pictures.file.url, f"/documents/{attachment.pk}/{attachment.filename}", attachment.file.url]
    guesses += [
        f"/pictures/{pictures.pk}/{tag}/{width}.{kind}"
        for tag in (shapes.version(pictures), "0")
        for width in (320, 640, 1280)
        for kind in ("avif", "webp", "jpg")
    ]
    guesses += [f"/attachments/{attachment.pk}/{attachment.filename}", "/api/v2/pages/", "/api/v2/images/", "/desk/", "/desk/api/main/pages/"]
    lists = ["/", "/news/", "/topics/harbours/", f"/authors/{story.bylines.first().author.slug}/" if story.bylines.first() else "/", "/corrections/"]
    lists += ["/archive/", "/archive/2026/03/", "/feed.xml", "/news/feed.xml", "/sitemap.xml", "/robots.txt", "/news/qheadline/", "/contribute/"]
    lists += ["/sources/", "/sources/qspeaker/", "/sources/qoutlet/", "/sources/statements.jsonl", "/sources/statements.csv", "/news/qheadline/statements.json"]
    lists += [f"/search/?q={word}" for word in WORDS]
    return lists + guesses


def crawl(client, start, limit=300):
    """Ask every address in `start` and every one that the answers link to; return {address: (status, body)}."""
    seen, todo = {}, list(start)
    while todo and len(seen) < limit:
        address = todo.pop(0)
        if address in seen:
            continue
        response = client.get(address)
        content = response.getvalue() if response.streaming else response.content
        seen[address] = (response.status_code, content)
        if "html" in response.headers.get("Content-Type", "") or "xml" in response.headers.get("Content-Type", ""):
            found = re.findall(rb"(?:href|src|srcset)=\"([^\"]+)\"|<loc>([^<]+)</loc>|<link>([^<]+)</link>", content)
            links = [html.unescape((a or b or c).decode()) for a, b, c in found]
            paths = [re.sub(r"^https?://(?:testserver|127\.0\.0\.1:8000)", "", link.split(" ")[0].split("#")[0]) for link in links]
            todo += [path for path in paths if path.startswith("/") and not path.startswith(("//", "/static/", "/practice/"))]
    return seen


def leaks(seen):
    """Return the addresses whose answer holds a marker that the question did not."""
    found = []
    for address, (status, content) in seen.items():
        text = content.decode("utf-8", "replace")
        for word in WORDS:
            asked = word in address
            if word in text and not (asked and status in {200, 404} and shows_only_the_question(text, word)):
                found.append((address, status, word))
        if address.startswith(("/pictures/", "/attachments/", "/media/")) and status == 200:
            found.append((address, status, "file"))
    return found


def shows_only_the_question(text, word):
    """Say whether `word` stands only where the page repeats what was searched or asked for."""
    rest = re.sub(
        r"(?is)<title>.*?</title>|<input[^>]*>|<form.*?</form>|<link[^>]*>|<meta[^>]*>|<h1.*?</h1>|<p class=\"[^\"]*(?:count|none)[^\"]*\">.*?</p>", "", text
    )
    return word not in rest


@pytest.mark.parametrize("state", HIDDEN)
def test_a_hidden_story_leaks_through_no_door(state):
    make_newsroom()
    make_story("Public story")
    make, hide = HIDDEN[state]
    with time_machine.travel(NOON, tick=False):
        story = make()
        asked = addresses(story)
        hide(story)
        assert leaks(crawl(Client(), asked)) == []


@pytest.mark.parametrize("state", ["scheduled", "embargoed"])
def test_at_its_hour_everything_is_there(state):
    make, hide = HIDDEN[state]
    with time_machine.travel(NOON, tick=False):
        story = make()
        asked = addresses(story)
        hide(story)
    with time_machine.travel(HOUR - dt.timedelta(seconds=1), tick=False):
        actions.publish_due(now=clock.now())
        assert leaks(crawl(Client(), asked)) == []
    with time_machine.travel(HOUR, tick=False):
        actions.publish_due(now=clock.now())
        seen = crawl(Client(), asked)
    assert {word for _, _, word in leaks(seen)} >= {
        "qheadline",
        "qstandfirst",
        "qbody",
        "qcaption",
        "qcredit",
        "qalt",
        "qspeaker",
        "qsource",
        "qoffice",
        "qoutlet",
        "file",
    }
    assert seen["/news/qheadline/"][0] == 200


def test_a_newer_draft_of_a_public_story_stays_hidden():
    with time_machine.travel(NOON, tick=False):
        story = make_marked()
        asked = addresses(story)
        public = make_story("Public story")
        for field in ("standfirst", "lead_picture", "body"):
            setattr(public, field, getattr(story, field))
        for statement in story.statements.all():
            public.statements.add(Statement(words=statement.words, speaker=statement.speaker, document=statement.document))
        public.title = "qheadline"
        public.save_revision()
        assert leaks(crawl(Client(), [*asked, public.url])) == []


@pytest.mark.parametrize("state", HIDDEN)
def test_the_page_store_holds_nothing_of_a_hidden_story(state, tmp_path):
    """Filled while the story is still what it was before, and again when it is hidden: the store is served without anybody asking Django."""
    make_newsroom()
    make, hide = HIDDEN[state]
    renderer = Renderer(tmp_path / "pages")
    with time_machine.travel(NOON, tick=False):
        renderer.begin()
        story = make()
        renderer.finish()
        hide(story)
        renderer.finish()
        found = {path: b"".join(renderer.store.page(path).segments) for path in renderer.store.paths()}
    renderer.close()
    assert "/" in found
    assert [(path, word) for path, content in found.items() for word in WORDS if word.encode() in content or word in path] == []
    assert [path for path in found if path.startswith(("/pictures/", "/attachments/", "/kept/"))] == []


def test_the_page_store_would_show_it(tmp_path):
    """The control: what the test above looks for is there once the story is public."""
    with time_machine.travel(NOON, tick=False):
        renderer = Renderer(tmp_path / "pages")
        publish(make_marked())
        renderer.begin()
        renderer.finish()
        pages = [renderer.store.page(path) for path in renderer.store.paths()]
    renderer.close()
    whole = b"".join(b"".join(page.segments) for page in pages)
    assert [word for word in WORDS if word.encode() not in whole] == []
