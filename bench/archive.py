"""The desk over a large archive: 10,000 public stories read again with every rule, on one core and on all, stopped and gone on with.

A newsroom with the demo's stories, copied, is made for the purpose and removed. `python -m bench.archive` prints the figures.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
STORIES = 10_000


def run() -> dict[str, str]:
    """Return the figures by name."""
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        paths = f"{SOURCE / 'src'}{os.pathsep}{SOURCE}"
        environment = os.environ | {"PYTHONPATH": paths, "MASTHEAD_DATA": folder, "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
        environment.pop("DATABASE_URL", None)
        subprocess.run([sys.executable, "-m", "masthead", "demo", "--data", folder], env=environment, check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", "bench.archive", "child"], env=environment, check=True, capture_output=True, text=True)
        stopped = _stopped(environment, folder)
        rest = _recheck(environment, folder)
        nothing = _recheck(environment, folder)
        one = _recheck(environment, folder, "--again", "--jobs", "1")
        every = _recheck(environment, folder, "--again")
    jobs = os.cpu_count() or 1
    return {
        f"archive of {STORIES:,} stories, one process": f"{one[1]:.0f} s ({one[0] / one[1]:.0f} stories a second)",
        f"the same, {jobs} processes": f"{every[1]:.0f} s ({every[0] / every[1]:.0f} stories a second)",
        "stopped half way and run again: read in all": f"{stopped:,} + {rest[0]:,} stories",
        "run once more with nothing changed": f"{nothing[0]:,} stories, {nothing[1]:.1f} s",
    }


def _recheck(environment: dict[str, str], folder: str, *options: str) -> tuple[int, float]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "masthead", "recheck", *options, "--data", folder], env=environment, check=True, capture_output=True, text=True
    )
    found = re.search(r"([\d,]+) stories read", done.stdout)
    return int(found[1].replace(",", "")) if found else 0, time.monotonic() - began


def _stopped(environment: dict[str, str], folder: str) -> int:
    """Stop a first pass by Ctrl-C once it is half way, and return how many stories it had read."""
    command = [sys.executable, "-m", "masthead", "recheck", "--data", folder]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            told = re.match(r"([\d,]+) of", line)
            if told and int(told[1].replace(",", "")) >= STORIES // 2:
                process.send_signal(signal.SIGINT)
                break
        out, _ = process.communicate()
    found = re.search(r"after ([\d,]+) of", out)
    return int(found[1].replace(",", "")) if found else 0


def _child() -> None:
    import django

    django.setup()
    from bench import _many

    _many.fill(STORIES)


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        _child()
    else:
        print(json.dumps(run(), indent=1))
