"""Posting: once per id, all or nothing, at the head of the chain."""

import datetime as dt

import pytest
from django.db import connection

from masthead.funding.ledger import queries
from masthead.funding.ledger.actions import AccountRefused, PostingHalted, TransferRefused, open_account, post, taking_back
from masthead.funding.ledger.events import TotalMoved
from masthead.funding.ledger.models import AccountKind, Kind, Transfer
from masthead.funding.ledger.rules import GENESIS
from masthead.kernel import events
from masthead.kernel.money import Money, MoneyError
from tests.make import BOOK_MONTH, NOW, TODAY, make_books, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books():
    make_books("gifts:a", "gifts:b")


def raised(code="gifts:a", month=None):
    return queries.total(code, month).amount.minor


def test_a_gift_moves_the_total_and_its_version():
    [row] = post(drafts=[make_draft("g1", 2500)], now=NOW)
    assert (row.seq, row.prev_hash, row.posted_at) == (1, GENESIS, NOW)
    standing = queries.total("gifts:a")
    assert (standing.amount, standing.version, standing.as_of) == (Money(2500, "USD"), 1, NOW)
    assert raised("clearing:practice:USD") == -2500


def test_the_same_fact_posted_again_changes_nothing():
    [first] = post(drafts=[make_draft("g1", 2500)], now=NOW)
    again = post(drafts=[make_draft("g1", 2500), make_draft("g1", 2500)], now=NOW + dt.timedelta(days=1))
    assert [row.seq for row in again] == [first.seq, first.seq]
    assert again[0].posted_at == NOW
    assert queries.total("gifts:a").version == 1


def test_another_fact_under_the_same_id_is_refused_by_name():
    post(drafts=[make_draft("g1", 2500)], now=NOW)
    with pytest.raises(TransferRefused, match=r"g1 .*other content \(row 1\)"):
        post(drafts=[make_draft("g1", 2600)], now=NOW)
    assert raised() == 2500


def test_of_several_drafts_one_bad_leaves_none():
    with pytest.raises(TransferRefused, match="g2"):
        post(drafts=[make_draft("g1", 100), make_draft("g2", 0), make_draft("g3", 100)], now=NOW)
    assert not Transfer.objects.exists()
    assert raised() == 0
    post(drafts=[make_draft("g3", 100)], now=NOW)
    assert raised() == 100


def test_a_refund_lowers_the_total_and_the_month_of_its_gift():
    [gift] = post(drafts=[make_draft("g1", 2500)], now=NOW)
    later = TODAY + dt.timedelta(days=40)
    post(drafts=[taking_back(gift, id="r1", kind=Kind.REFUND, amount=Money(1000, "USD"), dated=later)], now=NOW)
    assert (raised(), raised(month=BOOK_MONTH), raised(month=later.replace(day=1))) == (1500, 1500, 0)


def test_no_more_is_refunded_than_was_given_not_even_in_parts():
    [gift] = post(drafts=[make_draft("g1", 2500)], now=NOW)

    def refund(name, minor):
        return post(drafts=[taking_back(gift, id=name, kind=Kind.REFUND, amount=Money(minor, "USD"), dated=TODAY)], now=NOW)

    refund("r1", 2000)
    with pytest.raises(TransferRefused, match="more would be taken back"):
        refund("r2", 501)
    refund("r2", 500)
    assert raised() == 0


