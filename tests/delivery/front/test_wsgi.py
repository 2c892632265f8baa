"""The page store as a WSGI middleware says what the front says."""

import io
from collections.abc import Callable
from wsgiref.util import setup_testing_defaults

import pytest

from masthead.delivery.front.wsgi import StoredPages
from masthead.delivery.pagestore.answers import Answers
from tests.delivery.front.conftest import House

pytestmark = pytest.mark.live


def asked(application: StoredPages, method: str, target: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": target.partition("?")[0], "QUERY_STRING": target.partition("?")[2], "wsgi.input": io.BytesIO()}
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    setup_testing_defaults(environ)
    said: list[tuple[int, dict[str, str]]] = []
    body = b"".join(application(environ, lambda status, lines: said.append((int(status.split()[0]), {name.lower(): value for name, value in lines}))))
    return *said[0], body


def django(_environ: dict, start_response: Callable[..., object]) -> list[bytes]:
    start_response("200 OK", [])
    return [b"django"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("more", [{}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br;q=0.1, zstd"}, {"Cookie": "seen=1"}])
def test_both_fronts_say_the_same(one_house: House, method: str, more: dict[str, str]):
    application = StoredPages(django, Answers(one_house.store, hosts=["paper.example"]))
    reader = one_house.reader(
        "\r\n".join([f"{method} /stored/ HTTP/1.1", "Host: paper.example", *(f"{name}: {value}" for name, value in more.items()), "", ""]).encode()
    )
    status, headers, body = reader.answer_head() if method == "HEAD" else reader.answer()
    del headers["date"]
    assert asked(application, method, "/stored/", {"Host": "paper.example"} | more) == (status, headers, body)
    again = asked(application, method, "/stored/", {"Host": "paper.example", "If-None-Match": headers["etag"]} | more)
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("POST", "/stored/", {"Host": "paper.example"}),
        ("GET", "/else/", {"Host": "paper.example"}),
        ("GET", "/stored/?page=2", {"Host": "paper.example"}),
        ("GET", "/stored/", {"Host": "evil.example"}),
        ("GET", "/stored/", {"Host": "paper.example", "Cookie": "sessionid=x"}),
        ("GET", "/stored/", {"Host": "paper.example", "If-Match": "x"}),
    ],
)
def test_the_rest_is_django_s(one_house: House, method: str, target: str, headers: dict[str, str]):
    application = StoredPages(django, Answers(one_house.store, hosts=["paper.example"]))
    assert asked(application, method, target, headers)[2] == b"django"
