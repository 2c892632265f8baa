"""Signing goes on from what was signed before: the root is that of all rows, a day reads few of them, and none goes unread for long."""

import datetime as dt
import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from masthead.funding.ledger import merkle
from masthead.funding.ledger.actions import post
from masthead.funding.ledger.checkpoints import actions, queries, reading
from masthead.funding.ledger.checkpoints.models import Checkpoint, TreeBlock
from masthead.funding.ledger.models import Transfer
from masthead.funding.ledger.rules import columns_of, line_of
from masthead.funding.ledger.verify import verify
from tests.funding.ledger.test_verify import behind_the_triggers, said
from tests.make import make_books, make_draft

pytestmark = pytest.mark.django_db
BEGAN = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    monkeypatch.setattr(reading, "BLOCK", 4)
    make_books("gifts:a")


def day(number):
    return BEGAN + dt.timedelta(days=number)


def signed_days(*counts, first=0):
    """Post so many gifts on each of some days, and sign each day the morning after."""
    for number, count in enumerate(counts, start=first):
        post(drafts=[make_draft(f"g{number}-{each}", 100 + each) for each in range(count)], now=day(number))
        actions.sign_yesterday(now=day(number + 1))


def root_of_all(size):
    rows = Transfer.objects.filter(seq__lte=size).order_by("seq")
    return merkle.root_of(merkle.leaf_hash(line_of({**columns_of(row), "hash": row.hash})) for row in rows).hex()


def rows_read(asked):
    """Return how many rows of the books were read for the tree."""
    spans = [re.search(r"FROM ledger_transfer WHERE seq BETWEEN (\d+) AND (\d+)", query["sql"]) for query in asked.captured_queries]
    return sum(int(span[2]) - int(span[1]) + 1 for span in spans if span)


def test_each_root_is_that_of_the_whole_tree_made_anew():
    chance = random.Random(6962)  # noqa: S311 - no secret
    signed_days(*(chance.choice([0, 1, 2, 3, 4, 5, 9]) for _ in range(40)))
    points = list(Checkpoint.objects.all())
    assert len(points) == 40 - (points[0].day - BEGAN.date()).days
    assert [point.root for point in points] == [root_of_all(point.size) for point in points]
    assert verify().sound


def test_a_day_reads_its_own_rows_and_a_share_of_the_others():
    signed_days(*[8] * 20)
    for number in (20, 21):
        with CaptureQueriesContext(connection) as asked:
            signed_days(8, first=number)
        assert 8 <= rows_read(asked) <= 8 + 3 + 2 * 4  # its own, those of the block that has begun, two blocks of forty


def test_the_last_day_of_a_month_reads_all_of_them():
    signed_days(*[8] * 29)
    with CaptureQueriesContext(connection) as asked:
        signed_days(8, first=29)
    assert queries.latest().day == dt.date(2026, 11, 30)
    assert rows_read(asked) == 30 * 8


@pytest.mark.parametrize("seq", [1, 30, 62])
def test_a_row_that_was_altered_alone_stops_the_signing_within_a_round(monkeypatch, seq):
    monkeypatch.setattr(actions, "ROUND_DAYS", 5)
    signed_days(*[8] * 8)
    with behind_the_triggers() as cursor:
        cursor.execute(f"UPDATE ledger_transfer SET dated = '2026-10-31' WHERE seq = {seq}")
    with pytest.raises(actions.CheckpointRefused, match=r"not (what|those that)"):
        signed_days(*[1] * 5, first=8)


def test_the_same_stops_it_at_the_end_of_the_month(monkeypatch):
    monkeypatch.setattr(actions, "ROUND_DAYS", 10_000)
    signed_days(*[8] * 10)
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET amount_minor = 1 WHERE seq = 2")
    with pytest.raises(actions.CheckpointRefused, match="One of the rows 1 to 4 is not what was signed"):
        signed_days(*[1] * 20, first=10)
    assert queries.latest().day == dt.date(2026, 11, 29)


def put_others():
    TreeBlock.objects.filter(index=2).update(root=bytes(32))


def lose_some():
    TreeBlock.objects.filter(index=2).delete()


@pytest.mark.parametrize("spoil", [put_others, lose_some])
def test_kept_roots_that_are_not_the_rows_are_made_anew(spoil):
    signed_days(*[8] * 3)
    spoil()
    signed_days(3, first=3)
    assert queries.latest().root == root_of_all(27)
    assert verify().sound
    assert queries.inclusion(10)


def test_roots_altered_to_hide_a_row_that_was_altered_hide_nothing():
    signed_days(*[8] * 3)
    with behind_the_triggers() as cursor:
        cursor.execute("UPDATE ledger_transfer SET dated = '2026-10-31' WHERE seq = 2")
    TreeBlock.objects.filter(index=0).update(root=merkle.root_of(reading.block(0, 24)))
    with pytest.raises(actions.CheckpointRefused, match="The first 24 rows are not those that were signed on 2026-11-03"):
        signed_days(1, first=3)


def test_verify_names_a_kept_root_that_is_not_its_rows():
    signed_days(*[8] * 3)
    put_others()
    assert said() == "the kept root of rows 9 to 12 is not theirs: the next signature makes it anew"
