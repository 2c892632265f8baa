"""The Sources menu: making, finding, merging and deleting parties, outlets and documents in the desk."""

import pytest
from django.urls import reverse

from masthead.newsroom.sources.models import Capture, Party, SourceDocument
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Statement
from tests.make import make_document, make_party, make_staff, make_statement_draft, make_story

pytestmark = pytest.mark.django_db
TEXT = "<p>“The quay opens on Monday,” she said.</p>"
CHILDREN = {"desk_parties": ("names", "positions"), "desk_outlets": ("names", "domains", "affiliations"), "desk_source_documents": ()}


@pytest.fixture
def editor(client):
    user = make_staff(Role.EDITOR)
    client.force_login(user)
    return user


def form(room, fields, **children):
    """Return what a form of `room` sends; `children` are lists of rows by relation."""
    data = {"website": "", "wikidata_id": "", "belongs_to": "", "who": "", "slug": ""} | fields
    for relation in CHILDREN[room]:
        rows = children.get(relation, [])
        data |= {f"{relation}-TOTAL_FORMS": len(rows), f"{relation}-INITIAL_FORMS": 0, f"{relation}-MIN_NUM_FORMS": 0, f"{relation}-MAX_NUM_FORMS": 1000}
        for number, row in enumerate(rows):
            data |= {f"{relation}-{number}-{name}": value for name, value in ({"id": "", "ORDER": number + 1, "DELETE": ""} | row).items()}
    return data


def words(response):
    return response.content.decode()


