"""Which addresses are a profile, not a post. Pure.

A profile shows something else tomorrow: whoever follows it does not find the words or the picture it is given for. The
shapes are those the platforms' own pages have.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

Segments = Sequence[str]
Query = dict[str, list[str]]


def _is_x(path: Segments, _query: Query) -> bool:
    """/name, its lists of posts, and the number of an account; /name/status/… is a post."""
    if path[0] == "intent":
        return path[-1] in {"user", "follow"}
    if path[0] == "i":
        return path[1:2] == ["user"]
    own = {"with_replies", "media", "likes", "followers", "following", "photo", "highlights", "articles", "header_photo", "about"}
    return path[0] not in {"search", "hashtag", "explore", "home", "share"} and (len(path) == 1 or path[1] in own)


def _is_facebook(path: Segments, query: Query) -> bool:
    """/name, /profile.php, /people/… and /groups/…; what has a post's number or words of its own is none."""
    first = path[0]
    if any(key in query for key in ("story_fbid", "fbid", "v", "multi_permalinks")):
        return False
    if first == "profile.php" or (first == "people" and len(path) <= 3):  # noqa: PLR2004 - /people/name/number
        return True
    if first in {"pages", "pg"}:
        return "posts" not in path[:-1] and "videos" not in path[:-1]
    if first in {"groups", "events"}:
        return first == "groups" and len(path) == 2  # noqa: PLR2004 - /groups/name
    if first in {
        "watch",
        "reel",
        "share",
        "photo",
        "photo.php",
        "permalink.php",
        "story.php",
        "story",
        "hashtag",
        "stories",
        "media",
        "plugins",
        "sharer",
        "sharer.php",
        "help",
        "policies",
    }:
        return False
    return len(path) == 1 or (len(path) == 2 and path[1] in {"posts", "photos", "videos", "about", "reels", "photos_by", "mentions", "followers", "friends"})  # noqa: PLR2004


def _is_instagram(path: Segments, _query: Query) -> bool:
    """/name and its tabs; /p/…, /reel/… and /stories/name/number are posts."""
    if path[0] == "stories":
        return len(path) == 2 and path[1] != "highlights"  # noqa: PLR2004 - /stories/name
    if path[0] in {"p", "reel", "reels", "tv", "explore", "share"}:
        return False
    return len(path) == 1 or path[1] in {"reels", "tagged", "channel", "followers", "following"}


def _is_handle(path: Segments, _query: Query) -> bool:
    """/@name and its tabs; /@name/… with a post's number is a post (Mastodon, Threads, TikTok, Truth Social, Medium)."""
    tabs = {"with_replies", "media", "followers", "following", "replies", "reposts", "featured", "tagged", "about", "liked"}
    return path[0].startswith("@") and (len(path) == 1 or (len(path) == 2 and path[1] in tabs))  # noqa: PLR2004


def _is_youtube(path: Segments, query: Query) -> bool:
    """/@name, /channel/…, /c/…, /user/… with their tabs; /watch, /shorts/… and /live/… are films."""
    if path[0].startswith("@"):
        return True
    if path[0] in {"channel", "c", "user"}:
        return "lb" not in query
    return len(path) == 1 and path[0] not in {"watch", "playlist", "results", "feed", "shorts", "live", "embed", "clip", "post", "hashtag", "attribution_link"}


def _is_telegram(path: Segments, _query: Query) -> bool:
    """/name and /s/name; with a number after it, it is a post."""
    own = list(path[1:]) if path[0] == "s" else list(path)
    if path[0] in {"share", "iv", "proxy", "addstickers", "addemoji"}:
        return False
    return path[0] == "joinchat" or path[0].startswith("+") or not any(part.isdigit() for part in own[1:])


def _is_vk(path: Segments, query: Query) -> bool:
    """/name, /id1, /public1; /wall-1_2 and ?w=wall-1_2 are posts."""
    posted = re.match(r"(?:wall|photo|video|clip|story|album|topic|doc|@)[-\w]*\d+_\d+", path[0]) or path[0].startswith("@") or "w" in query or "z" in query
    return len(path) == 1 and not posted and path[0] not in {"feed", "video", "search", "away.php"}


def _is_linkedin(path: Segments, _query: Query) -> bool:
    """/in/name, /company/name and their tabs; /posts/… and /feed/update/… are posts."""
    return path[0] in {"in", "company", "school", "pub", "showcase", "groups"}


