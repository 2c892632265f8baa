"""Readers see a kept copy where an editor has shown it and a public story cites it; otherwise there is nothing."""

import io
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from masthead.newsroom.sources import actions
from masthead.newsroom.sources.models import Capture
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions as stories
from masthead.newsroom.stories.statements import HopDraft, StatementDraft
from tests.make import make_document, make_party, make_staff, make_story
from tests.newsroom.sources import reading
from tests.newsroom.sources.pages import ARTICLE

pytestmark = pytest.mark.django_db
TEXT = "<p>“The strait is closed,” the ministry said.</p>"
ACTIVE = "<html><title>x</title><script>alert(1)</script><img src=x onerror=alert(1)><p>It is <b>closed</b> &lt;script&gt; for all ships until further notice.</p></html>"


@pytest.fixture(autouse=True)
def _pages_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    reading.read_here(monkeypatch)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.CAPTURES_ROOT = tmp_path / "captures"


def make_kept(body: bytes = ARTICLE.encode(), name: str = "page.html", *, public: bool = True) -> Capture:
    kept = actions.upload_capture(make_document("The release", language="en"), file=ContentFile(body, name=name), user=None)
    return actions.publish_capture(kept, user=make_staff(Role.EDITOR)) if public else kept


def cite(kept: Capture, *, live: bool = True, as_relay: bool = False) -> Any:
    hops = (HopDraft(outlet=make_party("Vessa Times", kind="outlet").pk, document=kept.document_id),) if as_relay else ()
    document = None if as_relay else kept.document_id
    return make_story(text=TEXT, live=live, statements=[StatementDraft(words="The strait is closed", document=document, hops=hops)])


def saved(client: Client, kept: Capture) -> tuple[Any, bytes]:
    """Return the answer that brings a copy's file, and the file, read to its end so that it is closed."""
    answer = client.get(f"/kept/{kept.key}/file")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, body


def seen(client: Client, kept: Capture) -> tuple[int, int]:
    return client.get(f"/kept/{kept.key}/").status_code, saved(client, kept)[0].status_code


def test_a_copy_that_is_shown_and_cited_is_seen(client: Client):
    kept = make_kept()
    cite(kept)
    answer = client.get(f"/kept/{kept.key}/")
    page = answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex"
    for words in ("The release", kept.document.url, kept.sha256, "No vessel will pass", "Download", 'lang="en"'):
        assert words in page
    assert "Hacked" not in page
    assert saved(client, kept)[1] == ARTICLE.encode()


def test_one_that_a_relay_names_is_seen_too(client: Client):
    kept = make_kept()
    cite(kept, as_relay=True)
    assert seen(client, kept) == (200, 200)


def test_otherwise_there_is_nothing(client: Client):
    private, uncited, draft = make_kept(public=False), make_kept(), make_kept()
    cite(private)
    cite(draft, live=False)
    unknown = client.get(f"/kept/{uuid.uuid4()}/")
    for kept in (private, uncited, draft):
        assert seen(client, kept) == (404, 404)
        assert client.get(f"/kept/{kept.key}/").content == unknown.content


def test_it_goes_with_the_editor_s_word_and_with_the_story(client: Client):
    kept = make_kept()
    story = cite(kept)
    assert seen(client, kept) == (200, 200)
    actions.withdraw_capture(kept, user=make_staff(Role.EDITOR))
    assert seen(client, kept) == (404, 404)
    actions.publish_capture(kept, user=make_staff(Role.EDITOR))
    story.unpublish()
    assert seen(client, kept) == (404, 404)


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("page.html", ACTIVE.encode(), "application/octet-stream"),
        ("page.mhtml", b"MIME-Version: 1.0\r\n\r\n<script>alert(1)</script>", "application/octet-stream"),
        ("notes.txt", b"<script>alert(1)</script>", "application/octet-stream"),
        ("x.warc", b"WARC/1.1\r\n", "application/octet-stream"),
        ("letter.pdf", b"%PDF-1.7", "application/pdf"),
    ],
)
def test_nothing_of_a_copy_is_active_here(client: Client, name: str, body: bytes, kind: str):
    kept = make_kept(body, name)
    cite(kept)
    page = client.get(f"/kept/{kept.key}/").content.decode()
    assert "<script>alert" not in page
    assert "onerror" not in page.replace("&lt;img src=x onerror", "")
    file, _ = saved(client, kept)
    assert file["Content-Type"] == kind
    assert file["Content-Disposition"].startswith("attachment; filename=")
    assert file["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert file["X-Content-Type-Options"] == "nosniff"


def test_a_picture_is_shown_as_a_picture(client: Client):
    out = io.BytesIO()
    Image.new("RGB", (30, 30), "#123456").save(out, "PNG")
    kept = make_kept(out.getvalue(), "screen.png")
    cite(kept)
    assert f'<img class="kept-picture" src="/kept/{kept.key}/file"' in client.get(f"/kept/{kept.key}/").content.decode()
    assert saved(client, kept)[0]["Content-Type"] == "image/png"


def test_a_copy_at_an_archive_is_named_by_its_address(client: Client):
    kept = make_kept()
    cite(kept)
    Capture.objects.filter(pk=kept.pk).update(path="", sha256="", text="", memento_url="https://web.archive.org/web/20260504/https://x.example/")
    page = client.get(f"/kept/{kept.key}/").content.decode()
    assert 'href="https://web.archive.org/web/20260504/https://x.example/"' in page
    assert "SHA-256" not in page
    assert client.get(f"/kept/{kept.key}/file").status_code == 404


def test_only_what_the_story_says_now_counts(client: Client):
    kept = make_kept()
    story = cite(kept)
    stories.revise_story(story=story, draft=stories.Draft(headline="Other", body=[("paragraphs", TEXT)], statements=[]), user=None)
    assert seen(client, kept) == (200, 200), "a draft that cites it no more is a draft"
