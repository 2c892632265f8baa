"""A hostile server harms nothing: each of its tricks ends in a typed refusal, in bounded time and memory."""

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from masthead.kernel.http import (
    AddressRefused,
    BrokenAnswer,
    FetchFailed,
    Limits,
    NameUnknown,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    fetch,
)
from tests import needs
from tests.kernel import hostile
from tests.kernel.hostile import Hostile, chunks, packed, raw, redirect, whole

pytestmark = pytest.mark.live

SMALL = Limits(seconds=2, connect_seconds=1, wire_bytes=2 * 2**20, body_bytes=3 * 2**20)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile.serving({}) as server:
        yield server


def ask(server: Hostile, answer: hostile.Answer, limits: Limits = SMALL):
    server.answers["/"] = answer
    return fetch(server.url("/"), limits=limits, policy=server.policy())


def test_a_site_can_be_asked_for_at_another_machine_s_address(server: Hostile):
    server.answers["/"] = whole(hostile.PAGE)
    fetch(server.url("/"), limits=SMALL, policy=server.policy(), headers={"Host": "paper.example"})
    assert server.asked[0].lower().count(b"host: ") == 1
    assert b"Host: paper.example" in server.asked[0]


def test_names_inside_the_house_are_asked_only_where_the_settings_name_one(server: Hostile):
    server.answers["/"] = whole(hostile.PAGE)
    for name in ("varnish", "cache.internal", "localhost"):
        with pytest.raises(AddressRefused, match="inside a house"):
            fetch(server.url("/", host=name), limits=SMALL, policy=server.policy())
        assert fetch(server.url("/", host=name), limits=SMALL, policy=server.policy(house=True)).status == 200


def test_an_honest_answer_comes_whole(server: Hostile):
    found = ask(server, whole(hostile.PAGE, X_One="1"))
    assert (found.status, found.body, found.url, found.redirects) == (200, hostile.PAGE, server.url("/"), ())
    assert found.is_found
    assert found.header("content-type") == "text/html; charset=utf-8"
    assert found.answer.address == "127.0.0.1"
    assert found.answer.request == server.asked[0]
    assert found.answer.answer.endswith(b"\r\n\r\n" + hostile.PAGE)
    assert found.answer.answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Type")
    head = server.asked[0].decode().lower()
    assert f"\r\nhost: news.example:{server.port}\r\n" in head
    assert "cookie" not in head
    assert "masthead/" in head


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "429 Slow", "500 Oh", "503 Later"])
def test_a_refusal_of_the_server_is_an_answer(server: Hostile, status: str):
    found = ask(server, whole(b"No.", status=status))
    assert (found.status, found.is_found, found.body) == (int(status[:3]), False, b"No.")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), b""),
        (whole(b""), b""),
        (raw(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"), b"until the end"),
        (chunks(b"3\r\nabc\r\n", b"2\r\nde\r\n", b"0\r\n\r\n"), b"abcde"),
        (packed(gzip.compress(hostile.PAGE), "gzip"), hostile.PAGE),
        (packed(hostile.packed_page(hostile.PAGE), "x-gzip"), hostile.PAGE),
        (packed(gzip.compress(hostile.PAGE) + b"\0" * 100, "GZIP"), hostile.PAGE),
        (packed(b"", "gzip"), b""),
        (raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more"), b"hi"),
    ],
    ids=["204", "empty", "http 1.0", "chunked", "gzip", "two members", "zeros behind", "nothing packed", "interim"],
)
def test_every_honest_form_of_an_answer_is_read(server: Hostile, answer: hostile.Answer, body: bytes):
    found = ask(server, answer)
    assert found.body == body
    assert found.answer.answer.startswith((b"HTTP/1.1 20", b"HTTP/1.0 20"))
    assert not found.answer.answer.endswith(b"and more")


TRICKS: dict[str, tuple[hostile.Answer, type[FetchFailed]]] = {
    "endless body": (hostile.endless, TooLarge),
    "endless head": (hostile.endless_head, TooLarge),
    "endless notices": (hostile.endless_notices, BrokenAnswer),
    "long header": (raw(OK + b"X: " + b"a" * 100_000 + b"\r\n\r\n"), TooLarge),
    "large": (whole(b"a" * (3 * 2**20)), TooLarge),
    "announced large": (raw(OK + b"Content-Length: 99999999999999\r\n\r\n"), TooLarge),
    "bomb": (packed(hostile.bomb(), "gzip"), TooLarge),
    "small bomb": (packed(gzip.compress(b"\0" * 2**22), "gzip"), TooLarge),
    "bomb twice": (packed(hostile.bomb(), "gzip, gzip"), BrokenAnswer),
    "br": (packed(b"\x1b\x00\x00", "br"), BrokenAnswer),
    "zstd": (packed(b"(\xb5/\xfd", "zstd"), BrokenAnswer),
    "not gzip": (packed(hostile.PAGE, "gzip"), BrokenAnswer),
    "gzip cut": (packed(gzip.compress(hostile.PAGE)[:-9], "gzip"), BrokenAnswer),
    "drip": (hostile.drip, TooSlow),
    "silent": (hostile.silent, TooSlow),
    "cut": (hostile.cut, Unreachable),
    "reset": (hostile.reset, Unreachable),
    "nothing": (raw(b""), Unreachable),
    "half a line": (raw(b"HTTP/1.1 200"), Unreachable),
    "chunk cut": (chunks(b"5\r\nab"), Unreachable),
    "chunk nonsense": (chunks(b"zz\r\nab\r\n0\r\n\r\n"), BrokenAnswer),
    "chunk negative": (chunks(b"-1\r\nab\r\n0\r\n\r\n"), BrokenAnswer),
    "chunk huge": (chunks(b"ffffffffffffffffffff\r\nab"), Unreachable),
    "chunks tiny": (chunks(*[b"1\r\na\r\n"] * 60_000), TooLarge),
    "length negative": (raw(OK + b"Content-Length: -5\r\n\r\n"), BrokenAnswer),
    "lengths two": (raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), BrokenAnswer),
    "header broken": (raw(OK + b"Content Length: 5\r\n\r\nabcde"), BrokenAnswer),
    "ssh": (raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), BrokenAnswer),
    "tls": (raw(b"\x16\x03\x01\x02\x00\x01\r\n\r\n"), BrokenAnswer),
    "status nonsense": (raw(b"HTTP/1.1 999999 What\r\n\r\n"), BrokenAnswer),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_ends_in_its_own_refusal_soon(server: Hostile, trick: str):
    answer, kind = TRICKS[trick]
    begun = time.monotonic()
    with pytest.raises(kind) as failed:
        ask(server, answer, Limits(seconds=0.7 if kind is TooSlow else 20, wire_bytes=2**18, body_bytes=2**20))
    assert type(failed.value) is kind
    assert str(failed.value).endswith(".")
    assert str(failed.value)
    assert time.monotonic() - begun < 20


