"""The meter on other people's sites: pictures, frame, and the code for them."""

import io
import re
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from PIL import Image

from masthead.funding.campaigns import pictures
from masthead.funding.campaigns.actions import close_campaign
from masthead.funding.campaigns.queries import reading
from masthead.newsroom.staff.roles import Role
from tests.make import NOW, give, make_campaign, make_staff

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _the_hour():
    with time_machine.travel(NOW, tick=False):
        yield


def address(campaign, kind):
    return reverse(f"meter_{kind}", args=[campaign.uuid])


def words_of(client, campaign):
    tree = ET.fromstring(client.get(address(campaign, "svg")).content)  # noqa: S314  our own
    return tree.findtext(f"{SVG}title"), [text.text for text in tree.iter(f"{SVG}text")], tree


def pixel(client, campaign, percent):
    """Return the colour at a place on the bar."""
    image = Image.open(io.BytesIO(client.get(address(campaign, "png")).content))
    across = pictures.EDGE + (pictures.WIDTH - 2 * pictures.EDGE) * percent / 100
    return "#{:02x}{:02x}{:02x}".format(*image.getpixel((int(across * pictures.SHARP), int((pictures.BAR_TOP + 6) * pictures.SHARP))))


def test_the_picture_says_and_draws_what_the_meter_says(client):
    campaign = make_campaign(name="Keep the <lights> on", marks={250_000: "keeps the site online"})
    give(campaign, 307_500)
    title, texts, tree = words_of(client, campaign)
    assert texts == ["Keep the <lights> on", "$3,075 raised of $5,000", "61\u00a0%"]
    assert title == "Keep the <lights> on: $3,075 raised of $5,000, 61\u00a0%"
    bars = [rect.get("width") for rect in tree.iter(f"{SVG}rect")][1:]
    assert bars == ["448", "275.52"]
    assert pixel(client, campaign, 55) == pictures.FILL
    assert pixel(client, campaign, 70) == pictures.SCALE
    assert pixel(client, campaign, 49.8) == pictures.INK


@pytest.mark.parametrize(
    ("currency", "goal", "minor", "said"), [("JPY", 500_000, 307_500, "¥307,500 raised of ¥500,000"), ("KWD", 5_000_000, 3_075_250, "KWD")]
)
def test_it_writes_each_currency_with_its_own_digits(client, currency, goal, minor, said):
    campaign = make_campaign(currency=currency, goal=goal)
    give(campaign, minor)
    _title, texts, _tree = words_of(client, campaign)
    assert said in texts[1]
    assert texts[2] == "61\u00a0%"
    if currency == "KWD":
        assert "3,075.250" in texts[1]


def test_past_the_goal_the_bar_is_full_and_the_number_goes_on(client):
    campaign = make_campaign()
    give(campaign, 750_000)
    _title, texts, _tree = words_of(client, campaign)
    assert texts[1:] == ["$7,500 raised of $5,000", "150\u00a0%, the goal is reached"]
    assert pixel(client, campaign, 99) == pictures.FILL
    assert pixel(client, campaign, 66.5) == pictures.INK  # where the goal was


def test_an_empty_meter_has_no_fill(client):
    assert pixel(client, make_campaign(), 0.5) == pictures.SCALE


@pytest.mark.parametrize("kind", ["svg", "png", "embed"])
def test_caches_keep_it_a_minute_and_ask_by_its_version(client, kind):
    campaign = make_campaign()
    give(campaign, 307_500)
    first = client.get(address(campaign, kind))
    assert first.status_code == 200
    assert first["Cache-Control"] == "public, max-age=60"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not first.cookies
    assert "Cookie" not in first.get("Vary", "")
    again = client.get(address(campaign, kind), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    give(campaign, 1)
    moved = client.get(address(campaign, kind), headers={"if-none-match": first["ETag"]})
    assert moved.status_code == 200
    assert moved["ETag"] != first["ETag"]


def test_the_same_figures_are_the_same_bytes(client):
    campaign = make_campaign()
    give(campaign, 307_500)
    before = client.get(address(campaign, "png")).content
    with time_machine.travel(NOW.replace(hour=20), tick=False):
        assert client.get(address(campaign, "png")).content == before


def test_any_site_may_frame_the_small_page_and_it_loads_nothing_foreign(client):
    campaign = make_campaign(name="Keep the lights on")
    give(campaign, 307_500)
    answer = client.get(address(campaign, "embed"))
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert answer["Refresh"] == "60"
    body = answer.content.decode()
    assert "$3,075 raised of $5,000" in body
    assert f"/campaigns/{campaign.slug}/" in body
    assert "style=" not in body
    assert "<script" not in body
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', body) == [f"http://127.0.0.1:8000/campaigns/{campaign.slug}/"]


@pytest.mark.parametrize("kind", ["svg", "png", "embed"])
def test_drafts_are_nowhere_and_closed_campaigns_stay(client, kind):
    assert client.get(address(make_campaign(opened=False), kind)).status_code == 404
    closed = make_campaign()
    close_campaign(campaign=closed)
    assert client.get(address(closed, kind)).status_code == 200


@pytest.mark.parametrize("language", ["ar", "de", "ru", "hi", "vi"])
def test_it_is_drawn_in_every_language_and_from_the_right_where_it_is_read_so(client, settings, language):
    settings.LANGUAGE_CODE = language
    campaign = make_campaign(name="रोशनी" if language == "hi" else "Свет")
    give(campaign, 250_000)
    fill_at, empty_at = (75, 25) if language == "ar" else (25, 75)
    assert pixel(client, campaign, fill_at) == pictures.FILL
    assert pixel(client, campaign, empty_at) == pictures.SCALE
    assert ('direction="rtl"' in client.get(address(campaign, "svg")).content.decode()) == (language == "ar")


def test_a_long_name_stays_on_the_picture():
    campaign = make_campaign(name="W" * 120, currency="KWD", goal=10**15)
    drawing = pictures.drawing_of(reading(campaign=campaign, now=NOW))
    assert drawing.name.endswith("…")
    image = Image.open(io.BytesIO(pictures.png(drawing)))
    edge = [image.getpixel((image.width - 10, row)) for row in range(10, 170)]
    assert set(edge) == {(0xFF, 0xFE, 0xFC)}


def test_the_publisher_finds_the_code_beside_the_campaign(settings):
    settings.ENV = settings.ENV.model_copy(update={"address": "https://news.example"})
    campaign = make_campaign(name='Say "hello"')
    client = Client()
    client.force_login(make_staff(Role.PUBLISHER))
    body = client.get(reverse("campaigns:edit", args=[campaign.pk])).content.decode()
    for said in (
        "Meter on other sites",
        f"https://news.example/meter/{campaign.uuid}.svg",
        f'src="/meter/{campaign.uuid}.svg"',
        f'href="/meter/{campaign.uuid}.png"',
        "&lt;iframe src=&quot;https://news.example/meter/",
        "Say &amp;quot;hello&amp;quot;",
    ):
        assert said in body
    draft = client.get(reverse("campaigns:edit", args=[make_campaign(opened=False).pk])).content.decode()
    assert "Once the campaign is open" in draft
    assert "Once the campaign is open" in client.get(reverse("campaigns:add")).content.decode()
