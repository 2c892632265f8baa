"""The meter as readers, print and machines get it."""

import datetime as dt
import json

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory

from masthead.funding.campaigns import actions
from masthead.funding.campaigns.rules import Period
from tests.make import NOW, TODAY, give, make_campaign

pytestmark = pytest.mark.django_db
MARKS = {250_000: "keeps the site online", 500_000: "pays two reporters"}


@pytest.fixture(autouse=True)
def _the_hour():
    with time_machine.travel(NOW, tick=False):
        yield


def rendered(words, request=None):
    return Template("{% load campaigns %}" + words).render(Context({"request": request or RequestFactory().get("/")}))


def test_the_meter_says_one_sentence_then_draws_it():
    campaign = make_campaign(marks=MARKS, featured=True, period=Period.MONTHLY)
    give(campaign, 307_500)
    html = rendered("{% meter %}")
    assert '<p class="meter-words"><strong>$3,075</strong> raised of $5,000 this month, 61\u00a0%, as of 14:05</p>' in html
    assert '<rect class="fill" width="61.5" height="8" />' in html
    assert '<line class="mark reached" x1="50" x2="50"' in html
    assert '<line class="mark" x1="100" x2="100"' in html
    assert "keeps the site online" in html
    assert f'href="/contribute/?campaign={campaign.slug}"' in html
    assert f'href="/campaigns/{campaign.slug}/#how-we-count"' in html
    assert "style=" not in html


@pytest.mark.parametrize("language", ["de", "fr", "ar", "hi"])
def test_the_drawing_takes_no_decimal_comma_whatever_the_language(settings, language):
    settings.LANGUAGE_CODE = language
    campaign = make_campaign(featured=True)
    give(campaign, 307_500)
    assert 'width="61.5"' in rendered("{% meter %}")


def test_meter_and_appeal_share_one_reading(django_assert_num_queries):
    make_campaign(marks=MARKS, featured=True, suggested_once=[1000, 2550], suggested_monthly=[500], appeal_title="Stay with us", appeal_text="One.\n\nTwo.")
    with django_assert_num_queries(2):
        html = rendered("{% meter %}{% appeal %}")
    assert "<h2>Stay with us</h2>" in html
    assert "<p>One.</p>" in html
    assert '&amp;amount=10&amp;from=%2F">Give $10</a>' in html
    assert '&amp;amount=25.50&amp;from=%2F">Give $25.50</a>' in html
    assert '&amp;amount=5&amp;frequency=monthly&amp;from=%2F">$5 a month</a>' in html


def test_without_a_featured_campaign_there_is_no_meter_and_no_appeal(django_assert_num_queries):
    make_campaign()
    with django_assert_num_queries(1):
        assert rendered("{% meter %}{% appeal %}").strip() == ""


def test_what_a_newsroom_types_is_not_markup():
    make_campaign(name="<b>A</b>", marks={100: "<script>x</script>"}, featured=True, appeal_text="<img src=x>")
    html = rendered("{% meter %}{% appeal %}")
    assert "<b>" not in html
    assert "<script>" not in html
    assert "<img" not in html


def test_a_campaigns_page_says_what_how_and_the_months_before(client):
    campaign = make_campaign(marks=MARKS, period=Period.MONTHLY)
    give(campaign, 100_000)
    give(campaign, 600_000, dated=dt.date(2026, 10, 5))
    html = client.get(f"/campaigns/{campaign.slug}/").content.decode()
    assert "Pays the people who write." in html
    assert "pays two reporters" in html
    assert 'id="how-we-count"' in html
    assert '<th scope="row">October 2026</th><td>$6,000</td><td>120 %</td>' in html
    assert "$1,000</strong> raised of $5,000 this month, 20\u00a0%" in html


def test_the_list_shows_open_and_closed_campaigns_and_no_drafts(client):
    make_campaign(name="Running"), make_campaign(name="Hidden", opened=False)
    actions.close_campaign(campaign=make_campaign(name="Over"))
    html = client.get("/campaigns/").content.decode()
    assert "Running" in html
    assert "Over" in html
    assert "Hidden" not in html


def test_a_draft_is_nobodys_outside_the_newsroom(client):
    draft = make_campaign(opened=False)
    assert client.get(f"/campaigns/{draft.slug}/").status_code == 404
    assert client.get(f"/meter/{draft.uuid}.json").status_code == 404


def test_a_closed_campaign_asks_for_nothing(client):
    campaign = make_campaign(closes_date=TODAY - dt.timedelta(days=1))
    html = client.get(f"/campaigns/{campaign.slug}/").content.decode()
    assert "takes no more gifts" in html
    assert f"/contribute/?campaign={campaign.slug}" not in html


def test_the_meter_as_json_has_the_figures_and_the_version_as_its_etag(client):
    campaign = make_campaign(marks=MARKS, period=Period.MONTHLY)
    give(campaign, 307_500)
    answer = client.get(f"/meter/{campaign.uuid}.json")
    figures = json.loads(answer.content)
    assert (figures["raised_minor"], figures["goal_minor"], figures["percent"], figures["version"]) == (307_500, 500_000, 61, 1)
    assert figures["as_of"] == "2026-11-22T14:05:00+00:00"
    assert figures["sentence"].startswith("$3,075 raised")
    etag = answer.headers["ETag"]
    assert etag.startswith('W/"1-')
    assert client.get(f"/meter/{campaign.uuid}.json", headers={"if-none-match": etag}).status_code == 304
    give(campaign, 100)
    assert client.get(f"/meter/{campaign.uuid}.json", headers={"if-none-match": etag}).status_code == 200


def test_the_etag_changes_with_the_month_though_no_transfer_came(client):
    campaign = make_campaign(period=Period.MONTHLY)
    give(campaign, 307_500)
    etag = client.get(f"/meter/{campaign.uuid}.json").headers["ETag"]
    with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
        answer = client.get(f"/meter/{campaign.uuid}.json", headers={"if-none-match": etag})
    assert answer.json()["raised_minor"] == 0


def test_far_past_the_goal_the_page_shows_a_full_bar_and_the_notch(client):
    campaign = make_campaign(marks=MARKS)
    give(campaign, 2_000_000)
    html = client.get(f"/campaigns/{campaign.slug}/").content.decode()
    assert '<rect class="fill" width="100"' in html
    assert '<line class="mark goal reached" x1="25" x2="25"' in html
    assert "400\u00a0%" in html
