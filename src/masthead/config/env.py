"""The settings of one newsroom: read once, typed, and wrong in one sentence.

They come from environment variables (`MASTHEAD_NAME`, ...; `DATABASE_URL` as every host names it) and,
below them, from `masthead.toml` in the newsroom's folder. A key that is unknown or malformed is an error.
"""

import base64
import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ConfigDict, Field, ValidationError, field_validator

from masthead.config import services
from masthead.config.cdn import CdnSettings
from masthead.funding.providers.bank.references import is_iban
from masthead.funding.providers.base import Rate
from masthead.kernel.errors import MastheadError
from masthead.kernel.money import CURRENCIES
from masthead.kernel.places import Network, networks_in

PREFIX = "MASTHEAD_"
SETTINGS_FILE = "masthead.toml"
SHORTEST_SECRET = 40
PROTECTED_KEY_BYTES = 32
# What libpq may be told beside the address: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS
DATABASE_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "target_session_attrs"})
# Read by the door, the tests and the command line themselves; not settings of a newsroom.
OTHER_NAMES = frozenset(
    {"MASTHEAD_DATA", "MASTHEAD_VENV", "MASTHEAD_DOOR", "MASTHEAD_SCALE", "MASTHEAD_REAL_DATA", "MASTHEAD_DEMAND", "MASTHEAD_TEST_POSTGRES"}
)


class SettingsError(MastheadError):
    """A setting that is unknown or malformed: which, where it was read, and what it may be."""


