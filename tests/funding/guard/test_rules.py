"""What the counters mean."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.funding.guard.rules import Level, Limits, Sums, Verdict, judge, must_escalate, refused, slot_of, why_trip
from tests.make.funding import NOW

LIMITS = Limits(per_place=20, per_email=6, per_site=600, failed_percent=60)
QUIET = Sums()


def verdict(*, email=QUIET, place=QUIET, site=QUIET, level=None, confirmed=False):
    return judge(limits=LIMITS, email=email, place=place, site=site, level=level, confirmed=confirmed)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, Verdict.GO),
        ({"place": Sums(asked=20)}, Verdict.GO),
        ({"place": Sums(asked=21)}, Verdict.CONFIRM),
        ({"place": Sums(asked=40, held=20)}, Verdict.GO),
        ({"place": Sums(asked=81, held=61)}, Verdict.WAIT),
        ({"place": Sums(asked=81, held=61), "confirmed": True}, Verdict.GO),
        ({"place": Sums(asked=180, held=60), "confirmed": True}, Verdict.WAIT),
        ({"place": None, "site": Sums(asked=599)}, Verdict.GO),
        ({"site": Sums(asked=600)}, Verdict.CONFIRM),
        ({"site": Sums(asked=600), "confirmed": True}, Verdict.GO),
        ({"email": Sums(asked=6)}, Verdict.GO),
        ({"email": Sums(asked=7)}, Verdict.WAIT),
        ({"email": Sums(asked=7), "confirmed": True}, Verdict.WAIT),
        ({"place": Sums(asked=4, failed=4)}, Verdict.GO),
        ({"place": Sums(asked=6, failed=5)}, Verdict.CONFIRM),
        ({"place": Sums(asked=19, failed=5, paid=14)}, Verdict.GO),
        ({"level": Level.PLACES}, Verdict.GO),
        ({"level": Level.PLACES, "place": Sums(asked=3)}, Verdict.GO),
        ({"level": Level.PLACES, "place": Sums(asked=4)}, Verdict.CONFIRM),
        ({"level": Level.PLACES, "place": Sums(asked=1, failed=1)}, Verdict.CONFIRM),
        ({"level": Level.ALL}, Verdict.CONFIRM),
        ({"level": Level.ALL, "place": None}, Verdict.CONFIRM),
        ({"level": Level.ALL, "confirmed": True}, Verdict.GO),
    ],
)
def test_who_goes_on_who_confirms_and_who_waits(case, expected):
    assert verdict(**case) is expected


@given(place=st.builds(Sums, asked=st.integers(0, 99), failed=st.integers(0, 99), paid=st.integers(0, 99)), level=st.sampled_from([None, *Level]))
def test_a_confirmed_address_is_never_asked_to_confirm_again(place, level):
    assert verdict(place=place, level=level, confirmed=True) is not Verdict.CONFIRM


@pytest.mark.parametrize(
    ("failed", "paid", "trips"), [(9, 0, False), (10, 0, True), (10, 6, True), (10, 7, False), (600, 400, True), (599, 401, False), (0, 0, False)]
)
def test_the_breaker_looks_at_the_share_of_refused_payments_from_ten_on(failed, paid, trips):
    assert refused(LIMITS, Sums(failed=failed, paid=paid)) is trips


def test_why_it_opens_is_said():
    assert why_trip(limits=LIMITS, place_name="a", place=QUIET, site=Sums(failed=12, paid=3)) == "12 of 15 payments were refused within an hour."
    assert why_trip(limits=LIMITS, place_name="203.0.113.0/24", place=Sums(asked=41), site=QUIET) == "41 gifts were begun from 203.0.113.0/24 within an hour."
    assert why_trip(limits=LIMITS, place_name="a", place=Sums(asked=40), site=QUIET) == ""
    assert why_trip(limits=LIMITS, place_name="unknown", place=None, site=QUIET) == ""


def test_everybody_is_held_only_where_holding_the_risky_has_not_helped():
    bad = Sums(failed=10)
    assert not must_escalate(limits=LIMITS, since=bad, opened_at=NOW, now=NOW + dt.timedelta(minutes=9))
    assert must_escalate(limits=LIMITS, since=bad, opened_at=NOW, now=NOW + dt.timedelta(minutes=10))
    assert not must_escalate(limits=LIMITS, since=Sums(failed=9), opened_at=NOW, now=NOW + dt.timedelta(minutes=10))


def test_counters_are_of_ten_minutes():
    assert slot_of(NOW.replace(minute=59, second=59)) == NOW.replace(minute=50, second=0)
