"""The store: whole batches, whoever dies; forms and heads that belong together; a file that can be removed."""

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from masthead.delivery.pagestore import store as store_module
from masthead.delivery.pagestore import strict
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.coding import Effort
from masthead.delivery.pagestore.page import Hole, Page, PageError, revision_of
from masthead.delivery.pagestore.store import Store, StoreError
from tests.delivery.pagestore.make import STORY, ask, given, page, prose, with_meter

pytestmark = pytest.mark.live

BATCH = 12
# Writes the same revision of a dozen pages in one batch, on and on, and says each when it stands.
WRITER = f"""
import sys
from pathlib import Path
from masthead.delivery.pagestore.page import Page
from masthead.delivery.pagestore.store import Store
store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    body = b"<p>%d</p>" % number * 200
    store.write([Page(path=f"/{{at}}/", status=200, media_type="text/html", segments=(body,), revision=f"r{{number}}", modified=number)
                 for at in range({BATCH})])
    print(number, flush=True)
"""


def test_a_page_comes_back_as_it_was(store: Store):
    made = page(
        segments=(STORY, b"\x00\xff", b""),
        holes=(Hole("m", "a", 5), Hole("n", "b", 6)),
        headers=(("Content-Language", "en"),),
        keys=("story-1",),
        expires=4_000_000_000,
        status=404,
    )
    store.write([made])
    assert store.page("/story/") == made
    assert list(store.paths()) == ["/story/"]
    assert store.count() == 1


def test_the_same_page_again_is_not_written(store: Store):
    store.write([page()])
    before = store.head("/story/")
    store.write([page(modified=1_800_000_000)])
    assert store.head("/story/") == before


@pytest.mark.parametrize("change", [{"keys": ("k",)}, {"headers": (("X", "y"),)}, {"status": 410}, {"expires": 4_000_000_000}, {"revision": "r2"}], ids=str)
def test_a_page_of_which_anything_else_is_said_is_written(store: Store, change: dict[str, object]):
    store.write([page()])
    before = store.head("/story/")
    store.write([page(**change)])
    after = store.head("/story/")
    assert before is not None
    assert after is not None
    assert after.sequence > before.sequence


def test_no_two_revisions_share_a_second(store: Store):
    for number in range(3):
        store.write([page(revision=f"r{number}")])
    head = store.head("/story/")
    assert head is not None
    assert head.modified == 1_700_000_002


def test_changes_are_told_since_a_sequence(store: Store, monkeypatch: pytest.MonkeyPatch):
    start = store.changes(0).sequence
    first = store.write([page("/a/"), page("/b/")])
    second = store.write([page("/c/")], remove=["/a/", "/never-was/"])
    assert store.changes(start).paths == {"/a/", "/b/", "/c/"}
    assert store.changes(first).paths == {"/a/", "/c/"}
    assert store.changes(second).paths == frozenset()
    assert store.changes(second + 1).paths is None  # of a file that is no more
    monkeypatch.setattr(store_module, "CHANGES_KEPT", 2)
    third = store.write([page(f"/{number}/") for number in range(5)])
    assert store.changes(second).paths is None
    assert store.changes(third - 1).paths == {"/4/"}


def test_a_batch_is_written_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.write([page("/a/")])
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "CHANGES_KEPT", None)  # the last step of a batch fails
        with pytest.raises(TypeError):
            store.write([page("/a/", revision="r2"), page("/b/")], remove=["/a/"])
    assert list(store.paths()) == ["/a/"]
    store.write([page("/b/")])
    assert list(store.paths()) == ["/a/", "/b/"]


def test_a_cleared_store_knows_nothing(store: Store, answers: Answers):
    store.write([page()])
    assert given(answers)[0] == 200
    store.clear()
    assert store.count() == 0
    assert answers.answer(b"GET", b"/story/", [(b"host", b"paper.example")]) is None


# --- forms -------------------------------------------------------------------------------------


