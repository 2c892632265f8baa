"""Surrogate keys: one of each page's own, one of the whole site, and how a CDN wants them written."""

import hashlib
from collections.abc import Sequence

SITE = "site"
LONGEST_LINE = 1000  # bytes: bunny.net takes 1,024 and no more; the page's own key and the site's come first


def key_of(path: str) -> str:
    """Return the key of the page at `path`, which no other page has."""
    return f"u-{hashlib.blake2b(path.encode(), digest_size=8).hexdigest()}"


def line_of(template: str, keys: Sequence[str]) -> tuple[str, str]:
    """Return name and value of the header that `template` describes, such as `CDN-Tag: {comma_keys}`, with as many of `keys` as it has room for."""
    name, _, value = template.partition(":")
    mark = "," if "{comma_keys}" in value else " "
    line = ""
    for key in keys:
        longer = f"{line}{mark}{key}" if line else key
        if len(longer) > LONGEST_LINE:
            break
        line = longer
    return name.strip(), value.strip().replace("{comma_keys}", line).replace("{keys}", line)