def _is_bluesky(path: Segments, _query: Query) -> bool:
    """/profile/name; /profile/name/post/… is a post."""
    return path[0] == "profile" and "post" not in path[2:3]


def _is_weibo(path: Segments, _query: Query) -> bool:
    """/u/number, /n/name and /name; /number/letters, /status/… and /detail/… are posts."""
    if path[0] in {"u", "n", "p", "profile"}:
        return True
    return len(path) == 1 and path[0] not in {"ttarticle", "tv", "search", "newlogin", "status", "detail"}


def _is_reddit(path: Segments, _query: Query) -> bool:
    """/user/name and /u/name; their comments and posts are none."""
    return path[0] in {"user", "u"} and "comments" not in path


def _is_flickr(path: Segments, _query: Query) -> bool:
    """/people/name and /photos/name; with a picture's number it is a picture."""
    return path[0] == "people" or (path[0] == "photos" and not any(part.isdigit() for part in path[2:]) and "albums" not in path)


def _always(_path: Segments, _query: Query) -> bool:
    return True


_PLATFORMS: dict[str, Callable[[Segments, Query], bool]] = {
    "twitter.com": _is_x,
    "x.com": _is_x,
    "nitter.net": _is_x,
    "facebook.com": _is_facebook,
    "fb.com": _is_facebook,
    "instagram.com": _is_instagram,
    "tiktok.com": _is_handle,
    "threads.net": _is_handle,
    "threads.com": _is_handle,
    "youtube.com": _is_youtube,
    "t.me": _is_telegram,
    "telegram.me": _is_telegram,
    "vk.com": _is_vk,
    "vk.ru": _is_vk,
    "linkedin.com": _is_linkedin,
    "bsky.app": _is_bluesky,
    "weibo.com": _is_weibo,
    "weibo.cn": _is_weibo,
    "reddit.com": _is_reddit,
    "flickr.com": _is_flickr,
    "linktr.ee": _always,
}
_PREFIXES = ("www.", "m.", "mobile.", "web.", "old.", "new.", "en-gb.", "de-de.", "fr-fr.")
_MASTODON = re.compile(r"(?:^|\.)(?:mastodon|mstdn|mas|fosstodon|hachyderm|mathstodon)\.[a-z.]+$")
_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_profile(url: str) -> bool:
    """Return whether `url` is somebody's profile, channel or account page, and not one post, film or picture of theirs.

    The scheme may be missing. An address that cannot be read, and a platform's bare home page, is no profile.
    """
    url = url.strip()
    try:
        parts = urlsplit(url if _HAS_SCHEME.match(url) else f"https://{url}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    path = [part for part in parts.path.split("/") if part]
    if parts.scheme.lower() not in {"http", "https"}:
        return False
    for prefix in _PREFIXES:
        host = host.removeprefix(prefix)
    if parts.fragment.startswith("!/") and not path:  # twitter.com/#!/name
        path = [part for part in parts.fragment[2:].split("/") if part]
    if not host or not path:
        return False
    platform = _PLATFORMS.get(host)
    if platform:
        return platform([path[0].lower(), *path[1:]], parse_qs(parts.query))
    if _MASTODON.search(host) and path[0] == "users":
        return len(path) == 2  # noqa: PLR2004 - /users/name
    return _is_handle(path, {})


_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/[^\s,;()<>\"”]+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@[\w.]{2,}(?:@[\w.-]+\.\w+)?")
# What a credit may say around an address without naming anybody.
_LABELS = re.compile(
    r"\b(?:photos?|photographs?|pictures?|pics?|images?|videos?|screenshots?|stills?|grabs?|credits?|courtesy|source|from|of|by|via|on|the|handout|user|account|profile|page|channel|"
    r"twitter|facebook|instagram|tiktok|youtube|telegram|vk|vkontakte|linkedin|mastodon|bluesky|threads|weibo|reddit|flickr|social media|x)\b",
    re.IGNORECASE,
)


def is_bare_profile(credit: str) -> bool:
    """Return whether a credit line names nobody but a profile: its address or handle, with no words but “Photo:” or “via Twitter” around it."""
    addresses = _ADDRESS.findall(credit)
    rest = _ADDRESS.sub(" ", credit)
    handles = _HANDLE.findall(rest)
    if not addresses and not handles:
        return False
    if any(not is_profile(address.rstrip(".")) for address in addresses):
        return False
    return not re.search(r"\w", _LABELS.sub(" ", _HANDLE.sub(" ", rest)))
