"""What the desk's lists cost the database does not grow with the archive, whoever looks at them."""

import pytest
from bench import _many
from django.core.management import call_command
from django.db import connection

from masthead.newsroom.desk import indexes
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_newsroom, make_section, make_staff, make_story, make_topic
from tests.make.sourced import make_sourced_story
from tests.steps import cost

pytestmark = pytest.mark.django_db
FEW, MANY = 1500, 6000  # stories: more than any list is counted to, and four times as many
MOST_GROWTH = 1.15  # the depth of an index, a number that is longer by a digit
MOST_A_STORY = 12  # steps: whoever looks for a word looks through the titles, all of them where few hold it, but through nothing else
STATES = ("mine", "draft", "review", "scheduled", "embargo", "published", "changed", "withdrawn")


@pytest.fixture
def staff(monkeypatch):
    """Make a newsroom in which the lists hold all stories and a few that are under way; return one person of each role."""
    if connection.vendor != "sqlite":
        pytest.skip("the steps are SQLite's")
    monkeypatch.setattr(_many, "CAST_LASTS", MANY)  # the outlets that a newsroom knows are no more with more stories
    make_newsroom()
    people = {role: make_staff(role) for role in Role}
    section, author = make_section("News"), make_author("Bo Lind")
    words = {"section": section, "topics": [make_topic("Ports")]}
    for number in range(3):
        make_story(f"Story {number}", bylines=[author], **words)
    make_sourced_story("Ministry says the harbour stays open", **words)
    waiting = make_story("Waiting", live=False, **words)
    waiting.get_workflow().start(waiting, people[Role.REPORTER])
    actions.withdraw(story=make_story("Gone", **words), user=people[Role.EDITOR])
    return people


def lists():
    """Return the pages that the desk has open all day."""
    section = StoryPage.objects.get(title="Story 0").section_id
    return {
        "stories": "/desk/stories/?state=",
        "second leaf": "/desk/stories/?p=2",
        "one section's": f"/desk/stories/?section={section}",
        "one label's": "/desk/stories/?label=news",
        "one language's": "/desk/stories/?language=en",
        "by headline": "/desk/stories/?ordering=title",
        "oldest edit": "/desk/stories/?ordering=latest_revision_created_at",
        **{state: f"/desk/stories/?state={state}" for state in STATES},
        "board": "/desk/",
        "a new story": "/desk/stories/choose_parent/",
        "explorer": f"/desk/pages/{section}/",
        "archive report": "/desk/archive/",
        "corrections": "/desk/corrections/",
    }


@pytest.mark.once
def test_the_lists_cost_the_same_with_four_times_the_stories(client, staff):
    def costs():
        found = {}
        for role, person in staff.items():
            client.force_login(person)
            for name, path in lists().items():
                if role is Role.EDITOR or name in {"stories", "board", "explorer"}:
                    found[role, name] = cost(client, path)
        return found

    _many.fill(FEW, a_day=40)
    before = costs()
    _many.fill(MANY, a_day=40)
    after = costs()
    assert not {which: (before[which], after[which]) for which in before if after[which] > before[which] * MOST_GROWTH + 1000}


@pytest.mark.once
def test_a_word_is_looked_for_in_the_titles_alone(client, staff):
    client.force_login(staff[Role.EDITOR])
    section = StoryPage.objects.get(title="Story 0").section_id
    words = ("story", "ministry+submarine")  # one that most titles hold, and two that none does
    searches = [f"{path}?q={asked}" for path in ("/desk/stories/", "/desk/pages/search/", f"/desk/pages/{section}/") for asked in words]
    _many.fill(FEW, a_day=40)
    before = {path: cost(client, path) for path in searches}
    _many.fill(MANY, a_day=40)
    grown = {path: (cost(client, path) - before[path]) / (MANY - FEW) for path in searches}
    assert not {path: steps for path, steps in grown.items() if steps > MOST_A_STORY}


def test_the_indexes_are_laid_down_again_after_each_migration():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX desk_pages_by_edit")
    call_command("migrate", "desk", verbosity=0)
    assert not indexes.install()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX desk_pages_by_edit")
    assert indexes.install()
    assert not indexes.install()
