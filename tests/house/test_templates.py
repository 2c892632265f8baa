"""Every template compiles, and asks nothing of another host."""

import re
from pathlib import Path

from django.template import TemplateSyntaxError, engines

from tests.databases import HERE

SOURCE = HERE / "src" / "masthead"
TEMPLATES = sorted(path for path in SOURCE.rglob("templates/**/*") if path.is_file())
FOREIGN = re.compile(r"""(?:src|href|action|srcset|poster|data)=["']?(?:https?:)?//|@import|url\(["']?(?:https?:)?//""")


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_every_template_compiles():
    assert TEMPLATES
    broken = []
    for path in TEMPLATES:
        try:
            engines["django"].from_string(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            broken.append(f"{named(path)}: {error}")
    assert broken == []


def test_no_template_loads_anything_from_another_host():
    pages = {path: re.sub(r"<a\b[^>]*>", "", path.read_text(encoding="utf-8")) for path in TEMPLATES if path.suffix == ".html"}
    assert [f"{named(path)}: {found[0]}" for path, text in pages.items() if (found := FOREIGN.search(text))] == []
