"""With the database stopped, what needs it says so, and comes back by itself."""

import json
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client

from masthead.delivery.filling.renderer import Renderer
from tests.make import make_newsroom


def stopped(*_: object) -> None:
    raise OperationalError("connection to server failed: Connection refused")


def wrong(*_: object) -> None:
    raise OperationalError("no such column: stories_storypage.moon")


def wrong_elsewhere(*_: object) -> None:
    raise ProgrammingError('column "moon" does not exist')


@pytest.fixture
def reader() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def portuguese(tmp_path: Path, settings) -> None:
    """A newsroom in Portuguese, with a translation of one of the sentences."""
    place = tmp_path / "pt" / "LC_MESSAGES"
    place.mkdir(parents=True)
    catalog = Catalog(locale="pt")
    catalog.add("Giving is not possible this minute", "Neste momento não é possível doar")
    with (place / "django.mo").open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS, settings.LANGUAGE_CODE = [str(tmp_path)], "pt"


@pytest.mark.django_db
def test_it_says_so_in_the_newsroom_s_language_and_leaves_the_words_for_the_front(reader: Client, portuguese, tmp_path: Path):
    make_newsroom()
    with connection.execute_wrapper(stopped):
        giving = reader.get("/contribute/").content.decode()
    assert '<html lang="pt" dir="ltr">' in giving
    assert "<h1>Neste momento não é possível doar</h1>" in giving
    renderer = Renderer(tmp_path / "pages")
    renderer.begin()
    renderer.close()
    words = json.loads((tmp_path / "pages" / "away.json").read_text())
    assert (words["lang"], words["no_gifts"]) == ("pt", "Neste momento não é possível doar")


@pytest.mark.django_db
def test_without_its_database_a_page_says_so_and_is_back_with_it(reader: Client):
    make_newsroom()
    with connection.execute_wrapper(stopped):
        page, giving, form = reader.get("/"), reader.get("/contribute/"), reader.post("/contribute/", {"amount": "5"})
    assert [each.status_code for each in (page, giving, form)] == [503, 503, 503]
    assert int(page["Retry-After"]) > 0
    assert page["Cache-Control"] == "no-store"
    assert "not there just now" in page.content.decode()
    assert "Nothing was charged" in giving.content.decode()
    assert reader.get("/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [wrong, wrong_elsewhere])
def test_a_fault_of_ours_is_not_passed_off_as_the_database_s(reader: Client, fault):
    make_newsroom()
    with connection.execute_wrapper(fault):
        answer = reader.get("/")
    assert answer.status_code == 500
    assert "went wrong on our side" in answer.content.decode()
