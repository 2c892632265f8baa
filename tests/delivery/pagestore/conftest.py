"""A store in a folder of its own, and answers from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "pages")
    yield opened
    opened.close()


@pytest.fixture
def answers(store: Store) -> Answers:
    return Answers(store, hosts=["paper.example"])
