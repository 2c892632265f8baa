"""What a reader sees of statements, without a script."""

import html5lib
import pytest
from lxml import html as lxml_html

from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Statement
from tests.make import make_document, make_newsroom, make_party, make_statement_draft, make_story
from tests.make.sourced import make_outlet, make_sourced_story

pytestmark = pytest.mark.django_db
STORY_QUERIES = 15


@pytest.fixture
def story():
    make_newsroom(name="The Meridian")
    return make_sourced_story()


def path_of(page):
    return "/" + page.url_path.split("/", 2)[2]


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return lxml_html.document_fromstring(answer.content.decode())


def words(element):
    return " ".join("".join(element.itertext()).split())


def note(page, number):
    return words(page.get_element_by_id(f"n{number}"))


def test_every_reference_has_a_note_and_every_note_leads_back(client, story):
    page = shown(client, path_of(story))
    references = page.xpath("//a[@role='doc-noteref']")
    notes = page.xpath("//section[@role='doc-endnotes']//li")
    assert [link.get("href") for link in references] == [f"#n{number}" for number in range(1, 7)]
    assert [item.get("id") for item in notes] == [f"n{number}" for number in range(1, 8)]
    for link, item in zip(references, notes, strict=False):
        back = item.xpath(".//a[@role='doc-backlink']")
        assert [one.get("href") for one in back] == ["#" + link.get("id")]
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert all(page.get_element_by_id(f"s{number}") is not None for number in range(1, 7))


def test_the_page_is_good_html(client, story):
    outlet = Party.objects.get(name="Coast Agency")
    for path in (path_of(story), "/sources/", outlet.get_absolute_url()):
        html5lib.HTMLParser(strict=True).parse(client.get(path).content.decode())


def test_quotations_are_quotations_and_the_rest_is_not(client, story):
    page = shown(client, path_of(story))
    marks = [(mark.tag, words(mark)) for mark in page.xpath("//*[contains(@class, 'said') and not(contains(@class, 'said-'))]")]
    assert marks == [
        ("q", "the harbour will stay open through the winter"),
        ("q", "No ship has been turned away"),
        ("q", "They told us to wait for a call."),
        ("q", "“The call never came, and at six we went home."),
        ("span", "Forty lorries stood at the north gate on Monday morning"),
        ("span", "keeps no such list"),
        ("blockquote", "We have nothing to add."),
    ]
    assert page.xpath("//q[@id='s1']//a/@href") == ["https://ministry.example/harbour"]
    assert page.xpath("//q[@id='s2']/@cite")[0].startswith("https://ministry.example/releases/")


def test_a_note_tells_who_where_and_through_whom(client, story):
    page = shown(client, path_of(story))
    assert words(page.xpath("//p[@class='tally']")[0]) == "7 statements, 6 sources, 3 seen in the original"
    first = note(page, 1)
    for said in (
        "Vessa Foreign Ministry",
        "Statement, March 2, 2026",
        "As relayed by Coast Agency (state-run: Government of Vessa. Its statute names the owner. Since January 1, 2014; report of March 2, 2026, third paragraph), ",
        "then quoted by Harbour Wire (owned by a company it reports on",
        "Relayed only. The original was not available to us.",
    ):
        assert said in first
    second = note(page, 2)
    for said in ("Seen in the original.", "Original: Statement on the harbour, changed since we saw it, March 5, 2026, our copy of", "Translated by Bo Lind."):
        assert said in second
    assert page.xpath("//li[@id='n2']//*[@lang='ar' and @dir='rtl']/text()") == ["لم تُرَدّ أي سفينة"]
    assert "A dock worker Not named: Those who spoke before lost their shifts. Approved by an editor." in note(page, 3)
    assert "Our own reporting" in note(page, 4)
    assert "Seen by us." in note(page, 4)
    assert "Mara Ostrow, Port captain" in note(page, 5)
    assert "Disputed." in note(page, 5)
    assert "We asked for the list twice." in note(page, 5)
    assert "“The winter timetable is with the printers already”" in note(page, 7)


def test_a_reference_says_who_to_those_who_hear_it(client, story):
    labels = shown(client, path_of(story)).xpath("//a[@role='doc-noteref']/@aria-label")
    assert labels[0] == "Source 1: Vessa Foreign Ministry, via Harbour Wire"
    assert labels[3] == "Source 4: our own reporting"


def test_what_the_newsroom_keeps_to_itself_is_nowhere(client, story):
    document = story.statements.first().hops.first().document
    document.note = "qinternal"
    document.save()
    page = client.get(path_of(story)).content.decode()
    private = document.captures.get()
    for never in ("qinternal", "qprivate", str(private.key)):
        assert never not in page
    assert f"/kept/{story.statements.get(standing='original', form='direct', translator='Bo Lind').document.captures.get().key}/" in page


