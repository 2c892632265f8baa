"""What is noted while a page is made, and that nothing is while none is."""

import datetime as dt

import pytest

from masthead.kernel import clock, reads

pytestmark = pytest.mark.live

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def test_nothing_is_noted_while_nobody_collects():
    reads.note("stories")
    reads.note_span("stories")
    reads.note_until(NOON)
    assert reads.hole(meter="m", part="figures", value="12") == "12"
    assert reads.current() is None


def test_keys_spans_and_the_next_moment_are_collected():
    with reads.collecting() as found:
        reads.note("menu", "heard")
        reads.note_span("stories.section=5", since=NOON)
        reads.note_until(NOON + dt.timedelta(hours=2))
        reads.note_until(NOON)
    assert found.keys == {"menu", "heard"}
    assert found.spans == {("stories.section=5", "2026-11-22 12:00:00.000000", reads.LATEST)}
    assert found.until == NOON


def test_the_clock_tells_that_it_was_asked_unless_it_is_accounted_for():
    with reads.collecting() as found, reads.accounted():
        clock.now()
    assert not found.asked_the_clock
    with reads.collecting() as found:
        clock.now()
    assert found.asked_the_clock


def test_a_hole_leaves_a_mark_of_its_own():
    with reads.collecting() as found:
        first, second = (reads.hole(meter="m", part="figures", value="12") for _ in range(2))
    assert first != second
    assert [placed.mark for placed in found.holes] == [first, second]


def test_places_are_in_the_order_of_time():
    moments = [
        NOON,
        NOON + dt.timedelta(microseconds=1),
        NOON + dt.timedelta(seconds=1),
        NOON.astimezone(dt.timezone(dt.timedelta(hours=5))) + dt.timedelta(days=1),
    ]
    assert sorted(map(reads.place_of, moments)) == [reads.place_of(moment) for moment in moments]
    assert reads.EARLIEST < reads.place_of(NOON) < reads.LATEST
