"""Where a request comes from, and who is believed about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.kernel.places import address_of, is_outside, networks_in, place_of

OURS = networks_in("10.0.0.0/8, 2001:db8:ff::/48")


@pytest.mark.parametrize(
    ("remote", "forwarded", "place"),
    [
        ("203.0.113.7", "198.51.100.9", "203.0.113.0/24"),  # a stranger's header is his own words
        ("127.0.0.1", "198.51.100.9", "198.51.100.0/24"),
        ("", "198.51.100.9", "198.51.100.0/24"),  # through a socket
        ("10.1.2.3", "198.51.100.9", "198.51.100.0/24"),
        ("10.1.2.3", "192.0.2.1, 198.51.100.9", "198.51.100.0/24"),  # what stands before it may be forged
        ("127.0.0.1", "198.51.100.9, 10.4.4.4", "198.51.100.0/24"),  # two proxies of ours
        ("2001:db8:ff::1", "198.51.100.9", "198.51.100.0/24"),
        ("10.1.2.3", "nonsense", "10.1.2.0/24"),
        ("10.1.2.3", "198.51.100.9, nonsense", "10.1.2.0/24"),
        ("10.1.2.3", "", "10.1.2.0/24"),
        ("127.0.0.1", "", "127.0.0.0/24"),
        ("::ffff:203.0.113.7", "", "203.0.113.0/24"),
        ("2001:db8:1:2::5", "", "2001:db8:1::/48"),
        ("", "", "unknown"),
    ],
)
def test_only_proxies_of_ours_are_believed(remote, forwarded, place):
    assert place_of(address_of(remote=remote, forwarded=forwarded, trusted=OURS)) == place


@given(words=st.text(max_size=60))
def test_no_header_makes_a_stranger_somebody_else(words):
    assert place_of(address_of(remote="203.0.113.7", forwarded=words, trusted=OURS)) == "203.0.113.0/24"


def test_a_place_where_everybody_is_the_same_tells_nobody_apart():
    assert [place for place in ("unknown", "127.0.0.0/24", "::/48", "172.17.0.0/24", "fd00::/48") if is_outside(place)] == []
    assert is_outside("203.0.113.0/24")
    assert is_outside("2001:db8:1::/48")


@pytest.mark.parametrize("text", ["10.0.0.0/33", "house", "10.0.0.0/8,,x"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ValueError, match="does not appear"):
        networks_in(text)
