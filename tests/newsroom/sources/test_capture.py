"""A pasted address becomes a document and a kept copy, or one clear sentence; nothing of a hostile server does more."""

import datetime as dt
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from warcio.archiveiterator import ArchiveIterator

from masthead.kernel import clock
from masthead.kernel.http import Limits
from masthead.newsroom.sources import actions, storage
from masthead.newsroom.sources.actions import captures
from masthead.newsroom.sources.models import Capture, SourceDocument
from tests.kernel import hostile
from tests.kernel.hostile import Hostile, redirect, whole
from tests.make import make_party, make_user
from tests.newsroom.sources.pages import ARTICLE

pytestmark = pytest.mark.django_db
SMALL = Limits(seconds=3, connect_seconds=1, wire_bytes=2**20, body_bytes=2 * 2**20)


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile.serving({"/strait": whole(ARTICLE.encode())}) as server:
        yield server


def make_capture(server: Hostile, path: str = "/strait", host: str = "times.example", **fields: Any) -> Capture:
    """Store a document at an address of the hostile server and a capture that waits, as if it were on the public web."""
    document = SourceDocument.objects.create(url=server.url(path, host), **fields)
    return Capture.objects.create(document=document, method="fetch", requested_at=clock.now(), retry_at=clock.now())


def take(capture: Capture, server: Hostile, **words: Any) -> Capture:
    actions.take_capture(capture_id=capture.pk, policy=server.policy(), limits=SMALL, **words)
    capture.refresh_from_db()
    return capture


# --- what is kept ----------------------------------------------------------------------------------


def test_a_copy_is_kept_with_all_that_it_says(server: Hostile):
    times = make_party("Vessa Times", kind="outlet", domains=["times.example"])
    reporter = make_party("Ilse Marn")
    kept = take(make_capture(server), server)
    assert (kept.state, kept.reason, kept.status, kept.media_type) == ("kept", "", 200, "text/html")
    assert kept.title == "Ministry closes the strait"
    assert "No vessel will pass" in kept.text
    assert kept.taken_at is not None
    assert kept.retry_at is None
    assert kept.visibility == "newsroom"
    document = kept.document
    assert (document.title, document.publisher, document.author, document.language) == (kept.title, times, reporter, "en-GB")
    assert document.published_at == dt.datetime(2026, 5, 3, 8, 20, 30, tzinfo=dt.UTC)
    assert (document.state, document.accessed_at) == ("live", kept.taken_at)


def test_the_kept_file_is_a_warc_that_others_can_read_and_verify(server: Hostile, folder: Path):
    server.answers["/old"] = redirect("/strait")
    kept = take(make_capture(server, "/old"), server)
    path = folder / kept.path
    assert hashlib.sha256(path.read_bytes()).hexdigest() == kept.sha256 == storage.digest(kept.path)
    assert path.stat().st_size == kept.size
    with path.open("rb") as file:
        found = ArchiveIterator(file, check_digests="raise")
        records = [(record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()) for record in found]
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "request", "response", "request"]
    assert [url for _, url, _ in records[1:4:2]] == [server.url("/old", "times.example"), server.url("/strait", "times.example")]
    assert records[3][2] == ARTICLE.encode()
    with path.open("rb") as file:
        file.seek(kept.offset)
        answer = next(iter(ArchiveIterator(file)))
        assert answer.rec_headers.get_header("WARC-Target-URI") == kept.final_url
        assert answer.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{hashlib.sha256(ARTICLE.encode()).hexdigest()}"
        assert answer.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"