class Env(CdnSettings):
    """One newsroom's settings. Each field is a key of masthead.toml and, in capitals after MASTHEAD_, a variable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Field(description="The newsroom's folder: database, media, settings file. One folder is one newsroom.")
    name: str = Field(default="Masthead", min_length=1, max_length=80, description="The publication's name, as printed on its nameplate.")
    address: str = Field(default="http://127.0.0.1:8000", description="The public address, without a path; used in mail, feeds and canonical links.")
    time_zone: str = Field(default="UTC", description="The newsroom's IANA time zone, such as Europe/Lisbon: what its dates and hours mean.")
    currency: str = Field(default="USD", description="The books' main currency (ISO 4217).")
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="The publication's main language (BCP 47).")
    secret_key: str = Field(default="", repr=False, description="Signs sessions and links; made by `init` and kept in secret.key. At least 40 characters.")
    protected_key: str = Field(
        default="",
        repr=False,
        description="Opens the protected sources: 32 bytes in base64. Empty: protected.key in the newsroom's folder, made when the first one is kept.",
    )
    database_url: str = Field(default="", repr=False, description="postgresql://user:password@host:port/name; empty: SQLite in the newsroom's folder.")
    media_url: str = Field(
        default="",
        repr=False,
        description="s3://key:secret@host/bucket?region=...: pictures, files and kept copies on S3 or the like; empty: in the newsroom's folder.",
    )
    redis_url: str = Field(
        default="", repr=False, description="redis://:password@host:6379/0 (valkey://, rediss:// too): tasks for any number of workers; empty: in the database."
    )
    search_url: str = Field(
        default="", repr=False, description="https://user:password@host:9200?index=masthead, an OpenSearch that readers search in; empty: in the database."
    )
    mail_url: str = Field(
        default="console:", repr=False, description="smtp://user:password@host:587 (smtps:// for port 465), or console: to print letters in the log."
    )
    mail_from: str = Field(default="", description="The address that letters come from; empty: newsroom@ and the address's host.")
    debug: bool = Field(default=False, description="Show errors in the browser. Never on a public site.")
    practice: bool = Field(default=True, description="Take practice gifts, which move no money. Refused beside a live provider.")
    bank_account_name: str = Field(
        default="",
        max_length=70,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Who the newsroom's bank account belongs to; with bank_iban or bank_details, gifts by bank transfer are taken.",
    )
    bank_iban: str = Field(default="", description="The IBAN of the account that transfers go to.")
    bank_bic: str = Field(default="", pattern=r"^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$", description="The BIC of its bank, where supporters abroad need it.")
    bank_details: str = Field(
        default="",
        max_length=300,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Where the country has no IBAN: bank, routing and account number, as a supporter must write them.",
    )
    stripe_secret_key: str = Field(
        default="",
        repr=False,
        pattern=r"^((sk|rk)_(live|test)_[A-Za-z0-9_]+)?$",
        description="The secret or restricted key of a Stripe account; one of its test keys moves no money.",
    )
    stripe_webhook_secrets: str = Field(
        default="", repr=False, pattern=r"^[!-~]*$", description="The signing secret of the webhook endpoint at Stripe; two with a comma while one is rolled."
    )
    stripe_api: str = Field(default="", description="Where Stripe's API is asked; empty: at Stripe. The address of `masthead simulate` to try things out.")
    paypal_client_id: str = Field(default="", pattern=r"^[!-~]*$", description="The client id of an app in PayPal's developer dashboard.")
    paypal_secret: str = Field(default="", repr=False, pattern=r"^[!-~]*$", description="The secret of that app.")
    paypal_webhook_id: str = Field(
        default="", pattern=r"^[A-Za-z0-9-]*$", description="The id that PayPal shows beside the app's webhook: its signatures cover it."
    )
    paypal_api: str = Field(
        default="", description="Empty: PayPal itself. https://api-m.sandbox.paypal.com for its sandbox, or the address of `masthead simulate`: no money moves."
    )
    paypal_test_root: str = Field(
        default="",
        description="A PEM file, in the newsroom's folder, of the authority above a simulator's certificate; used only where paypal_api is on this machine.",
    )
    moved_to: str = Field(default="", description="The newsroom's new address, where it has moved: lets live keys follow, which work at one address alone.")
    fee_rates: str = Field(
        default="practice 2.9 0.30, stripe 2.9 0.30, paypal 3.49 0.49",
        description="What each provider usually takes, percent and a fixed part: readers may add it to a gift. A provider left out is not offered so. `stripe:EUR 4.4 0.25` is of gifts in another currency than the campaign's.",
    )
    other_currencies: str = Field(
        default="",
        description="Other currencies than the campaign's that supporters may pay in, such as EUR GBP: your payment company's account must change them into the campaign's.",
    )
    retention_years: int = Field(
        default=10,
        ge=0,
        le=30,
        description="How many years after a gift's own year the law has you keep who gave it. An erasure leaves that apart until then; 0: nothing is kept.",
    )
    wayback_key: str = Field(
        default="", pattern=r"^([!-~]+:[!-~]+)?$", description="access:secret of an archive.org account: its Wayback Machine may be asked to keep sources too."
    )
    perma_key: str = Field(default="", pattern=r"^[!-~]*$", description="The key of a Perma.cc account: it may be asked to keep sources too.")
    trusted_proxies: str = Field(
        default="",
        description="Networks of proxies of yours on other machines, such as 10.0.0.0/8: they are believed when they say whom a request comes from.",
    )
    checkout_per_place: int = Field(default=20, ge=1, description="Gifts begun in an hour from one network before each more is confirmed by e-mail.")
    checkout_per_email: int = Field(default=6, ge=1, description="Gifts begun in an hour with one e-mail address before it has to wait.")
    checkout_per_site: int = Field(default=600, ge=1, description="Gifts begun in an hour in all before each more is confirmed by e-mail.")
    checkout_failed_percent: int = Field(
        default=60, ge=1, le=100, description="The share of refused payments in an hour, from ten on, that makes risky networks confirm by e-mail."
    )
    front_workers: int = Field(default=2, ge=1, le=64, description="Processes that readers connect to; they answer from the page store.")
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes of Django, for the desk and what is not in the page store.")
    largest_upload: int = Field(default=100, ge=1, le=10_000, description="The most that is taken in one request, in MiB.")
    access_log: bool = Field(default=False, description="Write one line for each answer, with the reader's address. Addresses are personal data.")

    @field_validator("paypal_api")
    @classmethod
    def _paypal(cls, value: str) -> str:
        parts = _split(value)
        local = parts is not None and parts.hostname in {"127.0.0.1", "localhost", "::1"} and not parts.path.strip("/")
        if value and value.rstrip("/") not in {"https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"} and not local:
            raise ValueError("must be empty, https://api-m.sandbox.paypal.com, or the address of a simulator on this machine, such as http://127.0.0.1:12111")
        return value.rstrip("/")

    @field_validator("stripe_api")
    @classmethod
    def _api(cls, value: str) -> str:
        parts = _split(value)
        local = parts is not None and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if value and (
            parts is None or not parts.hostname or parts.scheme not in {"http", "https"} or parts.path.strip("/") or (parts.scheme == "http" and not local)
        ):
            raise ValueError("must be https:// and a host, or http:// on this machine such as http://127.0.0.1:12111; empty for Stripe itself")
        return value.rstrip("/")

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not value.strip() or not value.isprintable():
            raise ValueError("must be a name of one line, without control characters")
        return value.strip()

    @field_validator("address")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = _split(value)
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError("must be http:// or https:// and a host, with no path, such as https://news.example")
        return value.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(_not_one_of(value, available_timezones(), "time zone", "Europe/Lisbon"))
        return value

    @field_validator("currency")
    @classmethod
    def _currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(_not_one_of(value, CURRENCIES, "currency", "USD"))
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        parts = _split(value)
        if value and (parts is None or parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/")):
            raise ValueError("must look like postgresql://user:password@host:5432/name, or be empty for SQLite")
        unknown = {key for key, _ in parse_qsl(parts.query)} - DATABASE_OPTIONS if parts else set()
        if unknown:
            raise ValueError(f"has the option {min(unknown)!r}, which is none of {', '.join(sorted(DATABASE_OPTIONS))}")
        return value

    @field_validator("media_url")
    @classmethod
    def _media(cls, value: str) -> str:
        example, schemes = "s3://key:secret@s3.eu-central-1.amazonaws.com/bucket?region=eu-central-1", frozenset({"s3", "s3+http"})
        return services.check_address("media_url", value, schemes=schemes, example=example, needs_path=True, options=services.BUCKET_OPTIONS)

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        schemes = frozenset({"redis", "rediss", "valkey", "valkeys"})
        return services.check_address("redis_url", value, schemes=schemes, example="redis://:password@host:6379/0")

    @field_validator("search_url")
    @classmethod
    def _search(cls, value: str) -> str:
        example = "https://user:password@host:9200?index=masthead"
        return services.check_address("search_url", value, schemes=frozenset({"http", "https"}), example=example, options=services.INDEX_OPTIONS)

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        parts = _split(value)
        if parts is None or parts.scheme not in {"console", "smtp", "smtps"} or (parts.scheme != "console" and not parts.hostname):
            raise ValueError("must look like smtp://user:password@host:587, or be console:")
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from(cls, value: str) -> str:
        if value and (value.count("@") != 1 or not value.isprintable()):
            raise ValueError("must be an e-mail address, such as newsroom@news.example or News <newsroom@news.example>")
        return value

    @field_validator("bank_iban")
    @classmethod
    def _iban(cls, value: str) -> str:
        if value and not is_iban(value):
            raise ValueError("is not an IBAN: its check digits do not fit, so a figure is wrong or missing")
        return "".join(value.split()).upper()

    @field_validator("fee_rates")
    @classmethod
    def _rates(cls, value: str) -> str:
        try:
            Rate.table(value)
        except ValueError as error:
            raise ValueError(f"has {str(error)!r} in it: write provider, percent and fixed part, such as stripe 2.9 0.30, paypal 3.49 0.49") from None
        return value

    @field_validator("other_currencies")
    @classmethod
    def _currencies(cls, value: str) -> str:
        unknown = [code for code in value.split() if code not in CURRENCIES]
        if unknown:
            raise ValueError(_not_one_of(unknown[0], CURRENCIES, "currency", "USD"))
        return " ".join(dict.fromkeys(value.split()))

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < SHORTEST_SECRET:
            raise ValueError(f"has {len(value)} characters and needs {SHORTEST_SECRET}")
        return value

    @field_validator("protected_key")
    @classmethod
    def _protected(cls, value: str) -> str:
        try:
            length = len(base64.b64decode(value, validate=True))
        except ValueError:
            length = 0
        if value and length != PROTECTED_KEY_BYTES:
            raise ValueError(f"must be {PROTECTED_KEY_BYTES} bytes in base64, such as: openssl rand -base64 {PROTECTED_KEY_BYTES}")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        try:
            networks_in(value)
        except ValueError as error:
            raise ValueError(f"must be networks, separated by commas, such as 10.0.0.0/8, 2001:db8::/32: {error}") from None
        return value

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The networks of `trusted_proxies`."""
        return networks_in(self.trusted_proxies)

    @property
    def webhook_secrets_of_stripe(self) -> tuple[str, ...]:
        """Every signing secret that a webhook of Stripe's may be signed with."""
        return tuple(secret for secret in self.stripe_webhook_secrets.split(",") if secret)

    @property
    def rates(self) -> dict[str, Rate]:
        """What each provider usually takes."""
        return Rate.table(self.fee_rates)

    @property
    def pages(self) -> Path:
        """The folder of finished pages (docs/page-store.md), which can be removed at any time."""
        return self.data / "pages"

    @property
    def zone(self) -> ZoneInfo:
        """The newsroom's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def host(self) -> str:
        """The host of the public address, without its port."""
        return urlsplit(self.address).hostname or ""

    @property
    def port(self) -> int:
        """The port of the public address: the one it names, or its scheme's own."""
        parts = urlsplit(self.address)
        return parts.port or (443 if parts.scheme == "https" else 80)


