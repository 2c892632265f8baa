"""What machines are told of statements, and that all of it agrees with the page."""

import csv
import io
import json
from urllib.parse import urlsplit

import feedparser
import jsonschema
import pytest
from lxml import html as lxml_html
from referencing import Registry, Resource

from masthead.kernel import clock
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.batches import batch_of
from masthead.newsroom.stories.models import Publication
from tests.make import make_newsroom, make_party, make_picture, make_statement_draft, make_story, make_topic
from tests.make.sourced import make_sourced_story
from tests.syndication.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"


@pytest.fixture
def story():
    make_newsroom(name="The Meridian")
    Publication.objects.update(corrections_policy="We correct in public.", contact_email="desk@meridian.example")
    made = make_sourced_story(topics=[make_topic("Ports")], lead_picture=make_picture(), standfirst="Seven accounts.", label="analysis")
    actions.add_correction(story=made, kind="correction", text="It was Tuesday.", user=None, now=clock.now())
    return made


def path_of(page):
    return "/" + page.url_path.split("/", 2)[2]


def page_of(client, story):
    return lxml_html.document_fromstring(client.get(path_of(story)).content.decode())


def linked_data(client, story):
    blocks = page_of(client, story).xpath("//script[@type='application/ld+json']/text()")
    assert len(blocks) == 1
    return json.loads(blocks[0])


def annotations(client, story):
    answer = client.get(path_of(story) + "statements.json")
    assert answer.status_code == 200
    return answer.json()


def lines(client):
    return [json.loads(line) for line in client.get("/sources/statements.jsonl").getvalue().decode().splitlines()]


def rows(client):
    return list(csv.DictReader(io.StringIO(client.get("/sources/statements.csv").getvalue().decode())))


# --- all agree -------------------------------------------------------------------------------------------


def test_page_annotations_structured_data_lists_feed_and_party_pages_agree_statement_by_statement(client, story):
    page, data, told, table = (
        page_of(client, story),
        linked_data(client, story),
        annotations(client, story)["items"],
        {row["statement"]: row for row in rows(client)},
    )
    listed = {line["id"]: line for line in lines(client)}
    feed = lxml_html.fragment_fromstring(feedparser.parse(client.get("/feed.xml").content).entries[0].content[0].value, create_parent="div")
    entries = feed.xpath("//ol/li")
    assert len(data["hasPart"]) == len(told) == len(listed) == len(table) == len(entries) == story.statements.count() == 7
    for number, (part, one, entry) in enumerate(zip(data["hasPart"], told, entries, strict=True), 1):
        note = page.get_element_by_id(f"n{number}")
        shown, line, row = " ".join("".join(note.itertext()).split()), listed[one["id"]], table[one["id"]]
        assert urlsplit(one["id"]).fragment == note.xpath("./div/@id")[0]
        words = one["target"]["selector"][0]["exact"]
        assert words == part["text"] == one["body"]["text"] == line["text"] == row["words"]
        speaker = one["body"].get("speaker", {}).get("name", "")
        assert (
            speaker == (part.get("spokenByCharacter") or part.get("author") or {}).get("name", "") == line.get("speaker", {}).get("name", "") == row["speaker"]
        )
        assert speaker in shown
        assert speaker in "".join(entry.itertext())
        relays = [relay["outlet"]["name"] for relay in one["body"].get("relays", [])]
        assert relays == [relay["publisher"]["name"] for relay in part.get("citation", [])]
        assert row["relays"] == " > ".join(relays)
        assert all(outlet in shown and outlet in "".join(entry.itertext()) for outlet in relays)
        url, kept = one["body"].get("document", {}).get("url", ""), one["body"].get("document", {}).get("archivedAt", "")
        assert (
            (url, kept)
            == (part.get("isBasedOn", {}).get("url", ""), part.get("isBasedOn", {}).get("archivedAt", ""))
            == (row["document_url"], row["archived_at"])
        )
        assert not url or note.xpath(f".//a[@href='{url}']")
        assert not kept or note.xpath(f".//a[@href='{urlsplit(kept).path}']")
        assert one["body"]["standing"] == line["standing"] == row["standing"]
        if number < 7:
            assert page.get_element_by_id(one["target"]["selector"][1]["value"]) is not None
            assert part["@id"] == f"{ROOT}{path_of(story)}#s{number}"
    ministry = Party.objects.get(name="Vessa Foreign Ministry")
    his = lxml_html.document_fromstring(client.get(ministry.get_absolute_url()).content.decode()).xpath("//article//blockquote/p/text()")
    assert set(his) == {one["body"]["text"] for one in told if one["body"].get("speaker", {}).get("name") == ministry.name}


