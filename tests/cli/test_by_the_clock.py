"""The scheduler's loop: what hands letters to the mail server stands aside, and holds up nothing."""

import threading

import pytest

from masthead.cli.parts import by_the_clock
from masthead.config.schedule import Job

PATIENCE_SECONDS = 60

pytestmark = [pytest.mark.django_db, pytest.mark.live]  # the loop looks after the connections, and one may stand open from a test before


def run(jobs, *, stopped, leads=lambda: True):
    by_the_clock(jobs, stopped=stopped, leads=leads, beat=lambda: None)


def test_a_mail_server_that_does_not_answer_holds_up_no_gift():
    stopped, sending, let_go = threading.Event(), threading.Event(), threading.Event()
    rounds = []

    def send(now):
        sending.set()
        let_go.wait(PATIENCE_SECONDS)

    def take_in(now):
        assert sending.wait(PATIENCE_SECONDS)  # from the first round on, the other hangs
        rounds.append(let_go.is_set())
        if len(rounds) == 5:
            stopped.set()
            let_go.set()

    run([Job(name="letters", every_seconds=0, run=send, aside="letters"), Job(name="gifts", every_seconds=0, run=take_in)], stopped=stopped)
    assert rounds == [False] * 5


def test_who_stands_by_sends_no_letters():
    stopped = threading.Event()
    sent, asked = [], []

    def take_note(now):
        sent.append(now)

    def leads():
        asked.append(1)
        stopped.set()
        return False

    run([Job(name="letters", every_seconds=0, run=take_note, aside="letters")], stopped=stopped, leads=leads)
    assert (sent, asked) == ([], [1])


def test_a_letter_in_hand_is_finished_before_the_end():
    stopped, done = threading.Event(), []

    def send(now):
        stopped.set()
        done.append(now)

    run([Job(name="letters", every_seconds=0, run=send, aside="letters"), Job(name="gifts", every_seconds=0, run=lambda now: None)], stopped=stopped)
    assert len(done) == 1
