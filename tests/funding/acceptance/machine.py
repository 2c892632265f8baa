"""Everything that can happen to a newsroom's money, in any order, as a hypothesis state machine. What it must come to, says model.py."""

import datetime as dt
from contextlib import nullcontext, suppress
from decimal import Decimal
from typing import Any

from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from masthead.funding.giving import links
from masthead.funding.giving.actions import apply_inbox, refund_gift, send_receipts, sweep
from masthead.funding.giving.managing import actions as managing
from masthead.funding.giving.managing.erasing import erase_supporter
from masthead.funding.giving.models import Frequency, Gift, Pledge
from masthead.funding.giving.reconciling.actions import reconcile
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import Money
from simulator.paypal.world import Refused as PayPalRefused
from simulator.stripe.payments import AsksSupporter, Declined
from simulator.stripe.world import Refused as StripeRefused
from tests.funding.acceptance.model import smallest
from tests.funding.acceptance.world import ASKS_EACH_TIME, ASKS_ONCE, BAD_IBAN, CARD, DECLINED, GOOD_IBAN, LATER_DECLINED, PROVIDERS, World, killed_at
from tests.funding.giving.acts import begin
from tests.make.funding import make_campaign

NO = (MastheadError, StripeRefused, PayPalRefused, Declined, AsksSupporter)  # what companies and the newsroom may well refuse
PICK, SHARE = st.integers(0, 30), st.sampled_from([1, 17, 33, 50, 99, 100])
DEATH = st.one_of(st.just(0), st.just(0), st.integers(1, 140))
DIGITS = {"JPY": 0, "KWD": 3}
FOREIGN = {"eur": "1.0825", "jpy": "0.0067", "kwd": "3.2571"}
BACK = ["desk", "there", "there", "complain", "complain", "won", "won", "lost", "lost_in_part", "bank", "bounce", "bounce", "work"]
BACK_CODES = {"T1100", "T1106", "T1107"}
HERE = ["our_end", "our_pause", "our_resume", "our_amount", "our_often", "our_leave"]
CHANGES = [*HERE, "end", "end_later", "pause", "resume", "amount", "bad_card", "bad_card", "asking_card", "good_card"]
PAUSE = st.sampled_from([{"seconds": 0}, {"seconds": 0}, {"seconds": 1}, {"minutes": 3}, {"days": 31}])
WAITS = [{"seconds": 0}, {"seconds": 1}, {"minutes": 7}, {"hours": 2}, {"days": 1}, {"days": 6}, {"days": 32}]
FAULTS = ["429", "500_before", "500_after", "cut_before", "cut_after"]
PATHS = [".*", "/v1/payment_intents.*", "/v1/refunds", "/v1/events", "/v2/checkout.*", "/v1/billing.*", "/v1/reporting.*", "/v1/customer.*", "/v1/balance.*"]
SKEWS = [
    dt.timedelta(0),
    dt.timedelta(minutes=-2),
    dt.timedelta(minutes=2),
    dt.timedelta(hours=-3),
    dt.timedelta(hours=3),
    dt.timedelta(days=-9),
    dt.timedelta(days=400),
]


def dying(step: int) -> Any:
    """Kill what runs inside at a step; 0 lets it live."""
    return killed_at(step) if step else nullcontext()


def price(payment: Any) -> dict[str, str]:
    """Return the amount of a PayPal payment in the words of its newer API."""
    said = payment["amount"]
    return {"currency_code": said.get("currency_code") or said["currency"], "value": said.get("value") or said["total"]}


