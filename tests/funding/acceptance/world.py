"""A newsroom between its readers and the simulated Stripe and PayPal: everything goes through the doors that the public and the providers use."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from masthead.funding.campaigns.models import Campaign
from masthead.funding.giving import forms
from masthead.funding.giving.actions import apply_inbox, send_receipts, sweep
from masthead.funding.giving.models import Frequency, Gift, InboxEvent
from masthead.funding.giving.reconciling.actions import reconcile
from masthead.kernel import clock
from simulator import Simulator
from tests.funding.acceptance import model
from tests.funding.giving.acts import raised
from tests.make.funding import NOW, make_campaign

SECRET, WEBHOOK_ID = "whsec_simulated", "WEBHOOK1"
PROVIDERS = ("stripe", "paypal")
CARD, DECLINED, LATER_DECLINED = "4242424242424242", "4000000000000002", "4000000000000341"
ASKS_ONCE, ASKS_EACH_TIME = "4000002500003155", "4000002760003184"  # their banks want the payment confirmed
GOOD_IBAN, BAD_IBAN = "AT611904300234573201", "AT861904300235473202"
HOURS_UNTIL_LISTED = 5  # PayPal lists a movement within three hours; a row of the books may stand alone for four


class Killed(BaseException):
    """The process is gone, in the middle of whatever it did: nothing in the house may catch this."""


class World:
    """One newsroom, one simulator, and a clock on either side: `skew` is how far the newsroom's runs ahead."""

    def __init__(self, sim: Simulator) -> None:
        self.sim, self.skew = sim, dt.timedelta(0)
        self.campaigns: dict[str, str] = {}  # of each gift that was begun: the slug of its campaign
        self.givers = 0

    def now(self) -> dt.datetime:
        """Return the newsroom's time."""
        return self.sim.clock.now() + self.skew

    # --- the doors ------------------------------------------------------------------------------

    def door(self, headers: Any, body: bytes) -> int:
        """Hand a webhook over as HTTP does; return the status."""
        provider = "stripe" if "Stripe-Signature" in headers else "paypal"
        words = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        return Client().post(f"/webhooks/{provider}/", body, content_type=headers["Content-Type"], headers=words).status_code

    def ask(self, campaign: Campaign, amount: str, *, way: str, frequency: str = "once", **fields: Any) -> Any:
        """Post the contribute form, each time from another reader's network and address; return the answer."""
        self.givers += 1
        form = {
            "campaign": campaign.slug,
            "currency": campaign.currency,
            "made": forms.form_token(now=self.now()),
            "frequency": frequency,
            "amount": amount,
            "email": f"reader{self.givers}@example.org",
            "way": way,
        } | fields
        address = f"10.{self.givers // 62500 % 250}.{self.givers // 250 % 250}.{self.givers % 250}"
        return Client(REMOTE_ADDR=address).post("/contribute/", form, headers={"origin": "http://testserver"})

    def begin(self, campaign: Campaign, amount: str = "25", *, way: str, **fields: Any) -> Gift | None:
        """Return a gift at its checkout, or None where the provider did not answer."""
        answer = self.ask(campaign, amount, way=way, **fields)
        if answer.status_code in {202, 429, 503}:  # the guard wants a letter followed or a rest; the provider does not answer
            return None
        assert answer.status_code == 303, answer.content.decode()
        return self.note(Gift.objects.get(checkout_url=answer["Location"]))

    def note(self, gift: Gift) -> Gift:
        """Remember which campaign a gift was begun for."""
        self.campaigns[str(gift.pk)] = gift.campaign.slug
        return gift

    def pay(self, gift: Gift, **how: Any) -> None:
        """Pay at the provider's own page: `number` or `iban` at Stripe, `funding` at PayPal."""
        if gift.provider == "stripe":
            self.sim.stripe.pay(gift.checkout_ref, **how)
        else:
            self.sim.paypal.approve(gift.checkout_ref.partition("_")[2], **how)

    def give(self, campaign: Campaign, amount: str = "25", *, way: str, how: dict[str, Any] | None = None, **fields: Any) -> Gift:
        """Return a gift that was begun and paid, its webhooks still on their way."""
        gift = self.begin(campaign, amount, way=way, **fields)
        assert gift
        self.pay(gift, **(how or {}))
        return gift

    # --- what runs by itself --------------------------------------------------------------------

    def work(self) -> None:
        """Deliver and apply what is due, and what that leads to; send letters."""
        for _ in range(3):
            self.sim.deliver()
            while apply_inbox(now=self.now()):
                pass
        send_receipts(now=self.now())

    def night(self) -> None:
        """Let some hours pass in which everything works, with sweeps and the reconciliation."""
        for hours in (HOURS_UNTIL_LISTED, 7):
            self.sim.advance(hours=hours)
            self.work()
            sweep(now=self.now())
            self.work()
        for provider in PROVIDERS:
            reconcile(provider_name=provider, now=self.now())
        self.work()

    # --- what must hold -------------------------------------------------------------------------

    def meters(self) -> dict[str, int]:
        """Return what the campaigns' meters say."""
        return {campaign.slug: raised(campaign, self.now()) for campaign in Campaign.objects.all()}

    def expected(self) -> dict[str, int]:
        """Return what the meters should say, by the simulator's own record alone."""
        counted = model.count(self.sim, self.campaigns)
        return {slug: counted.get(slug, 0) for slug in Campaign.objects.values_list("slug", flat=True)}

    def check(self) -> None:
        """Hold meters, books, totals and the reconciliation against the simulator's own record."""
        from masthead.funding.giving.models import Discrepancy, Pledge, Receipt
        from masthead.funding.giving.reconciling.models import Reconciliation
        from masthead.funding.ledger.models import Total, Transfer
        from masthead.funding.ledger.verify import verify

        left = [f"{event}: {event.error}" for event in InboxEvent.objects.filter(applied_at__isnull=True)]
        assert left == []
        assert self.meters() == self.expected()
        assert [f"{row.provider}: {row.cause}" for row in Discrepancy.objects.filter(closed_at__isnull=True)] == []
        assert [Reconciliation.objects.filter(provider=name).latest("pk").error for name in PROVIDERS] == ["", ""]
        assert verify().sound
        sums = model.totals(Transfer.objects.values_list("debit_id", "credit_id", "amount_minor"))
        assert {row.account_id: row.balance_minor for row in Total.objects.all() if row.balance_minor} == sums
        states = {row.provider_ref: row.state for row in Pledge.objects.exclude(provider_ref="")}
        there = model.pledges(self.sim)
        assert {ref: state for ref, state in states.items() if ref not in there or there[ref]} == {ref: state for ref, state in there.items() if state}
        assert Receipt.objects.count() <= Gift.objects.exclude(settled_at=None).count()


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Have the process die at its n-th word to the database: before it for an odd n, after it for an even one."""
    count = 0

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == (step + 1) // 2 and step % 2:
            raise Killed
        done = execute(sql, params, many, context)
        if count == step // 2 and not step % 2:
            raise Killed
        return done

    try:
        with connection.execute_wrapper(counting):
            yield
    except Killed:
        pass


@contextmanager
def newsroom(folder: Path, *, now: dt.datetime = NOW, stripe_live: bool = False) -> Iterator[World]:
    """Set up a newsroom with both providers, its own folder, and the simulator's time."""
    with Simulator(now=now) as sim:
        (folder / "paypal-root.pem").write_bytes(sim.paypal.root)
        words = {
            "data": folder,
            "practice": False,
            "stripe_secret_key": f"sk_{'live' if stripe_live else 'test'}_{uuid.uuid4().hex}",
            "stripe_webhook_secrets": SECRET,
            "stripe_api": sim.url,
            "paypal_client_id": f"client-{uuid.uuid4().hex}",
            "paypal_secret": "secret",
            "paypal_webhook_id": WEBHOOK_ID,
            "paypal_api": sim.url,
            "paypal_test_root": "paypal-root.pem",
        }
        if stripe_live:
            words |= {"paypal_client_id": "", "paypal_secret": ""}
        world = World(sim)
        sim.stripe.add_endpoint("http://news.example/webhooks/stripe/", secrets=[SECRET], live=stripe_live)
        sim.paypal.add_endpoint("http://news.example/webhooks/paypal/", webhook_id=WEBHOOK_ID)
        sim.webhooks.door = world.door
        with override_settings(ENV=settings.ENV.model_copy(update=words)), patch.object(clock, "now", world.now):
            yield world


__all__ = ["Frequency", "Killed", "World", "killed_at", "make_campaign", "newsroom"]
