"""Services of a newsroom that has outgrown one machine: what one address each means to Django, Wagtail and the task queue.

Their packages are in `requirements-scale.lock`, which a newsroom on one machine does not install.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

LONGEST_TASK_SECONDS = 3600
BUCKET_OPTIONS = frozenset({"region"})
INDEX_OPTIONS = frozenset({"index"})
PACKAGES = {"redis_url": "django_tasks_rq", "media_url": "storages", "search_url": "opensearchpy"}


def check_address(key: str, value: str, *, schemes: frozenset[str], example: str, needs_path: bool = False, options: frozenset[str] = frozenset()) -> str:
    """Return the address of a service as it was given, without a slash at its end.

    Raises:
        ValueError: it is none, or what it needs is not installed; the sentence says what it may be.
    """
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in schemes or not parts.hostname or (needs_path and not parts.path.strip("/")):
        raise ValueError(f"must look like {example}, or be empty")
    unknown = {name for name, _ in parse_qsl(parts.query)} - options
    if unknown:
        raise ValueError(f"has the option {min(unknown)!r}, which is none of {', '.join(sorted(options)) or 'those it may have: none'}")
    if find_spec(PACKAGES[key]) is None:
        raise ValueError("needs packages that are not installed: start Masthead with MASTHEAD_SCALE=1 in its environment, once with network")
    return value.rstrip("/")


def file_storages(media_url: str) -> dict[str, dict[str, Any]]:
    """Return Django's storages for pictures and other files, and for kept copies, in the bucket of `media_url`.

    `s3://key:secret@host/bucket?region=...` (https) or `s3+http://` (a server of one's own). Nothing in the bucket has to
    be public: files leave through Masthead's own views, which know what may be seen.
    """
    parts = urlsplit(media_url)
    options = {
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "bucket_name": parts.path.strip("/").partition("/")[0],
        "endpoint_url": f"{'http' if parts.scheme == 's3+http' else 'https'}://{_host(parts)}",
        "region_name": dict(parse_qsl(parts.query)).get("region", "us-east-1"),
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": False,
    }
    below = parts.path.strip("/").partition("/")[2]
    return {name: {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | {"location": f"{below}/{folder}".strip("/")}} for name, folder in _FOLDERS}


_FOLDERS = (("default", "media"), ("captures", "captures"))


def search_backend(search_url: str) -> Mapping[str, Any]:
    """Return Wagtail's search backend for the OpenSearch at `search_url`; `?index=` names what its indexes begin with."""
    parts = urlsplit(search_url)
    host: dict[str, Any] = {"host": parts.hostname, "port": parts.port or (443 if parts.scheme == "https" else 80), "use_ssl": parts.scheme == "https"}
    if parts.username:
        host["http_auth"] = (unquote(parts.username), unquote(parts.password or ""))
    prefix = dict(parse_qsl(parts.query)).get("index", "masthead")
    return {"BACKEND": "wagtail.search.backends.opensearch3", "HOSTS": [host], "INDEX_PREFIX": f"{prefix}_", "TIMEOUT": 5}


def task_queue(redis_url: str) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """Return what tasks need on the Valkey or Redis at `redis_url`: apps to install, `TASKS`, and `RQ_QUEUES`."""
    address = redis_url.replace("valkey://", "redis://", 1).replace("valkeys://", "rediss://", 1)
    return (
        ["django_rq", "django_tasks_rq"],
        {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]}},
        {"default": {"URL": address, "DEFAULT_TIMEOUT": LONGEST_TASK_SECONDS}},
    )


def _host(parts: SplitResult) -> str:
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
