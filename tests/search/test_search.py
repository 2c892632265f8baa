import pytest

from masthead.newsroom.stories import actions
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
