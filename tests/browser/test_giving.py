import pytest
from axe_playwright_python.sync_playwright import Axe

from masthead.funding.giving.actions import apply_inbox
from masthead.funding.giving.actions.deliveries import deliver_practice
from masthead.kernel import clock

pytestmark = pytest.mark.browser


def the_scheduler_turns():
    deliver_practice(now=clock.now())
    apply_inbox(now=clock.now())


def raised(page):
    """Return what the meter on top of the page says, in dollars."""
    return int(page.inner_text(".top .meter-words strong").strip("$").replace(",", ""))


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_gift_moves_the_meter_on_every_page(newsroom, open_page, javascript):
    page = open_page(width=360, javascript=javascript)
    page.goto(newsroom.url("story"))
    before = raised(page)
    page.click(".top .meter-give")
    page.check("#frequency-once")
    page.check("#amount-once-25")
    page.fill("#email", f"reader-{javascript}@example.org")
    if javascript:
        assert "$25" in page.inner_text(".give__total")
        assert Axe().run(page).response["violations"] == []
    page.click(".give__button")
    page.wait_for_url("**/practice/**")
    page.click("button[value=pay]")
    page.wait_for_url("**/contribute/thanks/**")
    the_scheduler_turns()
    page.goto(page.url)
    assert "Thank you" in page.inner_text("h1")
    if javascript:
        assert Axe().run(page).response["violations"] == []
    for name in newsroom.paths:
        page.goto(newsroom.url(name))
        assert raised(page) == before + 25, name


def test_a_wrong_amount_is_said_at_the_field_and_nothing_is_taken(newsroom, open_page):
    page = open_page(width=360)
    page.goto(newsroom.url("contribute"))
    page.check("#frequency-once")
    page.fill("#amount", "-5")
    page.fill("#email", "reader@example.org")
    page.click(".give__button")
    assert page.locator("#errors").is_visible()
    assert page.locator("#amount").get_attribute("aria-invalid") == "true"
    assert page.input_value("#email") == "reader@example.org"
    assert Axe().run(page).response["violations"] == []


def test_the_whole_form_can_be_filled_from_the_keyboard(newsroom, open_page):
    page = open_page()
    page.goto(newsroom.url("contribute"))
    page.focus("#frequency-once")
    page.keyboard.press("ArrowRight")
    assert page.locator("#frequency-monthly").is_checked()
    assert page.locator(".give__amounts--monthly").is_visible()
    assert not page.locator(".give__amounts--once").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator("#amount-monthly-5").is_checked()
    assert "$5 each month" in page.inner_text(".give__total")
