"""Reconciliation in the desk, and the badge that readers see."""

import pytest
from django.test import Client
from django.urls import reverse

from masthead.funding.giving.models import Discrepancy, Reconciliation
from masthead.funding.ledger.actions import post
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.funding.giving.acts import given, later
from tests.make.funding import NOW, make_campaign, make_draft
from tests.make.newsroom import make_staff

pytestmark = pytest.mark.django_db
DAY = 86_400


def signed_in(role):
    client = Client()
    client.force_login(make_staff(role, email=f"{role.name.lower()}@news.example"))
    return client


def test_a_publisher_looks_now_reads_the_cause_and_explains_it_and_readers_see_so(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: later(DAY))
    campaign, publisher = make_campaign(), signed_in(Role.PUBLISHER)
    given(campaign)
    post(drafts=[make_draft("practice:pay_invented:gift", 5000, credit=campaign.account_code)], now=NOW)
    assert "Not compared" in publisher.get(reverse("reconciliation:index")).content.decode()
    publisher.post(reverse("reconciliation:run"))
    body = publisher.get(reverse("reconciliation:index")).content.decode()
    assert "practice:pay_invented:gift" in body
    assert "tells of no such movement" in body
    row = Discrepancy.objects.get()
    for reason in ("", "A mistake of the desk, taken back tomorrow."):
        publisher.post(reverse("reconciliation:explain", args=[row.pk]), {"reason": reason})
    assert "taken back tomorrow" in publisher.get(reverse("reconciliation:index")).content.decode()
    public = Client().get(f"/campaigns/{campaign.slug}/").content.decode()
    assert "but for 1 difference that is explained" in public


def test_nobody_else_may(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: later(DAY))
    for client in (Client(), signed_in(Role.EDITOR)):
        assert client.get(reverse("reconciliation:index")).status_code in {302, 403}
        for address in (reverse("reconciliation:run"), reverse("reconciliation:explain", args=[1])):
            assert client.post(address, {"reason": "x"}).status_code in {302, 403}
    assert not Reconciliation.objects.exists()
