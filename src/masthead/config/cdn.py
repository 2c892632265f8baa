"""The settings of a CDN in front (docs/operators/cdn.md)."""

from importlib.util import find_spec
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import BaseModel, Field, model_validator

from masthead.delivery.cdn.template import NAME, Template
from masthead.delivery.cdn.wagtails import BACKENDS, WAGTAIL

NEEDS = {"cloudfront": "boto3", "azure-cdn": "azure.mgmt.cdn", "azure-front-door": "azure.mgmt.frontdoor"}


class CdnSettings(BaseModel):
    """What tells a CDN how long it may hold pages, and that some have changed."""

    cdn_url: str = Field(
        default="",
        repr=False,
        description="Where a CDN in front of the site is told what changed; setting it lets the CDN hold pages. {keys}, {key}, {url} and others stand for what changed (docs/operators/cdn.md); or wagtail+cloudfront:?DISTRIBUTION_ID=... for one of Wagtail's backends.",
    )
    cdn_method: str = Field(default="POST", pattern=r"^[A-Z]+$", description="The method of that request: POST, PURGE, DELETE or what the CDN wants.")
    cdn_headers: str = Field(default="", repr=False, description="Its headers, a line of Name: value for each, such as the CDN's key.")
    cdn_body: str = Field(default="", repr=False, description='Its body, such as {"tags": {json_keys}}.')
    cdn_tags: str = Field(
        default="",
        description="The header of answers that the CDN reads surrogate keys from, such as CDN-Tag: {comma_keys}; empty where that is Surrogate-Key or Cache-Tag.",
    )
    cdn_seconds: int = Field(
        default=300,
        ge=1,
        le=43_200,
        description="How long the CDN may hold a page that it was not told to forget, 12 hours at most: how old the meter may be for a reader without scripts.",
    )

    @model_validator(mode="after")
    def _can_be_asked(self) -> "CdnSettings":
        why = _why_not(self) if self.cdn_url else ""
        if why:
            raise ValueError(why)
        return self


def _why_not(cdn: CdnSettings) -> str:
    """Return why a CDN cannot be asked so, as the end of a sentence; empty where it can."""
    name, mark, value = cdn.cdn_tags.partition(":")
    if cdn.cdn_tags and (not NAME.fullmatch(name.strip()) or not mark or value.strip() not in {"{keys}", "{comma_keys}"}):
        return "cdn_tags must be a header and {keys} or {comma_keys}, such as CDN-Tag: {comma_keys}"
    try:
        parts = urlsplit(cdn.cdn_url.replace("{path}", "/"))
        _ = parts.port
    except ValueError:
        return "cdn_url is no address"
    if cdn.cdn_url.startswith(WAGTAIL):
        return _why_no_backend(parts)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"cdn_url must be https:// and what the CDN's own manual says, or begin with {WAGTAIL}"
    why = Template(url=cdn.cdn_url, method=cdn.cdn_method, headers=cdn.cdn_headers, body=cdn.cdn_body).why_not()
    return f"the request that cdn_url, cdn_headers and cdn_body describe {why}" if why else ""


def _why_no_backend(parts: SplitResult) -> str:
    name = parts.scheme.removeprefix(WAGTAIL)
    if name not in BACKENDS:
        return f"cdn_url names Wagtail's backend {name!r}, which is none of {', '.join(sorted(BACKENDS))}"
    if name in NEEDS and not _is_installed(NEEDS[name]):
        return f"cdn_url needs a package that is not installed, {NEEDS[name]} (docs/operators/cdn.md)"
    return "" if parse_qsl(parts.query) else f"cdn_url must name the backend's own settings, such as {WAGTAIL}http:?LOCATION=http://127.0.0.1:6081"


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
