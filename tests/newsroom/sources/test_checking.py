"""Looking again: what is live, changed and gone, politely."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from masthead.kernel import clock
from masthead.kernel.http import NameUnknown
from masthead.newsroom.sources import actions, queries
from masthead.newsroom.sources.comparing import what_changed
from masthead.newsroom.sources.models import Capture, LinkState, SourceDocument
from tests.kernel import hostile
from tests.kernel.hostile import Hostile, redirect, whole
from tests.make import make_user
from tests.newsroom.sources import reading
from tests.newsroom.sources.pages import ARTICLE

pytestmark = pytest.mark.django_db
OTHER = ARTICLE.replace("eleven ships", "twelve ships")


@pytest.fixture(autouse=True)
def _pages_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    reading.read_here(monkeypatch)


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile.serving({"/strait": whole(ARTICLE.encode())}) as server:
        yield server


@pytest.fixture
def document(server: Hostile) -> SourceDocument:
    """A document of which somebody had a copy taken."""
    document = SourceDocument.objects.create(url=server.url("/strait"))
    capture = Capture.objects.create(document=document, method="fetch", requested_at=clock.now(), requested_by=make_user(), retry_at=clock.now())
    actions.take_capture(capture_id=capture.pk, policy=server.policy())
    return document


def check(document: SourceDocument, server: Hostile, *, days: int = 1, **changes) -> SourceDocument:
    with time_machine.travel(clock.now() + dt.timedelta(days=days), tick=False):
        actions.check_document(document_id=document.pk, policy=server.policy(**changes))
    document.refresh_from_db()
    return document


def test_what_says_the_same_is_live_and_kept_once(server: Hostile, document: SourceDocument):
    server.answers["/strait"] = whole(ARTICLE.replace("<nav>Home", "<nav>3 hours ago Home").replace("Sunday, and", "Sunday,  and").encode())
    assert check(document, server).state == "live"
    assert document.captures.count() == 1


def test_a_changed_figure_is_seen_and_kept_once(server: Hostile, document: SourceDocument):
    server.answers["/strait"] = whole(OTHER.encode())
    assert check(document, server).state == "changed"
    assert document.state_reason.endswith("1 of 3 paragraphs are gone or different.")
    assert document.state_since is not None
    assert [("twelve" in capture.text) for capture in document.captures.order_by("pk")] == [False, True]
    since = document.state_since
    assert check(document, server, days=2).state == "changed"
    assert (document.captures.count(), document.state_since) == (2, since)


def test_a_copy_that_somebody_takes_again_is_what_the_next_look_compares_with(server: Hostile, document: SourceDocument):
    server.answers["/strait"] = whole(OTHER.encode())
    check(document, server)
    capture = Capture.objects.create(document=document, method="fetch", requested_at=clock.now(), requested_by=make_user(), retry_at=clock.now())
    with time_machine.travel(clock.now() + dt.timedelta(days=2)):
        actions.take_capture(capture_id=capture.pk, policy=server.policy())
    assert check(document, server, days=3).state == "live"


@pytest.mark.parametrize("status", ["404 N", "410 G"])
def test_gone_is_said_after_two_looks(server: Hostile, document: SourceDocument, status: str):
    server.answers["/strait"] = whole(b"x", status=status)
    assert check(document, server).state == "live"
    assert check(document, server, days=2).state == "gone"
    assert document.state_reason.startswith(f"The server answered {status[:3]}")
    server.answers["/strait"] = whole(ARTICLE.encode())
    assert (check(document, server, days=3).state, document.misses, document.state_reason) == ("live", 0, "")


def test_a_name_that_is_gone_is_gone_after_two_looks(server: Hostile, document: SourceDocument):
    def nobody(host: str, *_: object) -> list[str]:
        raise NameUnknown(f"There is no server named {host}: look at the address again.")

    assert check(document, server, resolve=nobody).state == "live"
    assert check(document, server, days=2, resolve=nobody).state == "gone"


@pytest.mark.parametrize("answer", [whole(b"x", status="503 S"), whole(b"x", status="403 F"), hostile.cut, whole(b""), redirect("http://10.0.0.1/")])
def test_a_server_that_is_out_of_order_says_nothing_about_the_document(server: Hostile, document: SourceDocument, answer: hostile.Answer):
    server.answers["/strait"] = answer
    for days in (1, 2, 3):
        assert check(document, server, days=days).state == "live"
    assert document.checked_at > clock.now() + dt.timedelta(days=2)


def test_it_is_not_asked_again_at_once(server: Hostile, document: SourceDocument):
    asked = len(server.asked)
    actions.check_document(document_id=document.pk, policy=server.policy())
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("", "Anything at all may stand here now.", ""),
        ("The strait is closed until Monday.", "the  strait is closed, until Monday", ""),
        ("The strait is closed until Monday.\nShare this", "The strait is closed until Monday.\nPrint this page now", ""),
        ("The strait is closed until Monday.", "The strait is not closed until Monday.", "1 of 1 paragraphs"),
        ("The strait is closed until Monday.", "The strait is closed until Monday.\nIt will be opened again on Tuesday.", "7 words were added to 6"),
    ],
)
def test_a_change_is_what_changes_what_is_said(before: str, now: str, words: str):
    assert what_changed(before, now).startswith(words)
    assert bool(what_changed(before, now)) == bool(words)


# --- links -----------------------------------------------------------------------------------------


def ask(server: Hostile, *urls: str, minutes: int = 0) -> dict[str, LinkState]:
    actions.note_links(urls=urls, now=clock.now())
    with time_machine.travel(clock.now() + dt.timedelta(minutes=minutes), tick=False):
        actions.check_links(policy=server.policy())
    return {link.url: link for link in LinkState.objects.all()}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (whole(b"x"), "live"),
        (whole(b"x", status="403 F"), "live"),
        (whole(b"x", status="429 T"), "live"),
        (hostile.endless, "live"),
        (redirect("http://10.0.0.1/"), "refused"),
        (whole(b"x", status="404 N"), "silent"),
        (whole(b"x", status="500 O"), "silent"),
        (hostile.cut, "live"),
        (hostile.reset, "silent"),
    ],
)
def test_a_link_is_asked_once_and_its_state_kept(server: Hostile, answer: hostile.Answer, state: str):
    server.answers["/x"] = answer
    link = ask(server, server.url("/x"))[server.url("/x")]
    assert link.state == state
    assert link.checked_at is not None
    assert link.due_at > clock.now()
    assert state == "live" or link.reason


def test_a_link_is_dead_after_two_looks_and_alive_after_one(server: Hostile):
    url = server.url("/strait")
    server.answers["/strait"] = whole(b"x", status="404 N")
    ask(server, url)
    assert queries.dead_links([url]) == {}
    assert ask(server, url, minutes=11)[url].state == "gone"
    assert queries.dead_links([url, "https://other.example/"]) == {url: "The server answered 404, that there is nothing at this address."}
    server.answers["/strait"] = whole(b"back")
    ask(server, url, minutes=600)
    assert queries.dead_links([url]) == {}


def test_an_address_inside_somebody_s_network_is_dead_for_readers(server: Hostile):
    ask(server, "http://intranet/plan")
    assert "inside a house" in queries.dead_links(["http://intranet/plan"])["http://intranet/plan"]


def test_a_host_is_asked_once_at_a_time(server: Hostile):
    urls = [server.url(f"/{number}") for number in range(5)]
    others = [server.url("/x", f"news{number}.example") for number in range(3)]
    actions.note_links(urls=[*urls, *others], now=clock.now())
    assert actions.check_links(policy=server.policy()) == 4
    assert actions.check_links(policy=server.policy()) == 1
    assert len(server.asked) == 5


def test_links_that_no_story_has_any_more_are_forgotten(server: Hostile):
    ask(server, server.url("/strait"))
    with time_machine.travel(clock.now() + dt.timedelta(days=31)):
        actions.check_links(policy=server.policy())
    assert not LinkState.objects.exists()


def test_only_addresses_on_the_web_are_noted():
    assert actions.note_links(urls=["mailto:a@b.example", "/about/", "https://a.example/" + "a" * 2000, "https://a.example/"], now=clock.now()) == 1
    assert actions.note_links(urls=["https://a.example/"], now=clock.now()) == 0
