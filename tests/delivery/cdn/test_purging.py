"""What the store renews is purged: after it is there, once, by whoever comes next if somebody dies, and later and later where the CDN refuses."""

import logging
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from masthead.delivery.cdn import purging as purging_module
from masthead.delivery.cdn.purger import PurgeFailed
from masthead.delivery.cdn.purging import LONGEST_WAIT, Purging, waiting
from masthead.delivery.pagestore import store as store_module
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.store import Store
from tests.delivery.pagestore.make import given, page, prose, with_meter

ALL = "everything"


class Played:
    """A CDN that notes what it is asked to forget, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.knows_everything = True
        self.asked: list[object] = []
        self.refuses = 0
        self.then = lambda: None

    def purge(self, paths: Sequence[str]) -> None:
        self.then()
        if self.refuses:
            self.refuses -= 1
            raise PurgeFailed("cdn.example answered 503")
        self.asked.append(sorted(paths))

    def everything(self, paths: Iterable[str]) -> None:
        self.asked.append((ALL, sorted(paths)))


class Hours:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "pages")
    yield opened
    opened.close()


@pytest.fixture
def cdn() -> Played:
    return Played()


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def purging(store: Store, cdn: Played, hours: Hours) -> Purging:
    made = Purging(store, cdn, hours)
    made.step()  # an empty store: nothing to forget
    assert cdn.asked == []
    return made


def test_what_changed_is_forgotten_once(store: Store, cdn: Played, purging: Purging):
    store.write([page("/a/"), page("/b/")])
    store.write([page("/a/", revision="r2")])
    store.write([page("/a/", revision="r2")])  # the same again
    assert not purging.step()
    assert cdn.asked == [["/a/", "/b/"]]
    store.write(remove=["/b/", "/never/"])
    purging.step()
    purging.step()
    assert cdn.asked == [["/a/", "/b/"], ["/b/"]]


def test_better_forms_and_figures_are_nothing_to_forget(store: Store, cdn: Played, purging: Purging):
    store.write([page("/a/", segments=(prose(1, 900),)), with_meter("/b/")])
    purging.step()
    cdn.asked.clear()
    assert store.polish() == 2
    store.meters.write("m", {"figures": b"1,000,000 EUR"}, version=1, moment=1)
    assert store.refit() == 1
    purging.step()
    assert cdn.asked == []
    assert waiting(store.folder) == (0, "")


def test_never_before_the_new_page_is_there(store: Store, cdn: Played, purging: Purging):
    answers, seen = Answers(store, hosts=["paper.example"]), []
    cdn.then = lambda: seen.append(given(answers, b"/a/")[2])
    store.write([page("/a/", segments=(b"old",), revision="r1")])
    purging.step()
    store.write([page("/a/", segments=(b"new",), revision="r2")])
    purging.step()
    assert seen == [b"old", b"new"]


def test_a_refusal_is_tried_again_later_and_later(store: Store, cdn: Played, purging: Purging, hours: Hours, caplog: pytest.LogCaptureFixture):
    cdn.refuses = 12
    store.write([page("/a/")])
    waits = []
    while cdn.refuses:
        purging.step()
        waits.append(int(re.findall(r"cdn\.example answered 503; again in (\d+) s", caplog.text)[-1]))
        assert len(waits) + cdn.refuses == 12
        hours.now += waits[-1] - 0.1
        purging.step()  # too early: it is not asked
        hours.now += 0.1
        store.write([page("/b/", revision=f"r{len(waits)}")])  # what changes meanwhile waits with it
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, *[LONGEST_WAIT] * 3]
    purging.step()
    assert cdn.asked == [["/a/", "/b/"]]
    assert waiting(store.folder) == (0, "")


def test_whoever_comes_next_goes_on_where_one_died(store: Store, cdn: Played, purging: Purging, hours: Hours):
    store.write([page("/a/")])
    cdn.refuses = 1
    purging.step()  # and here it died
    assert waiting(store.folder) == (1, "cdn.example answered 503")
    Purging(Store(store.folder), cdn, hours).step()
    assert cdn.asked == [["/a/"]]
    assert waiting(store.folder) == (0, "")


def test_a_death_between_purge_and_note_only_purges_again(store: Store, cdn: Played, purging: Purging, monkeypatch: pytest.MonkeyPatch):
    store.write([page("/a/")])
    with monkeypatch.context() as patch:
        patch.setattr(store, "keep_followed", lambda *_: (_ for _ in ()).throw(sqlite3.OperationalError("disk I/O error")))
        with pytest.raises(sqlite3.OperationalError):
            purging.step()
    purging.step()
    assert cdn.asked == [["/a/"], ["/a/"]]


def test_very_many_are_forgotten_all_at_once_where_the_cdn_can(store: Store, cdn: Played, purging: Purging, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(purging_module, "MANY", 3)
    some = [f"/{number}/" for number in range(210)]
    store.write([page(path) for path in some])
    assert not purging.step()
    assert [asked[0] for asked in cdn.asked] == [ALL]
    cdn.knows_everything = False
    store.write([page(path, revision="r2") for path in some])
    while purging.step():
        pass
    assert [len(asked) for asked in cdn.asked[1:]] == [200, 10]


@pytest.mark.parametrize("how", ["a cdn that is new", "a list that was cut", "a folder that was emptied"])
def test_what_is_not_known_any_more_is_everything(store: Store, cdn: Played, hours: Hours, monkeypatch: pytest.MonkeyPatch, how: str):
    store.write([page("/a/")])
    purging = Purging(store, cdn, hours)
    if how != "a cdn that is new":
        purging.step()
        cdn.asked.clear()
    if how == "a list that was cut":
        monkeypatch.setattr(store_module, "CHANGES_KEPT", 1)
        store.write([page("/b/"), page("/c/")])
        store.write([page("/d/")])
    if how == "a folder that was emptied":
        for file in store.folder.glob("pages.sqlite3*"):
            file.unlink()
        Store(store.folder).write([page("/a/")])
    purging.step()
    purging.step()
    assert [asked[0] for asked in cdn.asked] == [ALL]


def test_it_runs_until_it_is_stopped_and_endures_a_store_that_fails(store: Store, cdn: Played, purging: Purging, monkeypatch: pytest.MonkeyPatch, caplog):
    store.write([page("/a/")])
    real, calls = store.renewed, []

    def failing(*words: object) -> object:
        calls.append(words)
        if len(calls) == 1:
            raise sqlite3.OperationalError("database is locked")
        return real(*words)

    monkeypatch.setattr(store, "renewed", failing)
    monkeypatch.setattr(purging_module, "NET_SECONDS", 0.0)
    monkeypatch.setattr(purging_module, "LOOK_SECONDS", 0.0)
    with caplog.at_level(logging.ERROR):
        purging.run(lambda: bool(cdn.asked))
    assert cdn.asked == [["/a/"]]
    assert "cannot be followed" in caplog.text
