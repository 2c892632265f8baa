"""What the desk's checks find in published texts, what they miss of planted faults, and what they cost.

Reads the 18 Wikinews texts under MASTHEAD_REAL_DATA. Findings in the texts as published are judged by bench/labels/wikinews.json, made by
eye: for each text a list of [rule, line, column, whether something is wrong there]. Faults are planted one at a time.
"""

import dataclasses
import itertools
import json
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from masthead.newsroom.desk import files
from masthead.newsroom.desk.checks import CHECKS
from masthead.newsroom.desk.checks import run as run_checks
from masthead.newsroom.desk.checks.base import Check
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.text import RUNNING

LABELS = Path(__file__).parent / "labels" / "wikinews.json"
QUOTATION = ("quotation-unclosed", "quotation-unopened", "quotation-turned")
SLIPS_PER_TEXT = 25
WORD = re.compile(r"(?<![\w'’-])[a-z]{6,}(?![\w'’-])")
ROUNDS = 15
STORY_WORDS = 1_000
DEAREST = 6
CHANGES = itertools.count(1)


@dataclass(frozen=True)
class Fault:
    """One change to a text: what stands from `start` to `end` becomes `instead`. `rules` are those that should say so."""

    kind: str
    start: int
    end: int
    instead: str
    rules: tuple[str, ...]


def run() -> dict[str, object]:
    """Return the figures by name."""
    folder = Path(os.environ.get("MASTHEAD_REAL_DATA", "")) / "wikinews"
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))} if os.environ.get("MASTHEAD_REAL_DATA") else {}
    if not texts:
        return {"desk": "needs the texts in MASTHEAD_REAL_DATA/wikinews"}
    return {**as_published(texts), **planted(texts), **speed(texts)}


def as_published(texts: dict[str, str]) -> dict[str, object]:
    """Return, for every check that says something, how many of its findings are right; and how many words pass between two false ones."""
    words = sum(len(text.split()) for text in texts.values())
    verdicts: dict[str, Counter[str]] = {}
    false_blocks = 0
    for rule, severity, verdict in judged(texts):
        verdicts.setdefault(rule, Counter())[verdict] += 1
        false_blocks += severity is Severity.BLOCK and verdict == "false"
    figures: dict[str, object] = {"as published: texts / words": f"{len(texts)} / {words:,}"}
    for rule, count in sorted(verdicts.items()):
        apart = f", {count['unjudged']} unjudged" if count["unjudged"] else ""
        per = f", a false one in {words // count['false']:,} words" if count["false"] else ""
        figures[f"as published: {rule}"] = f"{count['right']} right, {count['false']} false{apart}{per}"
    figures["as published: false blocks (bar 1)"] = false_blocks
    return figures


def judged(texts: dict[str, str]) -> Iterator[tuple[str, Severity, str]]:
    """Yield (rule, severity, right | false | unjudged) for every finding in the texts as published."""
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    for name, text in texts.items():
        known = {(rule, line, column): right for rule, line, column, right in labels.get(name, [])}
        bare = files.read(text.encode(), name=name)
        for finding in run_checks(bare.reading):
            place = bare.place(finding)
            right = known.get((finding.rule, place.line, place.column))
            yield finding.rule, finding.severity, "unjudged" if right is None else "right" if right else "false"


def planted(texts: dict[str, str]) -> dict[str, object]:
    """Return how many of the faults planted into the texts are found, by kind."""
    every = {name: list(faults(text, Random(name))) for name, text in texts.items()}
    return {f"planted: {kind}: found": f"{found} of {all_of} ({100 * found / all_of:.1f} %)" for kind, (found, all_of) in found_of(texts, every).items()}


def found_of(texts: dict[str, str], every: dict[str, list[Fault]]) -> dict[str, tuple[int, int]]:
    """Return, by kind, how many of the faults are found when each is planted alone, and how many there are; of kinds that a check looks for."""
    counts: dict[str, tuple[int, int]] = {}
    for name, text in texts.items():
        before: dict[tuple[str, ...], set[tuple[str, str]]] = {}
        for fault in every[name]:
            checks = [check for check in CHECKS if check.id in fault.rules]
            if not checks:
                continue
            if fault.rules not in before:
                before[fault.rules] = said(text, checks)
            new = said(text[: fault.start] + fault.instead + text[fault.end :], checks) - before[fault.rules]
            found, all_of = counts.get(fault.kind, (0, 0))
            counts[fault.kind] = (found + bool(new), all_of + 1)
    return counts


def said(text: str, checks: list[Check]) -> set[tuple[str, str]]:
    """Return (rule, words) of what `checks` find in `text`."""
    reading = files.read(text.encode(), name="text").reading
    return {(finding.rule, finding.text) for check in checks for finding in check.findings(reading)}


def faults(text: str, random: Random) -> Iterator[Fault]:
    """Yield faults to plant into `text`."""
    yield from dropped_marks(text)
    yield from slips(text, random)
    for plant in (doubled_words, open_brackets, broken_letters):
        yield from plant(text, random)


