"""Having a CDN forget pages with the backends that Wagtail ships, by address."""

import logging
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from masthead.delivery.cdn.purger import PurgeFailed

WAGTAIL = "wagtail+"
BACKENDS = {
    "http": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
    "cloudflare": "wagtail.contrib.frontend_cache.backends.CloudflareBackend",
    "cloudfront": "wagtail.contrib.frontend_cache.backends.CloudfrontBackend",
    "azure-cdn": "wagtail.contrib.frontend_cache.backends.AzureCdnBackend",
    "azure-front-door": "wagtail.contrib.frontend_cache.backends.AzureFrontDoorBackend",
}
WILDCARD = frozenset({"cloudfront", "azure-cdn", "azure-front-door"})
"""Those that forget every page when they are asked for `/*`."""
TOGETHER = 30
SECONDS = 20.0


class WagtailPurger:
    """Asks with a backend of `wagtail.contrib.frontend_cache`, by address. Backends raise nothing: what they write to the log tells that they failed."""

    def __init__(self, name: str, options: dict[str, str], *, address: str) -> None:
        from django.utils.module_loading import import_string  # noqa: PLC0415 - the settings, which know these names, are read before Django is ready

        self._backend: Any = import_string(BACKENDS[name])(dict(options))
        self._address = address
        self.knows_everything = name in WILDCARD

    def purge(self, paths: Sequence[str]) -> None:
        """Have the pages at `paths` forgotten."""
        for at in range(0, len(paths), TOGETHER):
            self._ask([f"{self._address}{path}" for path in paths[at : at + TOGETHER]])

    def everything(self, paths: Iterable[str]) -> None:
        """Have every page forgotten."""
        self.purge(["/*"] if self.knows_everything else list(paths))

    def _ask(self, urls: list[str]) -> None:
        with _complaints() as heard, _patience(SECONDS):
            try:
                self._backend.purge_batch(urls)
            except Exception as failure:  # noqa: BLE001 - each backend has errors of its own library's
                raise PurgeFailed(f"{type(failure).__name__}: {failure}") from None
        if heard:
            raise PurgeFailed(heard[0])


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what this thread writes to the log about purges that failed."""
    heard: list[str] = []
    thread = threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread and record.msg.__class__ is str and record.msg.startswith("Couldn't purge"):
                heard.append(record.getMessage())

    ear = Ear(logging.ERROR)
    logging.getLogger().addHandler(ear)
    try:
        yield heard
    finally:
        logging.getLogger().removeHandler(ear)


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Let no new socket wait for longer: Wagtail's backend for plain HTTP names no time."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