class Newsroom(RuleBasedStateMachine):
    """Gifts, pledges, refunds, disputes, late failures; webhooks lost, doubled, mixed, late; deaths, faults, clocks that step."""

    world: World  # made for each example by whoever runs the machine

    @initialize(exchanging=st.booleans())
    def set_up(self, exchanging):
        self.exchanging = exchanging
        if exchanging:
            habits = self.world.sim.stripe.habits
            habits.settle_in, habits.rates = "usd", {code: Decimal(rate) for code, rate in FOREIGN.items()}
        self.campaigns = [make_campaign(currency=code, offers_yearly=True) for code in ("USD", "USD" if exchanging else "EUR", "USD" if exchanging else "JPY")]
        self.left: list[Gift] = []
        self.keys = 0
        for number, way in enumerate(PROVIDERS):  # so that there is something to give back from the first step on
            self.world.give(self.campaigns[number], "25", way=way)
            self.world.give(self.campaigns[number], "8", way=way, frequency="monthly")

    # --- givers ---------------------------------------------------------------------------------

    @rule(
        way=st.sampled_from(PROVIDERS),
        what=st.tuples(st.integers(0, 2), st.integers(1, 999), st.sampled_from(["", "EUR", "JPY", "KWD"])),
        frequency=st.sampled_from(["once", "once", "monthly", "yearly"]),
        how=st.sampled_from(["pay", "pay", "back", "leave", "decline", "later", "later_fails", "fades", "asked", "asked_no", "asked_each_time"]),
        death=DEATH,
    )
    def give(self, way, what, frequency, how, death):
        campaign, units, foreign = what
        gift = None
        with dying(death), suppress(MastheadError):
            if foreign and self.exchanging and way == "stripe":
                self.keys += 1
                minor = units * 10 if foreign == "KWD" else units
                words = {"currency": foreign, "frequency": Frequency(frequency), "email": f"f{self.keys}@example.org", "provider_name": "stripe"}
                gift = self.world.note(begin(self.campaigns[campaign], minor, now=self.world.now(), **words).gift)
            else:
                gift = self.world.begin(self.campaigns[campaign], str(units), way=way, frequency=frequency)
        if gift:
            self.go_on(gift, how)

    @rule(pick=PICK, how=st.sampled_from(["pay", "back", "decline", "later"]))
    def come_back(self, pick, how):
        if self.left:
            self.go_on(self.left.pop(pick % len(self.left)), how)

    def go_on(self, gift, how):
        if how == "leave":
            self.left.append(gift)
            return
        debit = gift.currency == "EUR" or gift.provider == "paypal"
        words: dict[str, Any] = {"number": {"decline": DECLINED, "fades": LATER_DECLINED}.get(how, CARD)}
        if debit and how.startswith("later"):
            words = {"iban": BAD_IBAN if how == "later_fails" else GOOD_IBAN}
        if gift.provider == "paypal":
            words = {"funding": {"decline": "declined", "later": "echeck", "later_fails": "echeck_bad"}.get(how, "balance")}
        try:
            if gift.provider == "stripe" and how.startswith("asked"):
                self.answer_the_bank(gift, how)
            else:
                self.world.pay(gift, **words)
        except NO:
            self.left.append(gift)
            return
        if how == "decline":
            self.left.append(gift)
        if how == "back":
            assert Client().get(links.thanks_path(gift, now=self.world.now())).status_code == 200

    def answer_the_bank(self, gift, how):
        """Pay with a card whose bank asks back (3-D Secure), and say yes, or no."""
        number = ASKS_EACH_TIME if how == "asked_each_time" else ASKS_ONCE
        with suppress(AsksSupporter):
            self.world.pay(gift, number=number)
        self.world.sim.stripe.confirm(gift.checkout_ref, number=number, yes=how != "asked_no")

    # --- money back -----------------------------------------------------------------------------

    @rule(pick=PICK, acts=st.lists(st.tuples(st.sampled_from(BACK), SHARE, PAUSE, DEATH), min_size=1, max_size=5))
    def money_goes_back(self, pick, acts):
        """Have several things happen to one payment, one after the other, some of them in the same second."""
        way, payment = self.some_payment(pick)
        for what, share, pause, death in acts if way else ():
            self.world.sim.advance(**pause)
            with suppress(*NO):
                if what == "desk":
                    self.give_back_at_the_desk(way, payment, share, death)
                elif what == "there":
                    self.give_back_there(way, payment, share)
                elif what == "complain":
                    self.complain(way, payment, share)
                elif what == "bank":
                    self.bank_takes_back(way, payment)
                elif what == "bounce":
                    self.refund_comes_back(way, payment)
                elif what == "work":
                    self.world.work()
                else:
                    self.decide(way, payment, what, share)

    def give_back_at_the_desk(self, way, payment, share, death):
        ref = payment["payment_intent"] if way == "stripe" else f"pay_{payment['id']}"
        gift = Gift.objects.filter(provider=way, provider_ref=ref).first()
        if gift:
            self.keys += 1
            minor = self.part(gift.amount_minor - gift.returned_minor, share, gift.currency)
            with dying(death):
                refund_gift(gift=gift, amount=Money(minor, gift.currency), key=str(self.keys), by="eve", now=self.world.now())

    def give_back_there(self, way, payment, share):
        if self.is_held(way, payment):
            return
        sim, currency = self.world.sim, self.currency_of(way, payment)
        minor = self.part(self.left_of(way, payment), share, currency)
        if way == "stripe":
            sim.stripe.payments.refund({"charge": payment["id"], "amount": minor}, live=False)
        elif payment["_kind"] == "sale":
            sim.paypal.billing.refund(payment, {"amount": {"total": str(Money(minor, currency).major), "currency": currency}})
        else:
            sim.paypal.orders.refund(payment, {"amount": {"value": str(Money(minor, currency).major), "currency_code": currency}})

    def refund_comes_back(self, way, payment):
        """Have the newest refund that arrived come back, where nothing else holds the payment."""
        if self.is_held(way, payment):
            return
        sim = self.world.sim
        if way == "stripe":
            refunds = [one for one in sim.store.where("refund", charge=payment["id"]) if one["status"] == "succeeded"]
            for refund in refunds[-1:]:
                sim.stripe.payments.fail_refund(refund)
            return
        for refund in [
            one for one in self.all_refunds() if one["_payment"] == payment["id"] and "completed" in {one.get("status", "").lower(), one.get("state")}
        ][-1:]:
            sim.paypal.fail_refund(refund["id"])

    def complain(self, way, payment, share):
        left = self.left_of(way, payment)
        if self.is_held(way, payment) or not left or payment.get("failure_balance_transaction"):
            return
        currency = self.currency_of(way, payment)
        minor = self.part(left, share, currency)
        if way == "stripe":
            self.world.sim.stripe.payments.dispute(payment, amount=minor)
        else:
            self.world.sim.paypal.dispute(payment["id"], amount=str(Money(minor, currency).major))

    def decide(self, way, payment, what, share):
        for dispute in self.disputes_of(way, payment):
            if way == "stripe" and dispute["status"] == "needs_response":
                self.world.sim.stripe.payments.close_dispute(dispute, won=what == "won")
            elif way == "paypal" and dispute["status"] != "RESOLVED":
                held = dispute["dispute_amount"]
                part = self.part(smallest(held), share, held["currency_code"])
                refunded = Money(part, held["currency_code"]).major if what == "lost_in_part" and part < smallest(held) else None
                self.world.sim.paypal.disputes.close(dispute, won=what == "won", refunded=refunded)

    def bank_takes_back(self, way, payment):
        if self.disputes_of(way, payment):
            return
        if way == "stripe" and not payment["amount_refunded"]:
            self.world.sim.stripe.payments.fail_late(payment)
        elif way == "paypal" and payment["_kind"] == "capture" and payment["status"] == "COMPLETED":
            self.world.sim.paypal.orders.reverse(payment)

    # --- what there is --------------------------------------------------------------------------

    def some_payment(self, pick):
        """Return one of the payments that went through, with its company."""
        store = self.world.sim.store
        found = [("stripe", store.get(one["latest_charge"])) for one in store.all("payment_intent") if one["status"] == "succeeded"]
        found += [("paypal", one) for one in store.all("paypal.capture") if "seller_receivable_breakdown" in one]
        found += [("paypal", one) for one in store.all("paypal.sale") if "transaction_fee" in one]
        return found[pick % len(found)] if found else ("", {})

    def disputes_of(self, way, payment):
        store = self.world.sim.store
        if way == "stripe":
            return list(store.where("dispute", charge=payment["id"]))
        return [one for one in store.all("paypal.dispute") if one["disputed_transactions"][0]["seller_transaction_id"] == payment["id"]]

    def is_held(self, way, payment):
        """Say whether a dispute holds or took something of a payment."""
        disputes = self.disputes_of(way, payment)
        if way == "stripe":
            return any(one["status"] != "won" for one in disputes)
        return any((one.get("dispute_outcome") or {}).get("outcome_code") != "RESOLVED_SELLER_FAVOUR" for one in disputes)

    def left_of(self, way, payment):
        """Return what was not given back of a payment, in its smallest unit."""
        if way == "stripe":
            return payment["amount"] - payment["amount_refunded"]
        rows = [row["transaction_info"] for row in self.world.sim.store.all("paypal.row")]
        about = {payment["id"], *(one["id"] for one in self.all_refunds() if one["_payment"] == payment["id"])}
        back = sum(
            smallest(said["transaction_amount"]) for said in rows if said.get("paypal_reference_id") in about and said["transaction_event_code"] in BACK_CODES
        )
        return smallest(price(payment)) + back

    def all_refunds(self):
        """Return every refund at PayPal."""
        return [*self.world.sim.store.all("paypal.refund"), *self.world.sim.store.all("paypal.sale_refund")]

    def currency_of(self, way, payment):
        return payment["currency"].upper() if way == "stripe" else price(payment)["currency_code"]

    def part(self, minor, share, currency):
        """Return a share of a sum, at least one unit, as both companies take it."""
        found = max(1, minor * share // 100)
        return max(10, found // 10 * 10) if currency == "KWD" else found

    # --- pledges --------------------------------------------------------------------------------

    @rule(pick=PICK, acts=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(1, 99), PAUSE, DEATH), min_size=1, max_size=4))
    def pledge_changes(self, pick, acts):
        """Have several things happen to one pledge: by the supporter with us, in the company's own portal, by its clock."""
        sim = self.world.sim
        found = [one for one in sim.store.all("subscription") if one["status"] in {"active", "trialing", "past_due"}]
        found += [one for one in sim.store.all("paypal.subscription") if one["status"] in {"ACTIVE", "SUSPENDED"}]
        for what, units, pause, death in acts if found else ():
            sim.advance(**pause)
            one = found[pick % len(found)]
            with suppress(*NO):
                if what.startswith("our_"):
                    self.change_here(one, what.removeprefix("our_"), units, death)
                elif one.get("object") == "subscription":
                    self.change_at_stripe(sim.stripe.billing, one, what, units)
                else:
                    self.change_at_paypal(sim.paypal, one, what)

    def change_here(self, one, what, units, death):
        pledge = Pledge.objects.filter(provider_ref__in=[one["id"], f"pledge_{one['id']}"]).first()
        if pledge is None or pledge.supporter is None:  # nobody is left who could ask for it
            return
        self.keys += 1
        words: dict[str, Any] = {"supporter": pledge.supporter, "pledge_id": pledge.pk, "now": self.world.now()}
        with dying(death):
            if what == "leave":
                erase_supporter(supporter=pledge.supporter, reason="asked for it", by="eve", now=self.world.now())
            elif what in {"amount", "often"}:
                often = "" if what == "amount" else {"monthly": "yearly", "yearly": "monthly"}[pledge.frequency]
                if managing.change(**words, typed=str(units), frequency=often, key=str(self.keys), back_url="http://news.example/"):
                    self.world.sim.paypal.approve(one["id"])
            elif what == "end":
                managing.end(**words, because="money", said="")
            else:
                {"pause": managing.pause, "resume": managing.resume}[what](**words)

    def change_at_stripe(self, billing, one, what, units):
        item = one["items"]["data"][0]
        digits = {"jpy": 0, "kwd": 3}.get(one["currency"], 2)
        price = {"currency": one["currency"], "product": item["price"]["product"], "recurring": item["price"]["recurring"], "unit_amount": units * 10**digits}
        {
            "end": lambda: billing.cancel(one),
            "end_later": lambda: billing.update(one, {"cancel_at_period_end": "true"}),
            "pause": lambda: billing.update(one, {"pause_collection": {"behavior": "void"}}),
            "resume": lambda: billing.update(one, {"pause_collection": ""}),
            "amount": lambda: billing.update(one, {"items": [{"id": item["id"], "price_data": price}]}),
            "bad_card": lambda: billing.set_card(one, number=LATER_DECLINED),
            "asking_card": lambda: billing.set_card(one, number=ASKS_EACH_TIME),
            "good_card": lambda: billing.set_card(one, number=CARD),
        }[what]()

    def change_at_paypal(self, paypal, one, what):
        {
            "end": lambda: paypal.billing.cancel(one),
            "end_later": lambda: paypal.billing.cancel(one),
            "pause": lambda: paypal.billing.suspend(one),
            "resume": lambda: paypal.billing.activate(one),
            "amount": lambda: None,
            "bad_card": lambda: paypal.set_funding(one["id"], "declined"),
            "asking_card": lambda: paypal.set_funding(one["id"], "echeck"),
            "good_card": lambda: paypal.set_funding(one["id"], "balance"),
        }[what]()

    # --- time, post, deaths ---------------------------------------------------------------------

    @rule(wait=st.sampled_from([*WAITS, {}]))
    def wait(self, wait):
        """Let time pass, now and then a night in which all is well."""
        if wait:
            self.world.sim.advance(**wait)
        else:
            self.all_is_well_for_a_night()

    @rule(
        skew=st.sampled_from(SKEWS),
        on=st.booleans(),
        lost=st.booleans(),
        post=st.tuples(st.integers(1, 99), st.integers(1, 5), st.booleans(), st.sampled_from([0, 0, 3, 600])),
    )
    def post_and_clock_go_wrong(self, skew, on, lost, post):
        seed, copies, shuffle, minutes = post
        webhooks = self.world.sim.webhooks
        self.world.skew, webhooks.on, webhooks.lost = skew, on, lost
        webhooks.misbehave(seed=seed, most_copies=copies, shuffle=shuffle, delay=dt.timedelta(minutes=minutes))

    @rule(faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.sampled_from(PATHS), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=3))
    def companies_stumble(self, faults):
        for fault, path, times, skip in faults:
            self.world.sim.faults.add(fault, path=path, times=times, skip=skip)

    @rule(runs=st.lists(st.tuples(st.sampled_from(["post", "apply", "apply", "sweep", *PROVIDERS]), DEATH), min_size=1, max_size=4))
    def programs_run(self, runs):
        """Have the parts that run by themselves do so, and die in the middle of it."""
        now = self.world.now()
        for what, death in runs:
            with dying(death):
                if what == "post":
                    self.world.sim.deliver()
                elif what == "apply":
                    apply_inbox(now=now)
                elif what == "sweep":
                    sweep(now=now)
                else:
                    reconcile(provider_name=what, now=now)

    @rule(pick=PICK)
    def a_payout_comes_back(self, pick):
        payouts = self.world.sim.store.all("payout")
        if payouts:
            self.world.sim.stripe.fail_payout(payouts[pick % len(payouts)]["id"])

    @rule()
    def letters_leave(self):
        send_receipts(now=self.world.now())

    def all_is_well_for_a_night(self):
        """From here on nothing stumbles, and whatever happened before must be right in the morning."""
        world = self.world
        world.skew = dt.timedelta(0)
        world.sim.faults.clear()
        world.sim.webhooks.misbehave()
        world.sim.webhooks.on, world.sim.webhooks.lost = True, False
        world.night()
        world.check()
