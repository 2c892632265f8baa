"""Jobs run when they are due, and one that fails holds up no other."""

import datetime as dt
import logging
from itertools import pairwise

import pytest
from django.core import mail

from masthead.config.schedule import LONGEST_BACK_OFF_SECONDS, Job, Schedule, jobs
from tests.funding.giving.acts import given, later
from tests.make.funding import make_campaign

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_each_job_runs_at_its_own_pace():
    done: list[str] = []
    schedule = Schedule(
        [
            Job(name="often", every_seconds=1, run=lambda now: done.append("often")),
            Job(name="seldom", every_seconds=10, run=lambda now: done.append("seldom")),
        ]
    )
    for second in range(21):
        schedule.run_due(elapsed_seconds=second, now=NOW)
    assert done.count("often") == 21
    assert done.count("seldom") == 3


def test_it_says_how_long_until_the_next():
    schedule = Schedule([Job(name="a", every_seconds=5, run=lambda now: None), Job(name="b", every_seconds=2, run=lambda now: None)])
    assert schedule.run_due(elapsed_seconds=100, now=NOW) == 2
    assert schedule.run_due(elapsed_seconds=101.5, now=NOW) == pytest.approx(0.5)


def test_a_job_is_given_the_time():
    given = []
    Schedule([Job(name="a", every_seconds=5, run=lambda *, now: given.append(now))]).run_due(elapsed_seconds=0, now=NOW)
    assert given == [NOW]


def test_a_job_that_fails_is_tried_later_and_later_and_stops_no_other(caplog):
    calls: list[float] = []
    others: list[float] = []
    second = 0.0

    def fail(now):
        calls.append(second)
        raise RuntimeError("the provider is down")

    schedule = Schedule([Job(name="failing", every_seconds=1, run=fail), Job(name="other", every_seconds=1, run=lambda now: others.append(second))])
    with caplog.at_level(logging.CRITICAL, logger="masthead.config.schedule"):
        while second < 300:
            schedule.run_due(elapsed_seconds=second, now=NOW)
            second += 1
    gaps = [later - earlier for earlier, later in pairwise(calls)]
    assert gaps[:5] == [2, 4, 8, 16, 32]
    assert max(gaps) == LONGEST_BACK_OFF_SECONDS
    assert len(others) == 300


def test_after_a_success_the_pace_is_the_usual_one(caplog):
    outcomes = iter([RuntimeError("no"), None, None])

    def run(now):
        outcome = next(outcomes)
        if outcome:
            raise outcome

    with caplog.at_level(logging.CRITICAL, logger="masthead.config.schedule"):
        schedule = Schedule([Job(name="a", every_seconds=1, run=run)])
        assert schedule.run_due(elapsed_seconds=0, now=NOW) == 2
        assert schedule.run_due(elapsed_seconds=2, now=NOW) == 1


@pytest.mark.django_db
def test_every_job_of_the_house_can_be_called():
    for job in jobs():
        job.run(now=NOW)


def test_stories_are_looked_at_every_second_and_gifts_four_times():
    paces = sorted(job.every_seconds for job in jobs())
    assert paces[0] == 0.25
    assert 1 in paces


@pytest.mark.django_db
def test_only_jobs_that_stand_aside_write_letters():
    given(make_campaign())  # at NOW's hour; its receipt waits
    for job in jobs():
        if not job.aside:
            job.run(now=later(5))
    assert not mail.outbox
    for job in jobs():
        if job.aside:
            job.run(now=later(5))
    assert len(mail.outbox) == 1
