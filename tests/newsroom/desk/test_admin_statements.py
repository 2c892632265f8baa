"""What the editor asks about statements: offers, anchors, parties, links; who may ask; what is kept."""

import json
import uuid

import pytest
from django.test import Client

from masthead.kernel import clock
from masthead.newsroom.desk.reading import read_all
from masthead.newsroom.sources.models import Capture, OutletDomain, Party, SourceDocument
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.statements import Channel
from tests.make import PASSWORD, make_document, make_party, make_staff, make_statement_draft, make_story
from tests.newsroom.desk.story_form import form

pytestmark = pytest.mark.django_db
RELAYED = "“We will answer this on our own terms,” the Vessan Foreign Ministry said in a statement, according to the Tarn News Agency."


@pytest.fixture
def story():
    return make_story("The crossing", live=False, text=f"<p>{RELAYED}</p>")


@pytest.fixture
def desk(client):
    client.force_login(make_staff(Role.EDITOR))
    return client


def ask(client, story, path, question):
    return client.post(
        f"/desk/statements/{story.pk if story else 0}/{path}/", json.dumps(question), content_type="application/json", headers={"Accept": "application/json"}
    )


def passage(text, **more):
    return {"text": text, "block": "b1", "paragraph": "p1"} | more


def test_a_relayed_quotation_is_offered_with_speaker_channel_and_outlet(desk, story):
    ministry = make_party("Vessan Foreign Ministry", kind="organisation")
    answer = ask(desk, story, "propose", {"passages": [passage(RELAYED)]}).json()
    [offer] = answer["offers"]
    assert offer["speaker"] == {"key": ministry.pk, "name": "Vessan Foreign Ministry", "kind": "organisation", "title": ""}
    assert (offer["draft"]["channel"], offer["draft"]["form"], offer["draft"]["block"]) == ("statement", "direct", "b1")
    assert [(hop["outlet"]["name"], hop["outlet"]["key"]) for hop in offer["hops"]] == [("Tarn News Agency", None)]
    at = offer["at"]
    assert RELAYED[at["start"] : at["end"]] == offer["draft"]["words"] == "We will answer this on our own terms,"


def test_a_quotation_that_a_statement_covers_is_not_offered_again_and_a_lost_one_is_said_to_be_lost(desk, story):
    key, lost = str(uuid.uuid4()), str(uuid.uuid4())
    statements = [{"key": key, "words": "We will answer this on our own terms,"}, {"key": lost, "words": "Words that nobody ever wrote into any story at all."}]
    answer = ask(desk, story, "propose", {"passages": [passage("A new first paragraph."), passage(RELAYED, paragraph="p2")], "statements": statements}).json()
    assert answer["offers"] == []
    assert answer["anchors"][key]["first"] == 1
    assert answer["anchors"][lost] is None


def test_a_long_story_is_offered_as_a_whole(desk, story):
    long = [passage(f"{RELAYED} " + "The bridge was closed on the day before and the ferry did not sail. " * 6, paragraph=f"p{number}") for number in range(11)]
    answer = ask(desk, story, "propose", {"passages": long})
    assert len(answer.json()["offers"]) == 11


def test_somebody_without_a_name_is_offered_as_unnamed(desk, story):
    text = "“Three people were treated for cuts and bruises,” a nurse at the hospital told Orlo Press."
    [offer] = ask(desk, story, "propose", {"passages": [passage(text)]}).json()["offers"]
    assert offer["speaker"] is None
    assert "nurse" in offer["draft"]["anonymous_as"]


def test_a_name_is_found_where_it_is_known_and_stored_where_it_is_not(desk, story):
    known = make_party("Tarn News Agency", kind="outlet", names=["TNA"])
    answer = ask(desk, story, "parties", {"parties": [{"name": "TNA", "kind": "outlet"}, {"name": "Ada Holm", "kind": "person"}]}).json()
    assert [party["name"] for party in answer["parties"]] == ["Tarn News Agency", "Ada Holm"]
    assert answer["parties"][0]["key"] == known.pk
    found = desk.get(f"/desk/statements/{story.pk}/parties/?q=ada").json()["parties"]
    assert [party["key"] for party in found] == [Party.objects.get(name="Ada Holm").pk]


