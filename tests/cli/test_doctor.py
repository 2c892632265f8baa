"""The doctor sees what is wrong and says how to mend it."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import pytest
from django.conf import settings
from django.db import connection

from masthead.cli import examine, examine_money
from masthead.cli.examine import Finding
from masthead.cli.folder import only_one
from masthead.config.env import Env
from masthead.funding.giving.models import InboxEvent
from masthead.kernel import clock
from masthead.newsroom.staff.roles import Role
from tests.cli.conftest import type_in
from tests.make import make_newsroom, make_staff


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return Env(data=tmp_path, secret_key="abcdefghijklmnopqrstuvwxyz" * 2)


def with_(env: Env, **changes: object) -> Env:
    return env.model_copy(update=changes)


def wrong(findings: Finding | Iterator[Finding]) -> list[Finding]:
    every = [findings] if isinstance(findings, Finding) else list(findings)
    bad = [finding for finding in every if not finding.ok]
    assert all(finding.mend for finding in bad)
    return bad


def test_a_new_newsroom_has_nothing_wrong_but_what_run_will_gather(made: Path):
    done = type_in("doctor", "--quiet", "--data", made)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("WRONG  static files")
    assert done.stdout.splitlines()[-1] == "1 thing is wrong."


def test_every_line_of_the_report_says_whether_it_is_right(made: Path):
    lines = type_in("doctor", "--data", made).stdout.splitlines()[:-1]
    assert {line[:5].strip() for line in lines} <= {"ok", "WRONG", ""}
    for what in ("secret key", "database", "migrations", "mail", "storage", "clock", "practice", "pictures", "people", "site", "scheduler"):
        assert any(line[7:].startswith(what) for line in lines), what


@pytest.mark.parametrize("key", ["", "short", "a" * 60])
def test_a_weak_secret_is_wrong(key: str, env: Env):
    assert wrong(examine.secret_key(with_(env, secret_key=key)))


def test_a_good_secret_is_right_and_not_printed(env: Env):
    finding = examine.secret_key(env)
    assert finding.ok
    assert env.secret_key not in finding.words


def test_a_secret_that_others_can_read_is_wrong(env: Env):
    (env.data / "secret.key").touch(mode=0o600)
    assert not wrong(examine.permissions(env))
    (env.data / "secret.key").chmod(0o644)
    assert "chmod 600" in wrong(examine.permissions(env))[0].mend


def test_a_database_that_others_can_read_is_wrong(env: Env):
    (env.data / "newsroom.sqlite3").touch(mode=0o644)
    (env.data / "newsroom.sqlite3").chmod(0o644)
    env.data.chmod(0o700)
    assert not wrong(examine.permissions(env))
    env.data.chmod(0o755)
    assert "chmod 700" in wrong(examine.permissions(env))[0].mend


def test_a_folder_that_is_gone_is_wrong(env: Env):
    assert examine.storage(env).ok
    assert wrong(examine.storage(with_(env, data=env.data / "gone")))


def test_a_full_disk_is_wrong(env: Env, monkeypatch):
    monkeypatch.setattr(examine, "LEAST_FREE_BYTES", 2**62)
    assert "make room" in wrong(examine.storage(env))[0].mend


@pytest.mark.django_db
def test_this_database_is_right(env: Env):
    assert not wrong(examine.database(env))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pragma", ["synchronous = OFF", "foreign_keys = OFF", "recursive_triggers = OFF"])
def test_sqlite_that_could_forget_is_wrong(pragma: str, env: Env):
    if connection.vendor != "sqlite":
        pytest.skip("not SQLite")
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
    found = wrong(examine.database(env))
    connection.close()  # the next one begins with the settings' own
    assert pragma.split(maxsplit=1)[0] in found[0].words


@pytest.mark.django_db
def test_postgres_that_could_forget_is_wrong(env: Env):
    if connection.vendor != "postgresql":
        pytest.skip("not PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert "synchronous_commit" in wrong(examine.database(env))[0].words


@pytest.mark.django_db
def test_a_migration_that_waits_is_wrong(env: Env, monkeypatch):
    monkeypatch.setattr("masthead.cli.starting.pending_migrations", lambda: ["stories.0002_next"])
    assert "stories.0002_next" in wrong(examine.database(env))[0].words


def test_a_clock_that_is_years_behind_is_wrong(env: Env, time_machine):
    assert examine.time(env).ok
    time_machine.move_to(dt.datetime(2001, 1, 1, tzinfo=dt.UTC))
    assert "2001" in wrong(examine.time(env))[0].words


@pytest.mark.parametrize(
    ("changes", "what"),
    [({"debug": True}, "debug"), ({"practice": True}, "practice"), ({"mail_url": "console:"}, "mail"), ({"address": "http://news.example"}, "address")],
)
def test_what_is_fine_at_home_is_wrong_in_public(changes: dict, what: str, env: Env):
    looks = {"debug": examine.address, "address": examine.address, "practice": examine.practice, "mail": examine.mail}
    public = with_(env, **({"address": "https://news.example"} | changes))
    assert what in {finding.what for finding in wrong(looks[what](public))}
    home = with_(env, **{key: value for key, value in changes.items() if key != "address"})
    assert what not in {finding.what for finding in wrong(looks[what](home))}


def test_a_mail_server_that_does_not_answer_is_wrong(env: Env):
    with closing(socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert "mail_url" in wrong(examine.mail(with_(env, mail_url=f"smtp://127.0.0.1:{port}")))[0].mend


@pytest.mark.django_db
def test_a_newsroom_without_a_publisher_is_wrong(env: Env):
    make_newsroom()
    assert "--role publisher" in wrong(examine.people(env))[0].mend
    make_staff(Role.PUBLISHER)
    assert examine.people(env).ok


@pytest.mark.django_db
def test_pages_that_think_they_are_elsewhere_are_wrong():
    make_newsroom()
    from wagtail.models import Site

    Site.objects.update(hostname=settings.ENV.host, port=settings.ENV.port)
    assert examine.site(settings.ENV).ok
    Site.objects.update(hostname="old.example")
    assert "old.example" in wrong(examine.site(settings.ENV))[0].words


@pytest.mark.django_db
def test_a_scheduler_without_a_sign_of_life_is_wrong(env: Env):
    assert not wrong(examine.running(env))
    with only_one(env.data, "scheduler"):
        assert "sign of life" in wrong(examine.running(env))[0].words
        (env.data / "scheduler.heartbeat").write_text(json.dumps({"pid": os.getpid(), "at": clock.now().isoformat()}))
        assert not wrong(examine.running(env))
        (env.data / "scheduler.heartbeat").write_text(json.dumps({"pid": 1, "at": (clock.now() - dt.timedelta(minutes=5)).isoformat()}))
        assert wrong(examine.running(env))


@pytest.mark.django_db
def test_a_newsroom_that_runs_without_its_scheduler_is_wrong(env: Env):
    with only_one(env.data, "newsroom"):
        assert "nothing is published" in wrong(examine.running(env))[0].words


def test_this_machine_makes_the_pictures_that_pages_use(env: Env):
    assert examine.pictures(env).ok


# --- payment providers ---------------------------------------------------------------------------------


@pytest.fixture
def looked(env, settings, db):
    """Say what the doctor finds of the providers where the settings say this."""

    def look(**changes: object) -> list[Finding]:
        settings.ENV = with_(env, address="http://127.0.0.1:8000", **changes)
        return list(examine_money.providers(settings.ENV))

    return look


def test_providers_that_are_off_are_not_spoken_of(looked):
    assert looked() == []


def test_a_provider_tells_its_keys_its_secret_and_the_last_webhook(looked):
    stripe = {"stripe_secret_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1"}
    [finding] = looked(**stripe)
    assert (finding.what, finding.ok, finding.words) == ("stripe", True, "test keys, webhooks are verified, none has come yet")
    moment = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
    words = {"provider": "stripe", "kind": "x", "object_ref": "x", "body": b"", "next_try_at": moment}
    InboxEvent.objects.create(event_id="evt_1", received_at=moment, **words)
    InboxEvent.objects.create(event_id="evt_2", received_at=moment - dt.timedelta(days=1), **words)
    [finding] = looked(**stripe | {"stripe_secret_key": "sk_live_1"})
    assert finding.words == "live keys, webhooks are verified, the last one came at 2026-11-22 14:05 UTC"
    [finding] = looked(stripe_secret_key="sk_live_1")
    assert wrong(finding)
    assert "stripe_webhook_secrets is empty" in finding.words
    assert "/webhooks/stripe/" in finding.mend


def test_paypal_is_looked_at_too(looked):
    [finding] = looked(paypal_client_id="a", paypal_secret="b", paypal_webhook_id="c", paypal_api="https://api-m.sandbox.paypal.com")
    assert finding.words.startswith("test keys, webhooks are verified")
    [finding] = looked(paypal_client_id="a", paypal_secret="b")
    assert "paypal_webhook_id is empty" in wrong(finding)[0].words
    [finding] = looked(paypal_client_id="a")
    assert "off: paypal_secret is empty" in wrong(finding)[0].words


def test_test_keys_at_a_public_address_are_wrong(env, settings, db):
    settings.ENV = with_(env, address="https://news.example", stripe_secret_key="sk_test_1", stripe_webhook_secrets="whsec_1")
    [finding] = examine_money.providers(settings.ENV)
    assert "move no money" in wrong(finding)[0].words
