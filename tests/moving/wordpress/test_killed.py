"""A process killed in the middle of an item, with no chance to tidy up: the next run makes it whole."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests import databases

pytestmark = pytest.mark.live

WXR = Path(__file__).parents[1] / "wxr" / "harbour.xml"
SOURCE = Path(__file__).parents[3]
IMPORT = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from masthead.kernel import clock
from masthead.moving import files, redirects
from masthead.moving.wordpress.actions import import_wxr
from masthead.newsroom.stories.actions import found_newsroom
where, number = sys.argv[3], int(sys.argv[4])
seen = 0
def killing(original):
    def call(*args, **named):
        global seen
        result = original(*args, **named)
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call
found_newsroom(name="Tidewater", host="testserver", sections=["News"])
if where == "story":
    redirects.lead_to_page = killing(redirects.lead_to_page)
if where == "picture":
    from masthead.moving.wordpress import library
    library.store_picture = killing(library.store_picture)
import_wxr(file=Path(sys.argv[1]), media=Path(sys.argv[2]), user=None, now=clock.now())
"""


def bring_in(data, media, where="nowhere", number=0):
    environment = {
        **os.environ,  # noqa: TID251 - the child has a newsroom of its own
        "MASTHEAD_DATA": str(data),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "masthead.config.settings",
        "MASTHEAD_SECRET_KEY": "only-for-tests-" * 5,
        "PYTHONPATH": str(SOURCE / "src"),
    }
    return subprocess.run(
        [sys.executable, "-c", IMPORT, str(WXR), str(media), where, str(number)], env=environment, check=False, capture_output=True, text=True
    )


def found(data):
    with sqlite3.connect(data / "newsroom.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = {
            "stories": "SELECT title, slug, live, path FROM stories_storypage JOIN wagtailcore_page ON id = page_ptr_id ORDER BY title",
            "pictures": "SELECT title, file FROM pictures_picture ORDER BY title",
            "redirects": "SELECT old_path FROM wagtailredirects_redirect ORDER BY old_path",
            "items": "SELECT kind, key FROM moving_importeditem ORDER BY kind, key",
        }
        answer = {name: database.execute(query).fetchall() for name, query in rows.items()}
    files = sorted(path.name for path in (data / "media").rglob("*") if path.is_file())
    return {**answer, "files": files}


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "uploads" / "2019" / "03"
    folder.mkdir(parents=True)
    for name in ("lead", "quay"):
        Image.new("RGB", (40, 20), (40, 90, 120)).save(folder / f"{name}.png")
    return tmp_path / "uploads"


@pytest.mark.parametrize(("where", "number"), [("story", 1), ("story", 4), ("picture", 1)])
def test_a_killed_import_is_made_whole_by_the_next(tmp_path, media, where, number):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for data in (whole, killed):
        data.mkdir()
        databases.restore_sqlite(data / "newsroom.sqlite3")
    assert bring_in(whole, media).returncode == 0
    assert bring_in(killed, media, where, number).returncode == -9
    again = bring_in(killed, media)
    assert again.returncode == 0, again.stderr
    assert found(killed) == found(whole)
