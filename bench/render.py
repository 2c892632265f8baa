"""What a page costs uncached: CPU and queries of rendering a story, the front page, a section and a search, on the demo newsroom.

A newsroom with the demo in it is made for the purpose and removed. `python -m bench.render` prints the figures.
"""

import gzip
import json
import statistics
import sys
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench import _demo

WARM_UP, RENDERS = 20, 200
STORY = "/city/old-dock-passenger-boats/"
PAGES = {"story": STORY, "front page": "/", "section": "/city/", "search": "/search/?q=harbour", "contribute": "/contribute/"}


def run() -> dict[str, str]:
    """Return the figures by name: median and least milliseconds of CPU, queries, gzipped bytes of HTML."""
    with _demo.newsroom() as environment:
        found: dict[str, str] = _demo.measured("bench.render", environment=environment)
    return found


def _child() -> dict[str, str]:
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1")
    figures = {}
    for name, address in PAGES.items():
        for _ in range(WARM_UP):
            response = client.get(address)
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{address} answered {response.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = len(queries)  # now: the next request empties the log
        spent = [_cpu_of(client, address) for _ in range(RENDERS)]
        figures[f"{name}, uncached: CPU"] = f"{statistics.median(spent):.1f} ms (least {min(spent):.1f})"
        figures[f"{name}, uncached: queries"] = str(asked)
        figures[f"{name}: HTML, gzip"] = f"{len(gzip.compress(response.content)) / 1000:.1f} kB"
    css = Path(settings.STATIC_ROOT) / staticfiles_storage.stored_name("theme/theme.css")
    figures["style sheet, gzip"] = f"{len(gzip.compress(css.read_bytes())) / 1000:.1f} kB"
    return figures


def _cpu_of(client: Any, address: str) -> float:
    before = time.process_time()
    client.get(address)
    return (time.process_time() - before) * 1000


if __name__ == "__main__":
    print(json.dumps(_child()) if sys.argv[1:] == ["child"] else "\n".join(f"{what}: {figure}" for what, figure in run().items()))
