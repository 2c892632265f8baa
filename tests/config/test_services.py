"""The services of a newsroom on several machines: their addresses in, Django's settings out."""

from pathlib import Path

import pytest
from wagtail.search.backends.opensearch3 import OpenSearch3SearchBackend

from masthead.config import services
from masthead.config.env import Env, SettingsError, read_env
from masthead.newsroom.stories import queries as stories


def read(**variables: str) -> Env:
    return read_env(data=Path("nowhere"), environ={f"MASTHEAD_{name.upper()}": value for name, value in variables.items()})


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("redis_url", "http://queue.example", "must look like redis://"),
        ("redis_url", "redis://", "must look like redis://"),
        ("redis_url", "redis://queue.example:none", "must look like redis://"),
        ("redis_url", "redis://queue.example/0?db=3", "has the option 'db'"),
        ("media_url", "https://s3.example/bucket", "must look like s3://"),
        ("media_url", "s3://key:secret@s3.example", "must look like s3://"),
        ("media_url", "s3://key:secret@s3.example/bucket?zone=a", "has the option 'zone', which is none of region"),
        ("search_url", "opensearch://search.example", "must look like https://"),
        ("search_url", "https://search.example?prefix=a", "has the option 'prefix', which is none of index"),
    ],
)
def test_an_address_that_is_none_is_named(key, value, says):
    with pytest.raises(SettingsError, match=says) as refused:
        read(**{key: value})
    assert key in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value"), [("redis_url", "redis://queue.example"), ("media_url", "s3://s3.example/b"), ("search_url", "https://search.example")]
)
def test_a_service_whose_package_is_not_here_says_how_to_get_it(key, value, monkeypatch):
    monkeypatch.setattr(services, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match="MASTHEAD_SCALE=1"):
        read(**{key: value})


def test_secrets_in_the_addresses_are_not_shown():
    env = read(redis_url="redis://:s3cret@queue.example", media_url="s3://key:s3cret@s3.example/bucket", search_url="https://u:s3cret@search.example")
    assert "s3cret" not in repr(env)


def test_a_bucket_becomes_two_storages_that_share_it():
    made = services.file_storages("s3+http://a%2Fkey:se%3Acret@files.example:9000/papers/ours?region=eu-central-1")
    assert {name: storage["OPTIONS"]["location"] for name, storage in made.items()} == {"default": "ours/media", "captures": "ours/captures"}
    options = made["default"]["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("a/key", "se:cret")
    assert (options["endpoint_url"], options["bucket_name"], options["region_name"]) == ("http://files.example:9000", "papers", "eu-central-1")
    assert (options["default_acl"], options["file_overwrite"]) == (None, False)


def test_the_queue_is_redis_whatever_the_address_calls_it():
    apps, tasks, queues = services.task_queue("valkeys://:secret@queue.example:6390/2")
    assert queues["default"]["URL"] == "rediss://:secret@queue.example:6390/2"
    assert tasks["default"]["BACKEND"] == "django_tasks_rq.RQBackend"
    assert "django_tasks_rq" in apps


@pytest.mark.django_db
def test_opensearch_is_asked_for_what_readers_search_and_told_what_may_be_seen():
    """The search of the site, put to OpenSearch's own query builder: a field that is not indexed would be refused here, and not by a reader's click."""
    asked_for = services.search_backend("https://u:p%40ss@search.example?index=ours")
    backend = OpenSearch3SearchBackend({key: value for key, value in asked_for.items() if key != "BACKEND"})
    assert backend.index_prefix == "ours_"
    assert backend.hosts[0]["http_auth"] == ("u", "p@ss")
    found = backend.search("harbour ferry", stories.cards(stories.published().order_by("pk")), operator="and")
    asked = str(found.query_compiler.get_query())
    assert "harbour ferry" in asked
    assert "live_filter" in asked
