"""Kept copies in the desk: who may do what with them, and that their files never run."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client, RequestFactory
from wagtail.models import ModelLogEntry

from masthead.newsroom.sources import actions
from masthead.newsroom.sources.models import Capture
from masthead.newsroom.staff.roles import Role
from tests.make import make_document, make_staff, make_user
from tests.newsroom.sources import reading
from tests.newsroom.sources.pages import ARTICLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pages_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    reading.read_here(monkeypatch)


@pytest.fixture
def kept() -> Capture:
    return actions.upload_capture(make_document("The release"), file=ContentFile(ARTICLE.encode(), name="page.html"), user=None)


def said(client: Client, answer) -> str:
    return " ".join(str(message) for message in client.get(answer.url).context["messages"])


def test_a_copy_is_read_and_saved_in_the_desk_and_never_run(client: Client, kept: Capture):
    client.force_login(make_staff(Role.REPORTER))
    page = client.get(f"/desk/copies/{kept.pk}/").content.decode()
    assert "No vessel will pass" in page
    assert kept.sha256 in page
    assert "Show to readers" not in page
    answer = client.get(f"/desk/copies/{kept.pk}/file/")
    assert b"".join(answer.streaming_content) == ARTICLE.encode()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{kept.key}.html"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_an_editor_shows_a_copy_to_readers_and_takes_it_back(client: Client, kept: Capture):
    editor = make_staff(Role.EDITOR)
    client.force_login(editor)
    back = f"/desk/copies/{kept.pk}/"
    answer = client.post(f"/desk/copies/{kept.pk}/publish/", {"next": back})
    assert answer.url == back
    assert "Readers see this copy" in said(client, answer)
    kept.refresh_from_db()
    assert (kept.visibility, kept.published_by) == ("public", editor)
    client.post(f"/desk/copies/{kept.pk}/hold/")
    client.post(f"/desk/copies/{kept.pk}/withdraw/")
    kept.refresh_from_db()
    assert (kept.visibility, kept.published_by, kept.published_at, kept.hold) == ("newsroom", None, None, True)
    client.post(f"/desk/copies/{kept.pk}/release/")
    kept.refresh_from_db()
    assert not kept.hold
    done = [entry.action for entry in ModelLogEntry.objects.for_instance(kept.document).order_by("pk")]
    assert done == [f"masthead.capture.{act}" for act in ("published", "held", "withdrawn", "released")]


def test_a_reporter_shows_nothing_to_readers(client: Client, kept: Capture):
    client.force_login(make_staff(Role.REPORTER))
    for act in ("publish", "withdraw", "hold", "release"):
        assert client.post(f"/desk/copies/{kept.pk}/{act}/").status_code in {302, 403}
    kept.refresh_from_db()
    assert (kept.visibility, kept.hold) == ("newsroom", False)


def test_nobody_outside_the_newsroom_sees_or_does_anything(client: Client, kept: Capture):
    addresses = [f"/desk/copies/{kept.pk}/", f"/desk/copies/{kept.pk}/file/"]
    acts = [f"/desk/copies/{kept.pk}/publish/", f"/desk/copies/of/{kept.document_id}/upload/", f"/desk/copies/of/{kept.document_id}/again/fetch/"]
    for user in (None, make_user()):
        if user:
            client.force_login(user)
        assert {client.get(address).status_code for address in addresses} <= {302, 403}
        assert {client.post(address).status_code for address in acts} <= {302, 403}
    assert Capture.objects.count() == 1
    assert Capture.objects.get().visibility == "newsroom"


def test_a_copy_is_never_shown_by_a_link_alone(client: Client, kept: Capture):
    client.force_login(make_staff(Role.EDITOR))
    assert client.get(f"/desk/copies/{kept.pk}/publish/").status_code == 405
    assert client.post(f"/desk/copies/{kept.pk}/nonsense/").status_code == 404
    assert client.post(f"/desk/copies/{kept.pk}/hold/", {"next": "https://evil.example/"}).url == "/desk/"


def test_a_file_that_was_changed_is_not_shown_to_readers(client: Client, kept: Capture, folder: Path):
    (folder / kept.path).write_bytes(b"something else")
    client.force_login(make_staff(Role.EDITOR))
    assert "has changed since it was kept" in said(client, client.post(f"/desk/copies/{kept.pk}/publish/"))
    kept.refresh_from_db()
    assert kept.visibility == "newsroom"
    assert "missing or has changed" in client.get(f"/desk/copies/{kept.pk}/").content.decode()
    (folder / kept.path).unlink()
    assert client.get(f"/desk/copies/{kept.pk}/file/").status_code == 404


def test_a_file_is_uploaded_and_another_copy_asked_for(client: Client, kept: Capture):
    reporter = make_staff(Role.REPORTER)
    client.force_login(reporter)
    file = SimpleUploadedFile("letter.pdf", b"%PDF-1.7")
    assert "“letter.pdf” is kept" in said(client, client.post(f"/desk/copies/of/{kept.document_id}/upload/", {"file": file}))
    assert "Choose a file" in said(client, client.post(f"/desk/copies/of/{kept.document_id}/upload/"))
    assert "no kind of file" in said(client, client.post(f"/desk/copies/of/{kept.document_id}/upload/", {"file": SimpleUploadedFile("x.exe", b"MZ")}))
    assert "Another copy is being fetched" in said(client, client.post(f"/desk/copies/of/{kept.document_id}/again/fetch/"))
    assert "has no key" in said(client, client.post(f"/desk/copies/of/{kept.document_id}/again/wayback/"))
    assert [capture.method for capture in kept.document.captures.order_by("pk")] == ["upload", "upload", "fetch"]
    assert set(kept.document.captures.exclude(pk=kept.pk).values_list("requested_by", flat=True)) == {reporter.pk}


def test_the_panel_lists_copies_and_offers_what_one_may_do(kept: Capture, settings):
    settings.PERMA_KEY = "key"
    request = RequestFactory().get("/desk/documents/1/?tab=copies")
    for role, offered in ((Role.EDITOR, True), (Role.REPORTER, False)):
        request.user = make_staff(role)
        panel = Template("{% load captures %}{% captures_panel document %}").render(Context({"request": request, "document": kept.document}))
        assert "Uploaded by us" in panel
        assert "Take another copy" in panel
        assert "Ask Perma.cc" in panel
        assert "Wayback" not in panel
        assert ("Show to readers" in panel) == offered
        assert 'value="/desk/documents/1/?tab=copies"' in panel
