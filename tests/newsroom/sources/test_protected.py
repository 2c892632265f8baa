"""Protected sources: who opens what, when, and that their name is nowhere else."""

import base64
import datetime as dt
import gzip
import io
import logging
import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from masthead.kernel import clock
from masthead.newsroom.sources.protected import actions, views
from masthead.newsroom.sources.protected.models import ProtectedSource
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions as stories
from tests.make import PASSWORD, make_author, make_picture, make_section, make_staff, make_statement_draft, make_user

pytestmark = pytest.mark.django_db
INDEX, ADD, UNLOCK = "/desk/protected/", "/desk/protected/add/", "/desk/protected/unlock/"
SOURCE = {"called": "the nurse", "name": "Zorvandia Quellstrom", "contact": "Signal only, +99 555 0199", "why": "She would lose her post."}


@pytest.fixture(autouse=True)
def _key_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "masthead.newsroom.sources.protected.keys.settings", type("Settings", (), {"ENV": type("Env", (), {"data": tmp_path, "protected_key": ""})})
    )


@pytest.fixture
def reporter(client):
    user = make_staff(Role.REPORTER)
    client.force_login(user)
    return user


def unlock(client, **more):
    return client.post(UNLOCK, {"password": PASSWORD, **more})


def keep(client, **more):
    response = client.post(ADD, SOURCE | more)
    assert response.status_code == 302, response.content.decode()
    return response.url


def words(response):
    return response.content.decode()


def test_the_password_is_asked_for_again_and_holds_ten_minutes(client, reporter):
    assert client.get(INDEX).url == f"{UNLOCK}?next=%2Fdesk%2Fprotected%2F"
    assert "not your password" in words(client.post(UNLOCK, {"password": "wrong"}))
    assert client.get(INDEX).status_code == 302
    now = clock.now()
    with time_machine.travel(now, tick=False):
        assert unlock(client, next=ADD).url == ADD
    for minutes, status in ((9, 200), (11, 302)):
        with time_machine.travel(now + dt.timedelta(minutes=minutes), tick=False):
            assert client.get(INDEX).status_code == status


def test_nobody_is_led_elsewhere_by_the_way_back(client, reporter):
    for wanted in ("https://evil.example/", "//evil.example/", "/desk/users/"):
        assert unlock(client, next=wanted).url == INDEX


def test_guessing_the_password_ends(client, reporter):
    for _ in range(11):
        answer = client.post(UNLOCK, {"password": "wrong"})
    assert "Too many tries" in words(answer)
    assert "Too many tries" in words(unlock(client))


def test_what_was_typed_is_not_lost_when_the_ten_minutes_end(client, reporter):
    page = words(client.post(ADD, SOURCE))
    assert "your password" in page.lower()
    assert SOURCE["contact"] in page
    assert not ProtectedSource.objects.exists()
    assert "ten minutes were over" in words(client.post(ADD, SOURCE | {"password": "wrong"}))
    assert SOURCE["name"] in words(client.get(keep(client, password=PASSWORD)))


def test_a_source_is_opened_changed_shared_and_deleted(client, reporter):
    unlock(client)
    url = keep(client)
    page = words(client.get(url))
    assert all(value in page for value in SOURCE.values())
    assert "the nurse" in words(client.get(INDEX))
    assert SOURCE["name"] not in words(client.get(INDEX))
    assert client.post(url + "change/", SOURCE | {"contact": "By letter"}).url == url
    assert "By letter" in words(client.get(url))

    colleague = make_staff(Role.EDITOR)
    other = Client()
    other.force_login(colleague)
    unlock(other)
    assert other.get(url).status_code == 404
    assert "the nurse" not in words(other.get(INDEX))
    client.post(url + "readers/", {"readers": [colleague.pk]})
    assert SOURCE["name"] in words(other.get(url))
    assert str(colleague) in words(client.get(url)).partition("Who opened it")[2]
    client.post(url + "readers/", {"readers": []})
    assert other.get(url).status_code == 404
    assert other.post(url + "delete/").status_code == 404
    assert ProtectedSource.objects.count() == 1

    assert "the nurse" in words(client.get(url + "delete/"))
    client.post(url + "delete/")
    assert not ProtectedSource.objects.exists()
    assert client.get(url).status_code == 404


