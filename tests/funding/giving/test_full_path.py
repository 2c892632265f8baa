"""From the first press of a button to the books, and back."""

import datetime as dt

import pytest

from masthead.funding.giving.actions import GiftRefused, GiveAgain, forget_supporter, refund_gift
from masthead.funding.giving.models import Frequency, Gift, GiftEvent, GiftState, InboxEvent, Pledge
from masthead.funding.giving.rules import AmountRefused
from masthead.funding.ledger.models import Transfer
from masthead.funding.providers.practice import client
from masthead.kernel.money import Money
from masthead.readers.models import Supporter
from masthead.readers.rules import BadEmail, BadText
from tests.funding.giving.acts import begin, booked, books_are_right, deliver_and_apply, fresh, given, later, pay, raised
from tests.make.funding import NOW, make_campaign

pytestmark = pytest.mark.django_db


def test_a_gift_is_counted_when_it_settles_and_not_before():
    campaign = make_campaign()
    began = begin(campaign)
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.STARTED, 0)
    pay(began)
    assert raised(campaign) == 0
    assert deliver_and_apply() == 1
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)
    assert booked() == [("gift", 2500), ("fee", 103)]
    assert books_are_right()


def test_transfers_have_ids_made_of_the_providers_references():
    gift = given(make_campaign())
    assert [row.id for row in Transfer.objects.order_by("seq")] == [f"practice:{gift.provider_ref}:gift", f"practice:{gift.provider_ref}:fee"]


def test_a_gift_keeps_its_history():
    gift = given(make_campaign())
    steps = list(gift.events.values_list("state", "transfers"))
    assert steps == [("started", []), ("settled", [f"practice:{gift.provider_ref}:gift", f"practice:{gift.provider_ref}:fee"])]


def test_a_monthly_gift_is_a_pledge_whose_payments_are_gifts():
    campaign = make_campaign()
    first = given(campaign, frequency=Frequency.MONTHLY)
    pledge = Pledge.objects.get()
    assert (first.pledge, pledge.state) == (pledge, Pledge.State.ACTIVE)
    month_later = NOW + dt.timedelta(days=31)
    client.pledges().renew(pledge.provider_ref, now=month_later)
    deliver_and_apply(month_later)
    second = Gift.objects.exclude(pk=first.pk).get()
    assert (second.renewal, second.state, second.pledge, second.supporter) == (True, GiftState.SETTLED, pledge, first.supporter)
    assert raised(campaign) == 5000


def test_a_renewal_counts_in_its_own_month():
    campaign = make_campaign(period="monthly")
    given(campaign, frequency=Frequency.MONTHLY)
    december = dt.datetime(2026, 12, 22, 14, 5, tzinfo=dt.UTC)
    client.pledges().renew(Pledge.objects.get().provider_ref, now=december)
    deliver_and_apply(december)
    assert (raised(campaign, NOW), raised(campaign, december)) == (2500, 2500)


def test_an_ended_pledge_gives_no_more():
    given(make_campaign(), frequency=Frequency.MONTHLY)
    client.pledges().end(Pledge.objects.get().provider_ref, now=later(60))
    deliver_and_apply(later(60))
    assert Pledge.objects.get().state == Pledge.State.ENDED


def test_a_declined_gift_is_not_counted():
    campaign = make_campaign()
    began = begin(campaign)
    client.books().close_checkout(began.gift.checkout_ref, state="declined", reason="The card was declined.", now=NOW)
    deliver_and_apply()
    gift = fresh(began.gift)
    assert (gift.state, gift.reason, raised(campaign), booked()) == (GiftState.DECLINED, "The card was declined.", 0, [])


def test_a_delayed_gift_is_pending_and_then_counted():
    campaign = make_campaign()
    began = begin(campaign)
    pay(began, delay_seconds=10)
    deliver_and_apply()
    assert (fresh(began.gift).state, raised(campaign), booked()) == (GiftState.PENDING, 0, [])
    deliver_and_apply(later(10))
    assert (fresh(began.gift).state, raised(campaign)) == (GiftState.SETTLED, 2500)


def test_a_delayed_gift_that_fails_was_never_counted():
    campaign = make_campaign()
    began = begin(campaign)
    pay(began, delay_seconds=10, fails=True)
    deliver_and_apply()
    deliver_and_apply(later(10))
    assert (fresh(began.gift).state, raised(campaign), booked()) == (GiftState.FAILED, 0, [])


