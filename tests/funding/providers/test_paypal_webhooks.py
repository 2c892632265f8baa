"""Who may tell us something in PayPal's name."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from masthead.funding.giving.actions.deliveries import answer
from masthead.funding.giving.models import InboxEvent
from masthead.funding.providers.base import BadSignature
from masthead.funding.providers.paypal import certificates
from masthead.funding.providers.paypal.hints import ref_of
from masthead.funding.providers.paypal.provider import PayPalProvider
from simulator.paypal import signing
from simulator.paypal.signing import make_signer
from tests.funding.providers.paypal_world import WEBHOOK_ID, approve, simulated, start
from tests.make.funding import NOW

provider = PayPalProvider()
CERT = "/v1/notifications/certs/CERT-simulated-1"


@pytest.fixture
def sim(settings, monkeypatch, tmp_path):
    certificates._kept.clear()
    with simulated(settings, monkeypatch, tmp_path) as made:
        yield made


@pytest.fixture
def event(sim):
    approve(sim, start(sim).checkout_ref)
    return sim.paypal.events()[-1]


def letter(sim, event, **how):
    return sim.paypal.world.letter(event, **({"webhook_id": WEBHOOK_ID} | how))


def test_a_signed_webhook_says_what_to_look_at(sim, event):
    headers, body = letter(sim, event)
    hint = provider.verify_webhook(headers=headers, body=body, now=NOW)
    assert (hint.event_id, hint.kind, hint.object_ref) == (event["id"], "CHECKOUT.ORDER.APPROVED", f"order_{event['resource']['id']}")


def test_the_certificate_is_fetched_once(sim, event):
    for _ in range(3):
        headers, body = letter(sim, event)
        provider.verify_webhook(headers=headers, body=body, now=NOW)
    rule = sim.faults.add("500_before", path=CERT)
    provider.verify_webhook(headers=headers, body=body, now=NOW)
    assert rule.hits == 0


@pytest.mark.parametrize("hours", [-1 / 60, 1, 71])
def test_one_that_is_sent_again_for_three_days_is_taken(sim, event, hours):
    headers, body = letter(sim, event, at=NOW - dt.timedelta(hours=hours))
    assert provider.verify_webhook(headers=headers, body=body, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"webhook_id": "ANOTHER"}, "does not match its body"),
        ({"at": NOW - dt.timedelta(days=5)}, "days ago"),
        ({"at": NOW + dt.timedelta(minutes=6)}, "in the future"),
        ({"signer": make_signer(now=NOW, number=1)}, "does not match its body"),
        ({"cert_url": "https://paypal.com.evil.example" + CERT}, "not PayPal's place"),
        ({"cert_url": "http://127.0.0.1:1" + CERT}, "not PayPal's place"),
        ({"cert_url": "https://api.paypal.com" + CERT}, "not PayPal's place"),
        ({"cert_url": "file:///etc/passwd"}, "not PayPal's place"),
        ({"cert_url": "http://[::1" + CERT}, "no readable address"),
    ],
)
def test_what_is_forged_or_old_or_certified_elsewhere_stores_nothing(sim, event, how, sentence):
    headers, body = letter(sim, event, **how)
    status, said = answer(provider="paypal", headers=headers, body=body, now=NOW)
    assert (status, InboxEvent.objects.count()) == (400, 0)
    assert sentence in said


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["TRANSMISSION-ID", "TRANSMISSION-TIME", "TRANSMISSION-SIG", "CERT-URL", "AUTH-ALGO"])
@pytest.mark.parametrize("value", [None, "", "é", "x" * 3000, "SHA1withRSA"])
def test_headers_that_lack_or_lie_store_nothing(sim, event, name, value):
    headers, body = letter(sim, event)
    headers = {key: word for key, word in headers.items() if key != f"PAYPAL-{name}"} | ({f"PAYPAL-{name}": value} if value is not None else {})
    assert (answer(provider="paypal", headers=headers, body=body, now=NOW)[0], InboxEvent.objects.count()) == (400, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda body: body + b" ", lambda body: body.replace(b"APPROVED", b"DECLINED"), lambda _: b"", lambda _: b"\xff\xfe"])
def test_a_body_that_was_changed_stores_nothing(sim, event, change):
    headers, body = letter(sim, event)
    assert (answer(provider="paypal", headers=headers, body=change(body), now=NOW)[0], InboxEvent.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({"number": 1}, "leads to no root"),
        ({"lives": dt.timedelta(seconds=-60)}, "leads to no root"),
        ({"name": "messages.paypal.com.evil.example"}, "not made out to PayPal"),
        ({"name": "evilpaypal.com"}, "not made out to PayPal"),
    ],
)
def test_a_certificate_that_is_not_paypals_is_not_believed(sim, event, made, sentence):
    sim.paypal.world._signer = make_signer(now=NOW, **made)
    headers, body = letter(sim, event)
    with pytest.raises(BadSignature, match=sentence):
        provider.verify_webhook(headers=headers, body=body, now=NOW)


def test_a_certificate_that_cannot_be_had_is_asked_for_again_later(sim, event):
    sim.faults.add("500_before", path=CERT)
    headers, body = letter(sim, event)
    with pytest.raises(BadSignature, match="could not be read"):
        provider.verify_webhook(headers=headers, body=body, now=NOW)
    assert provider.verify_webhook(headers=headers, body=body, now=NOW + dt.timedelta(minutes=1))


def test_the_simulators_root_counts_for_nothing_where_paypal_itself_is_asked(sim, event, settings):
    headers, body = letter(sim, event)
    for api in ("", "https://api-m.sandbox.paypal.com"):
        settings.ENV = settings.ENV.model_copy(update={"paypal_api": api})
        with pytest.raises(BadSignature, match="not PayPal's place"):
            provider.verify_webhook(headers=headers, body=body, now=NOW)
        assert certificates._root_path() != str(settings.ENV.paypal_test_root)


@pytest.mark.parametrize(
    ("api", "url", "right"),
    [
        ("", "https://api.paypal.com" + CERT, True),
        ("", "https://api-m.paypal.com:443" + CERT, True),
        ("", "https://api.sandbox.paypal.com" + CERT, False),
        ("https://api-m.sandbox.paypal.com", "https://api.sandbox.paypal.com" + CERT, True),
        ("https://api-m.sandbox.paypal.com", "https://api.paypal.com" + CERT, False),
        ("", "http://api.paypal.com" + CERT, False),
        ("", "https://www.paypal.com" + CERT, False),
        ("", "https://api.paypal.com:8443" + CERT, False),
        ("", "https://user@api.paypal.com" + CERT, False),
        ("", "https://api.paypal.com@evil.example" + CERT, False),
        ("", "https://api.paypal.com" + CERT + "/../../x", False),
        ("", "https://api.paypal.com" + CERT + "?u=x", False),
        ("", "https://api.paypal.com/v1/notifications/certs/", False),
        ("", "https://api.paypal.com./v1/notifications/certs/CERT-1", False),
    ],
)
def test_certificates_are_fetched_from_paypals_own_place_alone(settings, api, url, right):
    settings.ENV = settings.ENV.model_copy(update={"paypal_api": api})
    if right:
        certificates.check_address(url)
        return
    with pytest.raises(BadSignature):
        certificates.check_address(url)


def test_without_a_webhook_id_nothing_is_believed(sim, event, settings):
    settings.ENV = settings.ENV.model_copy(update={"paypal_webhook_id": ""})
    headers, body = letter(sim, event, webhook_id="")
    with pytest.raises(BadSignature, match="set paypal_webhook_id"):
        provider.verify_webhook(headers=headers, body=body, now=NOW)


@pytest.mark.parametrize(
    ("kind", "thing", "ref"),
    [
        ("PAYMENT.SALE.REFUNDED", {"id": "R1", "sale_id": "S1"}, "pay_S1"),
        ("PAYMENT.CAPTURE.REFUNDED", {"id": "R1", "links": [{"rel": "up", "href": "https://x/v2/payments/captures/C1"}]}, "pay_C1"),
        ("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": [{"seller_transaction_id": "C1"}]}, "pay_C1"),
        ("BILLING.SUBSCRIPTION.ACTIVATED", {"id": "I-1"}, "start_I-1"),
        ("BILLING.SUBSCRIPTION.CANCELLED", {"id": "I-1"}, "pledge_I-1"),
        ("INVOICING.INVOICE.PAID", {"id": "INV2-1"}, ""),
        ("PAYMENT.CAPTURE.COMPLETED", {"id": "../../x"}, ""),
    ],
)
def test_what_an_event_is_about(kind, thing, ref):
    assert ref_of(kind, thing) == ref


def test_a_certificate_without_those_above_it_is_completed_from_the_addresses_that_it_names(settings, monkeypatch, tmp_path):
    root, between, leaf = make_chain("http://cacerts.example/between.crt")
    (tmp_path / "roots.pem").write_bytes(root.public_bytes(Encoding.PEM))
    places = {"https://api.paypal.com" + CERT: [leaf], "http://cacerts.example/between.crt": [between]}
    settings.ENV = settings.ENV.model_copy(update={"paypal_api": ""})
    monkeypatch.setattr(certificates, "_root_path", lambda: str(tmp_path / "roots.pem"))
    monkeypatch.setattr(certificates, "_fetched", lambda url: places.get(url, []))
    certificates._kept.clear()
    assert certificates.key_of("https://api.paypal.com" + CERT, now=NOW).public_numbers() == leaf.public_key().public_numbers()
    certificates._kept.clear()
    del places["http://cacerts.example/between.crt"]
    with pytest.raises(BadSignature, match="leads to no root"):
        certificates.key_of("https://api.paypal.com" + CERT, now=NOW)
    certificates._kept.clear()


def make_chain(place):
    """Return a root, an authority between and a leaf that names where that one is."""
    (leaf_key, between_key), (_, root_key) = signing._keys(0), signing._keys(1)
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, word)]) for word in ("Root", "Between", signing.NAME)]

    def made(subject, issuer, key, by, extensions):
        return signing._certificate(names[subject], names[issuer], key.public_key(), by, now=NOW, lives=dt.timedelta(days=90), extensions=extensions)

    above = (x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
    where = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(place))
    root = made(0, 0, root_key, root_key, signing._root_extensions(root_key))
    between = made(1, 0, between_key, root_key, [*signing._root_extensions(between_key), above])
    leaf = made(2, 1, leaf_key, between_key, [*signing._leaf_extensions(signing.NAME, between_key), (x509.AuthorityInformationAccess([where]), False)])
    return root, between, leaf
