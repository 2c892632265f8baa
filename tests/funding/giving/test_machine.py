"""Everything that can happen, in any order, against a model of the meter that knows nothing of Masthead."""

import datetime as dt

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from masthead.funding.giving.actions import apply_inbox, sweep
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.funding.giving.models import Frequency, Gift, GiftState, InboxEvent
from masthead.funding.ledger.verify import verify
from masthead.funding.providers.base import ProviderError
from masthead.funding.providers.practice import client
from masthead.kernel.money import Money
from tests.funding.giving.acts import begin, raised
from tests.make.funding import NOW, make_campaign


class Giving(RuleBasedStateMachine):
    """Gifts are begun, paid, delayed, declined, refunded, disputed, renewed; webhooks come, come twice, are lost, come late.

    `held` is the model: what each payment is worth to the newsroom at the provider. The meter may lag behind it, and
    after a sweep it is exactly its sum.
    """

    payments = Bundle("payments")

    def __init__(self):
        super().__init__()
        self.campaign = make_campaign()
        self.now = NOW
        self.number = 0
        self.held, self.paid = {}, {}
        self.pending, self.pledges = set(), {}

    def pass_time(self, seconds=1):
        self.now += dt.timedelta(seconds=seconds)

    @rule(target=payments, minor=st.integers(1, 10_000), monthly=st.booleans(), how=st.sampled_from(["pay", "twice", "later", "decline", "leave"]))
    def give(self, minor, monthly, how):
        self.pass_time()
        self.number += 1
        began = begin(self.campaign, minor, frequency=Frequency.MONTHLY if monthly else Frequency.ONCE, email=f"r{self.number}@example.org", now=self.now)
        if how == "leave":
            return multiple()
        if how == "decline":
            client.books().close_checkout(began.gift.checkout_ref, state="declined", reason="no", now=self.now)
            return multiple()
        ref = client.books().pay(began.gift.checkout_ref, now=self.now, delay_seconds=10**9 if how == "later" else 0, copies=2 if how == "twice" else 1)
        self.paid[ref] = minor
        self.held[ref] = 0 if how == "later" else minor
        if how == "later":
            self.pending.add(ref)
        if monthly:
            self.pledges[ref] = client.payment(ref)["pledge"][0]["ref"]
        return ref

    @rule(target=payments, ref=payments)
    def renew(self, ref):
        self.pass_time()
        if ref not in self.pledges:
            return multiple()
        renewal = client.pledges().renew(self.pledges[ref], now=self.now)
        self.held[renewal] = self.paid[renewal] = self.paid[ref]
        return renewal

    @rule(ref=payments, fails=st.booleans())
    def bank_decides(self, ref, fails):
        self.pass_time()
        try:
            client.books().finish(ref, now=self.now, fails=fails)
        except ProviderError:
            return
        if fails:
            self.held[ref] = 0
        elif ref in self.pending:
            self.held[ref] = self.paid[ref]
        self.pending.discard(ref)

    @rule(ref=payments, shares=st.lists(st.integers(1, 60), min_size=1, max_size=3))
    def refund(self, ref, shares):
        for share in shares:
            self.pass_time()
            self.number += 1
            minor = max(1, self.paid[ref] * share // 100)
            try:
                client.books().refund(ref, amount=Money(minor, "USD"), key=str(self.number), now=self.now)
            except ProviderError:
                return
            self.held[ref] -= minor

    @rule(ref=payments, seen_open=st.booleans(), won=st.booleans())
    def dispute(self, ref, seen_open, won):
        self.pass_time()
        if client.books().rows("SELECT 1 FROM dispute WHERE payment_ref = ?", [ref]):
            return
        try:
            dispute = client.books().dispute(ref, now=self.now)
        except ProviderError:
            return
        held, self.held[ref] = self.held[ref], 0
        if seen_open:
            self.webhooks_come()
            self.worker_applies()
        self.pass_time()
        client.books().close_dispute(dispute, won=won, now=self.now)
        if won:
            self.held[ref] = held

    @rule()
    def webhooks_come(self):
        deliver_practice(now=self.now)

    @rule()
    def webhooks_are_lost(self):
        client.deliver_due(door=lambda headers, body: 200, now=self.now)

    @rule()
    def worker_applies(self):
        apply_inbox(now=self.now)

    @rule()
    def an_hour_passes_and_the_sweep_runs(self):
        self.pass_time(3600)
        sweep(now=self.now)
        apply_inbox(now=self.now)
        assert raised(self.campaign, self.now) == sum(self.held.values())
        assert not InboxEvent.objects.exclude(error="").exists()
        settled = Gift.objects.exclude(state__in=[GiftState.STARTED, GiftState.PENDING, GiftState.DECLINED, GiftState.FAILED])
        assert sum(gift.amount_minor - gift.returned_minor for gift in settled) == sum(self.held.values())

    @invariant()
    def nothing_is_counted_that_was_not_paid(self):
        counted = raised(self.campaign, self.now)
        assert 0 <= counted <= sum(self.paid.values())

    def teardown(self):
        self.an_hour_passes_and_the_sweep_runs()
        assert verify().sound


# Shrinking a failing run of so many steps takes minutes; the printed steps are as good.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
SETTINGS = settings(max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES, print_blob=True)


class Undone(Exception):
    """Ends an example's transaction without keeping anything of it."""


@pytest.mark.django_db
def test_the_meter_follows_an_independent_model_whatever_happens(tmp_path_factory):
    class Isolated(Giving):
        """Each example finds the database as it was, and practice books of its own."""

        def __init__(self):
            self.folder = override_settings(ENV=django_settings.ENV.model_copy(update={"data": tmp_path_factory.mktemp("books")}))
            self.folder.enable()
            self.transaction = transaction.atomic()
            self.transaction.__enter__()
            super().__init__()

        def teardown(self):
            try:
                super().teardown()
            finally:
                self.transaction.__exit__(Undone, Undone(), None)
                self.folder.disable()

    run_state_machine_as_test(Isolated, settings=SETTINGS)
