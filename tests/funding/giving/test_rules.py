import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.funding.giving import rules, words
from masthead.funding.giving.models import GiftState
from masthead.funding.providers.base import DisputeFacts, DisputeState, PaymentFacts, PaymentState, RefundFacts
from masthead.kernel.money import Money
from tests.make.funding import NOW

UTC = ZoneInfo("UTC")


def facts(**words_):
    usual = {
        "ref": "pay_1",
        "gift_id": None,
        "amount": Money(2500, "USD"),
        "state": PaymentState.SETTLED,
        "created_at": NOW,
        "settled_at": NOW,
        "fee": Money(103, "USD"),
    }
    return PaymentFacts(**(usual | words_))


def refund(minor, ref="re_1"):
    return RefundFacts(ref=ref, amount=Money(minor, "USD"), created_at=NOW)


def dispute(state, minor=2500):
    return DisputeFacts(ref="dp_1", amount=Money(minor, "USD"), state=state, created_at=NOW, closed_at=None if state is DisputeState.OPEN else NOW)


def ids(payment):
    return [draft.id.removeprefix("p:pay_1:") for draft in rules.drafts_of(payment, provider="p", gifts="gifts:a", zone=UTC)]


@pytest.mark.parametrize(
    ("payment", "state", "names"),
    [
        (facts(state=PaymentState.PENDING, settled_at=None), GiftState.PENDING, []),
        (facts(state=PaymentState.FAILED, settled_at=None, failed_at=NOW), GiftState.FAILED, []),
        (facts(), GiftState.SETTLED, ["gift", "fee"]),
        (facts(fee=None), GiftState.SETTLED, ["gift"]),
        (facts(fee=Money(0, "USD")), GiftState.SETTLED, ["gift"]),
        (facts(refunds=(refund(1),)), GiftState.PARTLY_REFUNDED, ["gift", "fee", "refund:re_1"]),
        (facts(refunds=(refund(2500),)), GiftState.REFUNDED, ["gift", "fee", "refund:re_1"]),
        (facts(disputes=(dispute(DisputeState.OPEN),)), GiftState.DISPUTED, ["gift", "fee", "dispute:dp_1"]),
        (facts(disputes=(dispute(DisputeState.LOST),)), GiftState.DISPUTED, ["gift", "fee", "dispute:dp_1"]),
        (facts(disputes=(dispute(DisputeState.WON),)), GiftState.SETTLED, ["gift", "fee", "dispute:dp_1", "won:dp_1"]),
        (facts(state=PaymentState.FAILED, failed_at=NOW), GiftState.FAILED, ["gift", "fee", "failure"]),
    ],
)
def test_facts_say_the_state_and_the_transfers(payment, state, names):
    assert (rules.state_of(payment), ids(payment)) == (state, names)


def test_a_bank_that_takes_back_a_partly_refunded_gift_takes_what_is_left():
    late = facts(state=PaymentState.FAILED, failed_at=NOW, refunds=(refund(1000),))
    assert rules.drafts_of(late, provider="p", gifts="gifts:a", zone=UTC)[-1].amount == Money(1500, "USD")
    assert rules.returned(late) == Money(2500, "USD")


def test_the_day_is_that_of_the_newsroom():
    late_evening = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    tokyo = rules.drafts_of(facts(settled_at=late_evening), provider="p", gifts="gifts:a", zone=ZoneInfo("Asia/Tokyo"))
    assert {(draft.dated, draft.book_month) for draft in tokyo} == {(dt.date(2026, 12, 1), dt.date(2026, 12, 1))}


def test_no_state_forgets_money_that_was_counted():
    counted = {GiftState.SETTLED, GiftState.PARTLY_REFUNDED, GiftState.REFUNDED, GiftState.DISPUTED}
    uncounted = {GiftState.STARTED, GiftState.PENDING, GiftState.DECLINED, GiftState.CANCELLED}
    assert not any(rules.may_move(old, new, was_settled=True) for old in counted for new in uncounted)


def test_every_state_may_stay_as_it_is_except_where_a_payment_cannot_leave_it_there():
    assert all(rules.may_move(state, state, was_settled=state is GiftState.FAILED) for state in GiftState)


def test_a_gift_the_bank_took_back_stays_taken_back():
    assert not any(rules.may_move(GiftState.FAILED, new, was_settled=True) for new in GiftState if new is not GiftState.FAILED)
    assert rules.may_move(GiftState.FAILED, GiftState.SETTLED, was_settled=False)


