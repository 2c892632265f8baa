"""Checkpoints: the day's rows are signed, what was signed stays, and a rewrite of everything is named."""

import datetime as dt
import stat

import pytest
from django.db import DatabaseError, connection, transaction

from masthead.funding.ledger import merkle, notes
from masthead.funding.ledger.actions import post
from masthead.funding.ledger.checkpoints import actions, keys, queries, reading
from masthead.funding.ledger.checkpoints.models import BooksKey, Checkpoint, TreeBlock
from masthead.funding.ledger.models import Transfer
from masthead.funding.ledger.rules import COLUMNS, canonical, columns_of, hash_of, line_of
from masthead.funding.ledger.verify import verify
from tests.funding.ledger.test_verify import behind_the_triggers, said
from tests.make import NOW, make_books, make_draft

pytestmark = pytest.mark.django_db
OUTSIDER = notes.Signer(name="council.example", private_key=bytes(range(32)))


def days(count):
    return NOW + dt.timedelta(days=count)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    return tmp_path


def books(*counts, first=1):
    """Post so many gifts on each of some days from NOW on, and sign each day when it has ended."""
    make_books("gifts:a")
    number = first
    for day, count in enumerate(counts):
        post(drafts=[make_draft(f"g{n}", 100 + n) for n in range(number, number + count)], now=days(day))
        number += count
        actions.sign_yesterday(now=days(day + 1))


def rewrite(seq, change):
    """Change a row and make everything after it follow, as one who owns the database and knows the form can."""
    with behind_the_triggers() as cursor:
        cursor.execute(f"UPDATE ledger_transfer SET {change} WHERE seq = {seq}")
        before = Transfer.objects.get(seq=seq - 1).hash
        for row in Transfer.objects.filter(seq__gte=seq).order_by("seq"):
            row.prev_hash = before
            before = hash_of(columns_of(row))
            cursor.execute("UPDATE ledger_transfer SET prev_hash = %s, hash = %s WHERE seq = %s", [row.prev_hash, before, row.seq])
        cursor.execute("UPDATE ledger_head SET hash = %s", [before])


def test_a_days_rows_are_signed_once_it_has_ended():
    books(3)
    found = queries.latest()
    assert (found.day, found.size) == (NOW.date(), 3)
    text, _ = notes.open_note(found.note, queries.verifiers())
    said = notes.read_checkpoint(text)
    leaves = [line_of({**columns_of(row), "hash": row.hash}) for row in Transfer.objects.order_by("seq")]
    assert (said.origin, said.size, said.more) == ("news.example/books", 3, (NOW.date().isoformat(),))
    assert said.root == merkle.root_of(map(merkle.leaf_hash, leaves))
    assert actions.sign_yesterday(now=days(1)) is None


def test_the_day_is_the_newsrooms(settings):
    settings.ENV = settings.ENV.model_copy(update={"time_zone": "Pacific/Auckland"})  # NOW is its 23 November, 03:05
    make_books("gifts:a")
    post(drafts=[make_draft()], now=NOW)
    assert actions.sign_yesterday(now=NOW) is None  # there is no row of its 22nd
    assert actions.sign_yesterday(now=NOW + dt.timedelta(hours=21)).day == dt.date(2026, 11, 23)


def test_rows_of_today_wait():
    make_books("gifts:a")
    post(drafts=[make_draft()], now=NOW)
    post(drafts=[make_draft()], now=days(1))
    assert actions.sign_yesterday(now=days(1)).size == 1


def test_nothing_is_signed_of_empty_books(folder):
    assert actions.sign_yesterday(now=NOW) is None
    assert not (folder / keys.FILE).exists()


def test_a_quiet_day_is_signed_too():
    books(2, 0)
    assert [one.size for one in Checkpoint.objects.all()] == [2, 2]
    assert verify().checkpoints == 2


def test_the_key_is_for_its_owner_alone_and_stays(folder):
    books(1, 1)
    assert stat.S_IMODE((folder / keys.FILE).stat().st_mode) == 0o600
    assert [one.verifier for one in BooksKey.objects.all()] == [str(keys.signer().verifier)]


def test_without_its_key_nothing_is_signed(folder):
    books(1)
    (folder / keys.FILE).unlink()
    post(drafts=[make_draft()], now=days(1))
    with pytest.raises(keys.NoBooksKey, match="new-key --lost"):
        actions.sign_yesterday(now=days(2))
    actions.new_key(lost=True, now=days(2))
    assert actions.sign_yesterday(now=days(2)).size == 2
    assert verify().sound


@pytest.mark.parametrize("written", ["", "PRIVATE+KEY+a+b+c", "PRIVATE+KEY+news.example/books+00000000+AQIDBAUGBwgBAgMEBQYHCAECAwQFBgcIAQIDBAUGBwg="])
def test_what_is_no_key_is_refused(folder, written):
    books(1)
    (folder / keys.FILE).write_text(written)
    with pytest.raises(keys.NoBooksKey, match="is no key"):
        keys.signer()


def test_a_new_key_is_handed_over_by_the_old():
    books(1)
    old = keys.signer().verifier
    actions.new_key(now=days(1))
    new = keys.signer().verifier
    assert queries.verifiers() == [new, old]
    text, signed = notes.open_note(BooksKey.objects.last().handing_over, [old, new])
    assert signed == [old, new]
    assert text == f"masthead-key-1\n{old}\n{new}\n"
    post(drafts=[make_draft()], now=days(1))
    actions.sign_yesterday(now=days(2))
    assert verify().sound


