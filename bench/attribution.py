"""Who said what: how often the rules name the true speaker, and how fast. `python -m bench.attribution` also prints each miss.

labels/speakers.json says of published texts where their quotations of more than three words stand (without marks), where the true speaker is
named (`name`), where he, she or it stands beside the cue (`beside`), and whether there is a cue beside the quotation; offsets into the file,
read as UTF-8, and no text. A quotation without `name` is a title or a term: nobody's words. The texts are read from the folder that
MASTHEAD_REAL_DATA names; without it only the speed is measured, on sentences made here.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masthead.newsroom.desk import attribution
from masthead.newsroom.stories.text import Kind, Passage

LABELS = Path(__file__).parent / "labels" / "speakers.json"
ROUNDS = 5
MADE = """“We will not go,” said Anna Berg, the mayor of Lund. The council met on Tuesday. “Nobody asked us,” she told reporters.
The ministry said in a statement that the road was “closed for good”, according to the Daily Planet. Farmers were waiting at the gate."""


@dataclass
class _Text:
    name: str
    text: str
    starts: list[int]


def run() -> dict[str, str]:
    """Return the figures by name."""
    figures = {}
    folder = os.environ.get("MASTHEAD_REAL_DATA")
    if folder and (Path(folder) / "wikinews").is_dir():
        figures = _named(Path(folder) / "wikinews")
    words, seconds = _timed([[Passage(text=line) for line in (MADE + "\n").splitlines()] * 20])
    return figures | {"proposals per 1,000 words, made text": f"{seconds / words * 1e6:.1f} ms"}


def _named(folder: Path) -> dict[str, str]:
    labels: dict[str, list[dict[str, Any]]] = json.loads(LABELS.read_text(encoding="utf-8"))
    counts = {"beside": [0, 0], "cue": [0, 0], "without": [0, 0], "nobody": [0, 0]}
    for name, rows in labels.items():
        text = (folder / name).read_text(encoding="utf-8")
        passages, starts = _passages(text)
        proposals = attribution.proposals(passages)
        for row in rows:
            found = next(
                (
                    p
                    for p in proposals
                    if starts[p.quoted.first] + p.quoted.start < row["quotation"][1]
                    and starts[p.quoted.last] + p.quoted.end > row["quotation"][0]
                    and p.form != "paraphrase"
                ),
                None,
            )
            _count(counts, row, found, _Text(name, text, starts))
    stories = [_passages((folder / name).read_text(encoding="utf-8"))[0] for name in sorted(path.name for path in folder.glob("*.txt"))]
    words, seconds = _timed(stories)
    loose = [attribution.unattributed(story) for story in stories]
    return {
        "speaker's place overlaps, with a cue beside": _share(counts["beside"]),
        "speaker named rightly, with a cue beside": _share(counts["cue"]),
        "speaker named rightly, without": _share(counts["without"]),
        "titles and terms that nobody is named for": _share(counts["nobody"]),
        "quotations called unattributed": str(sum(len(quoted) for quoted in loose)),
        "sentences that relay an outlet": str(sum(len(attribution.relays(story)) for story in stories)),
        "proposals per 1,000 words": f"{seconds / words * 1e6:.1f} ms",
    }


def _count(counts: dict[str, list[int]], row: dict[str, Any], found: attribution.Proposal | None, of: _Text) -> None:
    name, text, starts = of.name, of.text, of.starts
    if "name" not in row:
        _mark(counts["nobody"], found is None or not found.speaker, name, row, found)
        return
    true = text[slice(*row["name"])]
    right = found is not None and bool(found.speaker) and (found.speaker.lower() in true.lower() or true.lower() in found.speaker.lower())
    _mark(counts["cue" if row["cue"] else "without"], right, name, row, found)
    if row["cue"]:
        span = found.speaker_span if found else None
        begin, end = row["beside"]
        _mark(counts["beside"], span is not None and starts[span.passage] + span.start < end and starts[span.passage] + span.end > begin, name, row, found)


def _mark(count: list[int], right: bool, name: str, row: dict[str, Any], found: attribution.Proposal | None) -> None:  # noqa: FBT001
    count[0] += right
    count[1] += 1
    if not right and __name__ == "__main__":
        print("missed:", name, row, "->", found.speaker if found else None, file=sys.stderr)


def _share(count: list[int]) -> str:
    return f"{count[0]}/{count[1]} ({count[0] / max(1, count[1]):.0%})"


def _passages(text: str) -> tuple[list[Passage], list[int]]:
    """Return a plain file's paragraphs, the first its headline, and where each begins in the file."""
    passages, starts, at = [], [], 0
    for line in text.split("\n"):
        if line.strip():
            passages.append(Passage(text=line, kind=Kind.PARAGRAPH if passages else Kind.HEADLINE))
            starts.append(at)
        at += len(line) + 1
    return passages, starts


def _timed(stories: list[list[Passage]]) -> tuple[int, float]:
    words = sum(len(passage.text.split()) for story in stories for passage in story)
    best = min(_once(stories) for _ in range(ROUNDS))
    return words, best


def _once(stories: list[list[Passage]]) -> float:
    began = time.process_time()
    for story in stories:
        attribution.proposals(story)
    return time.process_time() - began


if __name__ == "__main__":
    for what, figure in run().items():
        print(f"{what:<56} {figure}")
