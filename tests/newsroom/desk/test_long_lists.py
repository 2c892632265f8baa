"""Lists that are longer than they are counted: walked in order instead of sorted, with the same stories on the same leaves."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page, PagePermissionTester

from masthead.kernel import clock
from masthead.newsroom.desk import turns
from masthead.newsroom.desk.models import CheckChoice
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import StoryPage
from tests.make import make_author, make_picture, make_section, make_staff, make_story, make_user

pytestmark = pytest.mark.django_db
WORDS = ("Ferry", "Choir", "Harbour", "Budget", "School")


@pytest.fixture
def editor(client):
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


@pytest.fixture
def stories(editor):
    """Make 45 stories of two sections, every fifth a draft, the hours of their edits in no order of their headlines."""
    sections, author = (make_section("News"), make_section("Culture")), make_author("Ada Okafor")
    made = [
        make_story(
            f"{WORDS[number % 5]} {number * 7 % 45:02}",
            section=sections[number % 2],
            live=number % 5 != 1,
            label=("news", "opinion")[number % 3 == 0],
            bylines=[author] if number % 4 == 0 else [],
        )
        for number in range(45)
    ]
    for number, story in enumerate(made):
        edited = clock.now() - dt.timedelta(hours=number * 11 % 45)
        Page.objects.filter(pk=story.pk).update(latest_revision_created_at=None if number == 9 else edited)
    return made


def leaves(client, path, **asked):
    """Return the keys on each leaf of the list at `path`, until the last."""
    found, number = [], 1
    while True:
        context = client.get(path, {"p": number, **asked}).context
        found.append([story.pk for story in context["object_list"]])
        if not context["page_obj"].has_next():
            return found
        number += 1


ASKED = (
    {"state": ""},
    {"ordering": "latest_revision_created_at"},
    {"ordering": "-title"},
    {"ordering": "section__title"},
    {"ordering": "-label"},
    {"state": "draft"},
    {"state": "published", "label": "opinion", "ordering": "title"},
    {"q": "ferry"},
    {"q": "okafor", "state": "published"},
    {"q": '"harbour 1"'},
)


def test_a_long_list_has_the_stories_of_a_short_one_in_its_order(client, stories, monkeypatch):
    short = [leaves(client, "/desk/stories/", **asked) for asked in ASKED]
    monkeypatch.setattr(turns, "COUNTED", 1)
    assert [leaves(client, "/desk/stories/", **asked) for asked in ASKED] == short
    for shown in short:
        assert sum(map(len, shown)) == len({key for leaf in shown for key in leaf}) > 1


def test_the_newest_edit_comes_first_and_what_was_never_edited_last(client, stories):
    shown = [key for leaf in leaves(client, "/desk/stories/", state="") for key in leaf]
    hours = dict(StoryPage.objects.values_list("pk", "latest_revision_created_at"))
    assert [hours[key] for key in shown[:-1]] == sorted((hour for hour in hours.values() if hour), reverse=True)
    assert shown[-1] == stories[9].pk


def test_how_many_there_are_is_said_as_far_as_they_are_counted(client, stories, monkeypatch):
    assert "45 stories" in client.get("/desk/stories/", {"state": ""}).content.decode()
    monkeypatch.setattr(turns, "COUNTED", 30)
    first = client.get("/desk/stories/", {"state": ""}).content.decode()
    assert "More than 30 stories" in first
    assert "Page 1 of more than 2" in first
    assert "1-20 of more than 30 stories" in " ".join(first.split())
    counted = client.get("/desk/stories/", {"p": 2}).content.decode()
    assert "45 stories" in counted
    assert "Page 2 of 3" in counted


def test_a_leaf_that_there_is_not_is_the_last_or_the_first(client, stories):
    shown = leaves(client, "/desk/stories/", state="")
    for number, leaf in (("99", shown[-1]), ("0", shown[-1]), ("9" * 10, shown[-1]), ("9" * 5000, shown[0]), ("x", shown[0])):
        assert [story.pk for story in client.get("/desk/stories/", {"p": number}).context["object_list"]] == leaf


def test_the_explorer_shows_a_sections_stories_and_searches_below_it(client, stories, monkeypatch):
    news, front = stories[0].section, stories[0].section.get_parent()
    here = {story.pk for story in stories if story.section_id == news.pk}
    for counted in (turns.COUNTED, 3):
        monkeypatch.setattr(turns, "COUNTED", counted)
        assert {key for leaf in leaves(client, f"/desk/pages/{news.pk}/") for key in leaf} == here
        ferries = {story.pk for story in stories if "Ferry" in story.title}
        assert {key for leaf in leaves(client, f"/desk/pages/{front.pk}/", q="FERRY") for key in leaf} == ferries
        assert {key for leaf in leaves(client, f"/desk/pages/{news.pk}/", q="ferry") for key in leaf} == ferries & here
        assert {key for leaf in leaves(client, f"/desk/pages/{news.pk}/", q="ferry", search_all="1") for key in leaf} == ferries
        assert leaves(client, f"/desk/pages/{news.pk}/", owner=make_user().pk) == [[]]


def test_pages_are_laid_out_for_sorting_by_hand_only_where_they_are_few(client, stories, monkeypatch):
    path = f"/desk/pages/{stories[0].section_id}/?ordering=ord"
    assert [page.path for page in client.get(path).context["object_list"]] == sorted(
        StoryPage.objects.filter(section=stories[0].section_id).values_list("path", flat=True)
    )
    monkeypatch.setattr(turns, "COUNTED", 3)
    assert client.get(path).context["ordering"] == "-latest_revision_created_at"


def test_pages_of_every_kind_are_searched_by_their_titles(client, stories, monkeypatch):
    make_section("Ferries")
    found = client.get("/desk/pages/search/", {"q": "ferr"})
    assert {(kind.model, count) for kind, count in found.context["content_types"]} == {("storypage", 9), ("sectionpage", 1)}
    assert "10 pages match" in found.content.decode()
    cut = client.get("/desk/pages/search/", {"q": "ferry live:no"}).context["object_list"]
    assert {page.pk for page in cut} == {story.pk for story in stories if "Ferry" in story.title and not story.live}
    sections = client.get("/desk/pages/search/", {"q": "ferr", "content_type": "stories.sectionpage"})
    assert [page.title for page in sections.context["object_list"]] == ["Ferries"]
    assert "no pages match" in client.get("/desk/pages/search/", {"q": "submarine"}).content.decode()
    monkeypatch.setattr(turns, "COUNTED", 3)
    long = client.get("/desk/pages/search/", {"q": "ferry"})
    assert "More than 3 pages match" in long.content.decode()
    assert long.context["content_types"] == []


def test_who_has_a_right_on_one_section_sees_its_pages_alone(client, stories, monkeypatch):
    news, person, group = stories[0].section, make_user(), Group.objects.create(name="Guests")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    GroupPagePermission.objects.create(group=group, page=news, permission=Permission.objects.get(codename="change_page"))
    person.groups.add(group)
    client.force_login(person)
    for counted in (turns.COUNTED, 3):
        monkeypatch.setattr(turns, "COUNTED", counted)
        here = {story.pk for story in stories if story.section_id == news.pk}
        assert {key for leaf in leaves(client, "/desk/stories/", state="") for key in leaf} == here
        found = {key for leaf in leaves(client, "/desk/pages/search/", q="ferry") for key in leaf}
        assert found == {key for key in here if "Ferry" in StoryPage.objects.get(pk=key).title}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("own", [True, False])
def test_who_may_delete_a_story_is_as_wagtail_has_it(role, live, own):
    person, story = make_staff(role), make_story("Story", live=live)
    StoryPage.objects.filter(pk=story.pk).update(owner=person if own else None)
    story = StoryPage.objects.get(pk=story.pk)
    assert story.permissions_for_user(person).can_delete() == PagePermissionTester(person, story).can_delete()
    assert Page.objects.get(pk=story.pk).permissions_for_user(person).can_delete() == story.permissions_for_user(person).can_delete()


def test_what_the_desk_finds_is_looked_for_again_where_anything_it_stands_on_changes(client, editor):
    picture = make_picture(complete=False)
    make_story("Blocked", live=False, lead_picture=picture)

    def found():
        return {finding.rule for finding in client.get("/desk/stories/", {"state": ""}).context["object_list"][0].findings}

    assert "picture-without-credit" in found()
    CheckChoice.objects.create(check_id="picture-without-credit", choice="off", changed_at=clock.now())
    assert "picture-without-credit" not in found()
    CheckChoice.objects.all().delete()
    assert "picture-without-credit" in found()
    picture.credit_line = "Ada Okafor"
    picture.save()
    assert "picture-without-credit" not in found()
