"""In which order pages are made after a change, which ones, and what is taken away before any is."""

import datetime as dt

import pytest
import time_machine
from django.db import OperationalError
from wagtail.models import Page

from masthead.delivery.filling import addresses, changes, rendering
from masthead.delivery.filling.needs import PATIENCE, Needs, Rank
from masthead.delivery.filling.renderer import FEW, Renderer
from masthead.kernel import clock
from masthead.kernel.reads import Reads, place_of
from masthead.newsroom.stories import actions, batches
from masthead.newsroom.stories.batches import batch_of
from masthead.newsroom.stories.models import SectionPage, StoryPage
from tests.delivery.filling.site import NOON, began, path
from tests.make import make_author, make_newsroom, make_party, make_section, make_statement_draft, make_story, make_topic

pytestmark = pytest.mark.django_db
STORIES = 14


@pytest.fixture
def renderer(tmp_path):
    """Give a renderer that has made all pages of a newsroom with a story an hour, on one topic, in one section."""
    with time_machine.travel(NOON, tick=False) as hour:
        make_newsroom()
        words = {"section": make_section("News"), "topics": [make_topic("Ports")], "bylines": [make_author("Ada Okafor")]}
        for number in range(STORIES):
            make_story(f"Story {number}", **words)
            hour.shift(dt.timedelta(hours=1))
        made = began(tmp_path / "pages")
        made.words = words
        yield made
        made.close()


def number_of(one):
    return int(one.removeprefix("/news/story-").strip("/"))


def test_one_publication_makes_what_shows_it_in_the_order_in_which_readers_look(renderer):
    story = make_story("Now", **renderer.words)
    made = renderer.finish().made
    beside = [one for one in made if one.startswith("/news/story-")]
    assert made == [
        *("/news/now/", "/news/now/statements.json", "/", "/news/", "/feed.xml", "/news/feed.xml"),
        *("/topics/ports/", renderer.words["bylines"][0].get_absolute_url(), "/archive/2026/11/"),
        *beside,
        *("/archive/", f"/sitemap-{batch_of(story.pk)}.xml", "/sitemap.xml"),
    ]
    assert sorted(map(number_of, beside)) == [STORIES - 4, STORIES - 3, STORIES - 2, STORIES - 1]  # those that had fewer than four after them
    assert path(story) == made[0]


def test_what_changes_makes_its_own_file_of_the_sitemap_anew_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "LENGTH", 4)
    make_newsroom()
    speakers = [make_party(f"Speaker {number}") for number in range(8)]
    old = [
        make_story(f"Story {number}", text="<p>It holds.</p>", statements=[make_statement_draft("It holds", speaker=speaker)])
        for number, speaker in enumerate(speakers)
    ]
    renderer = began(tmp_path / "pages")

    def files_made():
        return sorted(one for one in renderer.finish().made if one.startswith("/sitemap"))

    try:
        now = make_story("Now", text="<p>It holds.</p>", statements=[make_statement_draft("It holds", speaker=speakers[0])])
        assert files_made() == sorted({f"/sitemap-{batch_of(now.pk)}.xml", f"/sitemap-sources-{batch_of(speakers[0].pk)}.xml", "/sitemap.xml"})
        Page.objects.filter(pk=old[0].pk).update(last_published_at=clock.now())
        assert files_made() == [f"/sitemap-{batch_of(old[0].pk)}.xml", "/sitemap.xml"]
        party = speakers[7]
        party.slug = "renamed"
        party.save()
        assert files_made() == [f"/sitemap-sources-{batch_of(party.pk)}.xml"]
    finally:
        renderer.close()


def test_a_story_that_goes_changes_its_neighbours_alone(renderer):
    StoryPage.objects.get(title="Story 6").delete()
    made = renderer.finish().made
    assert sorted(number_of(one) for one in made if one.startswith("/news/story-")) == [2, 3, 4, 5]
    assert "/topics/ports/" in made


def test_another_headline_is_shown_where_the_story_stands_and_nowhere_else(renderer):
    story = StoryPage.objects.get(title="Story 6")
    draft = actions.Draft(headline="Another", body=[("paragraphs", "<p>Words.</p>")], bylines=renderer.words["bylines"], topics=renderer.words["topics"])
    actions.publish(story=actions.revise_story(story=story, draft=draft, user=None), user=None)
    made = renderer.finish().made
    assert made[:2] == [path(story), f"{path(story)}statements.json"]
    assert sorted(number_of(one) for one in made[2:] if one.startswith("/news/story-")) == [2, 3, 4, 5]


def test_what_comes_now_passes_what_waits_but_nothing_waits_for_ever(tmp_path):
    needs = Needs(tmp_path)
    with time_machine.travel(NOON, tick=False) as hour:
        needs.put(["/much/", "/more/"], rank=Rank.MASS)
        needs.put(["/topics/early/"], rank=Rank.LIST)
        hour.shift(dt.timedelta(seconds=0.2))
        needs.put(["/news/soon/"], rank=Rank.OWN)
        hour.shift(dt.timedelta(seconds=0.2))
        needs.put(["/news/later/", "/more/"], rank=Rank.OWN)
        order = []
        while (waiting := needs.next(clock.now())) is not None:
            order.append(waiting.path)
            needs.done(waiting.path)
    needs.close()
    assert order == ["/news/soon/", "/topics/early/", "/news/later/", "/more/", "/much/"]
    assert [PATIENCE[rank] for rank in Rank] == sorted(PATIENCE.values())


