"""Campaigns in the admin: made, refused in words, opened, closed, and only by a publisher."""

import datetime as dt

import pytest
from django.urls import reverse

from masthead.funding.campaigns import queries
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.rules import Period, State
from masthead.funding.ledger.models import Account
from masthead.kernel import clock
from masthead.newsroom.staff.actions import set_up_roles
from masthead.newsroom.staff.roles import Role
from tests.make import give, make_campaign, make_staff

pytestmark = pytest.mark.django_db
ADD = "/desk/campaigns/new/"


@pytest.fixture
def publisher(client):
    set_up_roles()
    client.force_login(make_staff(Role.PUBLISHER))
    return client


def typed(milestones=(), *, stored=0, **change):
    fields = {
        "name": "Keep the lights on",
        "slug": "keep-the-lights-on",
        "purpose": "Pays the people who write.",
        "currency": "USD",
        "goal_minor": "5,000",
        "period": "monthly",
        "opens_date": "",
        "closes_date": "",
        "state": "draft",
        "appeal_title": "",
        "appeal_text": "",
        "suggested_once": "10 25 50",
        "suggested_monthly": "5; 10.50",
        "milestones-TOTAL_FORMS": str(len(milestones)),
        "milestones-INITIAL_FORMS": str(stored),
        "milestones-MIN_NUM_FORMS": "0",
        "milestones-MAX_NUM_FORMS": "1000",
    }
    for number, milestone in enumerate(milestones):
        fields |= {f"milestones-{number}-{name}": value for name, value in {"id": "", "DELETE": "", **milestone}.items()}
    return fields | change


def mark(amount, meaning="keeps the site online", **more):
    return {"amount_minor": amount, "meaning": meaning, **more}


def edit(campaign):
    return reverse("campaigns:edit", args=[campaign.pk])


def test_a_publisher_makes_a_campaign_typing_amounts_as_people_do(publisher):
    answer = publisher.post(ADD, typed([mark("2500"), mark("5 000.00", "pays two reporters")]))
    assert answer.status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.goal_minor, campaign.suggested_once, campaign.suggested_monthly) == (500_000, [1000, 2500, 5000], [500, 1050])
    assert list(campaign.milestones.values_list("amount_minor", "meaning")) == [(250_000, "keeps the site online"), (500_000, "pays two reporters")]
    assert campaign.state == State.DRAFT
    assert not Account.objects.exists()


def test_opening_it_opens_its_account(publisher):
    publisher.post(ADD, typed(state="open", featured="on", currency="JPY", goal_minor="300000", suggested_once="", suggested_monthly=""))
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.featured, campaign.goal_minor) == (State.OPEN, True, 300_000)
    assert Account.objects.get(code=campaign.account_code).currency == "JPY"
    publisher.post(edit(campaign), typed(state="closed", goal_minor="300000", suggested_monthly="500"))
    campaign.refresh_from_db()
    assert campaign.state == State.CLOSED


@pytest.mark.parametrize(
    ("change", "marks", "words"),
    [
        ({"goal_minor": "0"}, [], "The amount must be above zero."),
        ({"goal_minor": "-5"}, [], "The amount must be above zero."),
        ({"goal_minor": "much"}, [], "“much” is not an amount in USD"),
        ({"goal_minor": "10.005"}, [], "“10.005” could mean"),
        ({"goal_minor": "10.50", "currency": "JPY"}, [], "is not an amount in JPY"),
        ({"currency": "QQQ"}, [], "There is no currency “QQQ”"),
        ({"currency": "QQQ"}, [mark("5")], "There is no currency “QQQ”"),
        ({}, [mark("0")], "The amount must be above zero."),
        ({}, [mark("x")], "“x” is not an amount in USD"),
        ({}, [mark("25"), mark("25.00", "again")], "Two milestones stand at 25: give each its own amount."),
        ({"suggested_once": "10 free"}, [], "“free” is not an amount in USD"),
        ({"suggested_once": "1 2 3 4 5 6 7"}, [], "Suggest 6 amounts at most"),
        ({"opens_date": "2026-12-01", "closes_date": "2026-11-01"}, [], "It closes before it opens"),
        ({"state": "closed"}, [], "It was never open"),
        ({"slug": "taken"}, [], "already exists"),
        ({"featured": "on"}, [], "“The other” is featured"),
    ],
)
def test_what_cannot_be_is_refused_in_words(publisher, change, marks, words):
    make_campaign(name="The other", featured=True)
    make_campaign(opened=False, slug="taken")
    answer = publisher.post(ADD, typed(marks, **change))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Campaign.objects.count() == 2


