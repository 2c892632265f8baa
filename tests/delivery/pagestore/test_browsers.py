"""Real readers show every form whole, with the meter's figures in it: Chromium, Firefox, and curl."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.page import Hole
from masthead.delivery.pagestore.store import Store
from tests.delivery.pagestore.make import page
from tests.needs import lacking

pytestmark = pytest.mark.live

CODINGS = ("identity", "gzip", "br", "zstd")
PARAGRAPHS = 40
FRAME = 6000  # pixels: more than the page's height
END = (1, 2, 3)


@pytest.fixture
def served(store: Store) -> Iterator[str]:
    """Serve a page with two holes at /<coding>/, each in that coding and whatever the client says it reads; yields the address."""
    first = b"<!doctype html><html lang=en><title>t</title><body><main>" + b"".join(
        b"<p>Paragraph %d of a story about the harbour.</p>" % number for number in range(PARAGRAPHS)
    )
    segments = (
        first + b"<p class=meter>",
        b"</p>" + b"<p>more words</p>" * 50 + b"<p class=meter>",
        b"</p></main><footer id=end style='background:rgb(1,2,3)'>the end</footer>",
    )
    holes = (Hole("m", "figures", 40), Hole("m", "short", 12))
    store.write([page(segments=segments, holes=holes)])
    store.meters.write("m", {"figures": "$3,075 raised – 61 %".encode().ljust(40), "short": b"$3,075"}, version=1, moment=1)
    answers = Answers(store, hosts=["paper.example"])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                self.all_of_them()
                return
            coding = self.path.strip("/").encode()
            answer = answers.answer(b"GET", b"/story/", [(b"host", b"paper.example"), (b"accept-encoding", coding)])
            if answer is None:
                self.send_error(404)
                return
            self.wfile.write(answer.head + b"Connection: close\r\n\r\n" + answer.body)

        def all_of_them(self) -> None:
            frames = "".join(f"<iframe src=/{coding}/></iframe>" for coding in CODINGS)
            body = f"<!doctype html><style>*{{margin:0}}iframe{{display:block;border:0;width:800px;height:{FRAME}px}}</style>{frames}".encode()
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_chromium_shows_each_form_whole(served: str, open_page: Callable[..., Any]):
    opened = open_page(javascript=False)
    shown = {}
    for coding in CODINGS:
        response = opened.goto(f"{served}/{coding}/")
        assert response.headers.get("content-encoding", "identity") == coding
        assert opened.locator("main > p").count() == PARAGRAPHS + 52
        assert opened.locator("#end").inner_text() == "the end"
        assert [text.strip() for text in opened.locator(".meter").all_inner_texts()] == ["$3,075 raised – 61 %", "$3,075"]
        shown[coding] = opened.content()
    assert len(set(shown.values())) == 1


def test_firefox_shows_each_form_whole(served: str, tmp_path: Path):
    """Firefox draws all four forms one below the other: the four drawings are the same, and each goes to the footer's own colour."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox") or lacking("Firefox (firefox-esr)")
    # Over plain HTTP Firefox reads gzip alone of itself; over HTTPS, where readers are, all of them.
    (tmp_path / "user.js").write_text('user_pref("network.http.accept-encoding", "gzip, deflate, br, zstd");\n')
    drawing = tmp_path / "drawing.png"
    command = [
        "env",
        f"HOME={tmp_path}",
        firefox,
        "--headless",
        "--no-remote",
        "--profile",
        tmp_path,
        "--window-size",
        f"800,{FRAME * len(CODINGS)}",
        "--screenshot",
        drawing,
        f"{served}/",
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    with Image.open(drawing) as picture:
        whole = picture.convert("RGB")
    frames = [whole.crop((0, number * FRAME, whole.width, (number + 1) * FRAME)) for number in range(len(CODINGS))]
    assert all(END in {frame.getpixel((whole.width // 2, y)) for y in range(FRAME)} for frame in frames)
    assert len({frame.tobytes() for frame in frames}) == 1


def test_curl_reads_each_form_whole(served: str):
    curl = shutil.which("curl") or lacking("curl")
    version = subprocess.run([curl, "--version"], capture_output=True, text=True, check=True).stdout
    known = {"identity": "", "gzip": "libz", "br": "brotli", "zstd": "zstd"}
    read = {
        coding: subprocess.run(
            [curl, "--silent", "--show-error", "--fail", "--compressed", "--noproxy", "*", f"{served}/{coding}/"], capture_output=True, check=True
        ).stdout
        for coding in CODINGS
        if known[coding] in version
    }
    assert len(read) > 1
    assert set(read.values()) == {read["identity"]}
    assert read["identity"].endswith(b"the end</footer>")
