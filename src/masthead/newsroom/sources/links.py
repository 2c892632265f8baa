"""How the addresses of documents are written and compared. Pure."""

import re
from urllib.parse import urlsplit, urlunsplit

from masthead.kernel.http import AddressRefused, read_target, why_refused

# What links gather on their way through mails, posts and advertisements, and no page needs.
TRACKING = frozenset(
    (
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid"),
        *("twclid", "ttclid", "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok"),
        *("oly_anon_id", "oly_enc_id", "vero_id", "_hsenc", "_hsmi", "wickedid", "s_cid", "rb_clickid"),
        *("ref_src", "ref_url", "cmpid", "ocid", "ito", "at_medium", "at_campaign", "ns_mchannel"),
        *("ns_source", "ns_campaign", "__twitter_impression", "share_id"),
    )
)
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_")
LONGEST = 2000  # characters; the column's
_HASHBANG = "!"


def cleaned(url: str) -> str:
    """Return `url` as it is asked for, without what only follows readers around, and without its fragment.

    Raises:
        AddressRefused: not an address on the public web (`masthead.kernel.http.read_target`).
    """
    target = read_target(url)
    if target.literal and (reason := why_refused(target.host)):
        raise AddressRefused(f"“{target.host}” {reason}: give the address on the public web.")
    parts = urlsplit(target.url)
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair.partition("=")[0].lower()))
    fragment = typed.fragment if (typed := urlsplit(url.strip())).fragment.startswith(_HASHBANG) else ""  # pages that live behind #! have no other address
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, fragment))


def canonical(url: str) -> str:
    """Return what two addresses of one document have in common: no scheme's difference, no `www.`, no slash at the end.

    It is for comparing, not for asking.

    Raises:
        AddressRefused: as `cleaned`.
    """
    parts = urlsplit(cleaned(url))
    host = re.sub(r"^(?:www|m|mobile)\.(?=[^.]+\.)", "", parts.netloc)
    return urlunsplit(("https", host, parts.path.rstrip("/") or "/", parts.query, parts.fragment))


def file_name(url: str) -> str:
    """Return the last part of an address's path, as a title for what has none of its own; the host where there is no path."""
    parts = urlsplit(url)
    return parts.path.rstrip("/").rpartition("/")[2] or parts.netloc


def _is_tracking(name: str) -> bool:
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)
