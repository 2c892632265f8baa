"""Acceptance tests 7, 11 and 13: what is not a provider's own word is not taken; a meter on a page is the ledger's; an erased supporter leaves whole books."""

import datetime as dt
import json

import pytest
from django.conf import settings
from django.test import Client, override_settings

from masthead.funding.campaigns.actions import feature
from masthead.funding.giving.managing.erasing import erase_supporter
from masthead.funding.giving.models import Gift, InboxEvent, Receipt
from masthead.funding.giving.paper import proof_of
from masthead.funding.ledger import papers
from masthead.funding.ledger.checkpoints import keys
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.funding.ledger.verify import verify
from masthead.readers.models import Supporter
from simulator.paypal.signing import make_signer
from tests.funding.acceptance.world import SECRET, WEBHOOK_ID, make_campaign
from tests.make.newsroom import make_newsroom

OLD, FUTURE = dt.timedelta(seconds=-301), dt.timedelta(minutes=6)
FOUR_DAYS = dt.timedelta(days=-4, minutes=-1)


def stripe_letters(world):
    """Return letters that Stripe did not write, or not to us, or not now, by what is wrong with them."""
    stripe, now = world.sim.stripe, world.now()
    event = stripe.events(kind="payment_intent.succeeded")[0]
    good_headers, good_body = stripe.letter(event, secrets=[SECRET])
    latin = json.dumps(event, ensure_ascii=False, default=str).replace("evt", "\u00e9vt").encode("latin-1")
    return {
        "old": stripe.letter(event, secrets=[SECRET], at=now + OLD),
        "future": stripe.letter(event, secrets=[SECRET], at=now + FUTURE),
        "forged": stripe.letter(event, secrets=["whsec_somebody"]),
        "of a secret that was rolled": stripe.letter(event, secrets=["whsec_before"]),
        "of the other mode": stripe.letter(event | {"livemode": True}, secrets=[SECRET]),
        "changed": (good_headers, good_body.replace(b"payment_intent", b"payment_intenT")),
        "unsigned": ({"Content-Type": "application/json", "Stripe-Signature": ""}, good_body),
        "signed for another body": (good_headers, latin),
        "signed and not UTF-8": (signed_as_stripe(latin, now), latin),
        "no event": (signed_as_stripe(b"[1]", now), b"[1]"),
    }


def signed_as_stripe(body, now):
    from simulator.stripe.world import signature

    return {"Content-Type": "application/json", "Stripe-Signature": signature(body, [SECRET], now)}


def paypal_letters(world):
    """The same of PayPal, whose mode is in the certificate and in the webhook's id."""
    paypal, now = world.sim.paypal.world, world.now()
    event = world.sim.paypal.events("PAYMENT.CAPTURE.COMPLETED")[0]
    good_headers, good_body = paypal.letter(event, webhook_id=WEBHOOK_ID)
    latin = '{"id": "\u00e9"}'.encode("latin-1")
    time, signature = paypal.signer.sign(body=latin, transmission_id="t", at=now, webhook_id=WEBHOOK_ID)
    signed = good_headers | {"PAYPAL-TRANSMISSION-ID": "t", "PAYPAL-TRANSMISSION-TIME": time, "PAYPAL-TRANSMISSION-SIG": signature}
    return {
        "old": paypal.letter(event, webhook_id=WEBHOOK_ID, at=now + FOUR_DAYS),  # PayPal repeats for three days, and signs once
        "future": paypal.letter(event, webhook_id=WEBHOOK_ID, at=now + FUTURE),
        "forged": paypal.letter(event, webhook_id=WEBHOOK_ID, signer=make_signer(now=now, number=1)),
        "of another webhook": paypal.letter(event, webhook_id="WEBHOOK-BEFORE"),
        "certified elsewhere": paypal.letter(event, webhook_id=WEBHOOK_ID, cert_url="https://thief.example/cert.pem"),
        "changed": (good_headers, good_body.replace(b"COMPLETED", b"COMPLETEd")),
        "unsigned": ({"Content-Type": "application/json"}, good_body),
        "signed and not UTF-8": (signed, latin),
    }


