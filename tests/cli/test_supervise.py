"""The watcher starts again what dies, waits longer each time, and insists where asking does not help."""

import subprocess
import sys
import textwrap

import pytest

from tests.cli.conftest import environment

pytestmark = pytest.mark.live

FRAME = """
import os, signal, sys, time
from masthead.cli import supervise
from masthead.cli.supervise import Part, Supervisor
{body}
"""


def watch(body: str) -> subprocess.CompletedProcess[str]:
    script = FRAME.format(body=textwrap.dedent(body))
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment(), timeout=60)


def test_what_fails_is_started_again_after_longer_and_longer_waits():
    done = watch("""
        def fail():
            raise SystemExit(3)

        def enough():
            return supervise.FIRST_WAIT_SECONDS

        supervise.FIRST_WAIT_SECONDS = 0.01
        part = Part("web", fail, wait_seconds=0.01)
        rounds = []

        def tell():
            rounds.append(part.wait_seconds)
            if part.wait_seconds > 0.1:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

        Supervisor([part]).run(when_started=tell)
    """)
    assert done.returncode == 0, done.stderr
    waits = [line.rsplit("again in ", 1)[1] for line in done.stderr.splitlines() if "web ended (exit status 3)" in line]
    assert waits[:4] == ["0.01 s", "0.02 s", "0.04 s", "0.08 s"]


def test_a_part_that_will_not_stop_is_killed_with_what_it_started():
    done = watch("""
        supervise.PATIENCE_SECONDS = 0.3

        def stubborn():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = os.fork()
            if not child:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(60)
            print(child, flush=True)
            time.sleep(60)

        began = time.monotonic()

        def stop_soon():
            if time.monotonic() - began > 1:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

        Supervisor([Part("stubborn", stubborn)]).run(when_started=stop_soon)
        with open("/proc/self/stat"):
            pass
        print("ended")
    """)
    child, ended = done.stdout.split()
    assert ended == "ended"
    check = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False).stdout.strip()
    assert check == "" or check.startswith("Z")


def test_what_a_dead_part_had_started_and_will_not_end_is_killed():
    done = watch("""
        supervise.ORPHANS_SECONDS = 0.3

        def die():
            child = os.fork()
            if not child:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(60)
            print(child, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

        part = Part("web", die, wait_seconds=60)
        watcher = Supervisor([part])

        def stop_when_buried():
            if not part.pid and not watcher._orphans:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

        watcher.run(when_started=stop_when_buried)
    """)
    child = done.stdout.split()[0]
    check = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False).stdout.strip()
    assert check == "" or check.startswith("Z")


def test_a_refusal_in_a_part_is_one_line():
    done = watch("""
        from masthead.cli.frame import Refused

        def refuse():
            raise Refused("There is no moon tonight.")

        part = Part("moon", refuse)

        def stop():
            if not part.pid and part.start_at:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

        Supervisor([part]).run(when_started=stop)
    """)
    assert "masthead: moon: There is no moon tonight." in done.stderr
    assert "Traceback" not in done.stderr
