import datetime as dt

import html5lib
import pytest
import time_machine
from django.test import Client

from masthead.kernel import clock
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import InfoPage, Publication, Secondary
from tests.make import make_author, make_newsroom, make_picture, make_section, make_staff, make_story, make_topic

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 14, 5, tzinfo=dt.UTC)


@pytest.fixture
def front():
    return make_newsroom(name="The Meridian")


def path_of(page):
    return "/" + page.url_path.split("/", 2)[2]


def words(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


def test_a_story_shows_all_a_reader_must_know(client, front):
    with time_machine.travel(MONDAY, tick=False):
        story = make_story(
            "Harbour opens",
            standfirst="After nine years.",
            label="analysis",
            dateline="Port Meridian",
            bylines=[make_author("Ada Okafor"), (make_author("Bo Lind"), "Pictures")],
            topics=[make_topic("Ports")],
            lead_picture=make_picture(source_url="https://photos.example/1"),
        )
        page = words(client, path_of(story))
    for said in ("Harbour opens</h1>", "After nine years.", "Analysis", "Port Meridian</span>", "Ada Okafor</a>", "Pictures:", "Bo Lind</a>", "Ports</a>"):
        assert said in page
    assert "March 9, 2026, 14:05 UTC" in page
    assert 'href="https://photos.example/1">Ada Okafor / The Meridian</a>' in page
    assert 'href="http://127.0.0.1:8000' + path_of(story) in page


def test_a_correction_stands_above_the_end_and_on_its_own_page(client, front):
    story = make_story("Harbour opens")
    actions.add_correction(story=story, kind="correction", text="It was Tuesday.", user=None, now=clock.now())
    for path in (path_of(story), "/corrections/"):
        assert "It was Tuesday." in words(client, path)
    note = story.corrections.get()
    actions.withdraw_correction(correction=note, reason="It was Monday after all.", user=None, now=clock.now())
    assert "It was Monday after all." in words(client, path_of(story))


def test_a_retraction_is_said_at_the_top(client, front):
    story = make_story("Harbour opens")
    actions.add_correction(story=story, kind="retraction", text="None of it happened.", user=None, now=clock.now())
    page = words(client, path_of(story))
    assert page.index("has been retracted") < page.index("None of it happened.")


def test_today_has_an_hour_and_other_days_a_date(client, front):
    with time_machine.travel(MONDAY, tick=False):
        make_story("Today’s")
    with time_machine.travel(MONDAY, tick=False):
        assert ">14:05</time>" in words(client, "/")
    with time_machine.travel(MONDAY + dt.timedelta(days=1), tick=False):
        page = words(client, "/")
    assert ">March 9</time>" in page
    assert ">14:05</time>" not in page
    with time_machine.travel(MONDAY + dt.timedelta(days=400), tick=False):
        assert ">March 9, 2026</time>" in words(client, "/")


def test_the_front_page_keeps_the_editors_order_and_shows_no_story_twice(client, front):
    stories = [make_story(f"Story number {number}") for number in range(8)]
    front.lead = stories[2]
    front.secondaries.add(Secondary(story=stories[5]))
    front.save()
    page = words(client, "/")
    assert page.index("Story number 2") < page.index("Story number 5")
    assert sum(page.count(f">Story number {number}</a>") == 1 for number in range(8)) == 7  # lead, one beside it, five in the strip
    assert not any(page.count(f">Story number {number}</a>") > 1 for number in range(8))


@pytest.mark.parametrize("count", [0, 1, 3, 30])
def test_the_front_page_stands_with_any_number_of_stories(client, front, count):
    for number in range(count):
        make_story(f"Story number {number}", section=make_section(f"Section{number % 3}"))
    page = words(client, "/")
    assert ("Nothing is published here yet" in page) == (count == 0)


def test_headlines_are_text_not_markup(client, front):
    story = make_story("<script>alert(1)</script> & more", standfirst="<b>bold</b>")
    for path in ("/", path_of(story), path_of(story.section), f"/search/?q={'<script>'}"):
        page = words(client, path)
        assert "<script>alert" not in page
        assert "<b>bold" not in page


def test_a_score_does_not_break_at_the_end_of_a_line(client, front):
    story = make_story("Council votes 7–6")
    assert "7\u2060–\u20606" in words(client, path_of(story))


def test_lists_are_paged_and_an_odd_number_still_shows_one(client, front):
    section = make_section("Water")
    for number in range(21):
        make_story(f"Story number {number}", section=section)
    assert "Page 1 of 2" in words(client, "/water/")
    assert "Story number 0<" in words(client, "/water/?page=2")
    for odd in ("99", "x", "-1", "٣", "9" * 5000):
        assert "Page " in words(client, f"/water/?page={odd}")


def test_topics_and_authors_list_their_public_stories_alone(client, front):
    topic, author = make_topic("Ports"), make_author("Ada Okafor", biography="Born at sea.")
    make_story("Public one", topics=[topic], bylines=[author])
    make_story("Hidden one", live=False, topics=[topic], bylines=[author])
    for path in (topic.get_absolute_url(), author.get_absolute_url()):
        page = words(client, path)
        assert "Public one" in page
        assert "Hidden one" not in page
    assert "Born at sea." in words(client, author.get_absolute_url())


def test_the_archive_counts_by_the_newsrooms_own_months(client, front):
    with time_machine.travel(MONDAY, tick=False):
        make_story("In March")
    assert "/archive/2026/3/" in words(client, "/archive/")
    assert "In March" in words(client, "/archive/2026/3/")
    for nothing in ("/archive/2026/4/", "/archive/2026/13/", "/archive/0/1/", "/archive/99999/1/"):
        words(client, nothing, 404)


def test_a_busy_month_shows_its_days_and_each_day_its_stories(client, front, monkeypatch):
    monkeypatch.setattr("masthead.newsroom.stories.calendar.BUSY", 2)
    monkeypatch.setattr("masthead.delivery.views.DAY_LENGTH", 2)
    for number, hour in enumerate((MONDAY, MONDAY + dt.timedelta(hours=1), MONDAY + dt.timedelta(hours=2), MONDAY + dt.timedelta(days=1))):
        with time_machine.travel(hour, tick=False):
            make_story(f"Story {number}.")
    month = words(client, "/archive/2026/3/")
    assert "Story" not in month
    assert f"/archive/2026/3/{MONDAY.day}/" in month
    assert f"/archive/2026/3/{MONDAY.day + 1}/" in month
    first = words(client, f"/archive/2026/3/{MONDAY.day}/")
    assert first.index("Story 2.") < first.index("Story 1.")
    assert "Story 0." not in first
    assert "Story 0." in words(client, f"/archive/2026/3/{MONDAY.day}/?page=2")
    assert "Story 3." in words(client, f"/archive/2026/3/{MONDAY.day + 1}/")
    for nothing in ("/archive/2026/3/31/", "/archive/2026/2/30/", "/archive/2026/13/1/", "/archive/0/1/1/", "/archive/9999/12/31/"):
        words(client, nothing, 404)


def test_an_address_with_nothing_says_so_in_the_publications_own_page(client, front):
    page = words(client, "/no/such/page/", 404)
    assert "There is nothing at this address" in page
    assert "The Meridian" in page


@pytest.mark.parametrize("path", ["/topics/none/", "/authors/none/", "/pictures/1/abc/320.jpg", "/attachments/1/x.pdf", "/media/original_images/x.jpg"])
def test_what_is_not_there_is_not_found(client, front, path):
    assert client.get(path).status_code == 404


def test_a_plain_page_is_served_the_short_way_too(client, front):
    about = InfoPage.objects.get(slug="about")
    about.body = [("paragraphs", "<p>We are nine.</p>")]
    about.save_revision().publish()
    child = InfoPage(title="How we work", slug="how-we-work", body=[("paragraphs", "<p>With care.</p>")])
    about.add_child(instance=child)
    assert "We are nine." in words(client, "/about/")
    assert "With care." in words(client, "/about/how-we-work/")


def test_a_draft_is_not_found_and_its_preview_says_what_it_is(client, front):
    story = make_story("Not yet", live=False)
    assert client.get(path_of(story)).status_code == 404
    preview = story.make_preview_request(preview_mode=story.default_preview_mode)
    preview.render()
    assert "Preview: this is not public." in preview.content.decode()


def test_every_word_of_the_frame_comes_from_the_publication(client, front):
    Publication.objects.update(tagline="News of the coast", contact_email="desk@meridian.example", footer_text="A cooperative.", accent_colour="#0A5")
    Publication.objects.update(accent_colour="#00AA55")
    page = words(client, "/")
    for said in ("News of the coast", "mailto:desk@meridian.example", "A cooperative.", "/theme/00aa55.css"):
        assert said in page
    sheet = client.get("/theme/00aa55.css")
    assert sheet["Content-Type"] == "text/css"
    assert "immutable" in sheet["Cache-Control"]


def test_right_to_left_stories_say_so(client, front):
    story = make_story("الميناء", language="ar", slug="port")
    assert '<article class="story" lang="ar" dir="rtl">' in words(client, path_of(story))


def test_public_pages_forbid_what_they_do_not_need(client, front):
    story = make_story()
    for path in ("/", path_of(story), "/search/", "/corrections/", "/no/such/"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = answer.content.decode()
        assert " style=" not in page
        assert "<style" not in page
        opened = [tag.split(">")[0] for tag in page.split("<script")[1:]]
        assert all("src=" in tag or tag == ' type="application/ld+json"' for tag in opened)  # data is not run
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")


def test_the_desk_has_a_policy_of_its_own(front):
    staff = Client()
    from masthead.newsroom.staff.roles import Role

    staff.force_login(make_staff(Role.EDITOR))
    assert "script-src 'self' 'nonce-" in staff.get("/desk/").headers["Content-Security-Policy"]


def test_a_page_that_is_restricted_asks_for_its_password(client, front):
    from wagtail.models import PageViewRestriction

    section = make_section("Water")
    PageViewRestriction.objects.create(page=section, restriction_type="password", password="secret")
    assert "password" in words(client, "/water/")
    assert 'class="page-head"' not in words(client, "/water/")


def test_a_hook_before_serving_may_answer(client, front):
    from django.http import HttpResponse
    from wagtail import hooks

    with hooks.register_temporarily("before_serve_page", lambda *_: HttpResponse("held back")):
        assert words(client, "/") == "held back"


def test_an_embed_is_a_link_until_the_reader_asks(client, front):
    story = make_story(body=[("embed", {"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "title": "The council meets", "provider": "", "still": None})])
    page = words(client, path_of(story))
    assert "<iframe" not in page
    assert 'hidden data-player="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in page
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in page


def test_what_an_importer_kept_is_never_shown(client, front):
    story = make_story(body=[("paragraphs", "<p>Text.</p>"), ("kept", {"what": "slider", "source": "[slider id=9]"})])
    assert "slider" not in words(client, path_of(story))


def test_the_error_page_needs_no_database():
    from pathlib import Path

    import masthead.delivery

    page = (Path(masthead.delivery.__file__).parent / "templates" / "500.html").read_text()
    assert "{%" not in page
    assert "{{" not in page


@pytest.mark.parametrize("address", ["/", "/news/", "/contribute/", "/corrections/", "/search/?q=harbour", "/nowhere/"])
def test_no_cache_on_the_way_may_answer_with_an_old_meter(client, address):
    make_story()
    assert "no-cache" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ("Ferry back", "Ferry back | The Meridian"),
        ("“Ferry” & crew are back in service after a winter of repairs", "“Ferry” & crew are back in service after a winter of repairs"),
        ("F" * 30 + " " + "g" * 38, "F" * 30 + " " + "g" * 38),
        ("The ferry is back: " + "word " * 20, "The ferry is back: word word word word word word word word word word…"),
        ("F" * 90, "F" * 69 + "…"),
    ],
)
def test_a_window_title_is_short_enough_to_be_shown_whole(client, front, headline, title):
    story = make_story(headline)
    page = html5lib.parse(client.get(path_of(story)).content.decode(), namespaceHTMLElements=False)
    assert page.find("head/title").text == title
    assert page.find(".//h1").text.strip() == headline.strip()
