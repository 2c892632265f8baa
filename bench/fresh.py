"""How old a meter readers may see: gifts are booked while readers ask, and every answer that was asked for after a booking must show its total.

A demo newsroom served by `masthead run`; a process beside it books gifts of odd cents one after the other, as the worker does. After each commit eight readers
ask at once, in every coding, for several stored pages; meanwhile others ask without a pause, which tells for how long a total was in the books and not on a page.
`FRESH_ANSWERS` says how many answers are asked for after commits (default 100,000).
"""

import gzip
import http.client
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import brotli
import zstandard

from bench._paper import wait_for
from bench.serve import STORY, Server, a_newsroom

ANSWERS = int(os.environ.get("FRESH_ANSWERS", "100000"))
SOURCE = Path(__file__).resolve().parents[1]
READERS, EACH = 8, 25
PATHS = (STORY, "/", "/archive/", "/about/")
CODINGS = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


def run() -> dict[str, str]:
    """Return the figures by name.

    Raises:
        RuntimeError: an answer was stale; the sentence says how many.
    """
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder, a_newsroom(Path(folder)) as ours:
        return _measured(Path(folder), ours)


def _measured(folder: Path, ours: Server) -> dict[str, str]:
    for path in PATHS:
        wait_for(lambda path=path: _is_stored(ours, path), f"{path} is stored")  # type: ignore[misc]
    rounds = max(1, ANSWERS // (READERS * EACH))
    shown: list[tuple[float, str]] = []  # when somebody asked, and the total that they were shown
    enough = threading.Event()
    watcher = threading.Thread(target=_watch, args=(ours, shown, enough))
    watcher.start()
    booked: list[tuple[float, str]] = []
    asked = stale = 0
    with _booking(folder) as books, ThreadPoolExecutor(READERS) as readers:
        for number in range(rounds):
            moment, total = books(number)
            booked.append((moment, total))
            for wrong in readers.map(lambda which, total=total: _ask(ours, which, total), range(READERS)):  # type: ignore[misc]
                asked += EACH
                stale += wrong
    enough.set()
    watcher.join()
    if stale:
        raise RuntimeError(f"{stale} of {asked} answers that were asked for after a commit showed an older total")
    late = sorted(_lateness(booked, shown))
    return {
        "stale answers, of those asked for after the commit of a gift": f"0 of {asked:,}, {rounds:,} gifts",
        "the last answer with an old total, counted from its commit: median / longest": f"{1000 * late[len(late) // 2]:.1f} / {1000 * late[-1]:.1f} ms",
    }


def _ask(ours: Server, which: int, total: str) -> int:
    """Ask 25 times over one connection; return how many answers lack the total."""
    wrong = 0
    with closing(http.client.HTTPConnection("127.0.0.1", ours.port, timeout=30)) as connection:
        for turn in range(EACH):
            coding = list(CODINGS)[(which + turn) % len(CODINGS)]
            wrong += total.encode() not in _body(connection, ours, PATHS[turn % len(PATHS)], coding)
    return wrong


def _is_stored(ours: Server, path: str) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", ours.port, timeout=30)) as connection:
        connection.request("HEAD", path, headers={"Host": ours.host})
        return connection.getresponse().getheader("ETag") is not None


def _body(connection: http.client.HTTPConnection, ours: Server, path: str, coding: str) -> bytes:
    connection.request("GET", path, headers={"Host": ours.host, "Accept-Encoding": coding})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK or answer.getheader("Content-Encoding", "identity") != coding:
        raise RuntimeError(f"{path} in {coding} is answered with {answer.status}, {answer.getheader('Content-Encoding')}")
    return bytes(CODINGS[coding](body))  # type: ignore[operator]


def _watch(ours: Server, shown: list[tuple[float, str]], enough: threading.Event) -> None:
    """Note without a pause which total a reader is shown."""
    with closing(http.client.HTTPConnection("127.0.0.1", ours.port, timeout=30)) as connection:
        while not enough.is_set():
            began = time.time()
            body = _body(connection, ours, STORY, "identity").decode()
            shown.append((began, body.partition("<strong>")[2].partition("</strong>")[0]))


def _lateness(booked: list[tuple[float, str]], shown: list[tuple[float, str]]) -> Iterator[float]:
    """Yield for each booking the seconds from its commit to the last question that was answered with what was there before; 0 where there is none."""
    for (moment, _), (_, before) in zip(booked[1:], booked, strict=False):
        yield max((asked - moment for asked, total in shown if total == before and moment <= asked <= moment + 60), default=0.0)


# --- who books -----------------------------------------------------------------------------------------


class _booking:  # noqa: N801 - reads as the word it is
    """A process with Django beside the newsroom, which books a gift when it is told to and says when it was in the books, and what the meter must show."""

    def __init__(self, folder: Path) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_") and name != "DATABASE_URL"}
        own = {"MASTHEAD_DATA": str(folder / "paper"), "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
        command = [sys.executable, "-m", "bench.fresh", "child"]
        self.process = subprocess.Popen(
            command, env=plain | own | {"PYTHONPATH": f"{SOURCE / 'src'}{os.pathsep}{SOURCE}"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Any:
        return self.book

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=60)

    def book(self, number: int) -> tuple[float, str]:
        """Book one gift; return the moment of its commit, in seconds, and the total as pages write it."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the process that books has no pipes")
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        moment, total = json.loads(self.process.stdout.readline())
        return float(moment), str(total)


def _child() -> None:
    import django

    django.setup()
    logging.disable()
    from django.db import transaction

    from masthead.funding.campaigns.models import Campaign
    from masthead.funding.campaigns.parts import written
    from masthead.funding.campaigns.queries import reading
    from masthead.funding.ledger.actions import Draft, post
    from masthead.funding.ledger.models import Kind
    from masthead.kernel import clock
    from masthead.kernel.money import Money

    campaign = Campaign.objects.get(featured=True)
    for line in sys.stdin:
        number, now = int(line), clock.now()
        draft = Draft(
            id=f"practice:pay_fresh{number}:gift",
            kind=Kind.GIFT,
            debit=f"clearing:practice:{campaign.currency}",
            credit=campaign.account_code,
            amount=Money(101 + number % 97, campaign.currency),
            dated=now.date(),
            book_month=now.date().replace(day=1),
        )
        committed: list[float] = []
        with transaction.atomic():
            transaction.on_commit(lambda note=committed: note.append(time.time()))  # type: ignore[misc]  # first of all that follows the commit
            post(drafts=[draft], now=now)
        print(json.dumps([committed[0], written(reading(campaign=campaign, now=now).raised)]), flush=True)


if __name__ == "__main__":
    _child()