def test_a_pasted_link_makes_one_document_asks_for_a_copy_and_knows_its_outlet(desk, story):
    outlet = make_party("Tarn News Agency", kind="outlet", domains=["tarn.example"])
    first = ask(desk, story, "link", {"url": "https://world.tarn.example/crossing"}).json()
    again = ask(desk, story, "link", {"url": "https://world.tarn.example/crossing?utm_source=x"}).json()
    assert first["outlet"]["key"] == outlet.pk
    assert first["document"]["key"] == again["document"]["key"]
    assert first["document"]["publisher"]["key"] == outlet.pk
    assert Capture.objects.filter(document_id=first["document"]["key"]).exists()
    known = ask(desk, story, "known", {"documents": [first["document"]["key"]], "parties": [outlet.pk]}).json()
    assert known["documents"][str(first["document"]["key"])]["capture"]["words"].startswith(("copy", "no copy"))
    assert known["parties"][str(outlet.pk)]["name"] == "Tarn News Agency"


def test_an_unknown_domain_is_the_outlets_of_the_story_whose_name_it_bears(desk, story):
    tarn, orlo = make_party("Tarn News Agency", kind="outlet"), make_party("Orlo Press", kind="outlet")
    answer = ask(desk, story, "link", {"url": "https://www.tarn-news.example/1", "outlets": [tarn.pk, orlo.pk]}).json()
    assert (answer["outlet"]["key"], answer["learned"]) == (tarn.pk, "tarn-news.example")
    assert OutletDomain.objects.get().party == tarn
    other = ask(desk, story, "link", {"url": "https://somewhere.example/1", "outlets": [orlo.pk]}).json()
    assert (other["outlet"], other["learned"]) == (None, "")


def test_a_link_to_the_speakers_own_website_is_their_own_words(desk, story):
    ministry = make_party("Vessan Foreign Ministry", kind="organisation", website="https://mfa.example/")
    answer = ask(desk, story, "link", {"url": "https://mfa.example/news/7", "speakers": [ministry.pk]}).json()
    assert answer["speaker"] == ministry.pk


def test_a_profile_is_refused_with_what_to_give_instead(desk, story):
    answer = ask(desk, story, "link", {"url": "https://x.com/ministry"})
    assert answer.status_code == 409
    assert "the post itself" in answer.json()["error_message"]
    assert not SourceDocument.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", '{"passages": 3}', '{"passages": [], "more": 1}', '{"statements": [{"key": "no", "words": "x"}]}'])