def test_a_bomb_costs_no_more_memory_than_its_cap(server: Hostile):
    server.answers["/"] = packed(hostile.bomb(), "gzip")
    tracemalloc.start()
    with pytest.raises(TooLarge, match=r"bomb|larger"):
        fetch(server.url("/"), limits=SMALL, policy=server.policy())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20


# --- redirects -------------------------------------------------------------------------------------


def test_redirects_are_followed_and_kept(server: Hostile):
    server.answers |= {
        "/": redirect("/two", "301 Moved"),
        "/two": redirect(f"http://other.example:{server.port}/three?q=ä", "307 T"),
        "/three?q=%C3%A4": whole(b"end"),
    }
    found = fetch(server.url("/"), policy=server.policy())
    assert found.body == b"end"
    assert found.redirects == (server.url("/"), server.url("/two"))
    assert found.url == server.url("/three?q=%C3%A4", "other.example")
    assert [passed.complete for passed in found.exchanges] == [False, False, True]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{canary}/",
        "http://localhost:{canary}/",
        "http://[::1]:{canary}/",
        "http://2130706433:{canary}/",
        "//127.0.0.1:{canary}/",
        "http://canary.example:{canary}/",
        "http://user@news.example:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{canary}/_x",
        "javascript:alert(1)",
        "http://[bad",
    ],
)
def test_a_redirect_that_leads_inside_is_refused(server: Hostile, location: str):
    with hostile.serving({"/": whole(b"secret")}) as canary:
        server.answers["/"] = redirect(location.format(canary=canary.port, port=server.port))
        with pytest.raises(AddressRefused):
            fetch(server.url("/"), policy=server.policy())
        assert canary.connections == 0
        assert server.paths() == ["/"]


def test_without_the_check_the_same_redirect_leads_inside(server: Hostile):
    """The control: what the tests above refuse would have been reached."""
    with hostile.serving({"/": whole(b"secret")}) as canary:
        server.answers["/"] = redirect(f"http://127.0.0.1:{canary.port}/")
        assert fetch(server.url("/"), policy=server.policy(refuse=lambda *_: "")).body == b"secret"


