"""A CDN is asked as its own manual says, and what it refuses is known."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from moto import mock_aws

from masthead.config.env import Env, SettingsError
from masthead.delivery.cdn.asking import purger_for, try_out
from masthead.delivery.cdn.keys import SITE, key_of, line_of
from masthead.delivery.cdn.purger import PurgeFailed, Purger
from tests.delivery.cdn.conftest import PlayedCdn

pytestmark = pytest.mark.live

PAIR = [key_of("/"), key_of("/news/one/")]
# As docs/operators/cdn.md has them; the host is ours here.
FASTLY = {"cdn_url": "%s/service/SID/purge", "cdn_headers": "Fastly-Key: secret", "cdn_body": '{"surrogate_keys": {json_keys}}'}
CLOUDFLARE = {"cdn_url": "%s/client/v4/zones/Z/purge_cache", "cdn_headers": "Authorization: Bearer secret", "cdn_body": '{"tags": {json_keys}}'}
BUNNY = {"cdn_url": "%s/pullzone/7/purgeCache", "cdn_headers": "AccessKey: secret", "cdn_body": '{"CacheTag": "{key}"}', "cdn_tags": "CDN-Tag: {comma_keys}"}
KEYCDN = {
    "cdn_url": "%s/zones/purgetag/7.json",
    "cdn_method": "DELETE",
    "cdn_headers": "Authorization: Basic c2VjcmV0Og==",
    "cdn_body": '{"tags": {json_keys}}',
}
VARNISH = {"cdn_url": "%s/", "cdn_method": "PURGE", "cdn_headers": "Host: news.example\nxkey: {keys}"}
BY_ADDRESS = {"cdn_url": "%s/purge?url={url}&async=false"}
AT_ITS_PLACE = {"cdn_url": "%s{path}", "cdn_method": "PURGE", "cdn_headers": "Host: news.example"}

Told = Callable[..., Env]


Asks = Callable[[dict[str, str]], Purger]


@pytest.fixture
def asks(told: Told, cdn: PlayedCdn) -> Asks:
    """Return a function that makes a recipe's purger, with our host in it."""

    def make(recipe: dict[str, str]) -> Purger:
        found = purger_for(told(**(recipe | {"cdn_url": recipe["cdn_url"].replace("%s", cdn.url)})))
        assert found is not None
        return found

    return make


@pytest.mark.parametrize(
    ("recipe", "line", "bodies"),
    [
        (FASTLY, ("POST /service/SID/purge", "fastly-key", "secret"), [json.dumps({"surrogate_keys": PAIR})]),
        (CLOUDFLARE, ("POST /client/v4/zones/Z/purge_cache", "authorization", "Bearer secret"), [json.dumps({"tags": PAIR})]),
        (BUNNY, ("POST /pullzone/7/purgeCache", "accesskey", "secret"), [json.dumps({"CacheTag": key}) for key in PAIR]),
        (KEYCDN, ("DELETE /zones/purgetag/7.json", "content-type", "application/json"), [json.dumps({"tags": PAIR})]),
        (VARNISH, ("PURGE /", "xkey", " ".join(PAIR)), [""]),
    ],
    ids=["fastly", "cloudflare", "bunny", "keycdn", "varnish"],
)
def test_each_cdn_is_asked_in_its_own_words(asks: Asks, cdn: PlayedCdn, recipe: dict[str, str], line: tuple[str, str, str], bodies: list[str]):
    found = asks(recipe)
    found.purge(["/", "/news/one/"])
    asked, header, value = line
    assert [(f"{one.method} {one.path}", one.headers[header], one.body) for one in cdn.asked] == [(asked, value, body) for body in bodies]
    cdn.asked.clear()
    assert found.knows_everything
    found.everything(["/", "/never/asked/one/by/one/"])
    [one] = cdn.asked
    assert SITE in (one.body or one.headers["xkey"])


def test_a_cache_of_one_s_own_is_asked_for_the_site_at_its_address(asks: Asks, cdn: PlayedCdn):
    found = asks(AT_ITS_PLACE)
    found.purge(["/a%20b/"])
    found.everything(["/", "/news/"])
    assert [(one.path, one.headers["host"]) for one in cdn.asked] == [(path, "news.example") for path in ("/a%20b/", "/", "/news/")]


def test_addresses_are_written_into_a_query_whole(asks: Asks, cdn: PlayedCdn):
    asks(BY_ADDRESS).purge(["/a&b/%20/"])
    assert cdn.asked[0].path == "/purge?url=https%3A%2F%2Fnews.example%2Fa%26b%2F%2520%2F&async=false"


def test_many_are_asked_for_a_few_at_a_time(asks: Asks, cdn: PlayedCdn):
    asks(FASTLY).purge([f"/{number}/" for number in range(70)])
    assert [len(json.loads(one.body)["surrogate_keys"]) for one in cdn.asked] == [30, 30, 10]


@pytest.mark.parametrize(
    ("status", "said"), [(403, '{"msg": "Bad key"}'), (500, "<h1>Oh</h1>"), (302, ""), (200, '{"success": false, "errors": ["no zone"]}'), (404, "")]
)
def test_a_refusal_is_known_and_tells_no_secret(asks: Asks, cdn: PlayedCdn, status: int, said: str):
    cdn.answer = (status, said)
    with pytest.raises(PurgeFailed, match=f"127.0.0.1 answered {status}") as failed:
        asks(FASTLY).purge(["/"])
    assert "secret" not in str(failed.value)
    assert failed.value.retryable


