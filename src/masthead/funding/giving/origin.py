"""Whether a form was sent from our own page: the check that needs no cookie, so that a cached page can carry the form."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

# What a browser says of a request from a page of the same origin, or typed and repeated by the person herself
# (w3.org/TR/fetch-metadata, section 2.3). "same-site" is another host of the same domain: not us.
OWN_SITES = {"same-origin", "none"}


def is_own(headers: Mapping[str, str], *, hosts: Collection[str]) -> bool:
    """Say whether the headers of a POST show that it came from one of `hosts` (`news.example`, `127.0.0.1:8000`).

    Sec-Fetch-Site decides where the browser sends it, and Origin must agree; else Origin; else Referer. A request
    that says nothing of where it came from is refused: every browser of the last ten years says one of the three.
    """
    site, origin, referer = headers.get("Sec-Fetch-Site"), headers.get("Origin"), headers.get("Referer")
    if site is not None and site not in OWN_SITES:
        return False
    if origin is not None:
        return _host(origin) in hosts
    if referer:
        return _host(referer) in hosts
    return site is not None


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in {"http", "https"} else ""
