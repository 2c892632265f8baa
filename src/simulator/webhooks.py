"""Sending webhooks: signed, repeated until they are taken, and out of order, doubled or late where one asks for that."""

import datetime as dt
import random
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from simulator.clock import Clock

# What an event is handed to: headers and raw body in, an HTTP status out.
Door = Callable[[Mapping[str, str], bytes], int]
# Stripe's live mode tries for up to three days "with an exponential back off" (docs.stripe.com/webhooks, "Automatic retries").
WAITS_SECONDS = (60, 300, 1800, 7200, 18000, 36000, 36000, 36000, 36000, 36000)
SEND_SECONDS = 10


@dataclass(kw_only=True)
class Letter:
    """One event on its way to one endpoint."""

    event_id: str
    pack: Callable[[], tuple[dict[str, str], bytes]]  # signs anew at each try, as Stripe does
    url: str
    due: dt.datetime
    attempts: int = 0
    taken: bool = False
    answers: list[int] = field(default_factory=list)


class Webhooks:
    """Every letter, and how badly the post behaves.

    `door` stands for all endpoints where it is set (tests); `on` False keeps everything back without a try.
    `most_copies` sends each letter one to that many times, `shuffle` mixes their order, `delay` makes them late. `senders`
    is how many letters are under way at a time, `waits_seconds` how long it waits after each try that failed.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.letters: list[Letter] = []  # those that are still tried
        self.not_taken: dict[str, int] = {}  # by event: letters that nobody has taken yet, given up or not
        self.door: Door | None = None
        self.on = True
        self.lost = False  # True: neither tried nor kept for later, as where an endpoint is switched off
        self.most_copies = 1
        self.shuffle = False
        self.delay = dt.timedelta(0)
        self.senders = 1
        self.waits_seconds: Sequence[float] = WAITS_SECONDS
        self.taken = 0  # letters, each once
        self.random = random.Random(1)  # noqa: S311 - chance that can be repeated
        self._sending = threading.Lock()
        self._counting = threading.Lock()

    def misbehave(
        self,
        *,
        seed: int = 1,
        most_copies: int = 1,
        shuffle: bool = False,
        delay: dt.timedelta = dt.timedelta(0),
        senders: int = 1,
        waits_seconds: Sequence[float] = WAITS_SECONDS,
    ) -> None:
        """Double, mix or delay what is sent from now on."""
        self.random = random.Random(seed)  # noqa: S311 - as above
        self.most_copies, self.shuffle, self.delay = most_copies, shuffle, delay
        self.senders, self.waits_seconds = senders, waits_seconds

    def post(self, *, event_id: str, url: str, pack: Callable[[], tuple[dict[str, str], bytes]]) -> None:
        """Take a letter to send it as soon as `deliver` is called."""
        if not self.lost:
            self.not_taken[event_id] = self.not_taken.get(event_id, 0) + 1
            self.letters.append(Letter(event_id=event_id, pack=pack, url=url, due=self.clock.now() + self.delay))

    def waiting(self) -> list[Letter]:
        """Return the letters that were not taken yet and will be tried again."""
        return [letter for letter in self.letters if not letter.taken and letter.attempts <= len(self.waits_seconds)]

    def delivered(self, event_id: str) -> bool:
        """Say whether every endpoint took an event; one that no endpoint wants counts as taken."""
        return not self.not_taken.get(event_id)

    def deliver(self) -> int:
        """Send what is due by the clock; return how many letters were handed over, copies counted."""
        if not self.on:
            return 0
        with self._sending:
            due = [letter for letter in self.waiting() if letter.due <= self.clock.now()]
            tries = [letter for letter in due for _ in range(self.random.randint(1, self.most_copies))]
            if self.shuffle:
                self.random.shuffle(tries)
            if self.senders == 1:
                for letter in tries:
                    self._try(letter)
            else:
                with ThreadPoolExecutor(self.senders) as post:
                    list(post.map(self._try, tries))
            if tries:
                self.letters = self.waiting()
            return len(tries)

    def _try(self, letter: Letter) -> None:
        headers, body = letter.pack()
        status = self.door(headers, body) if self.door else _send(letter.url, headers, body)
        with self._counting:
            letter.answers.append(status)
            letter.attempts += 1
            if 200 <= status < 300:  # noqa: PLR2004 - any of the 2xx
                self.not_taken[letter.event_id] -= not letter.taken
                self.taken += not letter.taken
                letter.taken = True
            elif not letter.taken:
                wait = self.waits_seconds[min(letter.attempts, len(self.waits_seconds)) - 1]
                letter.due = self.clock.now() + dt.timedelta(seconds=wait)


def _send(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Post a letter and return the status; 0 where nobody answers."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 - the endpoint that the tester gave
    try:
        with urllib.request.urlopen(request, timeout=SEND_SECONDS) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0