def test_what_somebody_typed_is_never_overwritten(server: Hostile):
    ours = make_party("Our name for it", kind="outlet")
    make_party("Vessa Times", kind="outlet", domains=["times.example"])
    typed = {"title": "Our title", "language": "fr", "published_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "publisher": ours}
    kept = take(make_capture(server, **typed), server)
    document = SourceDocument.objects.get(pk=kept.document_id)
    assert {name: getattr(document, name) for name in typed} == typed


def test_a_file_is_kept_as_it_is(server: Hostile):
    server.answers["/report.pdf"] = whole(b"%PDF-1.7 words", kind="application/pdf")
    kept = take(make_capture(server, "/report.pdf"), server)
    assert (kept.state, kept.media_type, kept.title, kept.text) == ("kept", "application/pdf", "report.pdf", "")


# --- what is not -----------------------------------------------------------------------------------

REFUSED, FAILED, WAITS = "refused", "failed", "queued"
ENDS: dict[str, tuple[hostile.Answer, str, str]] = {
    "redirect to this machine": (redirect("http://127.0.0.1:1/"), REFUSED, "is this machine itself"),
    "redirect to a private network": (redirect("http://10.0.0.1:80/"), REFUSED, "private network"),
    "redirect to a file": (redirect("file:///etc/passwd"), REFUSED, "not an address on the web"),
    "redirects in a circle": (redirect("/"), FAILED, "circle"),
    "endless body": (hostile.endless, REFUSED, "larger than"),
    "endless head": (hostile.endless_head, REFUSED, "larger than"),
    "slow drip": (hostile.drip, WAITS, "not done within"),
    "silent": (hostile.silent, WAITS, "not done within"),
    "gzip bomb": (hostile.packed(hostile.bomb(), "gzip"), REFUSED, "larger than"),
    "brotli bomb": (hostile.packed(b"\x5b\xff\xff", "br"), FAILED, "nobody asked for"),
    "bad chunks": (hostile.chunks(b"zz\r\nx"), FAILED, "not HTTP"),
    "cut": (hostile.cut, WAITS, "closed the connection"),
    "not HTTP": (hostile.raw(b"SSH-2.0-x\r\n\r\n"), FAILED, "not HTTP"),
    "two lengths": (hostile.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), FAILED, "not HTTP"),
    "empty": (whole(b""), FAILED, "empty page"),
    "204": (hostile.raw(b"HTTP/1.1 204 No Content\r\n\r\n"), FAILED, "empty page"),
    "401": (whole(b"x", status="401 U"), FAILED, "401, that one must sign in"),
    "403": (whole(b"x", status="403 F"), FAILED, "lets nobody in"),
    "404": (whole(b"x", status="404 N"), FAILED, "nothing at this address"),
    "410": (whole(b"x", status="410 G"), FAILED, "gone for good"),
    "418": (whole(b"x", status="418 T"), FAILED, "418"),
    "429": (whole(b"x", status="429 T"), WAITS, "asked too often"),
    "500": (whole(b"x", status="500 T"), WAITS, "500"),
    "799": (whole(b"x", status="799 T"), FAILED, "799"),
}


@pytest.mark.parametrize("trick", ENDS)
def test_a_hostile_server_ends_in_a_clear_state(server: Hostile, folder: Path, trick: str):
    server.answers["/"], state, words = ENDS[trick]
    begun = time.monotonic()
    limits = Limits(seconds=0.6, wire_bytes=2**20, body_bytes=2 * 2**20) if state == WAITS else SMALL
    capture = make_capture(server, "/")
    actions.take_capture(capture_id=capture.pk, policy=server.policy(), limits=limits)
    capture.refresh_from_db()
    assert (capture.state, capture.path, capture.attempts) == (state, "", 1)
    assert words in capture.reason
    assert capture.reason.endswith(".")
    assert (capture.retry_at is not None) == (state == WAITS)
    assert capture.document.state == "unchecked"
    assert not folder.exists()
    assert time.monotonic() - begun < 60  # some of them would go on for ever


def test_a_page_with_scripts_is_kept_and_none_of_it_runs(server: Hostile):
    asked = len(server.asked)
    kept = take(make_capture(server), server)
    assert kept.state == "kept"
    assert "Hacked" not in kept.title
    assert len(server.asked) == asked + 1


def test_a_page_whose_text_cannot_be_read_is_kept_all_the_same(server: Hostile, monkeypatch):
    from masthead.newsroom.sources import extraction

    monkeypatch.setattr(captures, "extract", lambda body, **words: extraction.extract(body, **words, seconds=0.01))
    kept = take(make_capture(server), server)
    assert (kept.state, kept.text, kept.title) == ("kept", "", "strait")
    assert "could not be read within" in kept.reason


# --- tries, crashes, two workers -------------------------------------------------------------------


def test_a_server_that_is_not_ready_is_asked_again_later_and_then_no_more(server: Hostile):
    server.answers["/"] = whole(b"x", status="503 S")
    capture = make_capture(server, "/")
    with time_machine.travel(dt.datetime(2026, 5, 4, tzinfo=dt.UTC), tick=False) as traveller:
        for attempt, wait in enumerate(captures.RETRIES, start=1):
            take(capture, server)
            assert (capture.state, capture.attempts, capture.retry_at) == ("queued", attempt, clock.now() + wait)
            traveller.shift(wait)
        take(capture, server)
    assert capture.state == "failed"
    assert capture.reason.startswith("Given up after 5 tries. The server answered 503")


