"""A year of 100,000 gifts in three currencies: the money right to the cent, and what the money pages cost at that size.

`BENCH_YEAR_GIFTS=2000` plays a smaller year; `BENCH_YEAR_KEEP=folder` keeps the newsroom there, and measures one that is kept already.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1]
GIFTS, DAYS = 100_000, 365


def run() -> dict[str, Any]:
    """Return the figures by name: whether the money is right, CPU seconds of each kind of work, and CPU and queries of each page.

    Raises:
        CalledProcessError: the money is not right; which of it, and by how much, is told on standard error.
    """
    kept = os.environ.get("BENCH_YEAR_KEEP", "")
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        place = str(Path(folder) / "paper")
        own = {"MASTHEAD_PRACTICE": "false", "MASTHEAD_BANK_ACCOUNT_NAME": "The Daily", "MASTHEAD_BANK_IBAN": "NL91ABNA0417164300"}
        paths = f"{SOURCE / 'src'}{os.pathsep}{SOURCE}"
        environment = os.environ | {"PYTHONPATH": paths, "MASTHEAD_DATA": place, "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
        environment.pop("DATABASE_URL", None)
        figures: dict[str, Any] = {}
        if not (Path(folder) / "year.json").exists():
            made = [sys.executable, "-m", "masthead", "init", "--data", place, "--no-input", "--email", "bench@masthead.example"]
            if not (Path(place) / "masthead.toml").exists():
                subprocess.run(made, env=environment, check=True, capture_output=True)
            subprocess.run([sys.executable, "-m", "masthead", "manage", "collectstatic", "--no-input", "-v0"], env=environment, check=True, capture_output=True)
            figures = _child("play", environment | own)
            (Path(folder) / "year.json").write_text(json.dumps(figures), encoding="utf-8")
        else:
            figures = json.loads((Path(folder) / "year.json").read_text(encoding="utf-8"))
        figures |= _child("pages", environment | own)
        figures |= _child("published", environment | own)
    return figures


def _child(what: str, environment: dict[str, str]) -> dict[str, Any]:
    """Do one part in a process of its own: what it tells on the way goes to this one's standard error."""
    command = [sys.executable, "-m", "bench.year", what]
    child = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=SOURCE)
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return found


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _main(what: str) -> dict[str, Any]:
    import django

    django.setup()
    logging.disable(logging.WARNING)
    gifts = int(os.environ.get("BENCH_YEAR_GIFTS", GIFTS))
    if what == "published":
        from bench._year_public import prove_published

        return prove_published(gifts=gifts, days=DAYS)
    if what == "play":
        from bench._year_newsroom import Newsroom
        from bench._year_proof import prove

        newsroom = Newsroom(gifts=gifts, days=DAYS)
        newsroom.play(say=_say)
        return prove(newsroom)
    from bench._year_pages import measure

    return measure(say=_say)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(_main(sys.argv[1])))
    else:
        for name, figure in run().items():
            print(f"{name:<70} {figure}")
