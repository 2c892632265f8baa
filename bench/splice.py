"""What the page store costs: compressing a page with holes, filling them, answering, and how much it all weighs; and that every form says the same."""

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import zstandard

from masthead.delivery.pagestore import strict
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.coding import ENCODERS, Effort, compressed, splice
from masthead.delivery.pagestore.memory import MEGABYTE
from masthead.delivery.pagestore.page import Hole, Page
from masthead.delivery.pagestore.store import Store

PAGE_BYTES = 10_500
FIGURES_BYTES = 96
RANDOM_PAGES, VALUES_EACH = 2_500, 4
STALE_ROUNDS = 2_000
WEIGHED_PAGES, STORED_PAGES = 1_000, 10_000
CODINGS = ("identity", "gzip", "br", "zstd")
STEMS = [
    "har",
    "bour",
    "coun",
    "cil",
    "bud",
    "get",
    "min",
    "is",
    "ter",
    "stor",
    "y",
    "pub",
    "lish",
    "re",
    "port",
    "vote",
    "tax",
    "sea",
    "wall",
    "ferry",
    "quay",
    "mar",
    "ket",
    "school",
    "bridge",
    "road",
    "wind",
    "rain",
    "tide",
]
MARKUP = ["</p>\n<p>", "“", "”", " – ", '<a href="/stories/', '">', "</a>", "<em>", "</em>", ", ", ". ", "Zürich", "<h2>", "</h2>"]
HEADERS = [
    (b"host", b"paper.example"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-GB,en;q=0.5"),
    (b"connection", b"keep-alive"),
    (b"cookie", b"theme=dark"),
    (b"sec-fetch-dest", b"document"),
    (b"sec-fetch-mode", b"navigate"),
]
WRITER = """
import sys
from pathlib import Path
from masthead.delivery.pagestore.meters import Meters
meters = Meters(Path(sys.argv[1]))
for line in sys.stdin:
    meters.write("m", {"figures": b"%d" % int(line)}, version=int(line), moment=0)
    print(flush=True)
"""


def run() -> dict[str, str]:
    """Return what each step costs, and how many of 10,000 random pages and values came out wrong."""
    folder = Path(tempfile.mkdtemp(prefix="masthead-bench-"))
    try:
        store = Store(folder / "pages")
        return {**compressing(), **answering(store), **_stale(store), **_weight(folder), **exactness()}
    finally:
        shutil.rmtree(folder)


def prose(dice: random.Random, size: int) -> bytes:
    """Return about `size` bytes that look like a story's page, of words made for it: no two pages are alike."""
    words = ["".join(dice.choices(STEMS, k=dice.randint(1, 3))) for _ in range(400)]
    parts = [dice.choice(words) + (dice.choice(MARKUP) if dice.random() < 1 / 12 else " ") for _ in range(size // 8)]
    return "".join(parts).encode()[:size]


def story(number: int) -> Page:
    """Return a page of a story's size with a meter near its top."""
    dice = random.Random(number)
    segments = prose(dice, PAGE_BYTES // 5), prose(dice, PAGE_BYTES * 4 // 5 - FIGURES_BYTES)
    hole = Hole("m", "figures", FIGURES_BYTES)
    return Page(path=f"/{number}/", status=200, media_type="text/html; charset=utf-8", segments=segments, holes=(hole,), revision="r1", modified=1)


def microseconds(work: Callable[[], object], times: int) -> float:
    """Return what one call costs in CPU time: the least of seven rounds, for other programs only ever add."""
    rounds = []
    for _ in range(7):
        began = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - began) / times * 1e6)
    return min(rounds)


def compressing() -> dict[str, str]:
    """Return the cost and the size of each form of a page, beside compressing it whole at each change."""
    page = story(1)
    value = b"$3,075 raised of $5,000 this month, 61 %, as of 14:05".ljust(FIGURES_BYTES)
    whole = page.segments[0] + value + page.segments[1]
    figures = {}
    for coding in ENCODERS:
        forms = {effort: compressed(page, coding, effort) for effort in Effort}
        cost = {effort: microseconds(lambda coding=coding, effort=effort: compressed(page, coding, effort), 3) / 1000 for effort in Effort}  # type: ignore[misc]
        sizes = [len(splice(form, [value])) if form else None for form in forms.values()]
        figures[f"{coding}, compressed and decoded twice: quick / thorough"] = f"{cost[Effort.QUICK]:.1f} / {cost[Effort.THOROUGH]:.1f} ms"
        figures[f"{coding}, bytes of {len(whole):,}: quick / thorough"] = f"{sizes[0]:,} / {sizes[1]:,}"
        form = forms[Effort.QUICK]
        if form:
            figures[f"{coding}, figures put in"] = f"{microseconds(lambda form=form: splice(form, [value]), 2_000):.2f} µs"  # type: ignore[misc]
    sizes = [len(zlib.compress(whole, 9)), len(brotli.compress(whole, quality=11)), len(zstandard.compress(whole, 19))]
    figures["the same page compressed whole: gzip 9 / br 11 / zstd 19"] = " / ".join(f"{size:,}" for size in sizes)
    anew = (
        microseconds(lambda: zlib.compress(whole, 6), 50),
        microseconds(lambda: brotli.compress(whole, quality=5), 50),
        microseconds(lambda: zstandard.compress(whole, 3), 50),
    )
    figures["compressing it whole at each change: gzip 6 / br 5 / zstd 3"] = " / ".join(f"{cost:.0f}" for cost in anew) + " µs"
    return figures


def answering(store: Store) -> dict[str, str]:
    """Return what an answer costs: ready, after a gift, from the disk, 304; and what a gift itself costs."""
    store.write([story(1)])
    answers = Answers(store, hosts=["paper.example"])
    meters = store.meters
    meters.write("m", {"figures": b"0"}, version=0, moment=0)
    figures = {"anything new? (one integer)": f"{microseconds(lambda: meters.stamp, 100_000):.2f} µs"}
    for coding in CODINGS:
        headers = [*HEADERS, (b"accept-encoding", coding.encode())]
        ready = microseconds(lambda headers=headers: answers.answer(b"GET", b"/1/", headers), 20_000)  # type: ignore[misc]
        firsts = []
        for number in range(400):
            meters.write("m", {"figures": b"%d" % number}, version=number, moment=time.time_ns())
            answers.answer(b"GET", b"/none/", headers)  # learns of the change, as the first request after it does for all pages
            began = time.process_time()
            answers.answer(b"GET", b"/1/", headers)
            firsts.append((time.process_time() - began) * 1e6)
        figures[f"an answer, {coding}: ready / the page's first after a gift"] = f"{ready:.1f} / {statistics.median(firsts):.1f} µs"
    tag = answers.answer(b"GET", b"/1/", HEADERS)
    etag = next(value for name, value in tag.headers if name == b"ETag") if tag else b""
    figures["304"] = f"{microseconds(lambda: answers.answer(b'GET', b'/1/', [*HEADERS, (b'if-none-match', etag)]), 20_000):.1f} µs"
    figures["an address that is not stored"] = f"{microseconds(lambda: answers.answer(b'GET', b'/none/', HEADERS), 2_000):.1f} µs"

    def from_disk() -> None:
        answers.memory.clear()
        answers.answer(b"GET", b"/1/", HEADERS)

    figures["a page that is not in memory, from SQLite"] = f"{microseconds(from_disk, 500):.0f} µs"
    writes = sorted(_seconds(lambda number=number: meters.write("m", {"figures": b"%d" % number}, version=number, moment=0)) for number in range(1_000, 3_000))  # type: ignore[misc]
    figures["a gift's figures, written for every process: p50 / p99"] = (
        f"{writes[len(writes) // 2] * 1000:.2f} / {writes[len(writes) * 99 // 100] * 1000:.2f} ms"
    )
    return figures


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _stale(store: Store) -> dict[str, str]:
    """Return how many answers asked for after another process's write showed what was before."""
    answers = Answers(store, hosts=["paper.example"])
    stale = asked = 0
    store.meters.forget()
    with subprocess.Popen([sys.executable, "-c", WRITER, str(store.meters.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        if writer.stdin is None or writer.stdout is None:
            raise RuntimeError("the writer has no pipes")
        for number in range(STALE_ROUNDS):
            writer.stdin.write(f"{number}\n")
            writer.stdin.flush()
            writer.stdout.readline()
            for coding in CODINGS:
                answer = answers.answer(b"GET", b"/1/", [*HEADERS, (b"accept-encoding", coding.encode())])
                asked += 1
                stale += answer is None or b"%d " % number not in strict.decoded(coding, answer.body)
    return {"stale answers, asked after another process's write": f"{stale} of {asked:,}"}


def _weight(folder: Path) -> dict[str, str]:
    """Return what pages weigh, on the disk and in a process of their own."""
    store = Store(folder / "many")
    for begin in range(0, STORED_PAGES, 100):
        store.write([story(number) for number in range(begin, begin + 100)])
    store.meters.write("m", {"figures": b"1"}, version=1, moment=1)
    disk = sum(path.stat().st_blocks * 512 for path in store.folder.iterdir())
    sizes = {pages: _resident(store.folder, pages) for pages in (0, WEIGHED_PAGES, STORED_PAGES)}
    return {
        f"{STORED_PAGES:,} pages on the disk": f"{disk / MEGABYTE:.0f} MB ({disk / STORED_PAGES / 1000:.0f} kB each)",
        "a process that answers: none / 1,000 / 10,000 pages asked for in all codings": " / ".join(f"{size:.0f}" for size in sizes.values()) + " MB",
    }


def _resident(folder: Path, pages: int) -> float:
    """Return the megabytes of a fresh process that has answered for so many pages, in every coding."""
    code = (
        "import sys; from pathlib import Path; from masthead.delivery.pagestore.answers import Answers; from masthead.delivery.pagestore.store import Store\n"
        "answers = Answers(Store(Path(sys.argv[1])), hosts=['h'])\n"
        f"for coding in {CODINGS!r}:\n"
        "    for number in range(int(sys.argv[2])):\n"
        "        assert answers.answer(b'GET', b'/%d/' % number, [(b'host', b'h'), (b'accept-encoding', coding.encode())])\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')).split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder), str(pages)], check=True, capture_output=True, text=True, env=dict(os.environ))
    return int(done.stdout) / 1024


def exactness(pages: int = RANDOM_PAGES, values_each: int = VALUES_EACH, seed: int = 0) -> dict[str, str]:
    """Return how many random pages with random figures in random holes decoded to anything but themselves, and how often no form was found."""
    dice = random.Random(seed)
    wrong = left_out = forms = 0
    for _ in range(pages):
        holes = tuple(Hole("m", str(number), dice.choice([1, 2, 6, 48, 96, 192, 400, 1_200])) for number in range(dice.choice([1, 1, 1, 2, 3, 8])))
        segments = tuple(prose(dice, dice.choice([0, 2, 9, 300, 3_000, 12_000])) for _ in range(len(holes) + 1))
        page = Page(path="/x/", status=200, media_type="text/html", segments=segments, holes=holes, revision="r", modified=1)
        values = [[dice.choice([dice.randbytes(hole.length), b"$3,075".ljust(hole.length)[: hole.length]]) for hole in holes] for _ in range(values_each)]
        for coding in ENCODERS:
            form = compressed(page, coding, Effort.QUICK)
            forms += 1
            left_out += form is None
            for given in values if form else []:
                parts = [piece for pair in zip(segments, [*given, b""], strict=True) for piece in pair]
                wrong += strict.decoded(coding, splice(form, given)) != b"".join(parts)
    return {
        f"{pages:,} random pages, {values_each} random figures each, in three codings: wrong": f"{wrong} of {forms * values_each:,}",
        "the same pages: forms that were left out": f"{left_out} of {forms:,}",
    }