def test_pages_are_taken_away_at_once_and_their_forms_afterwards(store: Store, answers: Answers):
    store.write([page(path=path) for path in ("/one/", "/two/", "/three/")])
    assert given(answers, b"/two/")[0] == 200
    before = store.changes(-1).sequence
    other = Store(store.folder)
    other.take_away(["/two/", "/three/", "/never/"])
    assert ask(answers, b"/two/") is None
    assert list(store.paths()) == ["/one/"]
    assert store.changes(before).paths == {"/two/", "/three/"}
    store.write([page(path="/two/")])  # back before anything was tidied
    assert other.tidy(1) == 1
    assert [other.tidy(), other.tidy()] == [1, 0]
    other.close()
    with sqlite3.connect(store.folder / store_module.PAGES_FILE) as file:
        assert file.execute("SELECT count(*) FROM body WHERE sequence NOT IN (SELECT sequence FROM page)").fetchone() == (0,)
    file.close()
    assert [given(answers, path)[0] for path in (b"/one/", b"/two/")] == [200, 200]


def test_pages_are_compressed_better_while_nothing_else_is_to_be_done(store: Store, answers: Answers):
    store.meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)
    store.write([page("/a/", segments=(prose(1, 900), prose(2, 900)), holes=(Hole("m", "figures", 6),)), page("/tiny/", segments=(b"tiny",))])
    brotli = (b"accept-encoding", b"br")
    _, quick, before = given(answers, b"/a/", brotli)
    assert store.polish() == 1
    assert store.polish() == 0
    _, thorough, after = given(answers, b"/a/", brotli)
    assert len(after) < len(before)
    assert strict.decoded("br", after) == strict.decoded("br", before)
    assert quick["ETag"] != thorough["ETag"]  # other bytes
    assert quick["Last-Modified"] == thorough["Last-Modified"]


def test_what_changed_in_the_meantime_is_not_overwritten_by_better_forms(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.write([page()])
    compile_page = store_module.compile_page

    def slowly(made: Page, effort: Effort) -> object:
        elsewhere = Store(store.folder)
        elsewhere.write([page(segments=(b"new",), revision="r2")])
        elsewhere.close()
        return compile_page(made, effort)

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "compile_page", lambda made, effort=Effort.QUICK: slowly(made, effort) if effort else compile_page(made))
        assert store.polish() == 0
    stored = store.page("/story/")
    assert stored is not None
    assert stored.segments == (b"new",)


def test_holes_are_laid_out_anew_for_every_page_that_needs_it(store: Store):
    store.write([with_meter("/a/"), with_meter("/b/", length=20), page("/c/")])
    store.meters.write("m", {"figures": b"1,000,000 EUR"}, version=1, moment=1)
    before = store.head("/a/")
    assert store.refit() == 1
    head, stored = store.head("/a/"), store.page("/a/")
    assert before is not None
    assert head is not None
    assert stored is not None
    assert head.sequence > before.sequence
    assert (head.revision, head.modified) == (before.revision, before.modified)
    assert head.holes[0].length > 13
    assert stored.segments == with_meter().segments
    store.write([with_meter("/a/")])  # rendered again, the same, with the room it had at first
    assert store.refit() == 0


# --- processes ---------------------------------------------------------------------------------


def test_a_writer_that_is_killed_leaves_whole_batches(tmp_path: Path):
    folder = tmp_path / "pages"
    begin = 1
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(begin), "1000000"], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(random.randint(1, 8))]  # noqa: S311 - where it is killed
            writer.kill()
            lines += writer.stdout.read().split("\n")[:-1]
        store = Store(folder)
        (revision,) = {made.revision for path in store.paths() if (made := store.page(path))}
        position = int(revision[1:])
        assert position - 1 <= int(lines[-1]) <= position
        answers = Answers(store, hosts=["paper.example"])
        for at in range(BATCH):
            for coding in ("identity", "gzip", "br", "zstd"):
                body = given(answers, b"/%d/" % at, (b"accept-encoding", coding.encode()))[2]
                assert strict.decoded(coding, body) == b"<p>%d</p>" % position * 200
        with sqlite3.connect(folder / "pages.sqlite3") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        store.write([page("/0/", revision=f"r{position}x")], remove=["/0/"])  # nobody holds a lock
        store.close()
        begin = position + 1


