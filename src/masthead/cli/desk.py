"""`masthead desk`: the desk's checks on any file, without a newsroom."""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from masthead.cli.frame import Command, Refused, complain, say

if TYPE_CHECKING:
    from masthead.newsroom.desk.files import BareFile
    from masthead.newsroom.stories.gate import Finding
    from masthead.newsroom.stories.text import Kind

STDIN = "-"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
LEVELS = ("block", "warn", "query", "suggest")
COLOURS = {"block": "\033[1;31m", "warn": "\033[33m", "query": "\033[36m", "suggest": "\033[2m"}
PLAIN = "\033[0m"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One finding as it is printed; its fields, in this order, are the JSON's. Lines and columns from 1, columns in code points."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    severity: str
    message: str
    text: str
    suggestion: str
    key: str


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="plain text, Markdown or HTML; - for what is piped in")
    parser.add_argument("--json", action="store_true", help="print a list of objects instead of lines")
    parser.add_argument("--language", default="", metavar="TAG", help="the texts' language, such as en or de-CH (default: what an HTML file says, else en)")
    parser.add_argument("--words", metavar="FILE", help="spellings that are right here, one a line")
    parser.add_argument("--off", action="append", default=[], metavar="RULE", help="leave out a rule; may be given more than once")
    parser.add_argument(
        "--severity", action="append", default=[], metavar="RULE=LEVEL", help=f"hold a rule to be one of {', '.join(LEVELS)}; may be given more than once"
    )
    parser.add_argument("--rules", action="store_true", help="list the rules instead: id, severity, scope, language, owner, reason")


def _run(options: argparse.Namespace) -> int:
    from masthead.newsroom.desk import checks, files
    from masthead.newsroom.stories.gate import Severity

    if options.rules:
        _list_rules(as_json=options.json)
        return 0
    if not options.files:
        raise Refused("Name a file to read, or - for what is piped in: `masthead desk story.txt`.")
    if options.language and not LANGUAGE.fullmatch(options.language):
        raise Refused(f"{options.language!r} is no language tag: write it as en, de or pt-BR.")
    known = [check.id for check in checks.CHECKS]
    choices: dict[str, Severity | None] = {_rule(rule, known): None for rule in options.off}
    choices |= {_rule(rule, known): Severity(level) for rule, level in map(_level, options.severity)}
    words = frozenset(_words(options.words)) if options.words else frozenset()
    found: list[Found] = []
    unread = 0
    for name in options.files:
        try:
            bare = files.read(_bytes(name), name="(standard input)" if name == STDIN else name, language=options.language, house_words=words)
        except (Refused, files.FileRefused) as refusal:
            complain(str(refusal))
            unread += 1
            continue
        if bare.note:
            say(bare.note)
        found += sorted(_found(bare, checks.run(bare.reading, choices=choices)), key=lambda each: (each.line, each.column))
    _print(found, as_json=options.json)
    return 2 if unread else 1 if any(each.severity == Severity.BLOCK for each in found) else 0


def _found(bare: "BareFile", findings: "list[Finding]") -> Iterator[Found]:
    for finding in findings:
        place = bare.place(finding)
        yield Found(
            file=bare.name,
            line=place.line,
            column=place.column,
            end_line=place.end_line,
            end_column=place.end_column,
            rule=finding.rule,
            severity=finding.severity.value,
            message=finding.message,
            text=finding.text,
            suggestion=finding.suggestion,
            key=finding.key,
        )


def _print(found: list[Found], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
        return
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for each in found:
        severity = f"{COLOURS[each.severity]}{each.severity}{PLAIN}" if coloured else each.severity
        print(f"{each.file}:{each.line}:{each.column}: {severity} {each.rule}: {each.message}")


def _list_rules(*, as_json: bool) -> None:
    from masthead.newsroom.desk.checks import CHECKS

    rules = [
        {
            "rule": check.id,
            "severity": check.severity.value,
            "scope": "a story's furniture" if check.furniture else _scope(check.scope),
            "languages": sorted(check.languages) or ["any"],
            "owner": check.owner,
            "reason": check.reason,
        }
        for check in CHECKS
    ]
    if as_json:
        print(json.dumps(rules, ensure_ascii=False, indent=1))
        return
    for rule in rules:
        print(f"{rule['rule']:<26} {rule['severity']:<8} {'/'.join(rule['languages']):<6} {rule['scope']}; {rule['owner']}. {rule['reason']}")


def _scope(kinds: "frozenset[Kind]") -> str:
    from masthead.newsroom.stories.text import EVERYWHERE

    named, missing = sorted(kind.value for kind in kinds), sorted(kind.value for kind in EVERYWHERE - kinds)
    if not missing:
        return "everywhere"
    return f"everywhere but {', '.join(missing)}" if len(missing) < len(named) else ", ".join(named)


def _rule(name: str, known: list[str]) -> str:
    if name in known:
        return name
    near = get_close_matches(name, known, n=1)
    raise Refused(f"There is no rule {name!r}: {f'did you mean {near[0]}?' if near else '`masthead desk --rules` lists them.'}")


def _level(given: str) -> tuple[str, str]:
    rule, _, level = given.partition("=")
    if level not in LEVELS:
        raise Refused(f"--severity wants RULE=LEVEL, the level one of {', '.join(LEVELS)}, and not {given!r}.")
    return rule, level


def _bytes(name: str) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Refused(f"Cannot read {name}: {(error.strerror or str(error)).lower()}.") from None


def _words(name: str) -> Iterator[str]:
    for line in _bytes(name).decode("utf-8", errors="replace").splitlines():
        if (word := line.strip()) and not word.startswith("#"):
            yield word


COMMAND = Command(
    name="desk",
    group="Work",
    summary="check a text or HTML file as the desk checks a story",
    about="Read files as the desk reads a story and print what it finds, each with line and column. No newsroom is needed. Exit status 0 where nothing "
    "blocks, 1 where something does, 2 where a file cannot be read.",
    examples=("masthead desk story.txt", "masthead desk --json drafts/*.html", "masthead desk --rules"),
    arguments=_arguments,
    run=_run,
)
