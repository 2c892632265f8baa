"""The simulator: one server, one clock, one store, one post for webhooks, and a router for each company."""

import datetime as dt
import logging
import threading
from types import TracebackType
from typing import Any, Protocol, Self

from simulator.clock import Clock
from simulator.faults import Faults
from simulator.http import Answer, Carrier, Request, Server, as_json
from simulator.paypal.router import PayPal
from simulator.store import Store
from simulator.stripe.router import Stripe
from simulator.webhooks import Webhooks

logger = logging.getLogger(__name__)
TICK_SECONDS = 0.2


class Router(Protocol):
    """One company: which requests are its own, and what it answers; what a tester may do to it by name."""

    name: str

    def owns(self, path: str) -> bool:
        """Say whether a path is this company's."""
        ...

    def answer(self, request: Request) -> Answer:
        """Answer a request. Called one at a time."""
        ...

    def control(self, action: str, words: dict[str, Any]) -> Any:
        """Do what a tester asks by JSON and return what to show.

        Raises:
            ValueError, KeyError: no such action, or not with these words.
        """
        ...


class Simulator:
    """A simulated world of companies that move money.

    `now` stops the clock there until `advance` moves it; without it the clock is this machine's, and a thread does
    what is due and sends webhooks by itself (`busy`).
    """

    def __init__(self, *, now: dt.datetime | None = None, busy: bool | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self.clock = Clock(now)
        self.store = Store()
        self.faults = Faults()
        self.webhooks = Webhooks(self.clock)
        self.stripe = Stripe(clock=self.clock, store=self.store, webhooks=self.webhooks)
        self.paypal = PayPal(clock=self.clock, store=self.store, webhooks=self.webhooks)
        self.routers: list[Router] = [self.paypal, self.stripe]  # Stripe's paths begin with all of /v1/
        self._lock = threading.RLock()
        self._busy = now is None if busy is None else busy
        self._stop = threading.Event()
        self._server = Server((host, port), Carrier)
        self._server.simulator = self
        self.paypal.world.origin = self.stripe.world.origin = self.url
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """The address to give to clients, without a slash at its end."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Begin to answer; return itself."""
        self._threads.append(threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True))
        if self._busy:
            self._threads.append(threading.Thread(target=self._work, daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and let go of the port."""
        self._stop.set()
        if self._threads:
            self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> int:
        """Move the clock on, doing everything that is due on the way; return how many things were done."""
        return self.set(self.clock.now() + dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def set(self, moment: dt.datetime) -> int:
        """Move the clock to a later moment, as `advance`."""
        with self._lock:
            return self.clock.move_to(moment)

    def deliver(self) -> int:
        """Send the webhooks that are due; return how many were handed over."""
        return self.webhooks.deliver()

    def answer(self, request: Request) -> Answer:
        """Answer one request, alone."""
        if request.path.startswith("/_control/"):
            return self._control(request)
        with self._lock:
            for router in self.routers:
                if router.owns(request.path):
                    return self._asked(router, request)
        return as_json({"error": {"message": f"Nobody here answers {request.method} {request.path}."}}, status=404)

    def _asked(self, router: Router, request: Request) -> Answer:
        """Have a router answer; a fault of ours is said aloud, for it would look like one of the company's."""
        try:
            return router.answer(request)
        except Exception:
            logger.exception("The simulator has a fault at %s %s", request.method, request.path)
            return as_json({"error": {"type": "api_error", "message": "The simulator itself has a fault: see its log."}}, status=500)

    def _control(self, request: Request) -> Answer:
        """Answer a tester's request: /_control/<what>, words as a JSON object."""
        what = request.path.removeprefix("/_control/").strip("/")
        try:
            words = request.json
            return as_json(self._do(what, words))
        except (ValueError, KeyError, TypeError) as error:
            return as_json({"error": str(error)}, status=400)

    def _do(self, what: str, words: dict[str, Any]) -> Any:
        if what == "advance":
            return {"done": self.advance(**words), "now": self.clock.now().isoformat()}
        if what == "clock":
            return {"now": self.clock.now().isoformat()}
        if what == "faults":
            if not words:
                self.faults.clear()
                return {"rules": 0}
            self.faults.add(**words)
            return {"rules": len(self.faults.rules)}
        if what == "webhooks":
            return self._set_webhooks(words)
        name, _, action = what.partition("/")
        router = next((router for router in self.routers if router.name == name), None)
        if router is None:
            raise ValueError(f"There is no control called {what!r}: advance, clock, faults, webhooks, {', '.join(router.name for router in self.routers)}/...")
        with self._lock:
            return router.control(action, words)

    def _set_webhooks(self, words: dict[str, Any]) -> Any:
        if "on" in words:
            self.webhooks.on = bool(words.pop("on"))
        if words.pop("deliver", False):
            return {"sent": self.webhooks.deliver()}
        if words:
            self.webhooks.misbehave(**(words | {"delay": dt.timedelta(seconds=words.pop("delay_seconds", 0))}))
        return {"waiting": len(self.webhooks.waiting()), "taken": self.webhooks.taken, "on": self.webhooks.on}

    def _work(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            with self._lock:
                self.clock.do_due()
            self.webhooks.deliver()
