"""Who is heard: the list of all, and how often each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import heard
from tests.make import make_newsroom, make_party, make_statement_draft, make_story
from tests.make.sourced import make_sourced_story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _newsroom():
    make_newsroom()


def said(speaker, times, **more):
    words = [f"w{number:02}" for number in range(times)]
    return make_story(text=f"<p>{' '.join(words)}</p>", statements=[make_statement_draft(word, speaker=speaker) for word in words], **more)


def test_how_often_is_counted_for_public_stories_and_no_further_than_is_said(monkeypatch):
    monkeypatch.setattr(heard, "MOST_TIMES", 3)
    often, seldom, never = make_party("Ann Often"), make_party("Bo Seldom"), make_party("Cy Never")
    said(often, 5)
    said(seldom, 2)
    said(seldom, 2, live=False)
    said(never, 1, live=False)
    assert heard.times([often.pk, seldom.pk, never.pk]) == {often.pk: heard.Times(4, 0), seldom.pk: heard.Times(2, 0), never.pk: heard.Times()}
    assert list(heard.Heard()) == [often, seldom]


def test_the_page_says_so_where_it_is_more_than_is_counted(client, monkeypatch):
    monkeypatch.setattr(heard, "MOST_TIMES", 3)
    said(make_party("Ann Often"), 5)
    said(make_party("Bo Three"), 3)
    text = client.get("/sources/").content.decode()
    assert text.count("more than 3 statements") == 1
    assert text.count(">3 statements") == 1


def test_a_long_list_of_one_party_is_that_of_a_short_one(monkeypatch):
    make_sourced_story()
    make_sourced_story()
    parties = list(heard.Heard())
    short = {party: [row.pk for row in heard.HeardOf(party)] for party in parties}
    monkeypatch.setattr(heard.HeardOf, "most", 1)
    assert any(len(rows) > 2 for rows in short.values())
    for party in parties:
        found = heard.HeardOf(party)
        assert [row.pk for row in found[:50]] == short[party]
        assert [row.pk for row in found[1:3]] == short[party][1:3]
        assert found.count() == len(short[party])


def test_postgresql_reads_along_the_index_and_makes_no_table_of_all_statements():
    if connection.vendor != "postgresql":
        pytest.skip("the plan is PostgreSQL's")
    make_sourced_story()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert heard.Heard()[:2]
    sql = next(query["sql"] for query in asked if Party._meta.db_table in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")  # as with many rows
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "sources_standing_by_name" in plan
    assert "hashed" not in plan
    assert "Sort" not in plan
