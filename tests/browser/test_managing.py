"""A supporter's own page in a real browser: what Stripe and PayPal are asked for there, and a receipt that proves itself."""

import datetime as dt
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail

from masthead.funding.giving.actions import send_receipts
from masthead.funding.giving.models import Gift, Pledge
from masthead.funding.ledger.checkpoints import keys
from masthead.funding.ledger.checkpoints.actions import sign_yesterday
from masthead.kernel import clock
from tests.browser.givers import ask_to_give, is_thanked, open_own_page, simulated_paypal, simulated_stripe, the_world_turns

pytestmark = pytest.mark.browser
DAY = dt.timedelta(days=1)


@pytest.fixture
def at_stripe(newsroom, settings):
    with simulated_stripe(settings) as sim:
        yield sim


@pytest.fixture
def at_paypal(newsroom, settings, tmp_path):
    with simulated_paypal(settings, tmp_path) as sim:
        yield sim


def pledge_of(email: str) -> Pledge:
    return Pledge.objects.get(gifts__supporter__email=email)


def open_part(page, words):
    page.locator("summary", has_text=words).first.click()


def test_change_pause_and_end_a_monthly_gift_at_stripe_without_scripts(newsroom, at_stripe, open_page):
    email, page = "keeps@example.org", open_page(width=360, javascript=False)
    ask_to_give(page, newsroom, frequency="monthly", amount=5, email=email)
    page.wait_for_url("**/c/pay/**")
    page.get_by_role("button", name="Subscribe 5.00 USD each month").click()
    is_thanked(page, at_stripe)
    open_own_page(page, newsroom, email=email)
    open_part(page, "Change the amount")
    page.get_by_label("New amount, in USD").fill("7")
    page.get_by_role("button", name="Change it").click()
    page.get_by_role("heading", name="7 US dollars each month").wait_for()
    assert "The amount is changed" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Change the card").click()
    page.wait_for_url("**/p/session/**")
    page.get_by_label("Card number").fill("5555 5555 5555 4444")
    page.get_by_role("button", name="Use this card").click()
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/giving/yours/**")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused: nothing is taken.").wait_for()
    page.get_by_role("button", name="Go on with it").click()
    page.get_by_role("button", name="Pause").wait_for()
    open_part(page, "End it")
    page.get_by_label("I cannot afford it at the moment").check()
    page.get_by_role("button", name="End it now").click()
    page.get_by_text("Ended on").wait_for()
    assert (pledge_of(email).state, pledge_of(email).ended_because) == (Pledge.State.ENDED, "money")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_agree_to_another_amount_at_paypal_and_come_back(newsroom, at_paypal, open_page):
    email, page = "agrees@example.org", open_page(width=360)
    ask_to_give(page, newsroom, frequency="monthly", amount=5, email=email, way="paypal")
    page.wait_for_url("**/paypal/**")
    page.get_by_role("button", name="Agree and pay").click()
    is_thanked(page, at_paypal)
    open_own_page(page, newsroom, email=email)
    assert Axe().run(page).response["violations"] == []
    for press, said in (("Cancel and go back", "You came back without agreeing"), ("Agree and pay", "The amount is changed")):
        open_part(page, "Change the amount")
        page.get_by_label("New amount, in USD").fill("8")
        page.get_by_role("button", name="Go on to PayPal").click()
        page.wait_for_url("**/paypal/**")
        assert page.inner_text("h1") == "Pay 8.00 USD each month"
        page.get_by_text(press).click()
        page.get_by_text(said).wait_for()
    page.get_by_role("heading", name="8 US dollars each month").wait_for()
    the_world_turns(at_paypal)
    open_part(page, "End it")
    page.get_by_role("button", name="End it now").click()
    page.get_by_text("Ended on").wait_for()
    assert pledge_of(email).state == Pledge.State.ENDED


def test_a_receipt_is_checked_on_the_static_page(newsroom, at_stripe, open_page):
    email, page = "proves@example.org", open_page()
    ask_to_give(page, newsroom, frequency="once", amount=25, email=email)
    page.wait_for_url("**/c/pay/**")
    page.get_by_role("button", name="Pay 25.00 USD").click()
    is_thanked(page, at_stripe)
    send_receipts(now=clock.now())
    sign_yesterday(now=clock.now() + DAY)
    letter = next(letter for letter in reversed(mail.outbox) if letter.to == [email])
    page.goto(re.search(r"\S+/contribute/receipt/\S+", letter.body)[0])
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    proof = download.value.path().read_bytes()
    page.get_by_role("link", name="Check it").click()
    page.wait_for_url("**/books/verify/")
    page.context.set_offline(True)

    def found(paper: bytes) -> str:
        page.fill("#key", str(keys.signer().verifier))
        page.set_input_files("#paper", {"name": "receipt.json", "mimeType": "application/json", "buffer": paper})
        page.click("#verify button")
        page.wait_for_selector("#found:not(:empty)")
        return page.inner_text("#found")

    number = Gift.objects.get(supporter__email=email).receipt.number
    assert found(proof).startswith(f"It holds. Receipt {number}: 25.00 USD")
    assert "It was altered" in found(proof.replace(b"amount_minor=2500", b"amount_minor=2600"))
