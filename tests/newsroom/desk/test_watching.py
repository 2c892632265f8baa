"""What stories lead to is asked for: links before publication and after, documents of public stories now and then."""

import datetime as dt
from typing import Any

import pytest

from masthead.kernel import clock
from masthead.newsroom.desk import reading, watching
from masthead.newsroom.sources.models import LinkState
from tests.make import make_document, make_party, make_statement_draft, make_story

pytestmark = pytest.mark.django_db
TEXT = '<p>The strait is closed, <a href="https://ministry.example/1">it says</a>, <a href="/news/">here</a> and <a href="mailto:a@b.example">there</a>.</p>'


def test_the_links_of_a_draft_are_noted_at_once_and_those_of_the_archive_daily():
    draft = make_story(live=False, text=TEXT)
    assert watching.note_recent_links(now=clock.now()) == 1
    assert watching.note_recent_links(now=clock.now()) == 0
    link = LinkState.objects.get()
    assert (link.url, link.state, link.host) == ("https://ministry.example/1", "unknown", "ministry.example")
    assert link.due_at <= clock.now()
    make_story(text=TEXT.replace("/1", "/2"))
    later = clock.now() + dt.timedelta(hours=1)
    assert watching.note_recent_links(now=later) == 0
    assert watching.note_all_links() == 1
    assert draft.live is False


def test_a_worker_is_asked_only_where_something_is_due(monkeypatch):
    asked: list[Any] = []
    monkeypatch.setattr(watching, "ask_links", type("Task", (), {"enqueue": lambda *_: asked.append(1)})())
    assert watching.ask_due_links(now=clock.now()) is False
    make_story(text=TEXT)
    watching.note_all_links()
    assert watching.ask_due_links(now=clock.now()) is True
    assert asked == [1]


def test_what_is_dead_stands_in_the_reading():
    stories = [make_story(text=TEXT), make_story(text=TEXT.replace("/1", "/2"))]
    now = clock.now()
    for number in (1, 2, 3):
        LinkState.objects.create(url=f"https://ministry.example/{number}", state="gone", reason="Gone.", due_at=now, linked_at=now)
    assert [found.dead_links for found in reading.read_all(stories)] == [{"https://ministry.example/1": "Gone."}, {"https://ministry.example/2": "Gone."}]


def test_a_statement_whose_document_or_relay_is_gone_is_warned_of():
    gone, here = (make_document(state=state) for state in ("gone", "live"))
    wire = make_document("The wire's report", url="", state="gone")
    agency = make_party("Vessa Wire", kind="outlet")
    drafts = [make_statement_draft("It sails", document=gone), make_statement_draft("It stays", document=here, via=[agency])]
    drafts[1] = drafts[1].model_copy(update={"hops": (drafts[1].hops[0].model_copy(update={"document": wire.pk}),)})
    story = make_story(text="<p>“It sails,” he said. “It stays,” she said.</p>", statements=drafts)
    (found,) = reading.read_all([story])
    assert [statement.gone for statement in found.statements] == [(gone.url,), ("The wire's report",)]


def test_documents_of_public_stories_are_looked_at_again_weekly(monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(watching, "recheck", type("Task", (), {"enqueue": lambda _, key: asked.append(key)})())
    now = clock.now()
    never, lately, long_ago, missed, gone, drafted, letter = (make_document() for _ in range(7))
    for document, facts in (
        (lately, {"checked_at": now - dt.timedelta(days=1)}),
        (long_ago, {"checked_at": now - dt.timedelta(days=8)}),
        (missed, {"checked_at": now - dt.timedelta(hours=7), "misses": 1}),
        (gone, {"checked_at": now - dt.timedelta(hours=7), "misses": 2, "state": "gone"}),
        (letter, {"url": ""}),
    ):
        type(document).objects.filter(pk=document.pk).update(**facts)
    make_story(text=TEXT, statements=[make_statement_draft("The strait is closed", document=one) for one in (never, lately, long_ago, missed, gone, letter)])
    make_story(text=TEXT, live=False, statements=[make_statement_draft("The strait is closed", document=drafted)])
    assert watching.recheck_documents(now=now) == 3
    assert set(asked) == {never.pk, long_ago.pk, missed.pk}