def test_nothing_to_forget_is_no_refusal_of_varnish(asks: Asks, cdn: PlayedCdn):
    cdn.answer = (404, "Key not found")
    asks(VARNISH).purge(["/"])


def test_a_cdn_that_does_not_answer_is_a_failure(told: Told):
    found = purger_for(told(cdn_url="http://127.0.0.1:9/", cdn_headers="xkey: {keys}"))
    assert found is not None
    with pytest.raises(PurgeFailed, match="does not answer"):
        found.purge(["/"])


def test_trying_out_asks_for_what_never_was(told: Told, cdn: PlayedCdn):
    try_out(told(**(AT_ITS_PLACE | {"cdn_url": f"{cdn.url}{{path}}"})))
    assert cdn.asked[0].path.startswith("/masthead-doctor-")
    try_out(told())
    assert len(cdn.asked) == 1
    assert purger_for(told()) is None


# --- Wagtail's own -------------------------------------------------------------------------------------


def test_wagtail_s_backend_for_a_cache_of_one_s_own(told: Told, cdn: PlayedCdn):
    found = purger_for(told(cdn_url=f"wagtail+http:?LOCATION={cdn.url}"))
    assert found is not None
    found.purge(["/", "/news/"])
    assert [(one.method, one.path, one.headers["host"]) for one in cdn.asked] == [("PURGE", "/", "news.example"), ("PURGE", "/news/", "news.example")]
    cdn.answer = (405, "")
    with pytest.raises(PurgeFailed, match=r"Couldn't purge 'https://news\.example/'.*405"):
        found.purge(["/"])


def test_wagtail_s_backend_for_cloudflare(told: Told, monkeypatch: pytest.MonkeyPatch):
    sent: list[Any] = []
    answer = requests.Response()
    answer.status_code, answer._content = 200, b'{"success": true}'
    monkeypatch.setattr(requests, "post", lambda url, json, headers, timeout: sent.append((url, json, headers)) or answer)
    found = purger_for(told(cdn_url="wagtail+cloudflare:?BEARER_TOKEN=secret&ZONEID=zone"))
    assert found is not None
    found.purge(["/", "/news/"])
    [(url, body, headers)] = sent
    assert (url, body) == ("https://api.cloudflare.com/client/v4/zones/zone/purge_cache", {"files": ["https://news.example/", "https://news.example/news/"]})
    assert headers["Authorization"] == "Bearer secret"
    answer._content = b'{"success": false, "errors": [{"message": "Invalid zone"}]}'
    with pytest.raises(PurgeFailed, match="Invalid zone"):
        found.purge(["/"])
    monkeypatch.setattr(requests, "post", lambda *_, **__: (_ for _ in ()).throw(requests.ConnectionError("no route")))
    with pytest.raises(PurgeFailed, match="no route"):
        found.purge(["/"])


@mock_aws
def test_wagtail_s_backend_for_cloudfront(told: Told, monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    client = boto3.client("cloudfront", region_name="us-east-1")
    origin = {"Id": "o", "DomainName": "pages.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
    behaviour |= {"MinTTL": 0, "TrustedSigners": {"Enabled": False, "Quantity": 0}}
    config = {"CallerReference": "r", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}, "DefaultCacheBehavior": behaviour}
    made = client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    found = purger_for(told(cdn_url=f"wagtail+cloudfront:?DISTRIBUTION_ID={made}"))
    assert found is not None
    found.purge(["/news/"])
    found.everything(["/", "/news/"])
    listed = client.list_invalidations(DistributionId=made)["InvalidationList"]["Items"]
    paths = [client.get_invalidation(DistributionId=made, Id=one["Id"])["Invalidation"]["InvalidationBatch"]["Paths"]["Items"] for one in listed]
    assert sorted(paths) == [["/*"], ["/news/"]]


# --- the settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"cdn_url": "https://cdn.example/purge"}, "says nowhere what changed"),
        ({"cdn_url": "https://cdn.example/{key}?u={url}"}, "by keys and by addresses at once"),
        ({"cdn_url": "https://cdn.example/{key}", "cdn_headers": "no colon"}, "'no colon'"),
        ({"cdn_url": "ftp://cdn.example/{key}"}, "must be https://"),
        ({"cdn_url": "https://cdn.example:port/{key}"}, "is no address"),
        ({"cdn_url": "wagtail+nix:?A=b"}, "none of azure-cdn, azure-front-door, cloudflare, cloudfront, http"),
        ({"cdn_url": "wagtail+azure-cdn:?A=b"}, "a package that is not installed"),
        ({"cdn_url": "wagtail+http:"}, "must name the backend's own settings"),
        ({"cdn_url": "https://cdn.example/{key}", "cdn_tags": "CDN-Tag"}, "cdn_tags must be a header"),
        ({"cdn_url": "https://cdn.example/{key}", "cdn_seconds": "0"}, "greater than or equal to 1"),
        ({"cdn_url": "https://cdn.example/{key}", "cdn_method": "post"}, "'cdn_method'"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused_in_a_sentence(told: Told, settings: dict[str, str], says: str):
    with pytest.raises(SettingsError) as refused:
        told(**settings)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_line_of_keys_is_as_long_as_the_strictest_cdn_takes_it():
    keys = [key_of("/"), SITE, *(f"page-{number}" for number in range(500))]
    name, line = line_of("CDN-Tag: {comma_keys}", keys)
    assert name == "CDN-Tag"
    assert line.startswith(f"{key_of('/')},site,page-0,")
    assert 900 < len(line) <= 1000
    assert line_of("Cache-Tag: {keys}", ["a", "b"]) == ("Cache-Tag", "a b")
