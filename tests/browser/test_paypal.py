"""Giving through the simulated PayPal's pages in a real browser, without JavaScript."""

import pytest

from masthead.funding.giving.models import Gift, Pledge
from tests.browser.givers import ask_to_give, is_thanked, simulated_paypal

pytestmark = pytest.mark.browser


@pytest.fixture
def sim(newsroom, settings, tmp_path):
    with simulated_paypal(settings, tmp_path) as made:
        yield made


def test_go_back_return_and_give_once(newsroom, sim, open_page):
    page = open_page(width=360, javascript=False)
    ask_to_give(page, newsroom, frequency="once", amount=25, email="once-by-paypal@example.org", way="paypal")
    page.wait_for_url("**/paypal/**")
    assert page.inner_text("h1") == "Pay 25.00 USD"
    checkout = page.url
    page.get_by_role("link", name="Cancel and go back").click()
    page.wait_for_url("**/contribute/cancelled/**")
    page.goto(checkout)
    page.get_by_role("button", name="Agree and pay").click()
    is_thanked(page, sim)


def test_give_monthly_after_a_card_that_was_declined(newsroom, sim, open_page):
    page = open_page(javascript=False)
    ask_to_give(page, newsroom, frequency="monthly", amount=5, email="monthly-by-paypal@example.org", way="paypal")
    page.wait_for_url("**/paypal/**")
    page.get_by_label("A card that is declined").check()
    page.get_by_role("button", name="Agree and pay").click()
    assert "declined" in page.get_by_role("alert").inner_text()
    page.get_by_label("The balance").check()
    page.get_by_role("button", name="Agree and pay").click()
    is_thanked(page, sim)
    assert Gift.objects.get(supporter__email="monthly-by-paypal@example.org").pledge.state == Pledge.State.ACTIVE


def test_the_total_adds_the_fee_of_the_way_that_is_chosen(newsroom, sim, open_page):
    page = open_page(width=360)
    page.goto(newsroom.url("contribute"))
    page.check("#frequency-once")
    page.check("#amount-once-25")
    page.check("#cover")
    page.check("#way-paypal")
    assert page.inner_text(".give__total") == "You give $26.42, once."
    page.check("#way-practice")
    assert page.inner_text(".give__total") == "You give $26.06, once."
