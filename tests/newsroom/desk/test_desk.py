import datetime as dt

import pytest
from wagtail.models import PageLogEntry

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.actions import AcceptanceRefused, NoSuchCheck, accept, choose
from masthead.newsroom.desk.models import CheckChoice
from masthead.newsroom.desk.reading import read
from masthead.newsroom.desk.text import PictureUse, Reading
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions, gate
from masthead.newsroom.stories.gate import Severity
from tests.make import make_picture, make_staff, make_story

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def reading(**words):
    return Reading(**({"headline": "H", "is_story": True, "standfirst": "S", "dateline": "Here", "section": "News", "bylines": 1, "has_body": True} | words))


def use(**words):
    whole = {"key": 1, "title": "Harbour", "credit": "Ada", "alt": "A harbour", "decorative": False, "caption": "C", "field": "body", "block": "b1"}
    return PictureUse(**(whole | words))


def rules_found(**words):
    return {(finding.rule, finding.severity) for finding in checks.run(reading(**words))}


def test_every_check_has_a_name_of_its_own_and_a_reason():
    names = [check.id for check in checks.CHECKS]
    assert len(names) == len(set(names))
    assert all(check.reason.endswith(".") for check in checks.CHECKS)


def test_a_whole_story_has_no_findings():
    assert rules_found(pictures=(use(),), label="news") == set()


@pytest.mark.parametrize(
    ("words", "rule", "severity"),
    [
        ({"pictures": (use(credit=" "),)}, "picture-without-credit", Severity.BLOCK),
        ({"pictures": (use(alt=""),)}, "picture-without-alt", Severity.BLOCK),
        ({"pictures": (use(caption=""),)}, "picture-without-caption", Severity.BLOCK),
        ({"pictures": (use(source_url="https://x.com/ministry"),)}, "picture-credited-to-profile", Severity.BLOCK),
        ({"pictures": (use(credit="@ministry"),)}, "picture-credited-to-profile", Severity.BLOCK),
        ({"has_body": False}, "body-missing", Severity.BLOCK),
        ({"bylines": 0}, "byline-missing", Severity.WARN),
        ({"dateline": "", "label": "news"}, "dateline-missing", Severity.WARN),
        ({"section": ""}, "section-missing", Severity.WARN),
        ({"standfirst": ""}, "standfirst-missing", Severity.SUGGEST),
        ({"kept": (("[poll]", "b2"),)}, "kept-from-old-site", Severity.WARN),
    ],
)
def test_each_fault_is_found_alone(words, rule, severity):
    assert rules_found(**words) == {(rule, severity)}


def test_a_handle_is_credit_enough_beside_its_post():
    assert rules_found(pictures=(use(credit="@ministry", source_url="https://x.com/ministry/status/1"),)) == set()


def test_a_decorative_picture_needs_no_words_but_still_a_credit():
    assert rules_found(pictures=(use(decorative=True, alt="", caption=""),)) == set()
    assert rules_found(pictures=(use(decorative=True, credit=""),)) == {("picture-without-credit", Severity.BLOCK)}


def test_a_finding_keeps_its_identity_when_its_message_is_reworded():
    first, second = (gate.Finding(rule="r", severity=Severity.WARN, message=message, block="b", text="t") for message in ("a", "b"))
    assert first.key == second.key


@pytest.mark.django_db
def test_the_desk_reads_pictures_wherever_they_stand():
    lead, inline, first, second = (make_picture(credit_line="") for _ in range(4))
    body = [
        ("picture", {"picture": inline, "caption": "<p>Own caption</p>", "size": "column"}),
        ("gallery", {"pictures": [{"picture": first, "caption": "", "size": "column"}, {"picture": second, "caption": "", "size": "column"}], "caption": ""}),
    ]
    found = read(make_story(live=False, lead_picture=lead, body=body)).pictures
    assert [use.key for use in found] == [lead.pk, inline.pk, first.pk, second.pk]
    assert found[0].field == "lead_picture"
    assert "Own caption" in found[1].caption


@pytest.mark.django_db
def test_the_desk_reads_when_and_where_a_story_came_out():
    found = read(make_story(lead_picture=make_picture(source_url="https://x.com/ministry/status/1")))
    assert found.section == "News"
    assert found.published_on
    assert found.pictures[0].source_url == "https://x.com/ministry/status/1"
    assert read(make_story(live=False)).published_on is None


@pytest.mark.django_db
def test_a_newsroom_chooses_what_blocks_and_what_is_off():
    editor = make_staff(Role.EDITOR)
    story = make_story(live=False, bylines=[])
    assert not actions.blocking(story)
    choose(severities={"byline-missing": Severity.BLOCK}, user=editor, now=NOW)
    assert [finding.rule for finding in actions.blocking(story)] == ["byline-missing"]
    choose(severities={"byline-missing": None}, user=editor, now=NOW)
    assert "byline-missing" not in {finding.rule for finding in gate.findings(story)}
    assert [row.changed_by for row in CheckChoice.objects.all()] == [editor]
    choose(severities={"byline-missing": Severity.WARN}, user=editor, now=NOW)
    assert not CheckChoice.objects.exists()


@pytest.mark.django_db
def test_nothing_is_chosen_for_a_check_that_is_not_there():
    with pytest.raises(NoSuchCheck, match="no built-in check"):
        choose(severities={"byline": None}, user=make_staff(Role.EDITOR), now=NOW)


@pytest.mark.django_db
def test_an_editor_sets_the_rules_in_the_admin(client):
    client.force_login(make_staff(Role.EDITOR))
    page = client.get("/desk/checks/")
    fields = {name: field.initial for name, field in page.context["form"].fields.items()}
    assert set(fields) == {check.id for check in checks.CHECKS}
    assert client.post("/desk/checks/", fields | {"byline-missing": "off", "dateline-missing": "block"}).status_code == 302
    assert {row.check_id: row.severity for row in CheckChoice.objects.all()} == {"byline-missing": None, "dateline-missing": Severity.BLOCK}
    assert client.post("/desk/checks/", fields | {"byline-missing": "never"}).status_code == 200
    assert CheckChoice.objects.count() == 2


@pytest.mark.django_db
def test_a_block_let_stand_by_a_named_editor_opens_the_gate_and_stays_in_the_history():
    editor = make_staff(Role.EDITOR)
    story = make_story(live=False, lead_picture=make_picture(credit_line=""))
    blocking = actions.blocking(story)
    accept(page=story, findings=blocking, reason="The photographer asked not to be named.", user=editor, now=NOW)
    assert actions.publish(story=story, user=editor).live
    entry = PageLogEntry.objects.get(page_id=story.pk, action="masthead.desk.accepted")
    assert entry.user == editor
    assert entry.revision == story.latest_revision
    assert entry.data["reason"] == "The photographer asked not to be named."


@pytest.mark.django_db
def test_letting_one_picture_stand_says_nothing_of_another():
    story = make_story(live=False, lead_picture=make_picture(credit_line=""))
    accept(page=story, findings=actions.blocking(story), reason="Asked not to be named.", user=None, now=NOW)
    story.lead_picture = make_picture(credit_line="")
    story.save_revision()
    assert actions.blocking(story)


@pytest.mark.django_db
def test_letting_a_finding_stand_needs_a_reason():
    story = make_story(live=False, body=[])
    with pytest.raises(AcceptanceRefused, match="needs a reason"):
        accept(page=story, findings=actions.blocking(story), reason=" ", user=None, now=NOW)