def test_circles_and_endless_chains_end(server: Hostile):
    server.answers |= {"/": redirect("/b"), "/b": redirect("/"), "/self": redirect("/self")}
    for path in ("/", "/self"):
        with pytest.raises(TooManyRedirects, match="circle"):
            fetch(server.url(path), policy=server.policy())
    server.answers = {f"/{number}": redirect(f"/{number + 1}") for number in range(50)}
    server.asked.clear()
    with pytest.raises(TooManyRedirects, match="over 5 redirects"):
        fetch(server.url("/0"), policy=server.policy())
    assert len(server.asked) == 6


def test_the_time_is_for_all_redirects_together(server: Hostile):
    def slow(number: int) -> hostile.Answer:
        def answer(connection: socket.socket) -> None:
            time.sleep(0.2)
            redirect(f"/{number + 1}")(connection)

        return answer

    server.answers = {f"/{number}": slow(number) for number in range(9)}
    with pytest.raises(TooSlow):
        fetch(server.url("/0"), limits=Limits(seconds=0.5), policy=server.policy())


def test_a_request_with_a_key_goes_nowhere_else(server: Hostile):
    server.answers["/save"] = redirect("/elsewhere")
    found = fetch(server.url("/save"), policy=server.policy(), headers={"Authorization": "LOW a:b"})
    posted = fetch(server.url("/save"), policy=server.policy(), method="POST", content=b"url=x", headers={"Content-Type": "text/plain"})
    assert (found.status, posted.status) == (302, 302)
    assert server.paths() == ["/save", "/save"]
    assert b"Content-Length: 5\r\n" in server.asked[1]


def test_the_environment_names_no_proxy(server: Hostile, monkeypatch):
    with hostile.serving({}) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert ask(server, whole(b"direct")).body == b"direct"
        assert proxy.connections == 0


def test_a_look_at_the_head_waits_for_no_body(server: Hostile):
    server.answers["/"] = hostile.endless
    found = fetch(server.url("/"), policy=server.policy(), head_only=True)
    assert (found.status, found.body, found.answer.complete) == (200, b"", False)


# --- names and connections -------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_said(server: Hostile):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable, match="does not answer"):
        fetch(f"http://news.example:{port}/", policy=server.policy(refuse=lambda *_: ""))


def test_the_second_address_is_asked_where_the_first_does_not_answer(server: Hostile):
    server.answers["/"] = whole(b"here")
    found = fetch(server.url("/"), policy=server.policy(resolve=lambda *_: ["::1", "127.0.0.1"], refuse=lambda *_: ""))
    assert found.body == b"here"


def test_a_name_that_no_one_knows_is_said():
    with pytest.raises(NameUnknown, match=r"no server named gone\.example"):
        fetch("https://gone.example/")


def test_a_resolver_that_never_answers_does_not_hold_anybody(server: Hostile, monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(6) or [])
    begun = time.monotonic()
    with pytest.raises(TooSlow):
        fetch("https://slow.example/", limits=Limits(seconds=0.3))
    assert time.monotonic() - begun < 5


# --- TLS -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for news.example and its key, in one file."""
    if not shutil.which("openssl"):
        needs.lacking("openssl")
    path = tmp_path_factory.mktemp("tls") / "news.pem"
    words = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=news.example -addext subjectAltName=DNS:news.example -keyout {path} -out {path}.crt"
    subprocess.run(["openssl", *words.split()], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def test_tls_is_verified_for_the_name_that_was_typed(certificate: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    names = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with hostile.serving({"/": whole(b"sealed")}, wrap=lambda plain: context.wrap_socket(plain, server_side=True)) as server:
        trusting = server.policy(tls=lambda: ssl.create_default_context(cafile=certificate))
        url = server.url("/").replace("http:", "https:")
        assert fetch(url, policy=trusting).body == b"sealed"
        assert names == ["news.example"]
        with pytest.raises(Unreachable, match="certificate"):
            fetch(url.replace("news.", "other."), policy=trusting)
        with pytest.raises(Unreachable, match="certificate"):
            fetch(url, policy=server.policy())


def test_a_server_that_stalls_the_handshake_is_left(server: Hostile):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://news.example:{mute.getsockname()[1]}/"
        with pytest.raises(TooSlow):
            fetch(url, limits=Limits(seconds=0.4), policy=server.policy(refuse=lambda *_: ""))
