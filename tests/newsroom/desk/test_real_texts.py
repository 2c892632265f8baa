"""The promises about texts that nobody wrote for these tests: what is right is let pass, what is planted is found."""

from collections import Counter
from pathlib import Path

import pytest
from bench import desk

from masthead.newsroom.stories.gate import Severity


@pytest.fixture(scope="module")
def texts(real_data: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((real_data / "wikinews").glob("*.txt"))}


def test_published_texts_are_hardly_ever_blocked_for_nothing(texts):
    verdicts = Counter(verdict for _, severity, verdict in desk.judged(texts) if severity is Severity.BLOCK)
    assert verdicts["false"] + verdicts["unjudged"] <= 1
    assert verdicts["right"] == 5


@pytest.mark.parametrize(("kind", "least"), [("closing", 0.9), ("opening", 1), ("reopening", 1)])
def test_a_dropped_quotation_mark_is_found(texts, kind, least):
    dropped = {name: [fault for fault in desk.dropped_marks(text) if kind in fault.kind.split()] for name, text in texts.items()}
    found, all_of = desk.found_of(texts, dropped)[f"dropped {kind} mark"]
    assert all_of > 0
    assert found >= least * all_of
