"""A newsroom with the demo in it, made for a benchmark and removed, and what a process of its own measures there."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1]


@contextmanager
def newsroom() -> Iterator[Mapping[str, str]]:
    """Make a demo newsroom on SQLite with what its pages load, and give the environment in which processes find it."""
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        paths = f"{SOURCE / 'src'}{os.pathsep}{SOURCE}"
        environment = os.environ | {"PYTHONPATH": paths, "MASTHEAD_DATA": folder, "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
        environment.pop("DATABASE_URL", None)
        for command in (["demo", "--data", folder], ["manage", "collectstatic", "--no-input", "-v0"]):
            subprocess.run([sys.executable, "-m", "masthead", *command], env=environment, check=True, capture_output=True)
        yield environment


def measured(module: str, *arguments: object, environment: Mapping[str, str]) -> Any:
    """Run `module` as `child` with `arguments`, and return what it prints last, which is JSON."""
    command = [sys.executable, "-m", module, "child", *map(str, arguments)]
    child = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(child.stdout.splitlines()[-1])