def test_a_bank_that_takes_a_settled_gift_back_lowers_the_total():
    campaign = make_campaign()
    gift = given(campaign)
    client.books().finish(gift.provider_ref, now=later(60), fails=True)
    deliver_and_apply(later(60))
    assert (fresh(gift).state, raised(campaign)) == (GiftState.FAILED, 0)
    assert booked() == [("gift", 2500), ("fee", 103), ("failure", 2500)]


def test_webhooks_sent_twice_count_once():
    campaign = make_campaign()
    pay(begin(campaign), copies=2)
    assert deliver_and_apply() == 1
    assert (InboxEvent.objects.count(), raised(campaign)) == (1, 2500)


def test_refunds_lower_the_total_and_the_fee_stays():
    campaign = make_campaign()
    gift = given(campaign)
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Publisher", now=later(60))
    assert (fresh(gift).state, raised(campaign)) == (GiftState.PARTLY_REFUNDED, 1500)
    refund_gift(gift=fresh(gift), amount=Money(1500, "USD"), key="b", by="Publisher", now=later(90))
    assert (fresh(gift).state, raised(campaign)) == (GiftState.REFUNDED, 0)
    deliver_and_apply(later(120))  # the webhooks of both, late
    assert booked() == [("gift", 2500), ("fee", 103), ("refund", 1000), ("refund", 1500)]
    assert books_are_right()


def test_a_refund_pressed_twice_is_one():
    campaign = make_campaign()
    gift = given(campaign)
    for _ in range(2):
        refund_gift(gift=gift, amount=Money(1000, "USD"), key="same", by="Publisher", now=later(60))
    assert raised(campaign) == 1500


@pytest.mark.parametrize("minor", [0, -1, 2501])
def test_a_refund_beyond_the_gift_is_refused(minor):
    campaign = make_campaign()
    gift = given(campaign)
    with pytest.raises(AmountRefused, match="left of this gift"):
        refund_gift(gift=gift, amount=Money(minor, "USD"), key="a", by="Publisher", now=NOW)
    assert raised(campaign) == 2500


def test_what_was_not_settled_cannot_be_given_back():
    began = begin(make_campaign())
    with pytest.raises(GiftRefused, match="started"):
        refund_gift(gift=began.gift, amount=Money(1, "USD"), key="a", by="Publisher", now=NOW)


def test_a_refund_lowers_the_month_the_gift_counted_in():
    campaign = make_campaign(period="monthly")
    gift = given(campaign)
    december = dt.datetime(2026, 12, 3, tzinfo=dt.UTC)
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Publisher", now=december)
    assert (raised(campaign, NOW), raised(campaign, december)) == (1500, 0)


@pytest.mark.parametrize(("won", "state", "total"), [(True, GiftState.SETTLED, 2500), (False, GiftState.DISPUTED, 0)])
def test_a_disputed_gift_is_not_counted_until_it_is_won(won, state, total):
    campaign = make_campaign()
    gift = given(campaign)
    dispute = client.books().dispute(gift.provider_ref, now=later(60))
    deliver_and_apply(later(60))
    assert (fresh(gift).state, raised(campaign)) == (GiftState.DISPUTED, 0)
    client.books().close_dispute(dispute, won=won, now=later(90))
    deliver_and_apply(later(90))
    assert (fresh(gift).state, raised(campaign)) == (state, total)
    assert books_are_right()


def test_a_gift_in_yen_has_no_decimals():
    campaign = make_campaign(currency="JPY", goal=100_000)
    given(campaign, 1200)
    assert booked() == [("gift", 1200), ("fee", 65)]


def test_a_change_of_the_newsrooms_zone_does_not_disturb_what_is_booked(settings):
    campaign = make_campaign(period="monthly")
    month_end = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    gift = given(campaign, now=month_end)
    settings.ENV = settings.ENV.model_copy(update={"time_zone": "Asia/Tokyo"})
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Publisher", now=month_end + dt.timedelta(hours=1))
    assert not InboxEvent.objects.exclude(error="").exists()
    assert raised(campaign, NOW) == 1500