def test_a_change_after_the_ten_minutes_asks_first_and_opens_nothing(client, reporter):
    unlock(client)
    url = keep(client)
    session = client.session
    session[views.SESSION] = clock.now().isoformat()
    session.save()
    page = words(client.post(url + "change/", SOURCE | {"contact": "By letter"}))
    assert "By letter" in page
    assert client.post(url + "change/", SOURCE | {"contact": "By letter", "password": PASSWORD}).url == url
    for way in ("readers/", "delete/"):
        session[views.SESSION] = clock.now().isoformat()
        session.save()
        assert client.post(url + way).url.startswith(UNLOCK)
    assert ProtectedSource.objects.exists()


def test_who_may_keep_none_sees_none(client):
    client.force_login(make_user(is_staff=True))
    assert client.get(INDEX).status_code in {302, 403}
    nobody = make_user()
    with pytest.raises(actions.NotYours):
        actions.keep(**SOURCE, statements=(), user=nobody, now=clock.now())


def test_nothing_of_it_is_kept_by_a_browser_or_told_to_another_page(client, reporter):
    unlock(client)
    url = keep(client)
    for page in (INDEX, ADD, UNLOCK, url, url + "change/", url + "delete/"):
        answer = client.get(page)
        assert "no-store" in answer["Cache-Control"], page
        assert answer["Referrer-Policy"] == "no-referrer"
    assert 'autocomplete="off"' in words(client.get(ADD))


def test_a_lost_key_says_so_and_is_not_replaced(client, reporter, tmp_path):
    unlock(client)
    keep(client)
    (tmp_path / "protected.key").rename(tmp_path / "away")
    answer = client.get(INDEX, follow=True)
    assert "protected.key is missing" in words(answer)
    client.post(ADD, SOURCE)
    assert not (tmp_path / "protected.key").exists()
    assert ProtectedSource.objects.count() == 1


def test_rows_that_do_not_open_are_counted_not_shown(client, reporter):
    unlock(client)
    keep(client)
    row = ProtectedSource.objects.get()
    ProtectedSource.objects.create(sealed=bytes(row.sealed), created_on=row.created_on)  # in another row than it was sealed for
    assert "1 cannot be opened" in words(client.get(INDEX))


@pytest.fixture(params=[True, False])
def _debug(request, settings):
    settings.DEBUG = request.param


@pytest.mark.usefixtures("_debug", "reporter")
@pytest.mark.parametrize("where", ["_store", "_answer", "template"])
def test_a_failure_shows_and_logs_no_value(client, monkeypatch, caplog, where):
    unlock(client)
    url = keep(client)

    def fail(*args, **kwargs):
        zorvandia = SOURCE["name"]
        raise RuntimeError(f"no room for {zorvandia}")

    if where == "template":
        monkeypatch.setattr(views.Open, "shown", lambda self, box: {"box": {"name": type("Odd", (), {"__str__": fail})()}})
    else:
        monkeypatch.setattr(views.Keep if where == "_store" else views.Guarded, where, fail)
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        answer = client.get(url) if where == "template" else client.post(ADD, SOURCE)
    assert answer.status_code == 500
    assert "zorvandia" not in (words(answer) + caplog.text + "".join(map(str, (record.exc_info for record in caplog.records)))).lower()
    assert "failed: RuntimeError" in caplog.text


# --- the name is nowhere ----------------------------------------------------------------------------


SHORTEST_SHAPE = 8  # fewer characters stand by chance in a log full of random ids


