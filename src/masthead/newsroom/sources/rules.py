"""What the sources room decides without asking anybody: how names, domains and addresses are written. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

LONGEST_FOLDED = 400  # characters of a name as it is searched by
LONGEST_DOMAIN = 253  # octets of a domain name in text, RFC 1035 section 3.1
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1123 section 2.1, in its ASCII form
_ITEM = re.compile(r"Q[1-9][0-9]{0,14}")  # https://www.wikidata.org/wiki/Wikidata:Identifiers
# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "þ": "th", "ʼ": "'", "’": "'", "‘": "'", "`": "'"})


@dataclass(frozen=True)
class Wrong:
    """Why something typed is refused, as a sentence for a person."""

    why: str


def fold(name: str) -> str:
    """Return `name` as it is searched by: without case, accents, full stops and doubled spaces.

    “José  Muñoz” and “JOSE MUNOZ” are one name, as are “U.S. Army” and “US Army”. Marks that change a letter of an Indic
    script (canonical combining class 0) stay: without them other words would be meant.
    """
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name.casefold()).casefold())  # “𝓐” is an A only once it is taken apart
    plain = "".join(char for char in taken_apart if not unicodedata.combining(char))
    plain = "".join("-" if unicodedata.category(char) == "Pd" else char for char in plain.translate(_LETTERS) if char != ".")
    return unicodedata.normalize("NFC", " ".join(plain.split()))[:LONGEST_FOLDED]


def host_of(url: str) -> str:
    """Return the host that an address names, in its ASCII form, lower case, without www. and port; empty where it names none."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return _ascii(host).removeprefix("www.")


def domains_above(host: str) -> list[str]:
    """Return `host` and the domains it lies under, longest first: what an outlet may be registered as."""
    parts = host.split(".")
    return [".".join(parts[start:]) for start in range(len(parts) - 1)]


def domain(text: str) -> str | Wrong:
    """Return a domain as it is stored: ASCII form, lower case, no www.; or why it is none.

    A whole address is refused, so that nobody thinks its path counted.
    """
    typed = text.strip().lower()
    if "://" in typed or "/" in typed or "@" in typed or ":" in typed:
        host = host_of(typed if "://" in typed else f"https://{typed}")
        return Wrong(f"“{text.strip()}” is an address: give the domain alone" + (f", such as {host}." if host else "."))
    bare = _ascii(typed).removeprefix("www.").strip(".")
    labels = bare.split(".")
    if len(labels) < 2 or len(bare) > LONGEST_DOMAIN or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():  # noqa: PLR2004 - a name and what it lies under
        return Wrong(f"“{text.strip()}” is no domain: give one such as example.org.")
    return bare


def wikidata_item(text: str) -> str | Wrong:
    """Return a Wikidata item's id from the id itself or the item's address; empty for nothing; or why it is none."""
    typed = text.strip()
    last = urlsplit(typed).path.rsplit("/", 1)[-1] if "://" in typed else typed
    item = last.upper()
    if typed and not _ITEM.fullmatch(item):
        return Wrong(f"“{typed}” is no Wikidata item: give its number, such as Q42.")
    return item


def account_address(url: str) -> str | Wrong:
    """Return an account's address without query, fragment and closing slash; or why it names no account."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        host, parts = "", urlsplit("")
    path = parts.path.rstrip("/")
    if parts.scheme not in {"http", "https"} or "." not in host:
        return Wrong("An account needs its address, such as https://social.example/@ministry.")
    if not path and host.count(".") < 2:  # noqa: PLR2004 - name.social.example is an account, social.example is not
        return Wrong(f"{url.strip()} is a whole site: give the address of the account on it, such as https://{host}/@ministry.")
    return urlunsplit(("https", parts.netloc.lower(), path, "", ""))


def may_merge(*, keep: str, gone: str) -> bool:
    """Say whether a party of kind `gone` can have been the same as one of kind `keep` all along.

    An outlet is often entered as an organisation first; a person, an organisation and an account are never one another.
    """
    return keep == gone or (keep == "outlet" and gone == "organisation")


def _ascii(host: str) -> str:
    """Return a host in its ASCII form (RFC 5891, as Python's codec has it), or as it is where it has none."""
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()
