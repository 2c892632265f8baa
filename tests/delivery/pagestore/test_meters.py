"""The meters' file: whole, newest, and the same for every process, whoever dies in between."""

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.meters import Meters, MetersError
from masthead.delivery.pagestore.page import Hole
from masthead.delivery.pagestore.store import Store
from tests.delivery.pagestore.make import STORY, given, page

pytestmark = pytest.mark.live

# Writes the same number into three parts of the meters m0 to m2, on and on, and says each when it stands.
WRITER = """
import sys
from pathlib import Path
from masthead.delivery.pagestore.meters import Meters
meters = Meters(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    for meter in ("m0", "m1", "m2"):
        meters.write(meter, {part: b"%08d" % number for part in ("a", "b", "c")}, version=number, moment=0)
    print(number, flush=True)
"""


@pytest.fixture
def meters(tmp_path: Path) -> Meters:
    return Meters(tmp_path / "meters")


@contextmanager
def writing(path: Path, begin: int, end: int) -> Iterator[Any]:
    """Run a writer, and kill it at the end, where it still writes."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(begin), str(end)], stdout=subprocess.PIPE, text=True) as writer:
        yield writer
        writer.kill()


def numbers(meters: Meters) -> Iterator[int]:
    """Yield the number of each meter, all of whose parts must hold the same."""
    for figures in meters.snapshot().meters.values():
        values = set(figures.parts.values())
        assert len(values) == 1, "parts of two readings stand together"
        yield int(values.pop())


def test_what_is_written_is_there_for_others(meters: Meters):
    other = Meters(meters.path)
    before = other.stamp
    assert meters.write("m", {"figures": b"10 EUR \xff", "mark-1": b""}, version=1, moment=5)
    figures = other.snapshot().meters["m"]
    assert (figures.parts, figures.version, figures.moment) == ({"figures": b"10 EUR \xff", "mark-1": b""}, 1, 5)
    assert other.stamp > before


def test_what_was_read_earlier_never_follows_what_was_read_later(meters: Meters):
    assert meters.write("m", {"figures": b"new"}, version=8, moment=1_000)
    assert not meters.write("m", {"figures": b"old"}, version=7, moment=1_000)
    assert not meters.write("m", {"figures": b"old"}, version=7, moment=60_000_999)
    assert not meters.write("m", {"figures": b"old"}, version=8, moment=999)
    assert meters.snapshot().meters["m"].parts == {"figures": b"new"}
    assert meters.write("m", {"figures": b"as of a minute later"}, version=8, moment=1_001)
    assert meters.write("m", {"figures": b"newer"}, version=9, moment=0)
    assert meters.snapshot().meters["m"].parts == {"figures": b"newer"}


def test_books_from_a_backup_are_believed_after_a_minute(meters: Meters):
    meters.write("m", {"figures": b"lost"}, version=8, moment=1_000)
    assert meters.write("m", {"figures": b"restored"}, version=3, moment=60_001_000)
    assert meters.snapshot().meters["m"].parts == {"figures": b"restored"}


def test_a_clock_that_was_set_back_does_not_stop_the_figures(meters: Meters):
    hour = 3_600_000_000
    meters.write("m", {"figures": b"as of 15:05"}, version=8, moment=2 * hour)
    assert not meters.write("m", {"figures": b"late"}, version=8, moment=2 * hour - 1)
    assert meters.write("m", {"figures": b"as of 14:05"}, version=8, moment=hour)
    assert meters.write("m", {"figures": b"as of 14:06"}, version=9, moment=hour)
    assert meters.snapshot().meters["m"].parts == {"figures": b"as of 14:06"}


def test_meters_that_are_no_more_are_forgotten(meters: Meters):
    for name in "abc":
        meters.write(name, {"figures": b"1"}, version=1, moment=1)
    meters.forget(keeping=frozenset({"b"}))
    assert set(meters.snapshot().meters) == {"b"}
    assert meters.write("a", {"figures": b"1"}, version=0, moment=0)


def test_more_than_the_file_holds_is_refused_and_changes_nothing(meters: Meters):
    meters.write("m", {"figures": b"1"}, version=1, moment=1)
    with pytest.raises(MetersError, match="too many campaigns"):
        meters.write("n", {"figures": b"x" * (1 << 20)}, version=1, moment=1)
    assert set(Meters(meters.path).snapshot().meters) == {"m"}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MetersError, match="file/meters"):
        Meters(tmp_path / "file" / "meters")


def test_a_removed_file_is_made_anew_by_the_next_writer(meters: Meters):
    meters.write("m", {"figures": b"1"}, version=5, moment=1)
    reader = Meters(meters.path)
    meters.path.unlink()
    assert not reader.is_the_file()
    assert meters.write("m", {"figures": b"2"}, version=1, moment=1)
    reader.reopen()
    assert reader.snapshot().meters["m"].parts == {"figures": b"2"}


def test_figures_torn_by_a_power_cut_are_not_shown(meters: Meters):
    meters.write("m", {"figures": b"10 EUR"}, version=1, moment=1)
    data = bytearray(meters.path.read_bytes())
    at = data.index(b"10 EUR")
    with meters.path.open("r+b") as file:
        file.seek(at)
        file.write(b"99")
    assert Meters(meters.path).snapshot().meters == {}
    assert meters.write("m", {"figures": b"11 EUR"}, version=1, moment=2)
    assert Meters(meters.path).snapshot().meters["m"].parts == {"figures": b"11 EUR"}


def test_no_writer_loses_what_another_wrote(meters: Meters):
    def work(name: str) -> None:
        mine = Meters(meters.path)
        for number in range(1, 41):
            mine.write(name, {"figures": b"%d" % number}, version=number, moment=0)

    threads = [threading.Thread(target=work, args=(f"m{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: figures.parts["figures"] for name, figures in meters.snapshot().meters.items()} == {f"m{number}": b"40" for number in range(6)}


def test_readers_beside_writers_see_whole_figures_that_never_go_back(meters: Meters):
    seen = 0
    with writing(meters.path, 1, 400) as first, writing(meters.path, 1, 400) as second:
        while first.poll() is None or second.poll() is None:
            found = list(numbers(meters))
            assert min(found, default=0) >= seen - 1  # the three are written one after the other
            seen = max(found, default=0)
        assert (first.returncode, second.returncode) == (0, 0)
    assert list(numbers(meters)) == [399, 399, 399]


def test_no_answer_asked_for_after_a_write_shows_what_was_before(tmp_path: Path):
    store = Store(tmp_path / "pages")
    holes = tuple(Hole("m2", part, 8) for part in "abc")
    store.write([page(segments=(STORY, b"|", b"|", b""), holes=holes)])
    answers = Answers(store, hosts=["paper.example"])
    with writing(store.meters.path, 1, 300) as writer:
        for line in writer.stdout:
            shown = given(answers)[2].removeprefix(STORY).split(b"|")
            assert len(set(shown)) == 1
            assert int(shown[0]) >= int(line)
        assert writer.wait() == 0
    store.close()


def test_a_writer_that_is_killed_leaves_the_old_figures_or_the_new(meters: Meters):
    begin = 1
    for _ in range(8):
        with writing(meters.path, begin, 1_000_000) as writer:
            lines = [writer.stdout.readline() for _ in range(random.randint(1, 60))]  # noqa: S311 - where it is killed
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.read().split("\n")[:-1]
            writer.wait()
        said, found = int(lines[-1]), list(numbers(Meters(meters.path)))
        assert said <= min(found) <= max(found) <= said + 1
        begin = max(found) + 1
    assert meters.write("m0", {"a": b"1"}, version=begin, moment=0)  # and nobody holds the lock
