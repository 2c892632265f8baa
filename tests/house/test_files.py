"""The rules of the house, as tests: what a reader of the source may count on."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import HERE

SOURCE = HERE / "src" / "masthead"
LONGEST_FILE = 420  # the house says about 400
LONGEST_TEST_FILE = 600
# Tables of data may be long; code may not.
DATA = ("moving/demo/content",)
# Names that must not be in the tree: a registry's host (the lock names packages by hash, not by place), and unfinished work.
REGISTRIES = (
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "registry\\.npm" + "js",
    "npmjs" + r"\.com",
    "crates" + r"\.io",
    "rubygems" + r"\.org",
    "proxy\\.golang" + r"\.org",
)
UNFINISHED = (r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b")
MACHINE_PATHS = (r"(?<![\w/.])/" + r"work/\w", r"/tmp/" + "wt/", r"/tmp/" + "brief", r"/home/" + r"\w+/", r"/root/" + r"\.", r"/Users/" + r"\w")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=HERE, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git clone")
    return [path for name in listed.stdout.split("\0") if name and (path := HERE / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def python_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py") if "migrations" not in path.parts)


def named(path: Path) -> str:
    return str(path.relative_to(HERE))


def test_a_file_has_one_noun_and_about_400_lines_at_most():
    limits = [(path, LONGEST_TEST_FILE if "tests" in path.parts else LONGEST_FILE) for path in python_files(SOURCE, HERE / "tests")]
    lengths = [(path, len(path.read_text(encoding="utf-8").splitlines()), limit) for path, limit in limits if not any(part in str(path) for part in DATA)]
    assert [f"{named(path)}: {length}" for path, length, limit in lengths if length > limit] == []


def test_templates_styles_and_scripts_are_short_too():
    long = [named(path) for path, text in texts() if path.suffix in {".html", ".js"} and "src" in path.parts and len(text.splitlines()) > LONGEST_FILE]
    assert long == []


def public_functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield what other files may call: functions of the module, and methods of its public plain classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name, node


def test_a_public_function_says_what_it_will_do():
    silent = [f"{named(path)}: {name}" for path in python_files(SOURCE) for name, node in public_functions(path) if not ast.get_docstring(node)]
    assert silent == []


def test_a_module_says_what_it_is():
    """Each file begins with one sentence on what it is; apps.py says it by its name."""
    texts_of = {path: path.read_text(encoding="utf-8") for path in python_files(SOURCE) if path.name != "apps.py"}
    assert [named(path) for path, text in texts_of.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_writes_take_their_words_by_name():
    """What an actions room offers to others is keyword-only; one thing to look at may stand first."""
    positional = []
    for path in python_files(SOURCE):
        if path.name == "actions.py" or path.parent.name == "actions":
            offered = _offered(path)
            positional += [f"{named(path)}: {name}" for name, node in public_functions(path) if name in offered and len(node.args.args) > 1 and not reads(node)]
    assert positional == []


def reads(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether a function only answers: its sentence begins with “Return”."""
    return (ast.get_docstring(node) or "").startswith("Return ")


def _offered(path: Path) -> set[str]:
    """Return the names that a room's actions give to others: all of actions.py, of a package what its __init__ imports."""
    if path.name == "actions.py":
        return {name for name, _ in public_functions(path)}
    tree = ast.parse((path.parent / "__init__.py").read_text(encoding="utf-8"))
    return {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_signals_are_received_in_one_place_alone():
    connects = re.compile(r"@receiver\b|\b(?:pre|post)_(?:save|delete|init|migrate)\.connect|page_\w+\.connect")
    places = {named(path) for path in python_files(SOURCE) if connects.search(path.read_text(encoding="utf-8"))}
    # The others lay triggers and indexes down after a migration: nothing is announced there.
    assert places <= {"src/masthead/newsroom/stories/wagtail_bridge.py", "src/masthead/delivery/apps.py", "src/masthead/newsroom/desk/apps.py"}


def test_nothing_unfinished_is_left():
    marks = re.compile("|".join(UNFINISHED))
    assert [f"{named(path)}: {found[0]}" for path, text in texts() if (found := marks.search(text))] == []


def test_no_registry_is_named():
    hosts = re.compile("|".join(REGISTRIES))
    assert [f"{named(path)}: {found[0]}" for path, text in texts() if (found := hosts.search(text))] == []


def test_no_path_of_somebody_s_machine_is_named():
    paths = re.compile("|".join(MACHINE_PATHS))
    assert [f"{named(path)}: {found[0]}" for path, text in texts() if (found := paths.search(text))] == []


def test_the_locks_hold_a_hash_for_every_package_and_no_address():
    for name in ("requirements.lock", "requirements-scale.lock", "requirements-dev.lock"):
        text = (HERE / name).read_text()
        packages = re.findall(r"^([A-Za-z0-9_.\-\[\]]+)==", text, re.MULTILINE)
        assert len(packages) > 40
        assert text.count("--hash=sha256:") >= len(packages)
        assert "://" not in text
