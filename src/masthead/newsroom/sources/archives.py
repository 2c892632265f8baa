"""How the public archives are asked for a copy of theirs, and how they answer. No models.

Wayback Machine, Save Page Now 2: POST /save with `Authorization: LOW access:secret`, then GET /save/status/JOB. Perma.cc, API v1: POST /v1/archives/
with `Authorization: ApiKey KEY`, then GET /v1/archives/GUID/.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from masthead.kernel.errors import MastheadError
from masthead.kernel.http import Fetched, FetchFailed, Limits, Policy, fetch

LIMITS = Limits(seconds=30, wire_bytes=2**20, body_bytes=2**20)
OVERLOADED = frozenset({429, 500, 502, 503, 504})


class ArchiveRefused(MastheadError):
    """An archive that will not keep the page, or did not answer; `retryable` says which."""

    def __init__(self, sentence: str, *, retryable: bool = False) -> None:
        super().__init__(sentence)
        self.retryable = retryable


@dataclass(frozen=True, kw_only=True)
class Archive:
    """One archive: `name` for people, `base` of its interface, `public` where its copies are, `key` as its owner gave it to us."""

    name: str
    base: str
    public: str
    key: str = ""


WAYBACK = Archive(name="The Wayback Machine", base="https://web.archive.org", public="https://web.archive.org/web")
PERMA = Archive(name="Perma.cc", base="https://api.perma.cc", public="https://perma.cc")


def ask_wayback(archive: Archive, url: str, policy: Policy) -> str:
    """Ask for a copy of `url` and return the archive's name for our request.

    Raises:
        ArchiveRefused: it says no, or does not answer.
    """
    content = urlencode({"url": url, "if_not_archived_within": "1h", "skip_first_archive": "1"}).encode()
    answer = _ask(archive, "/save", policy, authorization=f"LOW {archive.key}", method="POST", content=content, kind="application/x-www-form-urlencoded")
    if not answer.get("job_id"):
        raise ArchiveRefused(f"{archive.name} did not take the request: {_words(answer.get('message'))}.")
    return str(answer["job_id"])[:200]


def see_wayback(archive: Archive, job: str, policy: Policy) -> str:
    """Return the address of the copy that `job` made, or nothing while it is being made.

    Raises:
        ArchiveRefused: it could not be made.
    """
    answer = _ask(archive, f"/save/status/{quote(job, safe='')}", policy, authorization=f"LOW {archive.key}")
    if answer.get("status") == "pending":
        return ""
    stamp = str(answer.get("timestamp") or "")
    if answer.get("status") != "success" or not (stamp.isascii() and stamp.isdigit()):
        raise ArchiveRefused(f"{archive.name} could not keep the page: {_words(answer.get('message') or answer.get('status_ext'))}.")
    return f"{archive.public}/{stamp}/{answer.get('original_url') or ''}"


def ask_perma(archive: Archive, url: str, policy: Policy) -> str:
    """Ask for a copy of `url` and return its number at Perma.cc.

    Raises:
        ArchiveRefused: it says no, or does not answer.
    """
    content = json.dumps({"url": url}).encode()
    answer = _ask(archive, "/v1/archives/", policy, authorization=f"ApiKey {archive.key}", method="POST", content=content, kind="application/json")
    if not answer.get("guid"):
        raise ArchiveRefused(f"{archive.name} did not take the request: {_words(answer.get('detail') or answer.get('error'))}.")
    return str(answer["guid"])[:200]


def see_perma(archive: Archive, job: str, policy: Policy) -> str:
    """Return the address of copy `job`, or nothing while it is being made.

    Raises:
        ArchiveRefused: it could not be made.
    """
    answer = _ask(archive, f"/v1/archives/{quote(job, safe='')}/", policy, authorization=f"ApiKey {archive.key}")
    captures = answer.get("captures")
    states = {str(one.get("status")) for one in captures if isinstance(one, dict)} if isinstance(captures, list) else set()
    if "success" in states:
        return f"{archive.public}/{quote(job, safe='')}"
    if not states or "pending" in states:
        return ""
    raise ArchiveRefused(f"{archive.name} could not keep the page.")


def _ask(archive: Archive, path: str, policy: Policy, *, authorization: str, method: str = "GET", content: bytes = b"", kind: str = "") -> dict[str, Any]:
    headers = {"Authorization": authorization, "Accept": "application/json"} | ({"Content-Type": kind} if kind else {})
    try:
        answer = fetch(f"{archive.base}{path}", method=method, content=content, headers=headers, policy=policy, limits=LIMITS)
    except FetchFailed as failed:
        raise ArchiveRefused(f"{archive.name} did not answer. {failed}", retryable=failed.retryable) from None
    if answer.status in OVERLOADED:
        raise ArchiveRefused(f"{archive.name} is asked too often or not ready ({answer.status}).", retryable=True)
    if answer.status in {401, 403}:
        raise ArchiveRefused(f"{archive.name} does not know our key: look at the settings.")
    return _json(archive, answer)


def _json(archive: Archive, answer: Fetched) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ArchiveRefused(f"{archive.name} answered {answer.status} and nothing that can be read.", retryable=answer.status >= 500)  # noqa: PLR2004  its fault, not ours
    return found


def _words(thing: object) -> str:
    return " ".join(str(thing or "it gave no reason").split()).rstrip(".")[:200]
