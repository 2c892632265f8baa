"""The meter's parts: what moves with a gift, in places that have room for it."""

import datetime as dt

import pytest
import time_machine

from masthead.funding.campaigns.parts import parts_of
from masthead.funding.campaigns.rules import Period
from masthead.kernel import reads
from tests.make import NOW, give, make_campaign

pytestmark = pytest.mark.django_db


def lengths(campaign, now=NOW):
    return {name: len(value) for name, value in parts_of(campaign=campaign, now=now)[1].items()}


def test_parts_keep_their_length_while_the_sum_grows():
    campaign = make_campaign(marks={250_000: "keeps the site online", 600_000: "pays two reporters"})
    before = lengths(campaign)
    for minor in (1, 250_000, 307_549, 4_000_000):
        give(campaign, minor)
        assert lengths(campaign) == before
    assert lengths(campaign, NOW + dt.timedelta(hours=7)) == before


def test_a_sum_beyond_every_expectation_is_whole():
    campaign = make_campaign(goal=100)
    give(campaign, 12_345_678)
    _reading, parts = parts_of(campaign=campaign, now=NOW)
    assert "$123,456.78" in parts["figures"].decode()
    assert "12345678" in parts["figures"].decode()  # percent


def test_a_milestone_says_when_it_is_reached():
    campaign = make_campaign(marks={250_000: "keeps the site online"})
    assert parts_of(campaign=campaign, now=NOW)[1]["mark-0"].strip() == b""
    give(campaign, 250_000)
    assert parts_of(campaign=campaign, now=NOW)[1]["mark-0"].strip() == b'<span class="quiet">(reached)</span>'


def test_the_months_before_have_room_for_more():
    campaign = make_campaign(period=Period.MONTHLY)
    assert parts_of(campaign=campaign, now=NOW)[1]["months"].strip() == b""
    give(campaign, 100_000, dated=dt.date(2026, 10, 5))
    value = parts_of(campaign=campaign, now=NOW)[1]["months"]
    assert b"October 2026" in value
    assert b"\n" not in value
    assert len(value) % 256 == 0


@pytest.mark.parametrize("path", ["/", "/campaigns/{slug}/", "/campaigns/"])
def test_what_moves_stands_in_holes_alone(client, path):
    from tests.make import make_newsroom

    make_newsroom()
    campaign = make_campaign(marks={250_000: "keeps the site online"}, period=Period.MONTHLY, featured=True)
    give(campaign, 100_000, dated=dt.date(2026, 10, 5))
    path = path.format(slug=campaign.slug)
    with time_machine.travel(NOW, tick=False):
        with reads.collecting() as found:
            first = client.get(path).content.decode()
        give(campaign, 307_500)
        with reads.collecting() as again:
            second = client.get(path).content.decode()
    assert found.holes
    for placed in found.holes:
        first = first.replace(placed.mark, "")
    for placed in again.holes:
        second = second.replace(placed.mark, "")
    assert first == second
