"""No address of ours goes untried: each one's name or its path stands in some test."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.databases import HERE


def ours(patterns: list[URLPattern | URLResolver], prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield path and name of every address whose view is in our source; Wagtail's and Django's have their own tests."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from ours(pattern.url_patterns, path, (*spaces, pattern.namespace) if pattern.namespace else spaces)
            continue
        view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "__wrapped__", pattern.callback)
        if getattr(view, "__module__", "").startswith("masthead."):
            yield path, ":".join((*spaces, pattern.name or ""))


def pattern_is_ours_alone(path: str) -> bool:
    """Say whether a path is more than Wagtail's own catch-all, which every test of a page walks through."""
    return not path.startswith("^((?:")


def test_every_address_of_ours_is_tried_by_a_test():
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (HERE / "tests").rglob("test_*.py") if path.name != "test_addresses.py")
    addresses = sorted(set(ours(get_resolver().url_patterns)))
    assert len(addresses) > 10
    untried = []
    for path, name in addresses:
        # What stands between the converters, as a test would write it: /pictures/, /archive/2026/.
        if not pattern_is_ours_alone(path):
            continue
        fixed = re.split(r"<[^>]*>|\(\?P<", path.replace("^", "").replace("$", "").replace("\\Z", ""))[0].strip("/")
        short = name.rpartition(":")[2]
        last = path.rpartition(">")[2].strip("/")
        if not (fixed and f"/{fixed}" in tests) and not (last and f"/{last}" in tests) and not (short and re.search(rf"[\"':]{re.escape(short)}[\"']", tests)):
            untried.append(f"/{path} ({name})")
    assert not untried, "\n".join(untried)
