"""What is refused at the front, so that Django and the front never read one request in two ways."""

from collections.abc import Callable

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.delivery.front.heads import Head, Refused, for_django, judge
from masthead.delivery.front.plan import Limits
from tests.delivery.front.conftest import House

pytestmark = pytest.mark.live

HOST = b"Host: paper.example\r\n"
POST = b"POST /x/ HTTP/1.1\r\n" + HOST
HIDDEN = b"GET /hidden/ HTTP/1.1\r\nHost: paper.example\r\n\r\n"

REFUSED = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": POST + b"Content-Length: 4\r\nContent-Length: 0\r\n\r\nbody",
    "the same length twice": POST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
    "lengths in a list": POST + b"Content-Length: 4, 4\r\n\r\nbody",
    "a length with a sign": POST + b"Content-Length: +4\r\n\r\nbody",
    "a length beyond all bounds": POST + b"Content-Length: 99999999999999999999999\r\n\r\nbody",
    "a folded line": POST + b"X: a\r\n b\r\n\r\n",
    "chunks in a folded line": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: paper.example\n\n",
    "a bare line feed after a header": b"GET / HTTP/1.1\r\nHost: paper.example\nX: y\r\n\r\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: paper.example\rX: y\r\n\r\n",
    "a space before the colon": POST + b"Content-Length : 4\r\n\r\nbody",
    "a NUL": POST + b"X: a\0b\r\n\r\n",
    "an unknown coding": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "almost chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked after a control character": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /x/ HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk's length in C": POST + b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nbody\r\n0\r\n\r\n",
    "a chunk that is longer than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nbody\r\n0\r\n\r\n",
    "a chunk beyond all bounds": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
    "a chunk's extension with a line feed": POST + b"Transfer-Encoding: chunked\r\n\r\n4;a\nbody\r\n0\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: paper.example\r\nHost: evil.example\r\n\r\n",
    "another's address": b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "an address with a user": b"GET http://me@paper.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "another kind of address": b"GET ftp://paper.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a fragment": b"GET /#top HTTP/1.1\r\n" + HOST + b"\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes beyond ASCII": b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space in the address": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT paper.example:25 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a trace": b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method of nobody's": b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in small letters": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2 in words": b"GET / HTTP/2.0\r\nConnection: keep-alive\r\n" + HOST + b"\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a long address": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 40_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % number for number in range(200)) + b"\r\n",
    "an endless header": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 400_000,
    "endless headers after a body": POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 20_000,
}


@pytest.fixture(scope="module")
def codes() -> set[int]:
    return {400, 408, 413, 414, 417, 431, 501, 505}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_django_hears_nothing_of_it(one_house: House, codes: set[int], what: str):
    reader = one_house.reader()
    try:
        reader.send(REFUSED[what])
    except ConnectionError:  # it was let go before all of it was sent
        pass
    else:
        status, headers, body = reader.answer()
        assert status in codes
        assert headers["connection"] == "close"
        assert body.endswith(b".\n")
        assert reader.rest() == b""
    assert one_house.django.requests == []


def test_what_follows_the_end_is_never_a_request(house: Callable[..., House]):
    open_house = house()
    reader = open_house.reader(b"GET /x/ HTTP/1.1\r\nHost: paper.example\r\nConnection: close\r\n\r\n" + HIDDEN)
    assert reader.answer()[0] == 200
    assert reader.rest() == b""
    assert len(open_house.django.requests) == 1


def test_a_whole_address_of_ours_is_asked_for_as_a_path(house: Callable[..., House]):
    open_house = house()
    assert open_house.reader(b"GET http://Paper.example/x/?y=z HTTP/1.1\r\n" + HOST + b"\r\n").answer()[0] == 200
    assert open_house.django.requests[0].startswith(b"GET /x/?y=z HTTP/1.1\r\nhost: paper.example\r\n")


