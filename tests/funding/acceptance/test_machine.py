"""Acceptance test 1: whatever happens, in whatever order, the meter is what an independent count of the providers' movements says."""

from contextlib import ExitStack

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.funding.acceptance.machine import Newsroom
from tests.funding.acceptance.world import newsroom

STEPS, RUNS_IN_CI = 15, 5
# Shrinking a failing run of so many steps takes minutes; the printed steps are as good.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]


class Undone(Exception):
    """Ends an example's transaction without keeping anything of it."""


@pytest.mark.django_db
def test_1_whatever_happens_the_meter_is_what_the_providers_movements_say(tmp_path_factory, pytestconfig):
    runs, done = pytestconfig.getoption("--machine-runs"), [0]

    class Isolated(Newsroom):
        """Each example finds the database as it was, and has a simulated world of its own."""

        def __init__(self):
            super().__init__()
            self.stack = ExitStack()
            self.stack.enter_context(transaction.atomic())
            self.world = self.stack.enter_context(newsroom(tmp_path_factory.mktemp("newsroom")))
            mail.outbox.clear()

        def teardown(self):
            try:
                self.all_is_well_for_a_night()
                letters = [letter.extra_headers["Message-ID"] for letter in mail.outbox if "receipt" in letter.extra_headers.get("Message-ID", "")]
                assert len(letters) == len(set(letters))
                done[0] += 1
                if runs and done[0] % 50 == 0:
                    print(f"{done[0]} of {runs} runs, no difference", flush=True)
            finally:
                self.stack.__exit__(Undone, Undone(), None)

    checks = list(HealthCheck)
    words = {"max_examples": runs or RUNS_IN_CI, "derandomize": not runs, "stateful_step_count": STEPS, "deadline": None, "suppress_health_check": checks}
    run_state_machine_as_test(Isolated, settings=settings(**words, phases=PHASES, print_blob=True))
