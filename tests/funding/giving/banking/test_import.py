"""From a bank's file to the books: each line once, and what came in is what is counted."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from masthead.funding.giving.banking import matching, queries
from masthead.funding.giving.banking.importing import Imported, ImportRefused, NeedsBalances, UnknownAccount, import_file, keep_file
from masthead.funding.giving.banking.matching import MatchRefused
from masthead.funding.giving.banking.models import BankAccount, BankFile, BankLine, IncomeKind, LineState
from masthead.funding.giving.banking.queries import standing, standings
from masthead.funding.giving.models import GiftState, Receipt
from masthead.funding.ledger.models import Kind, Transfer
from masthead.funding.providers import registry
from masthead.funding.providers.bank.statements import StatementRefused
from masthead.funding.providers.bank.table import Mapping
from masthead.funding.providers.base import Payout
from masthead.kernel.money import Money
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import begin, books_are_right, fresh, raised
from tests.make.bank import DAY, IBAN, Account, Booking, camt, mt940, ofx, table
from tests.make.funding import NOW, make_campaign
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db
NEXT = DAY + dt.timedelta(days=1)


def take(data, **words) -> Imported:
    return import_file(file=keep_file(data=data, name="statement", by=None, now=NOW), by=None, now=NOW, **words)


def account(*bookings, **words) -> Account:
    return Account(bookings=bookings, **words)


def lines():
    return list(BankLine.objects.order_by("place"))


def agrees() -> bool:
    """Say whether every account's closing balance is explained, and the chain holds."""
    return all(one.unexplained in {None, Money(0, one.account.currency)} for one in standings()) and books_are_right()


# --- matching by reference ---------------------------------------------------------------------------


@pytest.mark.parametrize("write", [camt, mt940])
@pytest.mark.parametrize("spoil", [str, str.lower, lambda code: f"Gift {code[:4]} {code[4:9]} {code[9:]} thank you"])
def test_a_promise_is_settled_by_the_line_that_carries_its_reference(write, spoil):
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    assert take(write(account(Booking(minor=2500, text=spoil(began.gift.checkout_ref))))) == Imported(new=1, known=0, matched=1)
    gift = fresh(began.gift)
    assert (gift.state, raised(campaign)) == (GiftState.SETTLED, 2500)
    assert gift.settled_at.date() == DAY
    [line] = lines()
    assert (line.state, line.gift, line.transfers) == (LineState.GIFT, gift, [f"bank:{line.pk}:gift"])
    transfer = Transfer.objects.get(id=f"bank:{line.pk}:gift")
    assert (transfer.debit_id, transfer.dated) == ("bank:nl4300:EUR", DAY)
    assert Receipt.objects.filter(gift=gift).exists()
    assert agrees()


def test_the_structured_reference_and_end_to_end_count_too():
    campaign = make_campaign(currency="EUR")
    first, second = begin(campaign, 1000, email="a@x.example"), begin(campaign, 2000, email="b@x.example")
    take(camt(account(Booking(minor=1000, reference=first.gift.checkout_ref), Booking(minor=2000, end_to_end=second.gift.checkout_ref))))
    assert raised(campaign) == 3000


def test_what_arrived_is_what_is_counted():
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    take(camt(account(Booking(minor=3000, text=began.gift.checkout_ref))))
    assert (fresh(began.gift).amount.minor, raised(campaign)) == (3000, 3000)
    assert "25.00 EUR was promised" in began.gift.events.last().cause


def test_a_standing_order_is_a_gift_each_time():
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    code = began.gift.checkout_ref
    take(camt(account(Booking(minor=2500, text=code, ref="1"))))
    take(camt(account(Booking(minor=2500, text=code, ref="2", day=NEXT), opening=12_500, day=NEXT)))
    assert raised(campaign) == 5000
    assert campaign.gifts.count() == 2
    assert set(campaign.gifts.values_list("supporter", flat=True)) == {began.gift.supporter_id}
    assert agrees()


def test_two_references_in_one_line_wait_for_a_person():
    campaign = make_campaign(currency="EUR")
    codes = [begin(campaign, 1000, email=f"{name}@x.example").gift.checkout_ref for name in "ab"]
    assert take(camt(account(Booking(minor=2000, text=" ".join(codes))))).matched == 0
    assert (raised(campaign), lines()[0].state) == (0, LineState.UNMATCHED)


