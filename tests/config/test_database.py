"""The database is really in the state that the settings ask for."""

import pytest
from django.db import connection, transaction
from wagtail.models import Page, Site

from masthead.newsroom.staff.models import User
from tests.make import make_user


@pytest.mark.django_db
def test_wagtail_s_first_pages_are_in_the_copied_database():
    assert Page.objects.exists()
    assert Site.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_nothing_behind(turn: int):
    assert not User.objects.exists()
    make_user(email="kept@news.example")
    transaction.commit()
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)])
def test_sqlite_keeps_what_it_acknowledged(pragma: str, value: object):
    if connection.vendor != "sqlite":
        pytest.skip("not SQLite")
    with connection.cursor() as cursor:
        assert cursor.execute(f"PRAGMA {pragma}").fetchone()[0] == value