def test_a_key_put_in_behind_is_named():
    books(1)
    actions.new_key(now=days(1))
    BooksKey.objects.create(verifier=str(OUTSIDER.verifier), since=days(1), handing_over="")
    assert "the key council.example" in said()
    assert "is not that of books.key" in said()


@pytest.mark.parametrize("table", ["ledger_checkpoint", "ledger_cosignature", "ledger_bookskey"])
@pytest.mark.parametrize(
    "words", ["UPDATE {} SET id = id", "DELETE FROM {}", "INSERT INTO {0} SELECT * FROM {0}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"]
)
def test_what_was_signed_is_refused_to_be_changed(table, words):
    books(1)
    actions.cosign(note=notes.cosign(queries.latest().note, OUTSIDER), verifier=OUTSIDER.verifier, now=days(1))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(words.format(table))


def test_an_earlier_day_or_fewer_rows_are_refused():
    books(2)
    for day, size in ((NOW.date() - dt.timedelta(days=1), 5), (NOW.date() + dt.timedelta(days=1), 1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Checkpoint.objects.create(day=day, size=size, root="0" * 64, note="", signed_at=NOW)


def test_a_missing_trigger_is_named():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_checkpoint_update" + (" ON ledger_checkpoint" if connection.vendor == "postgresql" else ""))
    assert "the trigger ledger_checkpoint_update is missing" in said()


def test_a_rewrite_of_everything_is_named_and_nothing_more_is_signed():
    books(4, 4, 4)
    assert verify().sound
    rewrite(6, "dated = '2026-11-21'")
    assert said() == "rows 5 to 8 are not those that were signed on 2026-11-23: one of them was rewritten; up to row 4 they still are those of 2026-11-22"
    with pytest.raises(actions.CheckpointRefused, match="The first 12 rows are not those that were signed"):
        actions.sign_yesterday(now=days(4))


def test_an_altered_checkpoint_is_named():
    books(2)
    triggers = ("ledger_checkpoint_update",)
    with connection.cursor() as cursor:
        for name in triggers:
            cursor.execute(f"DROP TRIGGER {name}" + (" ON ledger_checkpoint" if connection.vendor == "postgresql" else ""))
        cursor.execute("UPDATE ledger_checkpoint SET note = replace(note, '2026-11-22', '2026-11-20')")
    assert "the checkpoint of 2026-11-22: The signature of news.example/books does not fit" in said()


def test_rows_dropped_from_the_end_are_missed():
    books(2, 2)
    with behind_the_triggers() as cursor:
        cursor.execute("DELETE FROM ledger_transfer WHERE seq > 3")
    assert "the checkpoint of 2026-11-23 covers 4 rows and the books hold 3: rows were dropped" in said()


def test_an_outsider_signs_too():
    books(2)
    found = queries.latest()
    actions.cosign(note=notes.cosign(found.note, OUTSIDER), verifier=OUTSIDER.verifier, now=days(1))
    note = queries.note_of(queries.latest())
    assert len(notes.open_note(note, [keys.signer().verifier, OUTSIDER.verifier])[1]) == 2
    assert verify().sound
    with pytest.raises(actions.CheckpointRefused, match="already"):
        actions.cosign(note=note, verifier=OUTSIDER.verifier, now=days(1))
    with pytest.raises(actions.CheckpointRefused, match="of our own"):
        actions.cosign(note=note, verifier=keys.signer().verifier, now=days(1))
    with pytest.raises(actions.CheckpointRefused, match="not one of our checkpoints"):
        actions.cosign(note=notes.sign("news.example/books\n2\n" + "A" * 43 + "=\n", [OUTSIDER]), verifier=OUTSIDER.verifier, now=days(1))


def test_every_row_is_proved_across_blocks(monkeypatch):
    monkeypatch.setattr(reading, "BLOCK", 4)
    monkeypatch.setattr(reading, "PAGE", 3)
    books(7)
    post(drafts=[make_draft() for _ in range(16)], now=days(1))
    for day in (2, 3):
        actions.sign_yesterday(now=days(day))
        found = queries.latest()
        for seq in range(1, found.size + 1):
            row = Transfer.objects.get(seq=seq)
            proof = queries.inclusion(seq)
            leaf = merkle.leaf_hash(line_of({**columns_of(row), "hash": row.hash}))
            assert merkle.root_from_inclusion(leaf, index=seq - 1, size=found.size, path=proof.path).hex() == found.root
        assert queries.inclusion(found.size + 1) is None
        tree = merkle.Growing(found.size - 2, queries.peaks(found.size - 2))
        for hashed in reading.hashes(found.size - 1, found.size):
            tree.add(hashed)
        assert tree.root().hex() == found.root


def test_an_altered_block_proves_nothing(monkeypatch):
    monkeypatch.setattr(reading, "BLOCK", 4)
    books(9)
    TreeBlock.objects.filter(index=0).update(root=bytes(32))
    with pytest.raises(queries.NotProvable, match="Row 6 does not lead"):
        queries.inclusion(6)
    TreeBlock.objects.all().delete()
    with pytest.raises(queries.NotProvable, match="missing"):
        queries.inclusion(6)


def test_the_line_says_neither_id_nor_moment():
    books(1)
    row = Transfer.objects.get()
    line = line_of({**columns_of(row), "hash": row.hash}).decode()
    assert row.id not in line
    assert "14:05" not in line
    assert canonical(columns_of(row)).decode().count("\n") == len(COLUMNS) + 1