@pytest.mark.parametrize(
    ("trusted", "sent", "told"),
    [
        ("", ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"], [b"x-forwarded-for: 203.0.113.9, 127.0.0.1", b"x-forwarded-proto: https"]),
        ("", ["X-Forwarded-Proto: gopher"], [b"x-forwarded-for: 127.0.0.1", b"x-forwarded-proto: http"]),
    ],
)
def test_a_proxy_on_this_machine_is_believed(house: Callable[..., House], trusted: str, sent: list[str], told: list[bytes]):
    open_house = house(trusted=trusted)
    open_house.ask("/x/", *sent)
    for line in told:
        assert b"\r\n" + line + b"\r\n" in open_house.django.requests[0]


TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ-_0123456789!#$%&'*+.^`|~", min_size=1, max_size=12).map(str.encode)
NAMES = TOKEN | st.sampled_from(
    [
        b"host",
        b"Host",
        b"content-length",
        b"transfer-encoding",
        b"connection",
        b"x-forwarded-for",
        b"x_forwarded_for",
        b"forwarded",
        b"te",
        b"expect",
        b"cookie",
    ]
)
VALUES = st.binary(max_size=20).map(lambda value: bytes(byte for byte in value if byte >= 32 and byte != 127).strip()) | st.sampled_from(
    [b"chunked", b"4", b"close, X-A", b"100-continue", b"evil.example", b"203.0.113.9"]
)


@given(
    method=st.sampled_from([b"GET", b"POST", b"HEAD", b"DELETE", b"TRACE"]),
    target=st.text("/abc?#:@.%2", max_size=20).map(str.encode),
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=12),
    length=st.integers(0, 2**40),
)
def test_whatever_comes_django_reads_one_request_with_one_length(method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], length: int):
    lowered = [(b"host", b"paper.example"), *((name.lower(), value) for name, value in headers)]
    if any(name == b"content-length" and not value.isdigit() for name, value in lowered):
        return  # the parser has refused it before
    try:
        judged: Head = judge(method=method, target=target, version="1.1", headers=lowered, keep_alive=True, upgrade=False, limits=Limits())
    except Refused:
        return
    wire = for_django(judged, peer="203.0.113.7", believed=False, length=length)
    reading = h11.Connection(h11.SERVER)
    reading.receive_data(wire)
    request = reading.next_event()
    assert isinstance(request, h11.Request)
    told = list(request.headers)
    assert (request.method, request.target) == (method, judged.target)
    assert request.target.startswith(b"/")
    assert [value for name, value in told if name == b"host"] == [b"paper.example"]
    assert [value for name, value in told if name == b"content-length"] == ([str(length).encode()] if length or method == b"POST" else [])
    assert [value for name, value in told if name == b"x-forwarded-for"] == [b"203.0.113.7"]
    assert [value for name, value in told if name == b"connection"] == [b"close"]
    assert not [name for name, _ in told if b"_" in name or name in {b"transfer-encoding", b"te", b"forwarded", b"upgrade"}]


@pytest.mark.parametrize(
    ("peer", "trusted", "forwarded", "scheme"),
    [
        ("198.51.100.7", "", b"198.51.100.7", b"http"),
        ("10.1.2.3", "", b"10.1.2.3", b"http"),
        ("10.1.2.3", "10.0.0.0/8", b"203.0.113.9, 10.1.2.3", b"https"),
        ("::ffff:10.1.2.3", "10.0.0.0/8", b"203.0.113.9, ::ffff:10.1.2.3", b"https"),
        ("::1", "", b"203.0.113.9, ::1", b"https"),
    ],
)
def test_only_proxies_of_ours_say_whom_they_ask_for(peer: str, trusted: str, forwarded: bytes, scheme: bytes):
    from masthead.delivery.front.heads import is_ours
    from masthead.kernel.places import networks_in

    headers = [(b"host", b"paper.example"), (b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-proto", b"https"), (b"forwarded", b"for=203.0.113.9")]
    judged = judge(method=b"GET", target=b"/", version="1.1", headers=headers, keep_alive=True, upgrade=False, limits=Limits())
    wire = for_django(judged, peer=peer, believed=is_ours(peer, networks_in(trusted)), length=0)
    assert b"\r\nx-forwarded-for: " + forwarded + b"\r\n" in wire
    assert b"\r\nx-forwarded-proto: " + scheme + b"\r\n" in wire
    assert b"\r\nforwarded:" not in wire
