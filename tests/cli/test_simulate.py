import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

pytestmark = pytest.mark.live

PYTHON = [sys.executable, "-m", "masthead"]


def test_the_simulator_runs_and_says_how_to_point_a_newsroom_at_it(tmp_path):
    command = [*PYTHON, "simulate", "--port", "0", "--newsroom", "http://127.0.0.1:9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        said = ""
        while "paypal_test_root" not in said:  # the last of the settings it tells
            line = process.stdout.readline()
            assert line, said
            said += line
        url = re.search(r"http://127\.0\.0\.1:[1-9]\d*", said)[0]
        try:
            with urllib.request.urlopen(f"{url}/_control/clock", timeout=10) as answer:  # noqa: S310 - our own server
                assert "now" in json.load(answer)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
    for line in ('stripe_secret_key = "sk_test_simulated"', 'stripe_webhook_secrets = "whsec_simulated"', f'stripe_api = "{url}"'):
        assert line in said


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*PYTHON, "simulate", "--port", port], capture_output=True, text=True, cwd=tmp_path, timeout=30, check=False)
    assert (done.returncode, "is taken" in done.stderr) == (2, True)