def test_an_open_campaign_keeps_its_currency_and_period_and_shows_its_amounts(publisher):
    campaign = make_campaign(currency="KWD", goal=1_000_500, period="one_off", marks={1_500: "buys ink"})
    html = publisher.get(edit(campaign)).content.decode()
    assert 'value="1000.500"' in html
    assert 'value="1.500"' in html
    milestone = campaign.milestones.get()
    words = typed([mark("2.250", "buys ink", id=str(milestone.pk))], stored=1, currency="USD", period="monthly", goal_minor="1000.5", state="open")
    assert publisher.post(edit(campaign), words).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.currency, campaign.period, campaign.goal_minor) == ("KWD", "one_off", 1_000_500)
    assert campaign.milestones.get().amount_minor == 2_250


def test_an_open_campaign_is_no_draft_again_and_is_not_deleted(publisher):
    campaign = make_campaign()
    answer = publisher.post(edit(campaign), typed(state="draft"))
    assert "cannot be a draft again" in answer.content.decode()
    publisher.post(reverse("campaigns:delete", args=[campaign.pk]))
    assert Campaign.objects.exists()


def test_a_draft_is_deleted(publisher):
    publisher.post(reverse("campaigns:delete", args=[make_campaign(opened=False).pk]))
    assert not Campaign.objects.exists()


def test_the_list_says_the_meter_and_the_state(publisher):
    campaign = make_campaign(featured=True)
    give(campaign, 307_500)
    html = publisher.get("/desk/campaigns/").content.decode()
    assert "$3,075 raised of $5,000" in html
    assert "Open, featured" in html
    assert f"/desk/ledger/?account={campaign.account_code}" in html


def test_the_desk_shows_the_meter_and_what_moved_it(publisher):
    this_month = queries.today(clock.now()).replace(day=1)
    campaign = make_campaign(featured=True, period=Period.MONTHLY)
    give(campaign, 100_000, dated=this_month - dt.timedelta(days=1))
    give(campaign, 307_500, dated=this_month)
    html = " ".join(publisher.get("/desk/").content.decode().split())
    assert "<strong>$3,075</strong> raised of $5,000 this month" in html
    assert "$3,075 this month" in html
    assert "/desk/ledger/2/" in html
    assert "/desk/ledger/1/" not in html
    assert ">Funding<" in html or '"Funding"' in html


@pytest.mark.parametrize(("role", "may_see"), [(Role.REPORTER, False), (Role.EDITOR, True)])
def test_reporters_and_editors_change_no_campaign_and_read_no_books(client, role, may_see):
    set_up_roles()
    campaign = make_campaign(featured=True)
    give(campaign, 2500)
    client.force_login(make_staff(role))
    client.post(ADD, typed())
    client.post(edit(campaign), typed(name="Mine now"))
    client.post(reverse("campaigns:delete", args=[make_campaign(opened=False).pk]))
    assert sorted(Campaign.objects.values_list("name", flat=True)) == ["Keep the lights on", "Keep the lights on"]
    for path in ("/desk/ledger/", "/desk/ledger/1/", "/desk/ledger/csv/", "/desk/ledger/results/"):
        assert client.get(path).status_code == 302
    desk = client.get("/desk/").content.decode()
    assert ("$25" in desk) is may_see
    assert "/desk/ledger/" not in desk
