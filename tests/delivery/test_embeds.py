import pytest

from masthead.delivery.embeds import PLAYER_ORIGINS, facade
from masthead.delivery.middleware import POLICY


@pytest.mark.parametrize(
    ("link", "player"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?t=5", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://www.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://archive.org/details/night-train", "https://archive.org/embed/night-train"),
    ],
)
def test_a_known_link_becomes_its_providers_player(link, player):
    assert facade(link).player_url == player


@pytest.mark.parametrize("link", ["https://example.org/watch?v=dQw4w9WgXcQ", "https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ", "javascript:alert(1)", ""])
def test_an_unknown_link_stays_a_link(link):
    assert facade(link) is None


def test_only_known_players_may_be_framed():
    assert all(origin in POLICY for origin in PLAYER_ORIGINS)
    assert "unsafe" not in POLICY
    assert "script-src 'self'" in POLICY