def test_of_many_stories_at_once_the_lists_come_before_pages_that_django_answers_meanwhile(renderer):
    for number in range(FEW // 2 + 1):
        make_story(f"Imported {number}", section=make_section("News"))
    made = renderer.finish().made
    first = next(at for at, one in enumerate(made) if one.startswith("/news/imported-"))
    assert {"/", "/news/", "/feed.xml", "/archive/"} <= set(made[:first])
    assert len([one for one in made if one.startswith("/news/imported-")]) == 2 * (FEW // 2 + 1)


def test_of_a_great_change_the_front_page_comes_first_and_then_the_newest(renderer, monkeypatch):
    monkeypatch.setattr("masthead.delivery.filling.renderer.MANY", 10)
    section = SectionPage.objects.get(title="News")
    section.title = section.draft_title = "Latest"
    section.save_revision().publish()
    made = renderer.finish().made
    stories = [number_of(one) for one in made if one.startswith("/news/story-") and one.endswith("/")]
    assert stories == sorted(stories, reverse=True)
    assert len(stories) == STORIES
    assert made.index("/") < made.index("/news/story-13/")


def test_what_goes_with_thousands_is_taken_away_before_any_of_it_is_worked_off(renderer, monkeypatch):
    monkeypatch.setattr(changes, "AT_ONCE", 10)
    before = {one for one in renderer.store.paths() if one.startswith("/news/")}
    there = []
    real = changes.effect_of
    monkeypatch.setattr(changes, "effect_of", lambda rows: there.append(set(renderer.store.paths()) & before) or real(rows))
    SectionPage.objects.get(title="News").delete()
    made = renderer.finish().made
    assert len(there) > 5
    assert there[0] == set()
    assert [one for one in made if one.startswith("/news/")] == []  # nobody makes thousands of pages that are not there


def test_pages_that_move_are_gone_from_where_they_were_at_once(renderer, monkeypatch, django_capture_on_commit_callbacks):
    make_section("Culture")
    renderer.finish()
    with django_capture_on_commit_callbacks(execute=True):
        section = SectionPage.objects.get(title="News")
        section.slug = "latest"
        section.save_revision().publish()
    with monkeypatch.context() as patched:
        patched.setattr(rendering, "render", lambda one: pytest.fail(f"{one} is made before"))
        renderer.take_in()
    old = [one for one in renderer.store.paths() if one.startswith("/news/")]
    assert old == []
    made = renderer.finish().made
    assert {"/latest/", "/latest/feed.xml", "/latest/story-3/", "/latest/story-3/statements.json"} <= set(made)
    assert renderer.store.page("/news/story-3/").status == 301
    assert "/news/story-3/statements.json" not in made


def test_a_page_that_takes_anothers_place_is_made(renderer):
    old = StoryPage.objects.get(title="Story 3")
    old.slug = "elsewhere"
    old.save_revision().publish()
    new = StoryPage.objects.get(title="Story 4")
    new.slug = "story-3"
    new.save_revision().publish()
    renderer.finish()
    assert b"Story 4" in b"".join(renderer.store.page("/news/story-3/").segments)
    assert {one for one in addresses.every() if one.startswith("/news/")} - set(renderer.store.paths()) == set()


def test_what_was_read_while_the_database_went_away_is_read_again(renderer, monkeypatch):
    make_story("Now", section=make_section("News"))
    real = changes.effect_of
    with monkeypatch.context() as patched:
        patched.setattr(changes, "effect_of", lambda _rows: (_ for _ in ()).throw(OperationalError("gone")))
        with pytest.raises(OperationalError):
            renderer.step()
    assert changes.effect_of is real
    assert "/news/now/" in renderer.finish().made


def test_finding_what_shows_a_new_story_costs_the_same_however_long_its_lists_are(tmp_path):
    def steps(stories):
        needs = Needs(tmp_path / str(stories))
        with needs.together():
            for number in range(stories):
                since, until = (place_of(NOON + dt.timedelta(hours=number + more)) for more in (0, 4))
                needs.record(f"/{number}/", Reads(spans={("stories.topic=1", since, until)}), status=200, reason="", stamp=1)
            needs.record("/topics/1/", Reads(spans={("stories.topic=1", "", "~")}), status=200, reason="", stamp=1)
        count = 0

        def more():
            nonlocal count
            count += 1

        needs._database.set_progress_handler(more, 1)
        newest = place_of(NOON + dt.timedelta(hours=stories + 2))
        assert needs.made_of((), [("stories.topic=1", newest)]) == {"/topics/1/", f"/{stories - 2}/", f"/{stories - 1}/"}
        needs._database.set_progress_handler(None, 0)
        needs.close()
        return count

    assert steps(4000) < steps(200) + 100


def test_another_renderer_does_not_forget_the_order(renderer):
    make_story("Now", **renderer.words)
    renderer.take_in()
    renderer.close()
    second = Renderer(renderer.folder)
    second.begin()
    made = second.finish().made
    second.close()
    assert made.index("/news/now/") < made.index("/") < made.index("/topics/ports/") < made.index("/archive/")


def test_stories_that_go_with_many_others_change_their_neighbours_alone(renderer, monkeypatch):
    monkeypatch.setattr(changes, "AT_ONCE", 2)  # what tells where a story stood is read after what tells that it is gone
    keys = list(StoryPage.objects.filter(title__in=["Story 7", "Story 8"]).values_list("pk", flat=True))
    Page.objects.filter(pk__in=keys).update(live=False)
    StoryPage.objects.filter(pk__in=keys).update(published_at=None)
    made = renderer.finish().made
    assert {number_of(one) for one in made if one.startswith("/news/story-")} == {3, 4, 5, 6}
    assert b"Story 7" not in b"".join(renderer.store.page("/topics/ports/").segments)