def test_a_story_without_statements_says_nothing_of_any(client):
    page = client.get(path_of(make_story())).content.decode()
    for never in ("doc-endnotes", "noteref", 'class="tally"', "annotated"):
        assert never not in page


def test_a_block_that_names_a_statement_shares_its_note(client):
    speaker = make_party("Mara Ostrow")
    draft = make_statement_draft("the gates stay shut", speaker=speaker)
    body = [("paragraphs", "<p>She said “the gates stay shut”.</p>"), ("statement", {"words": "The gates stay shut.", "statement": str(draft.key)})]
    page = shown(client, path_of(make_story(body=body, statements=[draft])))
    assert page.xpath("//a[@role='doc-noteref']/@id") == ["r1", "r1-2"]
    assert page.xpath("//li[@id='n1']//a[@role='doc-backlink']/@href") == ["#r1", "#r1-2"]
    assert len(page.xpath("//*[@id='s1']")) == 1
    assert "Mara Ostrow" in words(page.xpath("//figure[@class='statement']/figcaption")[0])


def test_a_preview_shows_a_drafts_statements_and_the_public_page_those_that_were_published(client, story):
    public = client.get(path_of(story)).content.decode()
    actions.revise_story(
        story=story,
        draft=actions.Draft(headline="New", body=[("paragraphs", "<p>It said “never”.</p>")], statements=[make_statement_draft("never")]),
        user=None,
    )
    assert client.get(path_of(story)).content.decode().count('<li id="n') == public.count('<li id="n') == 7
    draft = story.get_latest_revision_as_object()
    preview = draft.make_preview_request(preview_mode=draft.default_preview_mode)
    preview.render()
    assert preview.content.decode().count('<li id="n') == 1


def test_ten_statements_cost_no_more_queries_than_one(client, story, django_assert_max_num_queries):
    client.get(path_of(story))
    with django_assert_max_num_queries(STORY_QUERIES):
        client.get(path_of(story))


# --- pages of those who are heard ------------------------------------------------------------------------


def test_a_party_s_page_holds_what_it_said_and_an_outlet_s_what_it_relayed(client, story):
    ministry, agency = Party.objects.get(name="Vessa Foreign Ministry"), Party.objects.get(name="Coast Agency")
    page = words(shown(client, ministry.get_absolute_url()).find(".//main"))
    for said in (
        "What Vessa Foreign Ministry has said here",
        "the harbour will stay open through the winter",
        "March 2, 2026",
        "Seen in the original",
        story.title,
    ):
        assert said in page
    page = words(shown(client, agency.get_absolute_url()).find(".//main"))
    for said in (
        "What Coast Agency relayed here",
        "Vessa Foreign Ministry",
        "State-run, Government of Vessa",
        "Its statute names the owner.",
        "coastagency.example",
    ):
        assert said in page
    index = words(shown(client, "/sources/").find(".//main"))
    for said in ("Coast Agency State-run.", "relayed 2", "Vessa Foreign Ministry", "3 statements"):
        assert said in index


def test_who_is_only_in_drafts_is_not_found(client, story):
    hidden = make_party("Hidden Person")
    make_story(text="<p>It said so.</p>", live=False, statements=[make_statement_draft("It said so.", speaker=hidden)])
    gone = make_party("Gone Person")
    actions.withdraw(story=make_story(text="<p>It said so.</p>", statements=[make_statement_draft("It said so.", speaker=gone)]), user=None)
    publisher_alone = make_outlet("Quiet Paper")
    make_document(publisher=publisher_alone)
    assert Statement.objects.filter(speaker__in=[hidden, gone]).count() == 2
    for party in (hidden, gone, publisher_alone, make_party("Nobody")):
        assert client.get(party.get_absolute_url()).status_code == 404
        assert party.name not in client.get("/sources/").content.decode()
    assert client.get("/sources/no-such/").status_code == 404


def test_a_merged_party_leads_to_the_one_it_went_into(client, story):
    from masthead.newsroom.sources.actions import merge_parties

    ministry, double = Party.objects.get(name="Vessa Foreign Ministry"), make_party("Ministry of Foreign Affairs", kind="organisation")
    address = double.get_absolute_url()
    merge_parties(keep=ministry, gone=double, user=None)
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (301, ministry.get_absolute_url())


def test_a_long_list_is_paged_and_costs_the_same(client, django_assert_max_num_queries):
    speaker = make_party("Mara Ostrow")
    make_story(text="<p>" + " ".join(f"w{n:02}" for n in range(45)) + "</p>", statements=[make_statement_draft(f"w{n:02}", speaker=speaker) for n in range(45)])
    address = speaker.get_absolute_url()
    client.get(address)
    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()
    assert "Page 1 of 3" in page
    assert page.count("<article") == 20
    assert client.get(f"{address}?page=3").content.decode().count("<article") == 5
    client.get("/sources/")
    with django_assert_max_num_queries(9):
        client.get("/sources/")