def read_env(*, data: Path, environ: Mapping[str, str] = os.environ) -> Env:
    """Read the settings of the newsroom in `data`: variables over `masthead.toml` over defaults.

    Raises:
        SettingsError: a key is unknown, a value malformed, or the file is not TOML; the sentence names it.
    """
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    path = data / SETTINGS_FILE
    for key, value in _read_file(path).items():
        values[key], origin[key] = value, f"{path}, key {key}"
    for name, value in environ.items():
        if name.startswith(PREFIX) and name not in OTHER_NAMES:
            key = name.removeprefix(PREFIX).lower()
            values[key], origin[key] = value, f"environment variable {name}"
    if environ.get("DATABASE_URL"):
        values["database_url"], origin["database_url"] = environ["DATABASE_URL"], "environment variable DATABASE_URL"
    if not values.get("secret_key") and (data / "secret.key").is_file():
        values["secret_key"] = (data / "secret.key").read_text().strip()
    try:
        return Env(**(values | {"data": data}))
    except ValidationError as error:
        raise SettingsError(_sentence(error, origin)) from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None


def _sentence(error: ValidationError, origin: Mapping[str, str]) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return f"The settings do not fit each other: {first['msg'].removeprefix('Value error, ')}."
    key = str(first["loc"][0])
    where = origin.get(key, key)
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, Env.model_fields, n=1)
        hint = f"did you mean {near[0]}?" if near else "the known keys are " + ", ".join(sorted(set(Env.model_fields) - {"data"})) + "."
        return f"There is no setting {key!r} ({where}): {hint}"
    reason = first["msg"].removeprefix("Value error, ")
    return f"The setting {key!r} ({where}) is wrong: {reason}."


def _split(value: str) -> SplitResult | None:
    """Take an address apart, or return None where it cannot be: a port that is no number, a bracket that stays open."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _not_one_of(value: str, known: set[str] | frozenset[str], what: str, example: str) -> str:
    near = difflib.get_close_matches(value, sorted(known), n=1, cutoff=0.5)
    return f"there is no {what} {value!r}; {'did you mean ' + near[0] + '?' if near else 'give one such as ' + example}"