def test_the_feed_carries_the_notes_with_full_addresses(client, story):
    text = feedparser.parse(client.get("/feed.xml").content).entries[0].content[0].value
    assert f'<a href="{ROOT}{path_of(story)}#n1">[1]</a>' in text
    for said in (
        "<h2>Sources</h2>",
        "7 statements, 6 sources, 3 seen in the original",
        "As relayed by Coast Agency (state-run; ",
        "then quoted by Harbour Wire",
    ):
        assert said in text
    for never in ('href="/', "<details", "<q"):
        assert never not in text


# --- annotations -----------------------------------------------------------------------------------------


def musts(folder):
    """Return the W3C's own assertions that an annotation must meet: (name, schema, whether it is to be valid)."""
    tests = json.loads((folder / "annotations" / "annotationMusts.test").read_text())
    for name in tests["assertions"]:
        if isinstance(name, str) and (folder / name).exists():
            schema = json.loads((folder / name).read_text())
            yield name, schema, schema.get("expectedResult") == "valid"


@pytest.fixture(scope="module")
def w3c(real_data):
    folder = real_data / "schemas" / "web-annotation"
    draft = jsonschema.Draft4Validator
    registry = Registry()
    for file in (folder / "definitions").glob("*.json"):
        contents = json.loads(file.read_text())
        registry = registry.with_resource(file.name, Resource.from_contents(contents | {"$schema": "http://json-schema.org/draft-04/schema#"}))

    def faults(annotation):
        failed = []
        for name, schema, is_to_be in musts(folder):
            checker = draft({key: value for key, value in schema.items() if key != "id"}, registry=registry)
            if checker.is_valid(annotation) != is_to_be:
                failed.append(name)
        return failed

    assert len(list(musts(folder))) > 30
    return faults


def test_annotations_are_what_the_w3c_s_schemas_ask(client, story, w3c):
    page = annotations(client, story)
    assert (page["type"], page["@context"]) == ("AnnotationPage", "http://www.w3.org/ns/anno.jsonld")
    for one in page["items"]:
        assert w3c(one) == []


def test_the_schemas_find_planted_faults(client, story, w3c):
    one = annotations(client, story)["items"][0]
    assert w3c({key: value for key, value in one.items() if key != "target"})
    assert w3c(one | {"id": ["two", "ids"]})
    assert w3c(one | {"bodyValue": "Both a body and its value."})
    assert w3c(one | {"created": ["2026-03-02", "2026-03-03"]})


def test_annotations_have_lasting_ids_and_may_be_asked_for_again(client, story):
    first = client.get(path_of(story) + "statements.json")
    assert first["Content-Type"].startswith("application/ld+json")
    assert client.get(path_of(story) + "statements.json", headers={"if-none-match": first["ETag"]}).status_code == 304
    before = {one["id"] for one in first.json()["items"]}
    actions.publish(story=story, user=None)
    assert {one["id"] for one in annotations(client, story)["items"]} == before


def test_stories_that_are_not_public_have_no_annotations(client, story):
    draft = make_story(live=False)
    assert client.get(path_of(draft) + "statements.json").status_code == 404
    assert client.get("/news/no-such/statements.json").status_code == 404
    assert annotations(client, make_story())["items"] == []


