"""The renderer: what it does first, what it does with what fails, and that it goes on where it was."""

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from masthead.delivery.filling import addresses, changes, rendering, triggers
from masthead.delivery.filling.models import Change
from masthead.delivery.filling.renderer import Renderer
from masthead.delivery.filling.tracking import tracking
from masthead.funding.campaigns.actions import feature
from masthead.funding.giving.models import BankLine, ProviderPayout
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import StoryPage, Topic
from tests.delivery.filling.site import path
from tests.make import give, make_campaign, make_newsroom, make_section, make_story, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def renderer(tmp_path):
    make_newsroom()
    made = Renderer(tmp_path / "pages")
    made.begin()
    made.finish()
    yield made
    made.close()


def test_every_watched_table_has_its_triggers_and_a_lost_one_is_laid_down_again():
    assert not triggers.install()
    with connection.cursor() as cursor:
        name = "delivery_watch_stories_topic__update"
        cursor.execute(f"DROP TRIGGER {name}" + (" ON stories_topic" if connection.vendor == "postgresql" else ""))
    assert triggers.install()
    assert not triggers.install()


def test_whatever_way_a_row_changes_it_is_told():
    topic = make_topic("Ports")
    Topic.objects.bulk_create([Topic(name="Water", slug="water")])
    Topic.objects.filter(pk=topic.pk).update(name="Harbours")
    Topic.objects.filter(pk=topic.pk).update(name="Harbours")  # changes nothing
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM stories_topic WHERE id = %s", [topic.pk])
    told = [(row.row, row.before, row.after) for row in Change.objects.filter(table="stories_topic").order_by("pk")]
    ports, water = {"slug": "ports"}, {"slug": "water"}
    assert [(before, after) for _row, before, after in told] == [(None, ports), (None, water), (ports, ports), (ports, None)]


def test_saving_a_draft_tells_nothing(renderer):
    story = make_story("Public")
    renderer.finish()
    before = changes.now_at() if connection.vendor == "sqlite" else Change.objects.count()
    story.title = "Public, in hand"
    story.save_revision()
    assert (changes.now_at() if connection.vendor == "sqlite" else Change.objects.count()) == before


def test_what_must_not_be_seen_goes_before_anything_is_made(renderer, monkeypatch):
    story = make_story("Told in confidence")
    renderer.finish()
    showing = {one for one in renderer.store.paths() if b"Told in confidence" in b"".join(renderer.store.page(one).segments)}
    assert {"/", path(story), "/feed.xml", "/news/"} <= showing
    actions.withdraw(story=story, user=None)
    monkeypatch.setattr(rendering, "render", lambda path: pytest.fail("nothing is made before"))
    renderer.take_in()
    assert showing.isdisjoint(renderer.store.paths())


def test_a_page_that_fails_is_taken_away_and_tried_again(renderer, monkeypatch, caplog):
    real = rendering.render

    def failing(one):
        if one == "/news/":
            raise rendering.RenderFailed("/news/ was answered with 500")
        return real(one)

    monkeypatch.setattr(rendering, "render", failing)
    make_story("Public")
    renderer.finish()
    assert renderer.store.page("/news/") is None
    assert renderer.store.page("/").status == 200
    assert "/news/ was answered with 500; again in 1 s" in caplog.text
    monkeypatch.setattr(rendering, "render", real)
    renderer.needs.put(["/news/"], rank=0)
    renderer.finish()
    assert renderer.store.page("/news/").status == 200


def test_another_renderer_goes_on_where_one_was_stopped(renderer):
    make_story("Public")
    renderer.take_in()
    renderer.close()
    second = Renderer(renderer.folder)
    assert second.begin() > 0
    assert "/news/public/" in second.finish().made
    assert second.store.page("/about/") is None or "/about/" not in second.tally.made
    assert second.begin() == 0
    second.close()


def test_a_page_store_that_was_emptied_is_filled_again(renderer):
    before = set(renderer.store.paths())
    renderer.store.clear()
    renderer.begin()
    renderer.finish()
    assert set(renderer.store.paths()) == before