def test_a_reader_beside_a_writer_gets_whole_pages_that_never_go_back(tmp_path: Path):
    store = Store(tmp_path / "pages")
    answers = Answers(store, hosts=["paper.example"])
    with subprocess.Popen([sys.executable, "-c", WRITER, str(store.folder), "1", "60"], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            for at, coding in enumerate(["identity", "gzip", "br", "zstd"]):
                body = strict.decoded(coding, given(answers, b"/%d/" % at, (b"accept-encoding", coding.encode()))[2])
                number = int(body[3 : body.index(b"<", 1)])
                assert body == b"<p>%d</p>" % number * 200
                assert number >= int(line)
    assert writer.returncode == 0
    store.close()


FORKED = """
import os, sys
from pathlib import Path
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.page import Page
from masthead.delivery.pagestore.store import Store
def page(number):
    return Page(path="/a/", status=200, media_type="text/plain", segments=(b"%d" % number,), revision=f"r{number}", modified=number)
store = Store(Path(sys.argv[1])); store.write([page(1)]); answers = Answers(store, hosts=["h"])
ask = lambda: answers.answer(b"GET", b"/a/", [(b"host", b"h")]).body
assert ask() == b"1"
child = os.fork()
if child == 0:
    assert ask() == b"1"; store.write([page(2)]); assert ask() == b"2"; store.close(); os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert ask() == b"2"; store.write([page(3)]); assert ask() == b"3"
"""


def test_a_fork_goes_on_with_a_connection_of_its_own(tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", FORKED, str(tmp_path / "pages")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- the file ----------------------------------------------------------------------------------


def test_a_file_of_another_version_is_emptied(store: Store):
    store.write([page()])
    store.close()
    with sqlite3.connect(store.folder / "pages.sqlite3") as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    assert Store(store.folder).count() == 0


def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path):
    (tmp_path / "pages.sqlite3").write_bytes(b"not a database at all, and long enough to be looked at" * 100)
    with pytest.raises(StoreError, match=r"pages\.sqlite3 cannot be opened .* remove the folder"):
        Store(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/pages"):
        Store(tmp_path / "file" / "pages")


def test_only_this_user_may_read_the_figures(store: Store):
    assert store.meters.path.stat().st_mode & 0o077 == 0


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "story/"},
        {"path": ""},
        {"path": "//story/"},
        {"path": "/story/?x"},
        {"path": "/story/#x"},
        {"path": "/st ory/"},
        {"path": "/störy/"},
        {"path": "/story/%"},
        {"path": "/story/\n"},
        {"path": "/" + "a" * 2_000},
        {"revision": ""},
        {"revision": 'a"b'},
        {"revision": "a" * 65},
        {"status": 304},
        {"status": 299},
        {"status": 100},
        {"segments": ()},
        {"segments": (b"a", b"b")},
        {"headers": (("Set-Cookie", "a=b"),)},
        {"headers": (("set-cookie", "a=b"),)},
        {"headers": (("WWW-Authenticate", "Basic"),)},
        {"headers": (("X", "a\r\nSet-Cookie: b"),)},
        {"headers": (("X Y", "a"),)},
        {"headers": (("content-length", "5"),)},
        {"headers": (("Vary", "Cookie"),)},
        {"headers": (("X", "ä"),)},
        {"keys": ("a\nb",)},
        {"media_type": "text/html\r\nX: y"},
    ],
    ids=str,
)
def test_what_cannot_be_answered_to_anybody_is_no_page(wrong: dict[str, object]):
    with pytest.raises(PageError):
        page(**wrong)


@pytest.mark.parametrize("hole", [("", "a", 1), ("m", "", 1), ("m", "a", 0), ("m", "a", 16_385)])
def test_a_hole_has_a_meter_a_part_and_a_length(hole: tuple[str, str, int]):
    with pytest.raises(PageError):
        Hole(*hole)


def test_a_revision_names_the_bytes():
    def of(**more: object) -> str:
        return revision_of(**{"status": 200, "media_type": "text/html", "headers": [], "segments": [b"ab", b"c"], "holes": [Hole("m", "a", 1)], **more})  # type: ignore[arg-type]

    others = [{"status": 404}, {"segments": [b"a", b"bc"]}, {"holes": [Hole("m", "a", 2)]}, {"headers": [("X", "y")]}, {"media_type": "text/plain"}]
    assert of() == of()
    assert len({of(), *(of(**other) for other in others)}) == 6
