"""`masthead bench`: measure this machine and print the figures."""

import argparse
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

from masthead.cli.frame import Command, Refused, at_work

HERE = Path(__file__).resolve().parents[3]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("which", nargs="*", metavar="NAME", help=f"what to measure (default: all): {', '.join(names()) or 'nothing is here'}")


def names() -> list[str]:
    """Return the benchmarks of this checkout: the modules in bench/ with a `run`."""
    return sorted(path.stem for path in (HERE / "bench").glob("[a-z]*.py"))


def machine() -> str:
    """Name the machine that the figures belong to."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{os.cpu_count()} × {model or platform.processor() or 'unknown processor'}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _run(options: argparse.Namespace) -> int:
    known = names()
    if not known:
        raise Refused("The benchmarks are part of a checkout, in bench/, and this is an installed package: clone Masthead to run them.")
    for name in options.which:
        if name not in known:
            raise Refused(f"There is no benchmark {name!r}: the names are {', '.join(known)}.")
    sys.path.insert(0, str(HERE))
    print(machine())
    for name in options.which or known:
        with at_work(name):
            figures: dict[str, object] = import_module(f"bench.{name}").run()
        for what, figure in figures.items():
            print(f"{what:<56} {figure}")
    return 0


COMMAND = Command(
    name="bench",
    group="Work",
    summary="measure rendering, the meter, gifts and imports on this machine",
    about="Measure this machine in a newsroom of its own, made for the purpose and removed; yours is not touched. Figures of others: bench/README.md.",
    examples=("masthead bench", "masthead bench render"),
    arguments=_arguments,
    run=_run,
)