# --- structured data -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vocabulary(real_data):
    return Vocabulary(real_data / "schemas" / "schemaorg-current-https.jsonld")


def test_structured_data_keeps_to_the_vocabulary(client, story, vocabulary):
    data = linked_data(client, story)
    assert vocabulary.faults(data) == []
    assert vocabulary.faults(linked_data(client, make_story(label="opinion"))) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"spokenByCharacter": {"@type": "Person", "name": "A"}}, "no such property"),
        ({"author": {"@type": "Place", "name": "A"}}, "out of range"),
        ({"publisher": {"@type": "Newspapr", "name": "A"}}, "no type"),
        ({"isAccessibleForFree": 3}, "out of range"),
        ({"correction": [{"@type": "CorrectionComment", "headlin": "A"}]}, "no such property"),
    ],
)
def test_the_checker_finds_planted_faults(client, story, vocabulary, fault, said):
    assert any(said in one for one in vocabulary.faults(linked_data(client, story) | fault))


def test_the_article_says_all_that_the_page_does(client, story):
    data = linked_data(client, story)
    assert (data["@type"], data["headline"], data["dateline"]) == ("AnalysisNewsArticle", story.title, "Port Meridian")
    assert [author["name"] for author in data["author"]] == ["Ada Okafor"]
    assert (data["articleSection"], data["keywords"], data["isAccessibleForFree"]) == ("News", ["Ports"], True)
    assert data["publisher"]["correctionsPolicy"] == f"{ROOT}/corrections/"
    assert data["correction"][0]["text"] == "It was Tuesday."
    assert client.get(urlsplit(data["image"]).path).status_code == 200
    assert [part["@type"] for part in data["hasPart"]] == ["Quotation"] * 3 + ["Claim"] * 2 + ["Quotation"] * 2
    assert len(data["citation"]) == len({paper["name"] for paper in data["citation"]}) == 3


@pytest.mark.parametrize("words", ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028 & <b>"])
def test_no_words_end_the_data_block(client, words):
    make_newsroom()
    speaker = make_party("A <b> & Co")
    story = make_story(words, body=[("statement", {"words": words, "statement": ""})], statements=[make_statement_draft(words, speaker=speaker)])
    data = linked_data(client, story)
    assert data["headline"] == data["hasPart"][0]["text"] == words
    assert "<script>alert" not in client.get(path_of(story)).content.decode()


# --- all statements --------------------------------------------------------------------------------------


def test_lists_hold_public_statements_alone(client, story):
    hidden = make_party("Hidden Person")
    make_story(text="<p>It said so.</p>", live=False, statements=[make_statement_draft("It said so.", speaker=hidden)])
    assert len(lines(client)) == len(rows(client)) == 7
    assert not any("Hidden" in json.dumps(line) for line in lines(client))


def test_nothing_in_the_table_is_a_formula(client):
    make_newsroom()
    speaker = make_party("=HYPERLINK(1)")
    make_story(text="<p>+1 it said.</p>", statements=[make_statement_draft("+1 it said.", speaker=speaker, speaker_title="@chief")])
    row = rows(client)[0]
    assert (row["speaker"], row["words"], row["speaker_title"]) == ("'=HYPERLINK(1)", "'+1 it said.", "'@chief")


def test_lists_are_streamed_in_few_queries(client, story, django_assert_max_num_queries):
    for _ in range(3):
        make_sourced_story()
    with django_assert_max_num_queries(6):
        assert len(lines(client)) == 28
    assert client.get("/sources/statements.csv").streaming


def test_the_sitemap_names_who_is_heard(client, story):
    agency = Party.objects.get(name="Coast Agency")
    for path, batch in (("/sources/", 1), (agency.get_absolute_url(), batch_of(agency.pk))):
        file = f"/sitemap-sources-{batch}.xml"
        assert f"<loc>{ROOT}{file}</loc>" in client.get("/sitemap.xml").content.decode()
        assert f"<loc>{ROOT}{path}</loc>" in client.get(file).content.decode()
