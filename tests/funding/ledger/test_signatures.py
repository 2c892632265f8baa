"""In the desk: whether the books are signed, with which key, and by whom beside the newsroom."""

import datetime as dt

import pytest
from django.test import Client

from masthead.funding.ledger import notes
from masthead.funding.ledger.actions import post
from masthead.funding.ledger.checkpoints import actions, keys, queries
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.make import NOW, make_books, make_draft, make_newsroom, make_staff

pytestmark = pytest.mark.django_db
OUTSIDER = notes.Signer(name="council.example", private_key=bytes(range(32)))


@pytest.fixture
def page(settings, tmp_path, monkeypatch):
    """Return what the page says so many days later."""
    settings.ENV = settings.ENV.model_copy(update={"data": tmp_path, "address": "https://news.example"})
    make_newsroom()
    client = Client()
    client.force_login(make_staff(Role.PUBLISHER))

    def at(days: int) -> str:
        monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=days))
        return client.get("/desk/ledger/signatures/").content.decode()

    return at


def test_it_tells_key_checkpoints_and_co_signers(page):
    assert "It is made when the first day is signed" in page(0)
    make_books("gifts:a")
    post(drafts=[make_draft()], now=NOW)
    actions.sign_yesterday(now=NOW + dt.timedelta(days=1))
    said = page(1)
    assert "Nobody yet" in said
    assert 'role="alert"' not in said
    actions.cosign(note=notes.cosign(queries.latest().note, OUTSIDER), verifier=OUTSIDER.verifier, now=NOW)
    said = page(1)
    assert str(keys.signer().verifier) in said
    assert "council.example, last the checkpoint of 2026-11-22" in said


def test_it_says_what_is_wrong(page, tmp_path):
    make_books("gifts:a")
    post(drafts=[make_draft()], now=NOW)
    assert "Nothing was signed yet, though the books hold rows" in page(3)
    actions.sign_yesterday(now=NOW + dt.timedelta(days=1))
    assert "The last day that was signed is 2026-11-22, 5 days ago" in page(5)
    (tmp_path / keys.FILE).rename(tmp_path / "kept")
    assert "books.key is missing" in page(1)
    keys.keep(keys.made(), instead=False)
    assert "books.key holds another key than the one that is published" in page(1)
