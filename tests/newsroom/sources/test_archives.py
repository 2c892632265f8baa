"""Public archives are asked by a worker, with the newsroom's key, and only where there is one."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from masthead.kernel import clock
from masthead.newsroom.sources import actions, archives
from masthead.newsroom.sources.actions import archiving
from masthead.newsroom.sources.models import Capture
from tests.kernel import hostile
from tests.kernel.hostile import Hostile, whole
from tests.make import make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile.serving({}) as server:
        yield server


def says(thing: Any, status: str = "200 OK") -> hostile.Answer:
    return whole(json.dumps(thing).encode(), status=status, kind="application/json")


def make_capture(method: str) -> Capture:
    return Capture.objects.create(document=make_document(), method=method, requested_at=clock.now(), retry_at=clock.now())


def poll(capture: Capture, server: Hostile) -> Capture:
    known = archives.WAYBACK if capture.method == "wayback" else archives.PERMA
    archive = dataclasses.replace(known, base=server.url("", "archive.example").rstrip("/"), key="access:secret")
    with time_machine.travel(max(capture.retry_at or clock.now(), clock.now()) + dt.timedelta(seconds=1), tick=False):
        actions.poll_archive(capture_id=capture.pk, policy=server.policy(), archive=archive)
    capture.refresh_from_db()
    return capture


def test_the_wayback_machine_is_asked_and_looked_at_until_it_has_the_page(server: Hostile):
    server.answers["/save"] = says({"url": "x", "job_id": "spn2-12/3"})
    server.answers["/save/status/spn2-12%2F3"] = says({"status": "pending", "job_id": "spn2-12/3"})
    capture = poll(make_capture("wayback"), server)
    assert (capture.state, capture.job) == ("fetching", "spn2-12/3")
    assert b"Authorization: LOW access:secret\r\n" in server.asked[0]
    assert poll(capture, server).state == "fetching"
    address = capture.document.url
    server.answers["/save/status/spn2-12%2F3"] = says({"status": "success", "timestamp": "20260504101112", "original_url": address})
    kept = poll(capture, server)
    assert (kept.state, kept.memento_url, kept.retry_at) == ("kept", f"https://web.archive.org/web/20260504101112/{address}", None)
    assert kept.taken_at is not None
    assert server.paths() == ["/save", "/save/status/spn2-12%2F3", "/save/status/spn2-12%2F3"]


def test_perma_is_asked_and_looked_at_until_it_has_the_page(server: Hostile):
    server.answers["/v1/archives/"] = says({"guid": "AB12-CD34", "captures": [{"status": "pending", "role": "primary"}]}, "201 Created")
    capture = poll(make_capture("perma"), server)
    assert b"Authorization: ApiKey access:secret\r\n" in server.asked[0]
    server.answers["/v1/archives/AB12-CD34/"] = says({"guid": "AB12-CD34", "captures": [{"status": "pending"}]})
    assert poll(capture, server).state == "fetching"
    server.answers["/v1/archives/AB12-CD34/"] = says({"guid": "AB12-CD34", "captures": [{"status": "failed"}, {"status": "success"}]})
    assert (poll(capture, server).state, capture.memento_url) == ("kept", "https://perma.cc/AB12-CD34")


NOES: dict[str, tuple[str, hostile.Answer, str, str]] = {
    "its own words": ("wayback", says({"message": "You cannot make new capture of this URL."}), "failed", "You cannot make new capture"),
    "no key": ("wayback", says({}, "401 U"), "failed", "does not know our key"),
    "too often": ("wayback", says({}, "429 T"), "queued", "asked too often"),
    "cut": ("wayback", hostile.cut, "queued", "did not answer"),
    "redirect": ("wayback", hostile.redirect("http://127.0.0.1:1/"), "failed", "nothing that can be read"),
    "a page": ("wayback", whole(b"<html>not json"), "failed", "nothing that can be read"),
    "deep": ("wayback", whole(b"[" * 100_000), "failed", "nothing that can be read"),
    "Perma's words": ("perma", says({"detail": "Perma can't create this link."}, "400 B"), "failed", "Perma can't create this link."),
    "a list": ("perma", says([1]), "failed", "nothing that can be read"),
}


@pytest.mark.parametrize("no", NOES)
def test_an_archive_that_says_no_is_quoted(server: Hostile, no: str):
    method, answer, state, words = NOES[no]
    server.answers |= {"/save": answer, "/v1/archives/": answer}
    capture = poll(make_capture(method), server)
    assert capture.state == state
    assert words in capture.reason
    assert "secret" not in capture.reason


def test_a_page_that_the_archive_could_not_keep_has_failed(server: Hostile):
    server.answers["/save"] = says({"job_id": "j"})
    server.answers["/save/status/j"] = says({"status": "error", "status_ext": "error:blocked-url", "message": "This URL is in the block list."})
    capture = poll(poll(make_capture("wayback"), server), server)
    assert (capture.state, capture.reason) == ("failed", "The Wayback Machine could not keep the page: This URL is in the block list.")


def test_an_archive_that_never_comes_to_an_end_is_given_up(server: Hostile):
    server.answers["/save"] = says({"job_id": "j"})
    server.answers["/save/status/j"] = says({"status": "pending"})
    capture = make_capture("wayback")
    for _ in range(len(archiving.LOOKS) + 1):
        poll(capture, server)
    assert (capture.state, capture.retry_at) == ("failed", None)
    assert "Given up" in capture.reason


def test_nobody_is_asked_without_a_key(settings: Any):
    assert actions.known_archives() == {}
    with pytest.raises(actions.CaptureRefused, match="wayback_key"):
        actions.queue_archive(make_document(), method="wayback", user=None)
    settings.WAYBACK_KEY = "access:secret"
    assert list(actions.known_archives()) == ["wayback"]
    with pytest.raises(actions.CaptureRefused, match="no address"):
        actions.queue_archive(make_document(url=""), method="wayback", user=None)
    user, document = make_user(), make_document()
    capture = actions.queue_archive(document, method="wayback", user=user)
    assert (capture.requested_by, capture.state) == (user, "queued")
    assert "no server named web.archive.org" in capture.reason  # the tests' own worker asked at once
    assert actions.queue_archive(document, method="wayback", user=user) == capture