def dropped_marks(text: str) -> Iterator[Fault]:
    """Yield each quotation mark taken away, alternately opening and closing, in paragraphs where nothing is wrong as published."""
    wrong = {text.splitlines()[line - 1] for line in lines_with_findings(text)}
    is_open = False
    for match in re.finditer(r"[^\n]+", running_text(text)):
        marks = [match.start() + found.start() for found in re.finditer('["“”]', match[0])]
        resumed = is_open and match[0].startswith(('"', "“"))
        is_open = False
        for at in marks:
            kind = "reopening" if resumed and at == match.start() else "closing" if is_open else "opening"
            is_open = not is_open
            if match[0].strip() not in wrong and len(marks) > 1:
                yield Fault(f"dropped {kind} mark", at, at + 1, "", QUOTATION)


def lines_with_findings(text: str) -> set[int]:
    """Return the lines of `text` where the marks are wrong as published, and those before and behind."""
    bare = files.read(text.encode(), name="text")
    hit = {bare.place(finding).line for finding in run_checks(bare.reading) if finding.rule in QUOTATION}
    return {line + step for line in hit for step in (-2, 0, 2) if 0 < line + step <= text.count("\n") + 1}


def running_text(text: str) -> str:
    """Return `text` with spaces for all that is not its running text: headline, captions, headings."""
    bare = files.read(text.encode(), name="text")
    kept = [" " if char != "\n" else char for char in text]
    for passage in bare.reading.passages:
        if passage.kind in RUNNING:
            start = files.origin(passage, 0)
            kept[start : start + len(passage.text)] = passage.text
    return "".join(kept)


def slips(text: str, random: Random) -> Iterator[Fault]:
    """Yield words of six letters and more with one slip: a letter left out, doubled, exchanged with its neighbour or for another."""
    rules = tuple(check.id for check in CHECKS if "spell" in check.id and "name" not in check.id)
    found = list(WORD.finditer(running_text(text)))
    for match in random.sample(found, min(SLIPS_PER_TEXT, len(found))):
        word, at = match[0], random.randrange(1, len(match[0]) - 1)
        ways: list[Callable[[], str]] = [
            lambda: word[:at] + word[at + 1 :],  # noqa: B023 - called at once
            lambda: word[:at] + word[at] + word[at:],  # noqa: B023
            lambda: word[:at] + word[at + 1] + word[at] + word[at + 2 :],  # noqa: B023
            lambda: word[:at] + random.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],  # noqa: B023
        ]
        changed = random.choice(ways)()
        if changed != word:
            yield Fault("one slip in a word of 6+ letters", match.start(), match.end(), changed, rules)


def doubled_words(text: str, random: Random) -> Iterator[Fault]:
    """Yield words typed twice."""
    found = list(re.finditer(r"(?<=[a-z] )(?:the|of|in|to|and|was|for|with|by)(?= [a-z])", running_text(text)))
    for match in random.sample(found, min(5, len(found))):
        yield Fault("word typed twice", match.start(), match.end(), f"{match[0]} {match[0]}", ("repeated-word",))


def open_brackets(text: str, random: Random) -> Iterator[Fault]:
    """Yield brackets without their other half."""
    found = list(re.finditer(r"[()\[\]]", running_text(text)))
    for match in random.sample(found, min(5, len(found))):
        yield Fault("bracket without its other half", match.start(), match.end(), "", ("unclosed-bracket",))


def broken_letters(text: str, random: Random) -> Iterator[Fault]:
    """Yield apostrophes and letters whose bytes were read in the wrong encoding."""
    found = list(re.finditer(r"(?<=[a-z])['’](?=s )|(?<=[a-z])e(?=[a-z])", running_text(text)))
    for match in random.sample(found, min(5, len(found))):
        whole = "’" if match[0] != "e" else "é"
        yield Fault("letter in a broken encoding", match.start(), match.end(), whole.encode().decode("cp1252"), ("broken-encoding",))


def speed(texts: dict[str, str]) -> dict[str, object]:
    """Return what all checks cost on a story of 1,000 words that has just been changed, and the checks that cost most."""
    name, text = min(texts.items(), key=lambda pair: abs(len(pair[1].split()) - STORY_WORDS))
    reading = files.read(text.encode(), name=name).reading
    began = time.process_time()
    run_checks(reading)
    first = 1000 * (time.process_time() - began)
    figures: dict[str, object] = {
        f"all {len(CHECKS)} checks, {len(text.split()):,} words, the first time in a process: CPU": f"{first:.0f} ms",
        "the same, warm, another paragraph changed each time: CPU (bar 60 ms)": f"{median_ms(run_checks, reading):.1f} ms",
    }
    costs = {check.id: median_ms(lambda changed, check=check: list(check.findings(changed)), reading) for check in CHECKS}
    for rule, cost in sorted(costs.items(), key=lambda pair: -pair[1])[:DEAREST]:
        figures[f"of which {rule} alone"] = f"{cost:.2f} ms"
    return figures


def median_ms(act: Callable[[Reading], object], reading: Reading) -> float:
    """Return the median milliseconds of CPU of `act` on `reading`, a paragraph of which is changed before each time."""
    times = []
    for _ in range(ROUNDS):
        number = next(CHANGES)
        at = number % len(reading.passages)
        passages = list(reading.passages)
        passages[at] = dataclasses.replace(passages[at], text=f"{passages[at].text} No. {number}.")
        changed = dataclasses.replace(reading, passages=tuple(passages))
        began = time.process_time()
        act(changed)
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)
