"""What the demo's stories stand on: who said it, where it can be seen, through whom."""

from collections import Counter

import pytest

from masthead.kernel import clock
from masthead.moving.demo import actions, sourcing
from masthead.moving.demo.content import load
from masthead.newsroom.desk import queries as desk
from masthead.newsroom.desk import reading
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.stories.models import Statement, StoryPage
from tests.make import make_newsroom


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings, tmp_path):
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path})


def test_every_name_in_the_file_is_known():
    plan = sourcing.load()
    stories = {story.slug: story for story in load().stories}
    for entry in plan.statements:
        assert entry.story in stories
        assert all(words in stories[entry.story].body for words in entry.words), entry.words
        assert entry.form == "observation" or entry.speaker in plan.parties or entry.anonymous_as
        assert entry.document in {"", *plan.documents, *sourcing.OWN}
        for hop in entry.via:
            assert hop.outlet in plan.parties
            assert hop.document in plan.documents
    for document in plan.documents.values():
        assert document.publisher in plan.parties
        assert document.kind in SourceDocument.Kind.values


@pytest.mark.django_db
def test_the_stories_statements_are_found_in_their_words_and_the_desk_is_content():
    make_newsroom()
    actions.fill(now=clock.now())
    stories = list(StoryPage.objects.filter(statements__isnull=False).distinct())
    assert len(stories) >= 20
    lost = [use.words for found in reading.read_all(stories) for use in found.statements if use.passage is None]
    assert lost == []
    findings = Counter(
        (finding.rule, finding.severity.value)
        for story in stories
        for finding in desk.open_findings(story)
        if "statement" in finding.rule or "anonym" in finding.rule
    )
    assert findings == {}
    forms, standings = set(Statement.objects.values_list("form", flat=True)), set(Statement.objects.values_list("standing", flat=True))
    assert forms == set(Statement.Form.values)
    assert standings == set(Statement.Standing.values)
    unnamed = Statement.objects.exclude(anonymous_as="").first()
    assert unnamed.anonymous_reason
    assert unnamed.approved_by
    assert Statement.objects.exclude(translator="").exists()
    assert Party.objects.get(name="Republic Bureau").affiliations.get().label == "state-run"