def test_another_currency_or_direction_waits_for_a_person():
    campaign = make_campaign(currency="USD")
    began = begin(campaign, 1000)
    take(camt(account(Booking(minor=1000, text=began.gift.checkout_ref), Booking(minor=-1000, text=began.gift.checkout_ref))))
    assert fresh(began.gift).state == GiftState.PENDING
    assert {line.state for line in lines()} == {LineState.UNMATCHED}
    with pytest.raises(MatchRefused, match="is counted in USD"):
        matching.assign_gift(line=lines()[0], gift=began.gift, by=None, now=NOW)


def test_a_transfer_that_never_came_is_no_longer_awaited_and_counts_if_it_comes(client):
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    assert queries.promised() == [(1, Money(2500, "EUR"))]
    assert matching.expire_promises(now=NOW + dt.timedelta(days=59)) == 0
    assert matching.expire_promises(now=NOW + dt.timedelta(days=61)) == 1
    assert (fresh(began.gift).state, queries.promised()) == (GiftState.FAILED, [])
    assert "NL91 ABNA" in client.get(began.checkout_url.removeprefix("http://testserver")).content.decode()
    take(camt(account(Booking(minor=2500, text=began.gift.checkout_ref))))
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)
    assert matching.expire_promises(now=NOW + dt.timedelta(days=99)) == 0


# --- each line once ------------------------------------------------------------------------------------

TWINS = account(Booking(minor=500), Booking(minor=500), Booking(minor=700))


@pytest.mark.parametrize("write", [camt, mt940])
def test_true_twins_are_both_kept_and_the_same_file_again_changes_nothing(write):
    assert take(write(TWINS)) == Imported(new=3, known=0, matched=0)
    assert take(write(TWINS)) == Imported(new=0, known=3, matched=0, again=True)
    other_bytes = write(TWINS).replace(b"STATEMENT", b"AGAIN").replace(b"<MsgId>1<", b"<MsgId>2<")
    assert take(other_bytes) == Imported(new=0, known=3, matched=0)
    assert len(lines()) == 3
    assert agrees()


def test_overlapping_files_bring_only_what_is_new():
    first = account(Booking(minor=500), Booking(minor=500))
    take(camt(first))
    longer = account(Booking(minor=500), Booking(minor=500), Booking(minor=500), Booking(minor=900, day=NEXT), day=DAY)
    assert take(camt(longer)) == Imported(new=2, known=2, matched=0)
    assert agrees()


def test_a_day_told_in_two_statements_keeps_what_looks_the_same_in_both():
    morning, evening = account(Booking(minor=500), number="1/1"), account(Booking(minor=500), opening=10_500, number="1/2")
    assert take(mt940(morning, evening)).new == 2
    assert take(mt940(morning)).new == 0
    assert take(mt940(evening)).new == 0
    assert take(mt940(account(Booking(minor=500), Booking(minor=500), number="whole day"))).new == 0
    assert agrees()


def test_a_day_told_in_two_files_whichever_comes_first():
    evening, morning = account(Booking(minor=500), opening=10_500, number="2"), account(Booking(minor=500), number="1")
    take(camt(evening))
    assert take(camt(morning)).new == 1


def test_twins_with_the_banks_reference_are_told_apart_by_it():
    take(camt(account(Booking(minor=500, ref="A"), Booking(minor=500, ref="B"))))
    assert take(camt(account(Booking(minor=500, ref="B", text="told otherwise"), Booking(minor=500, ref="C"), opening=10_500))).new == 1


def test_a_notice_first_and_the_statement_later():
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    told = account(Booking(minor=2500, ref="A", text=began.gift.checkout_ref))
    assert take(camt(told, form="054")).matched == 1
    assert raised(campaign) == 2500
    assert take(camt(told)) == Imported(new=0, known=1, matched=0)
    assert (raised(campaign), agrees()) == (2500, True)
    assert standing(BankAccount.objects.get()).books == Money(12_500, "EUR")


def test_a_batch_told_in_parts_and_then_whole_is_kept_once():
    take(camt(account(Booking(minor=3000, ref="BATCH", parts=(1000, 2000))), form="054"))
    assert take(camt(account(Booking(minor=3000, ref="BATCH")))).new == 0
    assert [line.amount_minor for line in lines()] == [1000, 2000]
    assert agrees()


# --- what is refused ----------------------------------------------------------------------------------------


def test_a_file_that_does_not_hold_leaves_nothing():
    with pytest.raises(StatementRefused, match="does not add up"):
        take(camt(account(Booking(minor=500)), account(Booking(minor=700), closing=1)))
    assert not BankFile.objects.exists()
    assert not BankLine.objects.exists()


