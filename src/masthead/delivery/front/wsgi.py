"""The page store inside a WSGI application, for hosts that give one process and one server: the same answers, at a fraction of the front's speed."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from masthead.delivery.pagestore.answers import Answers

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# What may stand in a path as it is (RFC 3986, pchar and the slash); the rest is percent-encoded, as clients send it.
PATH = "/:@-._~!$&'()*+,;="
READ = {
    "HTTP_HOST": b"host",
    "HTTP_ACCEPT_ENCODING": b"accept-encoding",
    "HTTP_IF_NONE_MATCH": b"if-none-match",
    "HTTP_IF_MODIFIED_SINCE": b"if-modified-since",
    "HTTP_COOKIE": b"cookie",
    "HTTP_IF_MATCH": b"if-match",
    "HTTP_IF_UNMODIFIED_SINCE": b"if-unmodified-since",
    "HTTP_EXPECT": b"expect",
    "HTTP_UPGRADE": b"upgrade",
    "HTTP_TRANSFER_ENCODING": b"transfer-encoding",
}


class StoredPages:
    """Answers what is in the page store and hands everything else to `application`."""

    def __init__(self, application: Application, answers: Answers) -> None:
        self._application = application
        self._answers = answers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request as PEP 3333 wants it."""
        method = environ["REQUEST_METHOD"].encode("latin-1")
        if method not in {b"GET", b"HEAD"} or environ.get("SCRIPT_NAME") or environ.get("CONTENT_LENGTH") not in {None, "", "0"}:
            return self._application(environ, start_response)
        target = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe=PATH)
        if environ.get("QUERY_STRING"):
            target += "?" + environ["QUERY_STRING"]
        headers = [(name, str(environ[key]).encode("latin-1")) for key, name in READ.items() if key in environ]
        stored = self._answers.answer(method, target.encode("latin-1"), headers)
        if stored is None:
            return self._application(environ, start_response)
        start_response(
            f"{stored.status} {HTTPStatus(stored.status).phrase}", [(name.decode("latin-1"), value.decode("latin-1")) for name, value in stored.headers]
        )
        return [stored.body]
