"""With the database stopped, what needs it says so, and comes back by itself."""

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client

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
