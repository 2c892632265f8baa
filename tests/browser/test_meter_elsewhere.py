"""The meter on somebody else's site, in a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.urls import reverse

from masthead.funding.campaigns.panels import embed_codes
from tests.make import NOW, give, make_campaign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@contextmanager
def foreign_site(html: str) -> Iterator[str]:
    """Serve one page from another origin: Chromium lets no page of the outside look at this machine, so it is a server of its own."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_both_codes_work_on_a_foreign_site(live_server, open_page, settings):
    settings.ENV = settings.ENV.model_copy(update={"address": live_server.url})
    with time_machine.travel(NOW, tick=True):
        campaign = make_campaign(name="Keep the lights on")
        give(campaign, 307_500)
        codes = embed_codes(campaign)
        page = open_page()
        with foreign_site(f'<!doctype html><link rel="icon" href="data:,"><title>x</title>{codes["picture_code"]}{codes["frame_code"]}') as address:
            refused: list[str] = []
            page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
            page.goto(address)
            frame = page.frame_locator("iframe")
            frame.get_by_text("$3,075 raised of $5,000").wait_for()
            page.wait_for_function("document.images[0].complete && document.images[0].naturalWidth === 480")
            assert frame.get_by_role("link").get_attribute("href") == f"{live_server.url}{campaign.get_absolute_url()}"
            assert page.locator("a img").get_attribute("src") == live_server.url + reverse("meter_svg", args=[campaign.uuid])
            assert refused == []
