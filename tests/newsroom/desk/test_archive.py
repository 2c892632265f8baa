"""The archive read again with today's rules, and house rules tried on it before they are switched on."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from masthead.kernel import clock
from masthead.newsroom.desk import actions, archive, tasks
from masthead.newsroom.desk.models import ArchiveFinding, CheckedStory, DeskRule, Recheck
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions as stories
from masthead.newsroom.stories import gate
from tests.make import make_author, make_staff, make_story

pytestmark = pytest.mark.django_db


def make_rule(**fields):
    values = {"name": "Illegals", "way": "banned", "looks_for": "illegals", "instead": "migrants", "reason": "Say who they are.", "owner": "Standards"}
    return DeskRule.objects.create(**(values | fields))


def published(headline, text):
    return make_story(headline, text=f"<p>{text}</p>", bylines=[make_author()], standfirst="What happened.", dateline="Vessa")


def found(trial=None):
    return {(row.story.title, row.rule) for row in ArchiveFinding.objects.filter(trial=trial, rule__startswith="house-").select_related("story")}


def test_a_rule_that_is_on_is_asked_of_every_story_on_every_way():
    story = published("Landing", "The illegals came ashore.")
    rule = make_rule(severity="block")
    assert not [finding for finding in gate.findings(story) if finding.rule == rule.code]
    DeskRule.objects.filter(pk=rule.pk).update(on=True)
    finding = next(finding for finding in gate.findings(story) if finding.rule == rule.code)
    assert finding.message == "We do not write “illegals”: write “migrants”. Say who they are."
    with pytest.raises(gate.PublishRefused, match="We do not write “illegals”"):
        stories.publish(story=story, user=None)


def test_a_rule_that_cannot_work_cannot_be_saved():
    rule = make_rule()
    rule.finds = "Nothing of the kind."
    with pytest.raises(ValidationError, match="does not find anything"):
        rule.full_clean()
    rule.finds, rule.in_text, rule.in_headlines = "", False, False
    with pytest.raises(ValidationError, match="would see nothing"):
        rule.full_clean()
    rule.in_text, rule.way, rule.instead = True, "preferred", ""
    with pytest.raises(ValidationError, match="what to write instead"):
        rule.full_clean()


def test_the_archive_is_read_again_only_where_something_changed():
    first, second = published("One", "The illegals came."), published("Two", "Nobody came.")
    make_rule(on=True)
    assert archive.check(archive.unchecked(), now=clock.now()) == 2
    assert found() == {("One", DeskRule.objects.get().code)}
    assert archive.unchecked() == []
    assert set(archive.unchecked(again=True)) == {first.pk, second.pk}
    stories.publish(story=second, user=None)
    assert archive.unchecked() == [second.pk]
    DeskRule.objects.get().save()
    assert set(archive.unchecked()) == {first.pk, second.pk}


def test_what_was_accepted_and_what_was_mended_leaves_the_report():
    from masthead.newsroom.desk.actions import accept

    kept, mended = published("Kept", "The illegals came."), published("Mended", "The illegals came.")
    rule = make_rule(on=True)
    archive.check(archive.unchecked(), now=clock.now())
    assert found() == {("Kept", rule.code), ("Mended", rule.code)}
    finding = next(finding for finding in gate.findings(kept) if finding.rule == rule.code)
    accept(page=kept, findings=[finding], reason="It is a song's title.", user=None, now=clock.now())
    stories.revise_story(story=mended, draft=stories.Draft(headline="Mended", body=[("paragraphs", "<p>People came.</p>")]), user=None)
    stories.publish(story=mended, user=None)
    archive.check(archive.unchecked(again=True), now=clock.now())
    assert found() == set()


def test_the_worker_goes_through_the_archive_share_by_share(monkeypatch, django_capture_on_commit_callbacks):
    for number in range(5):
        published(f"Story {number}", "The illegals came.")
    make_rule(on=True)
    monkeypatch.setattr(archive, "SHARE", 2)
    queue = []
    monkeypatch.setattr(type(tasks.recheck_a_share), "enqueue", lambda _task, pk: queue.append(pk))
    with django_capture_on_commit_callbacks(execute=True):
        recheck = actions.start_recheck(user=None, now=clock.now())
    seen = []
    while queue:
        tasks.recheck_a_share.func(queue.pop())
        recheck.refresh_from_db()
        seen.append(recheck.done)
    assert seen == [2, 4, 5, 5]
    assert recheck.finished_at is not None
    assert len(found()) == 5
    assert CheckedStory.objects.count() == 5


def test_a_recheck_can_be_stopped_and_a_second_one_is_not_begun(monkeypatch):
    for number in range(3):
        published(f"Story {number}", "Nobody came.")
    monkeypatch.setattr(archive, "SHARE", 1)
    monkeypatch.setattr(type(tasks.recheck_a_share), "enqueue", lambda _task, _pk: None)
    recheck = actions.start_recheck(user=None, now=clock.now())
    assert actions.start_recheck(user=None, now=clock.now()) == recheck
    tasks.recheck_a_share.func(recheck.pk)
    actions.stop_recheck(recheck=recheck, now=clock.now())
    tasks.recheck_a_share.func(recheck.pk)
    recheck.refresh_from_db()
    assert recheck.done == 1
    assert actions.start_recheck(user=None, now=clock.now()) != recheck


def test_an_editor_tries_a_rule_on_the_archive_before_it_is_on(client: Client, monkeypatch, django_capture_on_commit_callbacks):
    published("Landing", "The illegals came ashore.")
    published("Fair", "It rained.")
    rule = make_rule()
    monkeypatch.setattr(type(tasks.recheck_a_share), "enqueue", lambda _task, pk: tasks.recheck_a_share.func(pk))
    client.force_login(make_staff(Role.EDITOR))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("archive:try", args=[rule.pk]))
    page = client.get(reverse("archive:trial", args=[rule.pk])).content.decode()
    assert "Found 1 time in 1 story" in page
    assert "The illegals came ashore." in page
    assert found() == set()  # a trial is not the report
    trial = Recheck.objects.get(rule=rule)
    assert (trial.done, trial.finished_at is not None) == (2, True)


def test_the_report_is_cut_by_rule_and_begun_and_stopped_from_its_page(client: Client, monkeypatch):
    published("Landing", "The illegals came ashore.")
    rule = make_rule(on=True)
    archive.check(archive.unchecked(), now=clock.now())
    monkeypatch.setattr(type(tasks.recheck_a_share), "enqueue", lambda _task, _pk: None)
    client.force_login(make_staff(Role.EDITOR))
    page = client.get(reverse("archive:index"), {"rule": rule.code}).content.decode()
    assert "We do not write “illegals”" in page
    assert "Illegals (1)" in page
    assert "We do not write" not in client.get(reverse("archive:index_results"), {"severity": "block"}).content.decode()
    client.post(reverse("archive:start"))
    recheck = Recheck.objects.get()
    assert "0 of 1 stories" in client.get(reverse("archive:index")).content.decode()
    client.post(reverse("archive:stop", args=[recheck.pk]))
    assert "Stopped" in client.get(reverse("archive:index")).content.decode()