def test_every_real_file_is_imported_or_leaves_nothing(real_data):
    for file in sorted((real_data / "bank").iterdir()):
        before = BankLine.objects.count()
        try:
            done = take(file.read_bytes(), new_account=True)
        except StatementRefused:
            assert BankLine.objects.count() == before
        else:
            assert BankLine.objects.count() == before + done.new > before, file.name
            assert take(file.read_bytes()).again
    assert agrees()


def test_a_strange_account_is_asked_about():
    strange = account(Booking(minor=500), account="DE89370400440532013000")
    with pytest.raises(UnknownAccount, match="DE89370400440532013000 in EUR, which is new here"):
        take(camt(strange))
    assert not BankLine.objects.exists()
    assert take(camt(strange), new_account=True).new == 1
    assert BankAccount.objects.get().code == "bank:de3000:EUR"


@pytest.mark.parametrize("data", [ofx(account(Booking(minor=500))), table(account(Booking(minor=500)))])
def test_a_file_without_balances_is_asked_about(data):
    mapping = Mapping(account=IBAN, currency="EUR", booked=1, text=3, amount=4)
    with pytest.raises(NeedsBalances, match="type them from your account"):
        take(data, mapping=mapping)
    with pytest.raises(StatementRefused, match="does not add up"):
        take(data, mapping=mapping, opening="99.00", closing="105.00")
    assert not BankLine.objects.exists()
    assert take(data, mapping=mapping, opening="100.00", closing="105.00").new == 1
    assert standing(BankAccount.objects.get()).closing == Money(10_500, "EUR")


def test_a_notice_is_taken_where_that_is_meant():
    assert take(ofx(account(Booking(minor=500, ref="A"))), as_notice=True).new == 1
    assert standing(BankAccount.objects.get()).closing is None


def test_what_was_before_the_books_is_refused():
    take(camt(account(Booking(minor=500))))
    early = DAY - dt.timedelta(days=9)
    with pytest.raises(ImportRefused, match="begin on 2026-11-20"):
        take(camt(account(Booking(minor=500, day=early), opening=7, day=early)))
    assert len(lines()) == 1


def test_a_gap_between_statements_is_counted():
    take(camt(account(Booking(minor=500))))
    take(camt(account(Booking(minor=700, day=NEXT), opening=99_999, day=NEXT)))
    found = standing(BankAccount.objects.get())
    assert (found.gaps, found.unexplained) == (1, Money(99_999 - 10_500, "EUR"))


# --- what a person says ---------------------------------------------------------------------------------------


def test_every_line_said_the_books_are_the_banks_balance():
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    by = make_staff(Role.PUBLISHER, email="pia@news.example")
    bookings = [Booking(minor=minor, ref=str(minor)) for minor in (2500, 1200, 900, 40_000, -300, -999)]
    take(camt(account(*bookings)))
    gift, walk_in, interest, grant, fee, stray = lines()
    matching.assign_gift(line=gift, gift=began.gift, by=by, now=NOW)
    given_by_hand = matching.assign_campaign(line=walk_in, campaign=campaign, by=by, now=NOW)
    matching.assign_income(line=interest, kind=IncomeKind.INTEREST, by=by, now=NOW)
    matching.assign_income(line=grant, kind=IncomeKind.GRANT, by=by, now=NOW)
    matching.assign_fee(line=fee, by=by, now=NOW)
    matching.ignore_line(line=stray, reason="The owner's own money, sent here by mistake", by=by, now=NOW)
    assert (raised(campaign), given_by_hand.state) == (3700, GiftState.SETTLED)
    found = standing(BankAccount.objects.get())
    assert (found.closing, found.books, found.left_out) == (Money(53_301, "EUR"), Money(54_300, "EUR"), Money(-999, "EUR"))
    assert agrees()
    for line in lines():
        with pytest.raises(MatchRefused, match="decided already"):
            matching.assign_income(line=line, kind=IncomeKind.OTHER, by=by, now=NOW)
    matching.take_up_again(line=stray, by=by, now=NOW)
    assert lines()[-1].state == LineState.UNMATCHED


