"""A setting is right, or refused in one sentence that names it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from masthead.config.env import Env, SettingsError, read_env
from masthead.config.settings_file import NOT_IN_FILE, write_settings


def refused(data: Path, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_env(data=data, environ=environ)
    said = str(caught.value)
    assert "\n" not in said
    return said


def write(data: Path, text: str) -> None:
    (data / "masthead.toml").write_text(text, encoding="utf-8")


def test_an_empty_folder_has_settings_that_work(tmp_path: Path):
    env = read_env(data=tmp_path, environ={})
    assert (env.name, env.currency, env.database_url) == ("Masthead", "USD", "")


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path):
    write(tmp_path, 'name = "From the file"\ncurrency = "EUR"\n')
    env = read_env(data=tmp_path, environ={"MASTHEAD_NAME": "From outside"})
    assert (env.name, env.currency, env.language) == ("From outside", "EUR", "en")


def test_the_database_is_named_as_every_host_names_it(tmp_path: Path):
    write(tmp_path, 'database_url = "postgresql://x/file"\n')
    assert read_env(data=tmp_path, environ={"DATABASE_URL": "postgres://y/outside"}).database_url == "postgres://y/outside"
    assert read_env(data=tmp_path, environ={"DATABASE_URL": ""}).database_url == "postgresql://x/file"


def test_the_secret_is_read_from_its_own_file(tmp_path: Path):
    (tmp_path / "secret.key").write_text("k" * 50 + "\n")
    assert read_env(data=tmp_path, environ={}).secret_key == "k" * 50
    assert read_env(data=tmp_path, environ={"MASTHEAD_SECRET_KEY": "v" * 50}).secret_key == "v" * 50


def test_an_unknown_key_is_named_with_its_place_and_the_nearest(tmp_path: Path):
    write(tmp_path, 'curency = "EUR"\n')
    said = refused(tmp_path)
    assert "'curency'" in said
    assert str(tmp_path / "masthead.toml") in said
    assert "did you mean currency?" in said


def test_an_unknown_variable_is_named(tmp_path: Path):
    assert "MASTHEAD_CURENCY" in refused(tmp_path, MASTHEAD_CURENCY="EUR")


def test_a_variable_of_the_door_is_not_a_setting(tmp_path: Path):
    read_env(data=tmp_path, environ={"MASTHEAD_VENV": "/x", "MASTHEAD_DEMAND": "1", "HOME": "/", "MASTHEADS": "no"})


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("address", "news.example", "http://"),
        ("address", "https://news.example/path", "no path"),
        ("address", "https://", "host"),
        ("address", "javascript:alert(1)", "http://"),
        ("address", "https://news.example?x=1", "no path"),
        ("address", "https://news.example:port", "host"),
        ("address", "https://u:p@news.example", "host"),
        ("time_zone", "Mars/Olympus", "time zone"),
        ("time_zone", "", "time zone"),
        ("time_zone", "../../etc/passwd", "time zone"),
        ("currency", "usd", "currency"),
        ("currency", "BTC", "currency"),
        ("language", "en_US", "language"),
        ("name", "", "name"),
        ("name", "x" * 81, "name"),
        ("mail_url", "mail.example:25", "smtp://"),
        ("mail_url", "smtp://", "smtp://"),
        ("mail_url", "smtp://mail.example:x", "smtp://"),
        ("database_url", "sqlite:///x", "postgresql://"),
        ("database_url", "postgresql://host", "postgresql://"),
        ("database_url", "postgresql://host:x/name", "postgresql://"),
        ("database_url", "postgresql://host/name?sslmoed=require", "sslmode"),
        ("mail_from", "newsroom", "e-mail"),
        ("mail_from", "a@b.example\nBcc: x@y.example", "e-mail"),
        ("name", "   ", "name"),
        ("name", "two\nlines", "name"),
        ("web_workers", "0", "greater"),
        ("web_workers", "many", "integer"),
        ("debug", "perhaps", "boolean"),
        ("practice", "2", "boolean"),
        ("secret_key", "short", "40"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(key: str, value: str, word: str, tmp_path: Path):
    said = refused(tmp_path, **{f"MASTHEAD_{key.upper()}": value})
    assert repr(key) in said
    assert f"MASTHEAD_{key.upper()}" in said
    assert word in said


def test_a_password_is_not_repeated_in_a_refusal(tmp_path: Path):
    assert "hunter2" not in refused(tmp_path, DATABASE_URL="mysql://root:hunter2@db/x")
    assert "hunter2" not in refused(tmp_path, MASTHEAD_MAIL_URL="imap://u:hunter2@mail/x")


@pytest.mark.parametrize("text", ['name = "x', "= 1", "[name]\nx = 1", "name = 1\nname = 2", "\x00"])
def test_a_file_that_is_not_toml_or_not_ours_is_refused(text: str, tmp_path: Path):
    write(tmp_path, text)
    assert "masthead.toml" in refused(tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "masthead.toml").write_bytes('name = "Süd"'.encode("latin-1"))
    assert "masthead.toml" in refused(tmp_path)


@pytest.mark.parametrize(
    ("address", "host", "port"), [("https://a.example", "a.example", 443), ("http://a.example", "a.example", 80), ("http://[::1]:8000", "::1", 8000)]
)
def test_the_address_gives_host_and_port(address: str, host: str, port: int, tmp_path: Path):
    env = read_env(data=tmp_path, environ={"MASTHEAD_ADDRESS": address})
    assert (env.host, env.port) == (host, port)


def test_the_written_file_explains_every_key_and_is_read_back(tmp_path: Path):
    text = write_settings({"name": 'The "Quoted" \\ Paper'})
    for key, field in Env.model_fields.items():
        if key not in NOT_IN_FILE:
            assert str(field.description) in text
    write(tmp_path, text)
    assert read_env(data=tmp_path, environ={}).name == 'The "Quoted" \\ Paper'


def test_every_key_of_the_written_file_can_be_switched_on(tmp_path: Path):
    lines = write_settings({}).splitlines()
    write(
        tmp_path,
        "\n".join(line.removeprefix("# ") if " = " in line and line.split(" = ")[0].removeprefix("# ") in Env.model_fields else line for line in lines),
    )
    assert read_env(data=tmp_path, environ={}) == Env(data=tmp_path)


@given(some.text(max_size=80).filter(lambda text: text.strip() and text.isprintable()))
def test_any_name_survives_the_file(tmp_path_factory, name: str):
    data = tmp_path_factory.mktemp("paper")
    write(data, write_settings({"name": name}))
    assert read_env(data=data, environ={}).name == name.strip()