def test_a_copy_that_a_killed_worker_held_is_taken_again(server: Hostile, monkeypatch):
    capture = make_capture(server)

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(captures, "keep_fetched", killed)
        with pytest.raises(SystemExit):
            actions.take_capture(capture_id=capture.pk, policy=server.policy())
    capture.refresh_from_db()
    assert capture.state == "fetching"
    assert take(capture, server).state == "fetching", "its time is not over: somebody may be at it"
    with time_machine.travel(clock.now() + captures.HELD + dt.timedelta(seconds=1)):
        assert take(capture, server).state == "kept"
    assert take(capture, server).attempts == 2, "what is kept is not taken again"


def test_a_page_that_brings_the_worker_down_does_so_five_times_and_no_more(server: Hostile):
    capture = make_capture(server)
    Capture.objects.filter(pk=capture.pk).update(state="fetching", attempts=5)
    assert take(capture, server).state == "failed"
    assert server.asked == []


def test_a_worker_that_comes_late_writes_nothing(server: Hostile, monkeypatch):
    capture = make_capture(server)
    original = captures.extract

    def slow(*words: Any, **named: Any) -> Any:
        Capture.objects.filter(pk=capture.pk).update(attempts=7)  # another worker has taken it meanwhile
        return original(*words, **named)

    monkeypatch.setattr(captures, "extract", slow)
    assert actions.take_capture(capture_id=capture.pk, policy=server.policy()) is None
    capture.refresh_from_db()
    assert (capture.state, capture.document.state) == ("fetching", "unchecked")


def test_copies_whose_time_has_come_are_put_before_a_worker(server: Hostile, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr("masthead.newsroom.sources.tasks.take", SimpleNamespace(enqueue=asked.append))
    due, later, done = make_capture(server, "/1"), make_capture(server, "/2"), make_capture(server, "/3")
    held = make_capture(server, "/4")
    now = clock.now()
    Capture.objects.filter(pk=later.pk).update(retry_at=now + dt.timedelta(minutes=1))
    Capture.objects.filter(pk=done.pk).update(state="kept", retry_at=None)
    Capture.objects.filter(pk=held.pk).update(state="fetching", retry_at=now - dt.timedelta(seconds=1))
    assert actions.wake_captures(now=now) == 2
    assert set(asked) == {due.pk, held.pk}
    asked.clear()
    actions.wake_captures(now=now)
    assert asked == [held.pk], "the one that waits is not put there at every look"


# --- documents -------------------------------------------------------------------------------------


def test_a_pasted_address_is_one_document_with_one_copy_asked_for():
    user = make_user()
    first = actions.add_document("https://www.ministry.example/releases/12?utm_source=mail#top", user=user)
    second = actions.add_document("http://ministry.example/releases/12/", user=user)
    assert first == second
    assert (first.url, first.added_by, first.kind) == ("https://www.ministry.example/releases/12", user, "article")
    capture = first.captures.get()
    assert (capture.requested_by, capture.state) == (user, "queued")
    assert capture.reason == "There is no server named www.ministry.example: look at the address again."  # the tests' own worker asked at once


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://localhost/x", "not on the public web"),
        ("http://10.1.2.3/x", "private network"),
        ("file:///etc/passwd", "not an address on the web"),
        ("ministry", "not an address on the web"),
        ("https://x.com/ministry", "give the address of the post itself"),
        ("https://social.example/@ministry", "give the address of the post itself"),
        ("https://ministry.example/" + "a" * 2500, "2000 are the most"),
    ],
)
def test_an_address_that_cannot_be_a_document_is_refused(url: str, words: str):
    with pytest.raises(actions.DocumentRefused, match=words):
        actions.add_document(url, user=None)
    assert not SourceDocument.objects.exists()


def test_a_copy_is_asked_for_once_however_often_somebody_clicks():
    document = SourceDocument.objects.create(url="https://ministry.example/1")
    assert actions.queue_capture(document, user=None) == actions.queue_capture(document, user=None)
    assert document.captures.count() == 1
    with pytest.raises(actions.CaptureRefused, match="upload a copy"):
        actions.queue_capture(SourceDocument.objects.create(title="A letter"), user=None)


def test_no_file_outside_the_folder_is_opened():
    for path in ("../settings", "/etc/passwd", "", "a/../../x"):
        with pytest.raises(FileNotFoundError):
            storage.opened(path)
