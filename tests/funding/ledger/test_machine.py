"""The books against an independent model: whatever is posted, refunded, disputed or refused, the totals agree to the cent."""

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule, run_state_machine_as_test

from masthead.funding.ledger import queries
from masthead.funding.ledger.actions import TransferRefused, post, taking_back
from masthead.funding.ledger.models import Kind, MonthTotal, Transfer
from masthead.funding.ledger.verify import verify
from masthead.kernel.money import Money
from tests.make import NOW, make_books, make_draft

ACCOUNTS = ("gifts:a", "gifts:b")
CLEARING = "clearing:practice:USD"
MONTHS = (dt.date(2026, 10, 1), dt.date(2026, 11, 1))
MINOR = st.integers(1, 10_000)


class Books(RuleBasedStateMachine):
    gifts, disputes = Bundle("gifts"), Bundle("disputes")

    @initialize()
    def begin(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        make_books(*ACCOUNTS)
        self.number = 0
        self.totals: Counter[tuple[str, dt.date]] = Counter()  # (account, month) -> minor units
        self.left: dict[str, int] = {}  # what each gift or dispute can still give back
        self.of: dict[str, str] = {}  # a dispute -> its gift

    def teardown(self):
        if hasattr(self, "transaction"):
            assert [str(problem) for problem in verify().problems] == []
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def new(self):
        self.number += 1
        return f"t{self.number}"

    @rule(target=gifts, account=st.sampled_from(ACCOUNTS), month=st.sampled_from(MONTHS), minors=st.lists(MINOR, min_size=1, max_size=3))
    def give(self, account, month, minors):
        drafts = [make_draft(self.new(), minor, credit=account, dated=month, book_month=month) for minor in minors]
        rows = post(drafts=drafts, now=NOW)
        self.totals[account, month] += sum(minors)
        self.left |= {draft.id: draft.amount.minor for draft in drafts}
        return multiple(*rows)

    @rule(gift=gifts, minor=MINOR)
    def give_the_same_id_again(self, gift, minor):
        draft = make_draft(gift.id, minor, credit=gift.credit_id, dated=gift.dated, book_month=gift.book_month)
        if minor == gift.amount_minor:
            assert post(drafts=[draft], now=NOW)[0].seq == gift.seq
        else:
            with pytest.raises(TransferRefused):
                post(drafts=[draft], now=NOW)

    @rule(gift=gifts, minor=st.integers(-5, 12_000))
    def refund(self, gift, minor):
        self.take(gift, Kind.REFUND, minor)

    @rule(target=disputes, gift=gifts, minor=MINOR)
    def dispute(self, gift, minor):
        row = self.take(gift, Kind.DISPUTE, minor)
        if row is None:
            return multiple()
        self.left[row.id], self.of[row.id] = minor, gift.id
        return row

    @rule(dispute=consumes(disputes), minor=MINOR)
    def win(self, dispute, minor):
        if self.take(dispute, Kind.WON, minor, sign=1):
            self.left[self.of[dispute.id]] += minor

    @rule(gift=gifts, minor=MINOR)
    def a_batch_with_one_bad_draft_leaves_nothing(self, gift, minor):
        bad = taking_back(gift, id=self.new(), kind=Kind.REFUND, amount=Money(gift.amount_minor + 1, "USD"), dated=gift.dated)
        with pytest.raises(TransferRefused):
            post(drafts=[make_draft(self.new(), minor), bad], now=NOW)

    def take(self, original, kind, minor, sign=-1):
        draft = taking_back(original, id=self.new(), kind=kind, amount=Money(minor, "USD"), dated=original.dated)
        if not 0 < minor <= self.left[original.id]:
            with pytest.raises(TransferRefused):
                post(drafts=[draft], now=NOW)
            return None
        [row] = post(drafts=[draft], now=NOW)
        self.left[original.id] -= minor
        account = original.credit_id if sign < 0 else original.debit_id
        self.totals[account, original.book_month] += sign * minor
        return row

    @invariant()
    def the_totals_are_the_models(self):
        if not hasattr(self, "totals"):
            return
        for account in ACCOUNTS:
            assert queries.total(account).amount.minor == sum(self.totals[account, month] for month in MONTHS)
            for month in MONTHS:
                assert queries.total(account, month).amount.minor == self.totals[account, month]
                assert self.totals[account, month] >= 0
        assert queries.total(CLEARING).amount.minor == -sum(self.totals.values())
        assert queries.total(CLEARING).version == Transfer.objects.count()
        assert sum(MonthTotal.objects.filter(account=CLEARING).values_list("version", flat=True)) == Transfer.objects.count()


@pytest.mark.django_db
def test_the_books_agree_with_an_independent_model():
    run_state_machine_as_test(
        Books, settings=settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    )
