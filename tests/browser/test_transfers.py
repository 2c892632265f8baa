"""Giving by bank transfer in a real browser: the page that says how, and what it says when the money has come."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.kernel import clock
from tests.make import make_campaign
from tests.make.bank import IBAN, Account, Booking, camt

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_promise_is_told_how_and_thanked_when_it_has_come(newsroom, settings, open_page, javascript):
    settings.ENV = settings.ENV.model_copy(update={"practice": False, "bank_account_name": "The Meridian", "bank_iban": IBAN})
    campaign = make_campaign(name="Harbour desk", currency="EUR")
    page = open_page(width=320, javascript=javascript)
    page.goto(f"{newsroom.url('contribute')}?campaign={campaign.slug}&amount=25")
    page.fill("#email", f"transfer-{javascript}@example.org")
    page.click(".give__button")
    page.wait_for_url("**/contribute/thanks/**")
    assert "How to transfer" in page.inner_text("h1")
    assert page.locator(".transfer__qr").bounding_box()["width"] >= 150
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if javascript:
        assert Axe().run(page).response["violations"] == []
    reference = page.inner_text(".transfer strong")
    statement = camt(Account(bookings=(Booking(minor=2500, text=f"Thanks, {reference.lower()}"),), number=str(javascript), opening=2500 * javascript))
    kept = keep_file(data=statement, name="statement.xml", by=None, now=clock.now())
    assert import_file(file=kept, by=None, now=clock.now()).matched == 1
    page.goto(page.url)
    assert "Thank you" in page.inner_text("h1")