@pytest.mark.usefixtures("editor")
def test_an_outlet_is_made_with_domains_and_an_affiliation(client):
    sent = form(
        "desk_outlets",
        {"name": "Republic Bureau", "wikidata_id": "https://www.wikidata.org/wiki/Q42"},
        domains=[{"domain": "WWW.Bureau.example"}],
        affiliations=[{"label": "state-run", "owner": "Vessa", "reason": "Its statute.", "since": "1990-01-01", "until": ""}],
    )
    answer = client.post("/desk/outlets/add/", sent)
    assert answer.status_code == 302, words(answer)
    outlet = Party.objects.get()
    assert (outlet.kind, outlet.slug, outlet.wikidata_id, outlet.domains_listed) == ("outlet", "republic-bureau", "Q42", "bureau.example")
    page = words(client.get("/desk/outlets/"))
    assert "bureau.example" in page
    assert "state-run (Vessa)" in page
    assert outlet.name not in words(client.get("/desk/parties/"))


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize(
    ("room", "fields", "children", "says"),
    [
        ("desk_outlets", {"name": "Bureau"}, {"domains": [{"domain": "https://bureau.example/news"}]}, "give the domain alone"),
        ("desk_outlets", {"name": "Bureau"}, {"domains": [{"domain": "herald.example"}]}, "Herald&#x27;s"),
        ("desk_parties", {"name": "Ada", "kind": "person", "wikidata_id": "42"}, {}, "no Wikidata item"),
        ("desk_parties", {"name": "@ada", "kind": "account", "website": "https://social.example"}, {}, "whole site"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(client, room, fields, children, says):
    make_party("Herald", kind="outlet", domains=["herald.example"])
    answer = client.post(reverse(f"{room}:add"), form(room, fields, **children))
    assert answer.status_code == 200
    assert says in words(answer)
    assert Party.objects.count() == 1


@pytest.mark.usefixtures("editor")
def test_an_account_lies_under_whom_it_belongs_to(client):
    ministry = make_party("Ministry", kind="organisation")
    sent = form("desk_parties", {"name": "@ministry", "kind": "account", "website": "https://social.example/@ministry/?x=1", "belongs_to": ministry.pk})
    assert client.post("/desk/parties/add/", sent).status_code == 302
    account = Party.objects.get(kind="account")
    assert (account.website, account.belongs_to) == ("https://social.example/@ministry", ministry)


def test_a_party_is_found_by_another_of_its_names_and_its_history_compares(client, editor):
    party = make_party("Interfleet", kind="organisation", names=["IFL"], user=editor)
    other = make_party("Somebody else")
    page = words(client.get("/desk/parties/?q=ifl"))
    assert "Interfleet" in page
    assert other.name not in page
    first = party.latest_revision
    party.who = "A news service"
    party.save()
    second = party.save_revision(user=editor)
    assert "A news service" in words(client.get(reverse("desk_parties:revisions_compare", args=[party.pk, first.pk, second.pk])))
    assert client.get(reverse("desk_parties:revisions_revert", args=[party.pk, first.pk])).status_code == 200


@pytest.mark.usefixtures("editor")
def test_an_outlet_is_edited_in_its_own_room(client):
    outlet = make_party("Herald", kind="outlet")
    assert client.get(f"/desk/parties/edit/{outlet.pk}/").url == f"/desk/outlets/edit/{outlet.pk}/"
    assert client.get(f"/desk/outlets/edit/{outlet.pk}/").status_code == 200


@pytest.mark.usefixtures("editor")
def test_a_merge_shows_what_moves_and_leads_to_the_one_that_was_kept(client):
    keep, gone = make_party("Mira Adeyo"), make_party("M. Adeyo")
    story = make_story("Who said it", text=TEXT, statements=[make_statement_draft("The quay opens on Monday", speaker=gone)])
    url = f"/desk/parties/merge/{gone.pk}/"
    page = words(client.get(url))
    assert "1 statement will" in page
    assert story.title in page
    assert "valid choice" in words(client.post(url, {"keep": gone.pk}))
    assert "cannot have been" in words(client.post(url, {"keep": make_party(kind="organisation").pk}))
    assert client.post(url, {"keep": keep.pk}).url == f"/desk/parties/edit/{keep.pk}/"
    assert client.get(f"/desk/parties/edit/{gone.pk}/").url == f"/desk/parties/edit/{keep.pk}/"
    assert client.get(url).url == f"/desk/parties/edit/{gone.pk}/"
    assert "was merged into it" in words(client.get(f"/desk/parties/history/{keep.pk}/"))
    assert "M. Adeyo" not in words(client.get("/desk/parties/"))
    for choosing in ("/desk/snippets/choose/sources/party/", "/desk/snippets/choose/sources/party/results/?q=adeyo"):
        assert "Mira Adeyo" in words(client.get(choosing))
        assert "M. Adeyo" not in words(client.get(choosing))


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize("way", ["page", "bulk"])
@pytest.mark.parametrize("used", ["public", "draft", "older version", "publisher"])
def test_what_is_named_anywhere_cannot_be_deleted(client, way, used):
    party = make_party("Mira Adeyo")
    if used == "publisher":
        make_document(publisher=party)
    else:
        story = make_story(text=TEXT, live=used == "public", statements=[make_statement_draft("The quay opens on Monday", speaker=party)])
        if used == "older version":
            actions.revise_story(story=story, draft=actions.Draft(headline="Newer", body=[("paragraphs", TEXT)], statements=[]), user=None)
            Statement.objects.all().delete()
    url = f"/desk/parties/delete/{party.pk}/" if way == "page" else f"/desk/bulk/sources/party/delete/?id={party.pk}"
    answer = client.post(url, follow=True)
    assert "cannot be deleted" in words(answer)
    assert Party.objects.filter(pk=party.pk).exists()


def test_what_is_named_nowhere_is_deleted_by_editors_alone(client, editor):
    party, document = make_party("Mistake"), make_document()
    reporter = make_staff(Role.REPORTER)
    client.force_login(reporter)
    assert client.post(f"/desk/parties/delete/{party.pk}/").status_code in {302, 403}
    assert Party.objects.exists()
    client.force_login(editor)
    client.post(f"/desk/parties/delete/{party.pk}/")
    client.post(f"/desk/source-documents/delete/{document.pk}/")
    assert not Party.objects.exists()
    assert not SourceDocument.objects.exists()


def document_form(**fields):
    return {"url": "", "title": "", "kind": "article", "published_at": "", "language": "", "publisher": "", "author": "", "note": ""} | fields


def test_a_document_is_made_with_a_copy_asked_for(client, editor):
    answer = client.post("/desk/source-documents/add/", document_form(url="https://Ministry.example/release/1?utm_source=x"))
    document = SourceDocument.objects.get()
    assert answer.status_code == 302
    assert (document.url, document.added_by) == ("https://ministry.example/release/1", editor)
    assert Capture.objects.filter(document=document).count() == 1
    page = words(client.get(f"/desk/source-documents/inspect/{document.pk}/"))
    assert "Kept copies" in page
    assert "None, in any version." in page
    assert "already" in words(client.post("/desk/source-documents/add/", document_form(url="http://www.ministry.example/release/1/")))


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize(
    ("fields", "says"),
    [({"url": "https://x.com/ministry"}, "the address of the post itself"), ({"url": "http://127.0.0.1/x"}, "public web"), ({}, "needs a title")],
)
def test_what_is_no_document_is_refused_with_a_hint(client, fields, says):
    assert says in words(client.post("/desk/source-documents/add/", document_form(**fields)))
    assert not SourceDocument.objects.exists()


@pytest.mark.usefixtures("editor")
def test_doubled_documents_are_merged_on_their_page(client):
    keep, gone = make_document("Release"), make_document("Release, again")
    assert client.post(f"/desk/source-documents/merge/{gone.pk}/", {"keep": keep.pk}).url == f"/desk/source-documents/edit/{keep.pk}/"
    client.get("/desk/")  # shows the message
    for page in ("/desk/source-documents/", "/desk/snippets/choose/sources/sourcedocument/", "/desk/snippets/choose/sources/sourcedocument/results/?q=release"):
        assert "Release" in words(client.get(page))
        assert "again" not in words(client.get(page))


def test_the_menu_holds_them_for_every_role(client):
    for role in Role:
        client.force_login(make_staff(role))
        page = words(client.get("/desk/")).replace("&quot;", '"')
        for label in ("Sources", "Outlets", "Documents", "Protected sources"):
            assert f'"label": "{label}"' in page, (role, label)