def shapes(marker: str) -> list[bytes]:
    """Return `marker` in the encodings it could lie in; all lower case, as the haystack is."""
    raw = [marker, marker.lower()]
    found = [text.encode(coding) for text in raw for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    found += [text.encode().hex().encode() for text in raw] + [text.encode()[::-1] for text in raw]
    for text in raw:
        for shift in range(3):  # base64 of it inside of something longer, at each of the three alignments
            found.append(base64.b64encode(b"\0" * shift + text.encode())[4 if shift else 0 : -4])
    return [shape.lower() for shape in found if len(shape) >= SHORTEST_SHAPE]


def dump() -> bytes:
    """Return every row of every table as text, binary columns as they are and as hexadecimals."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                parts += [bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in row]
    return b"\n".join(parts)


def files(*folders: Path) -> bytes:
    """Return the bytes of all files under `folders`, compressed ones also as they are inside."""
    parts = []
    for path in (path for folder in folders if folder.exists() for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        parts.append(path.name.encode() + raw)
        if raw[:2] == b"\x1f\x8b":
            parts.append(gzip.decompress(raw))
    return b"\n".join(parts)


@pytest.mark.django_db(transaction=True)
def test_the_name_of_a_protected_source_is_nowhere(client, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    editor = make_staff(Role.EDITOR)
    client.force_login(editor)
    text = "<p>“The ward has no heating,” a nurse at the quay said.</p>"
    statement = make_statement_draft(
        "The ward has no heating", anonymous_as="a nurse at the quay", anonymous_reason="She is not allowed to speak.", approve=True, form="direct"
    )
    draft = stories.Draft(
        headline="No heating on the ward", body=[("paragraphs", text)], bylines=[make_author()], lead_picture=make_picture(), statements=[statement]
    )
    story = stories.create_story(section=make_section(), draft=draft, user=editor)

    asked = []

    def overhear(execute, sql, params, many, context):
        asked.append(f"{sql} {params}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overhear):
        unlock(client)
        assert str(statement.key) in words(client.get(ADD))
        url = keep(client, statements=[str(statement.key)])
        assert "The ward has no heating" in words(client.get(url)).partition("What they said")[2]
        client.post(url + "change/", SOURCE | {"why": "Changed.", "statements": [str(statement.key)]})
        client.post(url + "readers/", {"readers": [make_staff(Role.EDITOR).pk]})
        story = stories.publish(story=story, user=editor)
        stories.add_correction(story=story, kind="update", text="The heating is back.", user=editor, now=clock.now())

        pages = ["/", story.url, story.url + "statements.json", "/feed.xml", "/sitemap.xml", "/search/?q=ward", "/corrections/"]
        pages += [
            "/desk/",
            f"/desk/pages/{story.pk}/edit/",
            f"/desk/pages/{story.pk}/history/",
            "/desk/reports/site-history/",
            INDEX,
            UNLOCK,
        ]
        answers = [client.get(page, follow=True) for page in pages]
        answers += [client.get(picture) for picture in re.findall(r'(?:src|href)="(/(?:media|pictures)/[^"]+)"', words(answers[1]))]
    found = client.get("/search/?q=Zorvandia", follow=True)
    assert story.title not in words(found)

    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    rendered = b"".join(b"".join(answer.streaming_content) if answer.streaming else answer.content for answer in answers)
    haystacks = {
        "tables": dump(),
        "database file": files(*{Path(str(connection.settings_dict["NAME"])).parent} if connection.vendor == "sqlite" else ()),
        "newsroom's folder": files(Path(settings.ENV.data), Path(settings.MEDIA_ROOT)),
        "dumpdata": out.getvalue().encode(),
        "pages": rendered,
        "log": caplog.text.encode() + "".join(capfd.readouterr()).encode(),
        "statements of SQL": "\n".join(asked).encode(),
    }
    known = b"a nurse at the quay"
    assert [name for name in ("tables", "dumpdata", "pages", "statements of SQL") if known not in haystacks[name]] == []  # what is public is found
    for secret in ("Zorvandia", "Quellstrom", "Signal only", "555 0199", "the nurse"):
        for name, haystack in haystacks.items():
            if secret == "the nurse" and name == "pages":
                continue  # the newsroom's own word stands in the list of who may open it
            lowered = haystack.lower()
            assert not [shape for shape in shapes(secret) if shape in lowered], (secret, name)
    assert reverse("protected:index") == INDEX
