import datetime as dt

import pytest
from wagtail.models import PageLogEntry

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.actions import AcceptanceRefused, accept
from masthead.newsroom.desk.reading import PictureUse, Reading, read
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions, gate
from masthead.newsroom.stories.gate import Severity
from tests.make import make_picture, make_staff, make_story

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def reading(**words):
    return Reading(**({"headline": "H", "is_story": True, "standfirst": "S", "dateline": "Here", "bylines": 1, "has_body": True} | words))


def use(**words):
    whole = {"key": 1, "title": "Harbour", "credit": "Ada", "alt": "A harbour", "decorative": False, "caption": "C", "field": "body", "block": "b1"}
    return PictureUse(**(whole | words))


def rules_found(**words):
    return {(finding.rule, finding.severity) for finding in checks.run(reading(**words))}


def test_a_whole_story_has_no_findings():
    assert rules_found(pictures=(use(),), label="news") == set()


@pytest.mark.parametrize(
    ("words", "rule", "severity"),
    [
        ({"pictures": (use(credit=" "),)}, "picture-without-credit", Severity.BLOCK),
        ({"pictures": (use(alt=""),)}, "picture-without-alt", Severity.BLOCK),
        ({"pictures": (use(caption=""),)}, "picture-without-caption", Severity.WARN),
        ({"has_body": False}, "body-missing", Severity.BLOCK),
        ({"bylines": 0}, "byline-missing", Severity.WARN),
        ({"dateline": "", "label": "news"}, "dateline-missing", Severity.SUGGEST),
        ({"standfirst": ""}, "standfirst-missing", Severity.SUGGEST),
        ({"kept": (("[poll]", "b2"),)}, "kept-from-old-site", Severity.WARN),
    ],
)
def test_each_fault_is_found_alone(words, rule, severity):
    assert rules_found(**words) == {(rule, severity)}


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
