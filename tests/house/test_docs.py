"""The documents name every setting, command, option and event, and point to pages that are there."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from masthead.cli import COMMANDS
from masthead.cli.frame import parser_for
from masthead.config.env import OTHER_NAMES, Env
from masthead.kernel.events import Event
from tests.databases import HERE

DOCS = HERE / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the long options of a parser and of those inside it, and the names of those."""
    for action in parser._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield name
                yield from options_of(inner)


@pytest.mark.parametrize("key", sorted(set(Env.model_fields) - {"data"}))
def test_a_setting_is_documented_with_its_meaning(key: str):
    rows = [line for line in read("settings.md").splitlines() if line.startswith(f"| `{key}` |")]
    assert len(rows) == 1
    assert str(Env.model_fields[key].description) in rows[0]


@pytest.mark.parametrize("name", sorted(OTHER_NAMES))
def test_a_variable_that_is_no_setting_is_documented(name: str):
    assert name in read("settings.md") + read("testing.md")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_documented_with_every_option(name: str):
    text = read("commands.md")
    section = re.search(rf"^### {name}\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert section
    missing = [option for option in options_of(parser_for(COMMANDS[name])) if option not in {"--data", "--help"} and option not in section[1]]
    assert missing == []


def all_events(kind: type[Event] = Event) -> set[str]:
    return {name for child in kind.__subclasses__() for name in {child.__name__} | all_events(child) if child.__module__.startswith("masthead.")}


def test_every_event_is_documented():
    assert all_events()
    text = read("events.md")
    assert [name for name in sorted(all_events()) if f"| `{name}` |" not in text] == []


def pages() -> list[Path]:
    return [HERE / "README.md", *DOCS.rglob("*.md"), *(HERE / "bench").glob("*.md")]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(HERE)))
def test_a_page_points_only_to_what_is_there(page: Path):
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def test_every_page_is_in_the_index():
    index = read("README.md")
    assert [page.name for page in DOCS.glob("*.md") if page.name != "README.md" and page.name not in index] == []


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_locked_part_that_we_chose_has_its_row():
    table = read("decisions/0002-parts.md").lower()
    text = (HERE / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert block
    assert [name for name in re.findall(r'"([A-Za-z0-9_-]+)', block[1]) if name.lower() not in table] == []