def test_a_gift_is_given_back_by_the_line_that_paid_it_out():
    campaign = make_campaign(currency="EUR")
    began = begin(campaign, 2500)
    take(camt(account(Booking(minor=2500, text=began.gift.checkout_ref), Booking(minor=-1000, ref="out"), Booking(minor=-2000, ref="too much"))))
    _, out, too_much = lines()
    matching.assign_refund(line=out, gift=began.gift, by=None, now=NOW)
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.PARTLY_REFUNDED, 1500)
    with pytest.raises(MatchRefused, match=r"15\.00 EUR of the gift is left"):
        matching.assign_refund(line=too_much, gift=fresh(began.gift), by=None, now=NOW)
    assert agrees()


def test_what_went_out_is_no_gift_and_what_came_in_no_fee():
    take(camt(account(Booking(minor=500), Booking(minor=-500))))
    came, went = lines()
    with pytest.raises(MatchRefused, match="went out"):
        matching.assign_campaign(line=went, campaign=make_campaign(currency="EUR"), by=None, now=NOW)
    with pytest.raises(MatchRefused, match="came in"):
        matching.assign_fee(line=came, by=None, now=NOW)
    with pytest.raises(MatchRefused, match="Say why"):
        matching.ignore_line(line=came, reason=" ", by=None, now=NOW)


def payouts(monkeypatch, *told):
    bank = registry.provider("bank")
    monkeypatch.setattr(bank, "capabilities", type(bank.capabilities)(**{**vars(bank.capabilities), "payouts": True}))
    monkeypatch.setattr(bank, "list_payouts", lambda since: list(told))


def test_a_providers_payout_is_found_by_amount_and_date(monkeypatch):
    take(camt(account(Booking(minor=48_123), Booking(minor=700), Booking(minor=700))))
    due = DAY - dt.timedelta(days=2)
    payouts(monkeypatch, *(Payout(ref=f"po_{minor}", amount=Money(minor, "EUR"), arrives_date=due) for minor in (48_123, 700, 5)))
    assert matching.match_payouts(now=NOW) == 1
    assert matching.match_payouts(now=NOW) == 0
    line = lines()[0]
    assert (line.state, line.matched_ref) == (LineState.PAYOUT, "bank:po_48123")
    transfer = Transfer.objects.get(id="bank:po_48123:payout")
    assert (transfer.kind, transfer.debit_id, transfer.credit_id) == (Kind.PAYOUT, "bank:nl4300:EUR", "clearing:bank:EUR")
    assert {one.state for one in lines()[1:]} == {LineState.UNMATCHED}  # two lines fit one payout: a person decides
    assert agrees()


def test_equal_payouts_are_matched_in_order_once_each_has_its_line(monkeypatch):
    due = [DAY - dt.timedelta(days=back) for back in (3, 1, 0)]
    told = [Payout(ref=f"po_{number}", amount=Money(4825, "EUR"), arrives_date=day) for number, day in enumerate(due)]
    payouts(monkeypatch, *told)
    take(camt(account(Booking(minor=4825, day=due[0]), Booking(minor=4825, day=due[1]))))
    assert matching.match_payouts(now=NOW) == 0  # which of the three has no line yet, nobody knows
    take(camt(account(Booking(minor=4825, day=due[2]), opening=19_650)))
    assert matching.match_payouts(now=NOW) == 3
    assert [line.matched_ref for line in sorted(lines(), key=lambda line: line.booked_on)] == ["bank:po_0", "bank:po_1", "bank:po_2"]
    assert agrees()


# --- whatever is told, in whatever files -----------------------------------------------------------------------

DAYS = st.lists(st.lists(st.sampled_from([100, 200, -50]), max_size=4), min_size=2, max_size=4)


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(DAYS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4))
def test_files_of_any_days_in_any_order_keep_each_line_once(days, spans):
    from django.db import transaction

    def told(first, last):
        opening = 10_000 + sum(map(sum, days[:first]))
        bookings = tuple(Booking(minor=minor, day=DAY + dt.timedelta(days=day)) for day in range(first, last + 1) for minor in days[day])
        return Account(bookings=bookings, opening=opening, day=DAY + dt.timedelta(days=first), number=f"{first}-{last}")

    spans = [(min(a, b), max(a, b)) for a, b in spans if max(a, b) < len(days)]
    with transaction.atomic():
        take(camt(told(0, 0), form="053"))
        for turn, (first, last) in enumerate(spans):
            take(camt(told(first, last)) + b"<!-- %d -->" % turn)
        days_told = {0} | {day for first, last in spans for day in range(first, last + 1)}
        kept = sorted((line.booked_on, line.amount_minor) for line in lines())
        assert kept == sorted((DAY + dt.timedelta(days=day), minor) for day in days_told for minor in days[day])
        transaction.set_rollback(True)