# --- what cannot be begun ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"minor": 0}, AmountRefused),
        ({"minor": -500}, AmountRefused),
        ({"minor": 100_000_001}, AmountRefused),
        ({"email": "nobody"}, BadEmail),
        ({"email": "a@b.org\nBcc: c@d.org"}, BadEmail),
        ({"public_name": "Ada\nOkafor"}, BadText),
        ({"public_name": "x" * 81}, BadText),
        ({"dedication": "x" * 201}, BadText),
        ({"dedication": "\x1b[2J"}, BadText),
    ],
)
def test_what_cannot_be_given_leaves_nothing_behind(words, refusal):
    campaign = make_campaign()
    with pytest.raises(refusal):
        begin(campaign, **({"minor": 2500} | words))
    assert not Gift.objects.exists()
    assert not Supporter.objects.exists()
    assert not Transfer.objects.exists()


def test_a_million_is_the_most():
    assert begin(make_campaign(), 100_000_000).gift.amount == Money(100_000_000, "USD")


@pytest.mark.parametrize("fields", [{"opened": False}, {"opens_date": dt.date(2026, 11, 23)}, {"closes_date": dt.date(2026, 11, 21)}])
def test_a_campaign_that_is_not_open_takes_nothing(fields):
    with pytest.raises(GiftRefused, match="is closed"):
        begin(make_campaign(**fields))
    assert not Gift.objects.exists()


# --- the same gift twice ----------------------------------------------------------------------------


def test_a_gift_begun_twice_goes_to_one_checkout():
    campaign = make_campaign()
    first, second = begin(campaign), begin(campaign, email="ADA@example.org", now=later(119))
    assert (second.resumed, second.checkout_url, Gift.objects.count()) == (True, first.checkout_url, 1)


@pytest.mark.parametrize("other", [{"minor": 2501}, {"email": "eve@example.org"}, {"frequency": Frequency.MONTHLY}, {"now": later(121)}])
def test_another_gift_gets_a_checkout_of_its_own(other):
    campaign = make_campaign()
    begin(campaign)
    assert not begin(campaign, **({"minor": 2500} | other)).resumed
    assert Gift.objects.count() == 2


def test_a_gift_that_has_just_arrived_is_asked_about():
    campaign = make_campaign()
    given(campaign)
    with pytest.raises(GiveAgain):
        begin(campaign, now=later(60))
    assert not begin(campaign, now=later(60), again=True).resumed
    assert not begin(make_campaign(), now=later(60)).resumed


def test_after_a_decline_one_may_try_again_at_once():
    campaign = make_campaign()
    began = begin(campaign)
    client.books().close_checkout(began.gift.checkout_ref, state="declined", reason="", now=NOW)
    deliver_and_apply()
    assert not begin(campaign).resumed


# --- who gave ---------------------------------------------------------------------------------------


def test_the_books_say_nothing_about_the_person():
    secrets = ["zofia", "lovelace", "example.org", "grandmother"]
    gift = given(make_campaign(), email="zofia@example.org", public_name="Zofia Lovelace", show_name=True, dedication="For my grandmother")
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Publisher", now=NOW)
    rows = str([[getattr(row, field.attname) for field in Transfer._meta.concrete_fields] for row in Transfer.objects.all()]).lower()
    bodies = b"".join(bytes(event.body) for event in InboxEvent.objects.all()).decode().lower()
    for secret in [*secrets, gift.supporter_id.hex]:
        assert secret not in rows.replace("-", "")
        assert secret not in bodies


def test_a_name_is_shown_only_where_that_was_asked():
    assert not begin(make_campaign(), public_name="Ada").gift.show_name
    assert not begin(make_campaign(), show_name=True).gift.show_name


def test_a_forgotten_supporter_stays_counted_without_a_name():
    campaign = make_campaign()
    gift = given(campaign, public_name="Lovelace", show_name=True, dedication="For my grandmother")
    assert forget_supporter(supporter=gift.supporter) == 1
    gift = fresh(gift)
    assert (gift.supporter, gift.public_name, gift.show_name, gift.dedication) == (None, "", False, "")
    assert raised(campaign) == 2500
    assert books_are_right()
    refund_gift(gift=gift, amount=Money(1000, "USD"), key="a", by="Publisher", now=NOW)
    assert raised(campaign) == 1500
    assert not GiftEvent.objects.filter(cause__contains="Lovelace").exists()