def test_an_upgrade_makes_every_page_anew(renderer, monkeypatch):
    monkeypatch.setattr("masthead.delivery.filling.renderer.stamp_of_the_program", lambda: 1)
    assert renderer.begin() >= renderer.store.count()
    before = renderer.store.count()
    renderer.finish()
    assert renderer.store.count() == before
    assert renderer.begin() == 0


def test_a_figure_that_outgrows_its_place_gets_a_larger_one(renderer):
    campaign = make_campaign(goal=500)
    feature(campaign=campaign)
    renderer.finish()
    before = {(hole.meter, hole.part): hole.length for hole in renderer.store.page("/").holes}
    give(campaign, 1_000_000_000_000)
    renderer._minute, renderer._looked = "", float("-inf")
    renderer.watch()
    parts = renderer.meters.snapshot().meters[str(campaign.uuid)].parts
    assert len(parts["figures"]) > before[str(campaign.uuid), "figures"]
    assert all(hole.length >= len(parts[hole.part]) for hole in renderer.store.page("/").holes)


def test_nobody_fills_the_store_by_asking(renderer, client):
    before = set(renderer.store.paths())
    for one in ("/nothing/", "/?page=2", "/news/?utm=1", "/topics/none/", "/contribute/"):
        client.get(one)
    renderer.finish()
    assert set(renderer.store.paths()) == before
    assert not any("?" in one for one in before)


@pytest.mark.parametrize("one", ["/supporters/", "/giving/", "/giving/yours/", "/meter/none.json"])
def test_what_is_somebodys_own_or_moves_with_money_is_not_kept(renderer, one):
    feature(campaign=make_campaign())
    assert rendering.render(one).page is None
    assert one not in set(addresses.every())


def test_a_query_bound_to_rows_depends_on_those_alone():
    story = make_story("Public", topics=[make_topic("Ports")])
    with tracking() as found:
        list(story.bylines.all())
    assert f"stories_byline.story_id={story.pk}" in found.keys
    assert "stories_byline" not in found.keys
    with tracking() as found:
        [topic.name for topic in story.topics.all()]
    assert not {"stories_topic", "stories_storypage_topics"} & found.keys
    for ask in (
        Topic.objects.filter(name="Ports").exists,
        Topic.objects.count,
        lambda: list(Topic.objects.all()),
        lambda: Topic.objects.order_by("name").first(),
    ):
        with tracking() as found:
            ask()
        assert "stories_topic" in found.keys


def test_a_table_that_nobody_watches_is_told(renderer):
    with tracking() as found, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transfer")
    assert found.unknown == {"ledger_transfer"}
    with tracking() as found:
        StoryPage.objects.filter(owner__is_staff=True).exists()
    assert found.keys & {"stories_storypage", "wagtailcore_page", "staff_user"}


def test_no_page_depends_on_all_stories_rows(renderer):
    make_story("Public", section=make_section("Culture"), topics=[make_topic("Ports")])
    renderer.finish()
    busy = ["wagtailcore_page", "stories_storypage", "stories_byline", "stories_statement", "stories_hop", "stories_storypage_topics", "sources_party"]
    assert renderer.needs.made_of(busy) == set()


def test_a_page_that_is_not_there_is_no_news_for_the_log(renderer, client, caplog):
    rendering.render("/topics/nowhere/")
    assert caplog.records == []
    client.get("/topics/nowhere/")
    assert [record.getMessage() for record in caplog.records] == ["Not Found: /topics/nowhere/"]


def test_what_a_subquery_reads_is_depended_on():
    on_bank = BankLine.objects.filter(matched_ref=OuterRef("ref"))  # the database knows its table as U0
    with tracking() as found:
        ProviderPayout.objects.aggregate(matched=Count("pk", filter=Exists(on_bank)))
    assert {"giving_bankline", "giving_providerpayout"} <= found.keys