def test_what_cannot_be_read_is_refused_in_a_sentence(desk, story, body):
    answer = desk.post(f"/desk/statements/{story.pk}/propose/", body, content_type="application/json", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "could not be read" in answer.json()["error_message"]


@pytest.mark.parametrize("path", ["propose", "known", "parties", "link"])
def test_only_who_may_change_the_story_may_ask(client, story, path):
    published = make_story("Another's")
    assert "/desk/login/" in ask(client, story, path, {})["location"]
    client.force_login(make_staff(Role.REPORTER))
    assert ask(client, published, path, {}).status_code == 403
    own = {"url": "https://a.example/1"} if path == "link" else {} if path == "propose" else {"parties": []}
    assert ask(client, None, path, own).status_code == 200, "the writer of a new story may"


@pytest.mark.parametrize("path", ["parties", "link"])
def test_who_may_write_stories_but_add_no_sources_is_told_so(client, story, path):
    reporter = make_staff(Role.REPORTER)
    reporter.groups.get().permissions.filter(codename__in=("add_party", "add_sourcedocument")).delete()
    client.force_login(reporter)
    answer = ask(client, None, path, {"parties": [{"name": "Ada", "kind": "person"}]} if path == "parties" else {"url": "https://a.example/1"})
    assert (answer.status_code, answer.json()["error_message"]) == (403, "You may not add sources. Ask an editor.")


def test_a_page_of_somebody_else_cannot_ask_in_our_name(story):
    client = Client(enforce_csrf_checks=True)
    client.login(username=make_staff(Role.EDITOR).email, password=PASSWORD)
    assert ask(client, story, "link", {"url": "https://a.example/1"}).status_code == 403
    assert not SourceDocument.objects.exists()


def test_findings_are_listed_with_their_place_and_the_way_to_let_them_stand(desk):
    story = make_story("The pier", live=False, text="<p data-block-key='p1'>“It never closed, she said.</p>", bylines=[])
    found = desk.get(f"/desk/findings/{story.pk}/").json()["findings"]
    quote = next(finding for finding in found if finding["end"])
    assert quote["paragraph"] == "p1"
    assert quote["severity"] == "block"
    assert quote["accept_url"] == f"/desk/findings/{story.pk}/{quote['key']}/"


def test_the_editor_learns_where_the_words_stand_after_it_saved_by_itself(desk, story):
    key = str(uuid.uuid4())
    sent = form(statements_data=json.dumps([{"key": key, "words": "Words that took", "anonymous_as": "a clerk", "anonymous_reason": "fear", "approve": True}]))
    sent.pop("action-publish")
    answer = desk.post(f"/desk/pages/{story.pk}/edit/", sent, headers={"Accept": "application/json"}).json()
    saved = json.loads(answer["field_updates"]["statements_saved"])
    assert (saved["statements"][0]["suffix"], saved["approved"]) == (" an hour.", [key])
    assert StoryPage.objects.get(pk=story.pk).get_latest_revision_as_object().statements.get().words == "Words that took"


def test_a_stale_tab_saves_no_statements_over_newer_ones(desk, story):
    def send(words, **more):
        sent = form(statements_data=json.dumps([{"key": str(uuid.uuid4()), "words": words}]), **more)
        sent.pop("action-publish")
        return desk.post(f"/desk/pages/{story.pk}/edit/", sent, headers={"Accept": "application/json"}).json()

    loaded = {"loaded_revision_id": str(story.latest_revision_id), "loaded_revision_created_at": story.latest_revision.created_at.isoformat()}
    assert send("Words that took", **loaded)["success"]
    stale = send("an hour", **loaded)
    assert (stale["success"], stale["error_code"]) == (False, "invalid_revision")
    assert StoryPage.objects.get(pk=story.pk).get_latest_revision_as_object().statements.get().words == "Words that took"


def test_a_list_of_stories_is_read_with_the_same_number_of_queries(django_assert_max_num_queries):
    tarn, ministry = make_party("Tarn News Agency", kind="outlet"), make_party("The ministry", kind="organisation")
    stories = []
    for _ in range(5):
        story = make_story(live=False, text=f"<p>{RELAYED}</p>")
        drafts = [
            make_statement_draft("We will answer this", speaker=ministry, via=[tarn], document=make_document()),
            make_statement_draft("on our own terms", speaker=ministry, via=[tarn]),
        ]
        actions.set_statements(story=story, drafts=drafts, user=None, now=clock.now())
        story.save_revision()
        stories.append(StoryPage.objects.get(pk=story.pk).get_latest_revision_as_object())
    with django_assert_max_num_queries(6):
        readings = read_all(stories)
    assert [[use.speaker for use in reading.statements] for reading in readings] == [["The ministry"] * 2] * 5
    assert readings[0].statements[0].hops[0].outlet == "Tarn News Agency"


def test_the_comparison_of_two_versions_says_who_said_what_in_each(desk, story):
    ministry, tarn = make_party("Vessan Foreign Ministry", kind="organisation"), make_party("Tarn News Agency", kind="outlet")
    document = make_document("The answer", url="https://mfa.example/7")
    for drafts in (
        [make_statement_draft("We will answer this", speaker=ministry)],
        [make_statement_draft("We will answer this", speaker=ministry, via=[tarn], document=document)],
    ):
        actions.set_statements(story=story, drafts=drafts, user=None, now=clock.now())
        story.save_revision()
    first, last = list(story.revisions.order_by("pk").values_list("pk", flat=True))[-2:]
    page = desk.get(f"/desk/pages/{story.pk}/revisions/compare/{first}...{last}/").content.decode()
    assert '<span class="deletion">“We will answer this”: Vessan Foreign Ministry.' in page
    assert '<span class="addition">“We will answer this”: Vessan Foreign Ministry (https://mfa.example/7) ← Tarn News Agency.' in page


def test_a_channel_is_a_kind_of_document():
    assert set(Channel) == set(SourceDocument.Kind.values)