def test_a_dispute_won_gives_back_what_it_took_and_leaves_it_refundable():
    [gift] = post(drafts=[make_draft("g1", 2500)], now=NOW)
    [dispute] = post(drafts=[taking_back(gift, id="d1", kind=Kind.DISPUTE, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    assert raised() == 0
    with pytest.raises(TransferRefused, match="more would be taken back"):
        post(drafts=[taking_back(gift, id="r1", kind=Kind.REFUND, amount=Money(1, "USD"), dated=TODAY)], now=NOW)
    post(drafts=[taking_back(dispute, id="w1", kind=Kind.WON, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    assert raised() == 2500
    post(drafts=[taking_back(gift, id="r1", kind=Kind.REFUND, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    assert raised() == 0
    with pytest.raises(TransferRefused, match="more would be taken back"):
        post(drafts=[taking_back(dispute, id="w2", kind=Kind.WON, amount=Money(1, "USD"), dated=TODAY)], now=NOW)


def test_a_refund_that_came_back_gives_back_what_it_took_and_no_more():
    [gift] = post(drafts=[make_draft("g1", 2500)], now=NOW)
    [refund] = post(drafts=[taking_back(gift, id="r1", kind=Kind.REFUND, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    later = TODAY + dt.timedelta(days=40)
    post(drafts=[taking_back(refund, id="b1", kind=Kind.BOUNCED, amount=Money(2500, "USD"), dated=later)], now=NOW)
    assert (raised(), raised(month=BOOK_MONTH), raised(month=later.replace(day=1))) == (2500, 2500, 0)
    for original, kind in ((refund, Kind.BOUNCED), (refund, Kind.REVERSAL), (refund, Kind.WON), (gift, Kind.BOUNCED)):
        with pytest.raises(TransferRefused, match=r"more would be taken back|cannot take back"):
            post(drafts=[taking_back(original, id="b2", kind=kind, amount=Money(1, "USD"), dated=TODAY)], now=NOW)
    post(drafts=[taking_back(gift, id="r2", kind=Kind.REFUND, amount=Money(2500, "USD"), dated=TODAY)], now=NOW)
    assert raised() == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"credit": "gifts:nowhere"}, "not open"),
        ({"credit": "clearing:practice:USD"}, "same account"),
        ({"amount": Money(100, "EUR")}, "currency"),
        ({"amount": Money(-100, "USD")}, "above zero"),
        ({"kind": Kind.FEE}, "only a gift"),
        ({"kind": Kind.REFUND}, "go together"),
        ({"kind": "present", "credit": "fees:practice:USD"}, "no such kind"),
        ({"book_month": dt.date(2026, 11, 2)}, "first day"),
        ({"id": "a b"}, "no spaces"),
        ({"id": "Ada Okafor"}, "no spaces"),
        ({"id": "line\nfeed"}, "no spaces"),
    ],
)
def test_what_the_books_cannot_hold_is_refused_in_words(change, reason):
    with pytest.raises(TransferRefused, match=reason):
        post(drafts=[make_draft(**({"id": "g1"} | change))], now=NOW)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"original": "g9"}, "not in the books"),
        ({"debit": "gifts:b"}, "does not reverse"),
        ({"book_month": dt.date(2026, 12, 1)}, "does not reverse"),
        ({"kind": Kind.WON}, "cannot take back"),
        ({"kind": Kind.REVERSAL}, "cannot take back"),
    ],
)
def test_what_takes_back_must_mirror_its_original(change, reason):
    post(drafts=[make_draft("g1", 2500)], now=NOW)
    words = {"id": "r1", "kind": Kind.REFUND, "debit": "gifts:a", "credit": "clearing:practice:USD", "original": "g1"}
    with pytest.raises(TransferRefused, match=reason):
        post(drafts=[make_draft(**(words | change))], now=NOW)


def test_fees_are_booked_beside_the_gift_and_do_not_lower_the_meter():
    gift = make_draft("g1", 2500)
    fee = make_draft("f1", 103, kind=Kind.FEE, debit="fees:practice:USD", credit="clearing:practice:USD")
    post(drafts=[gift, fee], now=NOW)
    assert (raised(), raised("fees:practice:USD"), raised("clearing:practice:USD")) == (2500, -103, -2397)


def test_books_whose_end_was_altered_take_nothing_more():
    post(drafts=[make_draft("g1", 100)], now=NOW)
    guard = "DROP TRIGGER ledger_head_update" + (" ON ledger_head" if connection.vendor == "postgresql" else "")
    with connection.cursor() as cursor:
        cursor.execute(guard)
        cursor.execute("UPDATE ledger_head SET seq = 2")
    with pytest.raises(PostingHalted, match="row 1"):
        post(drafts=[make_draft("g2", 100)], now=NOW)


def test_after_a_row_that_something_else_put_in_with_a_wrong_hash_nothing_more_is_posted():
    if connection.vendor == "postgresql":
        return  # there the database itself refuses such a row (test_attacks)
    row = post(drafts=[make_draft("g1", 100)], now=NOW)[0]
    row.seq, row.id, row.prev_hash, row.hash = 2, "g2", row.hash, "0" * 64
    row.save(force_insert=True)
    with pytest.raises(PostingHalted, match=r"row 2 \(g2\)"):
        post(drafts=[make_draft("g3", 100)], now=NOW)


def test_who_moved_is_announced_after_commit(django_capture_on_commit_callbacks, monkeypatch):
    heard = []
    monkeypatch.setitem(events._followers, TotalMoved, [heard.append])
    with django_capture_on_commit_callbacks(execute=True):
        post(drafts=[make_draft("g1", 100), make_draft("g2", 100)], now=NOW)
    assert heard == [TotalMoved(account="clearing:practice:USD", version=2), TotalMoved(account="gifts:a", version=2)]
    with django_capture_on_commit_callbacks(execute=True):
        post(drafts=[make_draft("g2", 100)], now=NOW)
    assert len(heard) == 2


def test_an_account_opens_once():
    again = open_account(code="gifts:a", currency="USD", kind=AccountKind.GIFTS, now=NOW)
    assert again.opened_at == NOW
    with pytest.raises(AccountRefused, match=r"USD.*EUR"):
        open_account(code="gifts:a", currency="EUR", kind=AccountKind.GIFTS, now=NOW)
    with pytest.raises(AccountRefused, match="no spaces"):
        open_account(code="gifts: a", currency="EUR", kind=AccountKind.GIFTS, now=NOW)
    with pytest.raises(MoneyError):
        open_account(code="gifts:c", currency="QQQ", kind=AccountKind.GIFTS, now=NOW)


def test_an_unknown_account_has_no_total():
    with pytest.raises(queries.UnknownAccount, match="gifts:nowhere"):
        queries.total("gifts:nowhere")


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 120_000), ("KWD", 1), ("USD", 10**15)])
def test_every_currency_keeps_its_own_minor_units(currency, minor):
    make_books("gifts:c", currency=currency)
    post(drafts=[make_draft("g1", minor, credit="gifts:c", currency=currency)], now=NOW)
    assert queries.total("gifts:c").amount == Money(minor, currency)