minor = st.integers(1, 10**8)


@given(
    amount=minor,
    parts=st.lists(st.integers(1, 10**8), max_size=4),
    fee=st.integers(0, 10**6),
    disputed=st.sampled_from([None, *DisputeState]),
    failed=st.booleans(),
)
def test_what_the_transfers_leave_is_what_the_gift_says_is_left(amount, parts, fee, disputed, failed):
    left, refunds = amount, []
    for number, part in enumerate(parts):
        if part <= left:
            refunds.append(refund(part, f"re_{number}"))
            left -= part
    disputes = (dispute(disputed, left),) if disputed and left else ()
    payment = facts(
        amount=Money(amount, "USD"),
        fee=Money(fee, "USD"),
        refunds=tuple(refunds),
        disputes=disputes,
        state=PaymentState.FAILED if failed else PaymentState.SETTLED,
        failed_at=NOW if failed else None,
    )
    drafts = rules.drafts_of(payment, provider="p", gifts="gifts:a", zone=UTC)
    counted = sum(draft.amount.minor * ((draft.credit == "gifts:a") - (draft.debit == "gifts:a")) for draft in drafts)
    assert counted == (payment.amount - rules.returned(payment)).minor
    assert len({draft.id for draft in drafts}) == len(drafts)
    assert all(draft.amount.minor > 0 for draft in drafts)
    seen = set()
    for draft in drafts:  # each original stands before what takes it back
        assert draft.original is None or draft.original in seen
        seen.add(draft.id)


@given(st.integers(1, 200))
def test_waiting_grows_and_ends_at_six_hours(attempts):
    wait, next_wait = rules.retry_wait(attempts), rules.retry_wait(attempts + 1)
    assert dt.timedelta(seconds=2) <= wait <= next_wait <= dt.timedelta(hours=6)
    assert rules.retry_wait(1) == dt.timedelta(seconds=2)
    assert rules.retry_wait(3) == dt.timedelta(seconds=8)


@pytest.mark.parametrize(("minor_units", "currency"), [(0, "USD"), (-1, "USD"), (100_000_001, "USD"), (1_000_001, "JPY"), (1_000_000_001, "KWD")])
def test_an_amount_that_cannot_be_given(minor_units, currency):
    with pytest.raises(rules.AmountRefused):
        rules.check_amount(Money(minor_units, currency))


@pytest.mark.parametrize(("minor_units", "currency"), [(1, "USD"), (100_000_000, "USD"), (1_000_000, "JPY"), (1_000_000_000, "KWD")])
def test_an_amount_that_can_be_given(minor_units, currency):
    rules.check_amount(Money(minor_units, currency))


@given(st.integers(1, 10**8), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_in_a_form_is_read_back_as_itself(minor_units, currency):
    amount = Money(minor_units, currency)
    assert Money.parse(rules.plain_amount(amount), currency) == amount


@pytest.mark.parametrize(
    ("minor_units", "currency", "said"),
    [
        (2500, "USD", "25 US dollars"),
        (750, "USD", "7.50 US dollars"),
        (1200, "JPY", "1,200 Japanese yen"),
        (100, "USD", "1 US dollar"),
        (1250, "KWD", "1.250 Kuwaiti dinars"),
    ],
)
def test_an_amount_in_words(minor_units, currency, said):
    assert words.in_words(Money(minor_units, currency)) == said


@pytest.mark.parametrize(
    ("text", "currency", "group", "minor_units"),
    [
        ("1,250", "USD", ",", 125_000),
        ("1,200", "JPY", ",", 1200),
        ("1.250", "KWD", ",", 1250),
        ("1,250", "KWD", ".", 1250),
        ("1,250.50", "USD", ",", 125_050),
        ("12,50", "EUR", ".", 1250),
    ],
)
def test_a_typed_amount_that_can_mean_one_thing(text, currency, group, minor_units):
    assert rules.read_amount(text, currency, group=group) == Money(minor_units, currency)


@pytest.mark.parametrize(
    ("text", "currency", "group"), [("10.005", "USD", ","), ("10,005", "EUR", "."), ("1.200", "JPY", ","), ("1,250", "KWD", ","), ("1.250", "EUR", "\u202f")]
)
def test_a_typed_amount_that_can_mean_two_things_is_refused(text, currency, group):
    with pytest.raises(rules.AmountRefused, match="two ways"):
        rules.read_amount(text, currency, group=group)