@pytest.mark.parametrize(("way", "letters"), [("stripe", stripe_letters), ("paypal", paypal_letters)])
def test_7_what_is_old_future_forged_rolled_of_the_other_mode_or_unreadable_is_refused_and_leaves_nothing(world, way, letters):
    campaign = make_campaign()
    world.sim.webhooks.on = False
    world.give(campaign, way=way)
    if way == "paypal":  # the capture that the letters tell of happens when the giver is back
        from masthead.funding.giving.actions import apply_inbox, sweep

        world.sim.advance(minutes=2)
        sweep(now=world.now())
        apply_inbox(now=world.now())
    stored = InboxEvent.objects.count()
    refused = {name: send(way, *letter) for name, letter in letters(world).items()}
    assert refused == dict.fromkeys(refused, 400)
    assert len(refused) >= 8
    assert InboxEvent.objects.count() == stored
    world.sim.webhooks.on = True
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 2500}


def send(way, headers, body):
    words = {name: value for name, value in headers.items() if name != "Content-Type"}
    return Client().post(f"/webhooks/{way}/", body, content_type=headers["Content-Type"], headers=words).status_code


def test_7_while_a_secret_is_rolled_the_old_one_counts_and_afterwards_it_does_not(world):
    world.sim.webhooks.on = False
    world.give(make_campaign(), way="stripe")
    stripe = world.sim.stripe
    first, second = stripe.events(kind="payment_intent.succeeded") + stripe.events(kind="checkout.session.completed")
    for secrets, event, status in (("whsec_new,whsec_simulated", first, 200), ("whsec_new", second, 400)):
        with override_settings(ENV=settings.ENV.model_copy(update={"stripe_webhook_secrets": secrets})):
            assert send("stripe", *stripe.letter(event, secrets=[SECRET])) == status


def test_11_page_meter_and_figures_say_the_new_sum_with_the_gift_and_without_a_script(world, client):
    campaign = make_campaign(slug="lights")
    feature(campaign=campaign)
    make_newsroom()
    paths = ["/campaigns/lights/", f"/meter/{campaign.uuid}.json"]
    before = {path: client.get(path) for path in paths}
    assert all(b"$25" not in answer.content.partition(b"<form")[0] for answer in before.values())
    world.give(campaign, way="stripe")
    world.work()
    for path in paths:
        answer = client.get(path, headers={"if-none-match": before[path].headers.get("ETag", "")})
        assert (answer.status_code, "no-cache" in answer["Cache-Control"]) == (200, True)
        said = answer.content.decode()
        assert "$25</strong> raised" in said if path.startswith("/campaigns") else json.loads(said)["raised_minor"] == 2500


@pytest.mark.parametrize("way", ["stripe", "paypal"])
def test_13_once_a_supporter_is_erased_chain_proofs_and_meter_still_hold(world, way):
    make_newsroom()
    campaign = make_campaign()
    world.give(campaign, way=way, name="Ada Lovelace", visibility="name", dedication="For Eve", frequency="monthly")
    world.work()
    world.sim.advance(days=1)
    sign_yesterday(now=world.now())
    proof = proof_of(Receipt.objects.get())
    assert papers.check(str(proof), [keys.signer().verifier]).trusted
    erase_supporter(supporter=Supporter.objects.get(), reason="Asked by letter", by="pat", now=world.now())
    world.night()
    world.check()
    assert world.meters() == {campaign.slug: 2500}
    assert verify().sound
    assert str(proof_of(Receipt.objects.get())) == str(proof)
    left = [str(value) for gift in Gift.objects.values() for value in gift.values()]
    assert not any(word in text for text in left for word in ("Ada", "Eve", "reader1"))
