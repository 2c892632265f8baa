"""Giving through the simulated Stripe's pages in a real browser, without JavaScript."""

import pytest

from masthead.funding.giving.models import Gift, Pledge
from tests.browser.givers import ask_to_give, is_thanked, simulated_stripe

pytestmark = pytest.mark.browser


@pytest.fixture
def sim(newsroom, settings):
    with simulated_stripe(settings) as made:
        yield made


def test_give_once_after_a_card_that_was_declined(newsroom, sim, open_page):
    page = open_page(width=360, javascript=False)
    ask_to_give(page, newsroom, frequency="once", amount=25, email="once@example.org")
    page.wait_for_url("**/c/pay/**")
    assert page.input_value("input[name=email]") == "once@example.org"
    page.fill("input[name=number]", "4000 0000 0000 0002")
    page.get_by_role("button", name="Pay 25.00 USD").click()
    assert page.get_by_role("alert").inner_text() == "Your card was declined."
    page.fill("input[name=number]", "4242 4242 4242 4242")
    page.get_by_role("button", name="Pay 25.00 USD").click()
    is_thanked(page, sim)


def test_give_monthly_with_the_banks_question(newsroom, sim, open_page):
    page = open_page(javascript=False)
    ask_to_give(page, newsroom, frequency="monthly", amount=5, email="monthly@example.org")
    page.wait_for_url("**/c/pay/**")
    page.fill("input[name=number]", "4000 0025 0000 3155")
    page.get_by_role("button", name="Subscribe 5.00 USD each month").click()
    page.get_by_role("button", name="Complete authentication").click()
    is_thanked(page, sim)
    assert Gift.objects.get(supporter__email="monthly@example.org").pledge.state == Pledge.State.ACTIVE
