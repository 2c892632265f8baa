"""The address that providers send their webhooks to."""

import pytest
from django.test import Client

from masthead.funding.giving.models import InboxEvent
from masthead.funding.providers.practice import client as practice
from masthead.funding.providers.signatures import sign
from tests.make.funding import NOW

pytestmark = pytest.mark.django_db

BODY = b'{"id": "evt_1", "type": "payment.settled", "object": "pay_1", "created": 0}'


def hook(body=BODY, *, signature=None, provider="practice", **named):
    header = sign(body=body, secret=practice.webhook_secret(), now=NOW) if signature is None else signature
    return Client(enforce_csrf_checks=True).post(
        f"/webhooks/{provider}/", body, content_type="application/json", headers={"practice-signature": header}, **named
    )


def test_a_signed_webhook_is_stored_and_answered_200_also_the_second_time():
    assert [hook().status_code, hook().status_code] == [200, 200]
    assert InboxEvent.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", sign(body=BODY, secret="wrong", now=NOW), sign(body=b"other", secret="x", now=NOW)])
def test_a_webhook_that_is_not_signed_is_answered_400(signature):
    assert hook(signature=signature).status_code == 400
    assert not InboxEvent.objects.exists()


def test_a_webhook_that_is_no_text_is_answered_400():
    assert hook(b"\xff\xfe\x00").status_code == 400


def test_a_webhook_above_256_kb_is_answered_413():
    assert hook(b"x" * (256 * 1024 + 1)).status_code == 413
    assert not InboxEvent.objects.exists()


def test_a_webhook_for_nobody_is_answered_404():
    assert hook(provider="paypol").status_code == 404


def test_a_webhook_is_never_read_with_get(client):
    assert client.get("/webhooks/practice/").status_code == 405
