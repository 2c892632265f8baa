"""Which players a reader may load inside a story, and the address of each player, by rule and without asking anyone.

The addresses are the providers' own, from their pages on embedding: the privacy-keeping variant where there is one.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Player:
    """A provider: how its links look, where its player lives."""

    name: str
    link: re.Pattern[str]
    origin: str
    path: str


def _player(name: str, link: str, origin: str, path: str) -> Player:
    return Player(name, re.compile(r"https?://(?:www\.|m\.)?" + link), origin, path)


PLAYERS = (
    # support.google.com/youtube/answer/171780: "privacy-enhanced mode"
    _player("YouTube", r"(?:youtube\.com/(?:watch\?(?:.*&)?v=|shorts/|live/|embed/)|youtu\.be/)([\w-]{11})", "https://www.youtube-nocookie.com", "/embed/{}"),
    # developer.vimeo.com/player/embedding: dnt=1 keeps it from tracking
    _player("Vimeo", r"vimeo\.com/(?:video/)?(\d+)", "https://player.vimeo.com", "/video/{}?dnt=1"),
    # developers.dailymotion.com/player
    _player("Dailymotion", r"dailymotion\.com/video/(\w+)", "https://geo.dailymotion.com", "/player.html?video={}"),
    # archive.org/help/video.php
    _player("Internet Archive", r"archive\.org/(?:details|embed)/([\w.-]+)", "https://archive.org", "/embed/{}"),
    # developer.spotify.com/documentation/embeds
    _player("Spotify", r"open\.spotify\.com/((?:episode|show|track)/\w+)", "https://open.spotify.com", "/embed/{}"),
    # developers.soundcloud.com/docs/oembed
    _player("SoundCloud", r"(soundcloud\.com/[\w-]+/[\w-]+)", "https://w.soundcloud.com", "/player/?url=https%3A//{}"),
)
PLAYER_ORIGINS = tuple(sorted({player.origin for player in PLAYERS}))


@dataclass(frozen=True, slots=True)
class Facade:
    """What stands in a story for a player until the reader asks for it."""

    provider: str
    player_url: str


def facade(url: str) -> Facade | None:
    """Return the player for `url`, or None where the provider is not a known one and a link has to do."""
    for player in PLAYERS:
        match = player.link.match(url)
        if match:
            return Facade(player.name, player.origin + player.path.format(quote(match[1], safe="/")))
    return None


def host_of(url: str) -> str:
    """Return the host of `url` without `www.`, or the text itself where there is none."""
    return (urlsplit(url).hostname or url).removeprefix("www.")
