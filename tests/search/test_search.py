import datetime as dt

import pytest
from wagtail.search.models import IndexEntry

from masthead.kernel import clock
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import StoryPage
from masthead.search import matches
from masthead.search.queries import words_of
from tests.make import make_author, make_newsroom, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _newsroom():
    make_newsroom()


def page(client, words, **more):
    answer = client.get("/search/", {"q": words, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_stories_are_found_by_headline_text_and_author(client):
    make_story("Dredging begins", text="<p>The mole was closed.</p>", bylines=[make_author("Ilse Brandt")])
    make_story("Something else")
    for words in ("dredging", "DREDGING begins", "mole closed", "Brandt"):
        found = page(client, words)
        assert "Dredging begins" in found
        assert "Something else" not in found
        assert "One story" in found


def test_every_word_must_be_there(client):
    make_story("Dredging begins")
    assert "No story holds all of these words" in page(client, "dredging zebra")


def test_drafts_and_withdrawn_stories_are_not_found(client):
    make_story("Dredging begins", live=False)
    actions.withdraw(story=make_story("Dredging ends"), user=None)
    found = page(client, "dredging")
    assert "begins" not in found
    assert "ends" not in found


@pytest.mark.parametrize("odd", ['"', "'", "* OR 1=1", "NEAR(", "a AND", "NOT", "-", "()", "\\", "%", "_", "🙂", "a" * 5000, "x\x00y", "title:foo", "{a b}"])
def test_odd_words_find_nothing_and_break_nothing(client, odd):
    make_story("Dredging begins")
    assert "Dredging begins" not in page(client, odd)


def test_without_words_there_is_only_the_form(client):
    assert "stories</p>" not in page(client, "")
    assert "Type a word" in page(client, " … ")


def test_many_results_are_paged_and_keep_the_words(client):
    for number in range(21):
        make_story(f"Dredging number {number}")
    assert "?q=dredging&amp;page=2" in page(client, "dredging")
    assert "Page 2 of 2" in page(client, "dredging", page=2)
    assert "Page 2 of 2" in page(client, "dredging", page=99)


def test_what_was_typed_is_shown_as_typed(client):
    assert 'value="&quot;&gt;&lt;b&gt;"' in page(client, '"><b>')


def test_words_are_plain_and_few():
    assert words_of("what’s “new” -here* OR") == "what’s new here OR"
    assert len(words_of("a b " * 100).split()) == 12


# --- more than are listed -----------------------------------------------------------------------------


@pytest.fixture
def few_listed(monkeypatch):
    monkeypatch.setattr(matches, "LISTED", 4)
    monkeypatch.setattr(matches, "AT_FIRST", 2)


@pytest.fixture(params=["sorted", "in turn"])
def both_ways(request, monkeypatch):
    monkeypatch.setattr(matches, "SORTED", 100 if request.param == "sorted" else 3)  # stories on one leaf are never enough here


def headlines(client, words, **more):
    return [story.title for story in client.get("/search/", {"q": words, **more}).context["leaf"].object_list]


def aged(days, headline, **more):
    """Make a story that came out so many days ago."""
    story = make_story(headline, **more)
    StoryPage.objects.filter(pk=story.pk).update(published_at=clock.now() - dt.timedelta(days=days))
    return story


def test_of_very_many_the_newest_are_listed_and_the_page_says_so(client, few_listed, both_ways):
    for days in (3, 1, 7, 5):
        aged(days, f"Sluice {days} days ago")
    aged(9, "Sluice of yore")
    aged(2, "Something else")
    assert sorted(headlines(client, "sluice")) == [f"Sluice {days} days ago" for days in (1, 3, 5, 7)]
    assert "More than 4 stories hold these words. The newest 4 are listed" in page(client, "sluice")
    assert headlines(client, "sluice yore") == ["Sluice of yore"]


def test_of_very_many_those_with_the_words_in_the_headline_come_first(client, few_listed, both_ways):
    for days, headline in ((1, "Something else"), (3, "Sluice opens"), (5, "Nothing today"), (7, "A sluice"), (9, "Sluice of old"), (11, "Sluice of yore")):
        aged(days, headline, text="<p>The sluice was seen.</p>")
    assert headlines(client, "sluice") == ["Sluice opens", "A sluice", "Something else", "Nothing today"]


def test_as_many_as_are_listed_are_counted(client, few_listed, both_ways):
    for days in (3, 9, 1, 7):
        aged(days, f"Sluice {days} days ago")
    assert "4 stories</p>" in page(client, "sluice")


def test_drafts_do_not_count_as_more(client, few_listed, both_ways):
    for days in (3, 9, 1):
        aged(days, f"Sluice {days} days ago")
    for number in range(3):
        make_story(f"Sluice draft {number}", live=False)
    found = page(client, "sluice")
    assert "3 stories</p>" in found
    assert "draft" not in found


def test_the_best_come_first_and_of_equals_the_newest(client):
    aged(1, "Something else", text="<p>Nobody saw a crane at the mole that week, though many were there to look for one.</p>")
    aged(3, "Crane falls", text="<p>The crane fell on the mole.</p>")
    aged(9, "Nothing today")
    aged(5, "Crane rises", text="<p>The crane rose on the mole.</p>")
    IndexEntry.objects.update(title_norm=1)  # Wagtail measures a title against those that were there before
    assert headlines(client, "crane") == ["Crane falls", "Crane rises", "Something else"]


def test_words_may_stand_one_in_the_headline_and_one_in_the_text(client):
    make_story("Dredging begins", text="<p>The mole was closed.</p>")
    assert headlines(client, "dredging mole") == ["Dredging begins"]


def test_stories_of_one_second_are_each_found_once(client, monkeypatch):
    for name in ("LISTED", "SORTED"):
        monkeypatch.setattr(matches, name, 6)
    monkeypatch.setattr(matches, "AT_FIRST", 1)
    made = [aged(1, f"Sluice {number}") for number in range(7)] + [aged(2, "Sluice of old")]
    StoryPage.objects.filter(pk__in=[story.pk for story in made[:7]]).update(published_at=clock.now())
    assert sorted(headlines(client, "sluice")) == [f"Sluice {number}" for number in range(1, 7)]
