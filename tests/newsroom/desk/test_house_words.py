"""The newsroom's own words: added from beside a finding or from the list, and right from then on."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from masthead.newsroom.desk.actions import HouseWordRefused, add_house_word
from masthead.newsroom.desk.archive import rules_digest
from masthead.newsroom.desk.models import HouseWord
from masthead.newsroom.desk.queries import open_findings
from masthead.newsroom.desk.reading import read, read_all
from masthead.newsroom.staff.roles import Role
from tests.make import make_staff, make_story, make_user

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
ADDRESS = "/desk/findings/word/"


@pytest.fixture
def reporter(client: Client):
    user = make_staff(Role.REPORTER)
    client.force_login(user)
    return user


@pytest.fixture
def story(reporter):
    made = make_story("The quay", live=False, text="<p>The harbour's minsiter opened it on Monday, and a minsiter closed it.</p>")
    made.owner = reporter
    made.save()
    return made


def misspelt(story):
    return [finding.text for finding in open_findings(story) if finding.rule == "misspelling"]


def test_a_word_added_is_right_in_every_story_and_said_by_whom(story, reporter):
    assert misspelt(story) == ["minsiter", "minsiter"]
    added = add_house_word(word=" Minsiter ", note="A family in Leeds.", user=reporter, now=NOW)
    assert (added.word, added.note, added.added_by, added.added_at) == ("Minsiter", "A family in Leeds.", reporter, NOW)
    assert misspelt(story) == []
    assert misspelt(make_story(text="<p>A minsiter and a goverment came.</p>")) == ["goverment"]


def test_a_word_held_already_stays_as_it_is(reporter):
    first = add_house_word(word="Okafor", note="Her name.", user=reporter, now=NOW)
    assert add_house_word(word="Okafor", note="Other", user=make_user(), now=NOW + dt.timedelta(days=1)) == first
    first.refresh_from_db()
    assert (first.note, first.added_by, first.added_at) == ("Her name.", reporter, NOW)


@pytest.mark.parametrize("word", ["", " ", "two words", "a1", "<b>", "x" * 81, "-x"])
def test_what_is_no_word_is_refused(word, reporter):
    with pytest.raises(HouseWordRefused, match="cannot be added"):
        add_house_word(word=word, user=reporter, now=NOW)
    assert not HouseWord.objects.exists()


def test_house_words_cost_one_query_for_any_number_of_stories(story):
    stories = [story, make_story(), make_story()]
    with CaptureQueriesContext(
        connection,
    ) as caught:
        read_all(stories)
    assert sum("desk_houseword" in query["sql"] for query in caught) == 1
    add_house_word(word="Okafor", user=story.owner, now=NOW)
    assert read(story).house_words == {"Okafor"}


def test_the_archive_is_read_again_once_a_word_is_added(reporter):
    before = rules_digest()
    add_house_word(word="Okafor", user=reporter, now=NOW)
    assert rules_digest() != before


def test_the_panel_offers_it_beside_each_misspelling_alone(client, story):
    page = client.get(f"/desk/pages/{story.pk}/edit/").content.decode()
    assert "“minsiter” is probably “minister”." in page
    assert page.count("data-desk-add-word") == 2
    assert 'name="word" value="minsiter"' in page
    assert f'action="{ADDRESS}"' in page
    assert "csrfmiddlewaretoken" in page.partition("data-desk-add-word")[2]


def test_the_editors_script_is_told_where_a_word_is_added(client, story):
    offers = {(found["text"], found["word_url"]) for found in client.get(f"/desk/findings/{story.pk}/").json()["findings"]}
    assert ("minsiter", ADDRESS) in offers
    assert [text for text, address in offers if address] == ["minsiter"]


def test_a_form_leads_back_to_the_story(client, story):
    answer = client.post(ADDRESS, {"word": "minsiter", "page": story.pk})
    assert answer.url == f"/desk/pages/{story.pk}/edit/"
    assert misspelt(story) == []
    assert "one of our words now" in client.get(answer.url).content.decode()
    assert client.post(ADDRESS, {"word": "no word", "page": "x"}, follow=True).redirect_chain[0][0].endswith("/desk-words/")
    assert HouseWord.objects.count() == 1


def test_a_script_is_answered_in_json(client, reporter):
    answer = client.post(ADDRESS, {"word": "minsiter"}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (200, {"word": "minsiter"})
    refused = client.post(ADDRESS, {"word": "two words"}, headers={"accept": "application/json"})
    assert refused.status_code == 400
    assert "Write one word" in refused.json()["error"]
    assert HouseWord.objects.get().added_by == reporter


def test_nobody_without_the_right_adds_a_word(client, story):
    client.force_login(make_user(is_staff=True))
    assert client.post(ADDRESS, {"word": "minsiter"}).status_code in {302, 403}
    assert client.get(ADDRESS).status_code in {302, 403, 405}
    assert not HouseWord.objects.exists()


def test_the_list_has_a_form_of_its_own(client, reporter):
    assert client.post("/desk/desk-words/add/", {"word": "Okafor", "note": "Her name."}).status_code == 302
    word = HouseWord.objects.get()
    assert (word.word, word.added_by) == ("Okafor", reporter)
    assert "Okafor" in client.get("/desk/desk-words/").content.decode()
    assert "Write one word" in client.post("/desk/desk-words/add/", {"word": "two words"}).content.decode()
