"""The settings of one newsroom: read once, typed, and wrong in one sentence.

They come from environment variables (`MASTHEAD_NAME`, ...; `DATABASE_URL` as every host names it) and,
below them, from `masthead.toml` in the newsroom's folder. A key that is unknown or malformed is an error.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from masthead.kernel.errors import MastheadError
from masthead.kernel.money import CURRENCIES

PREFIX = "MASTHEAD_"
SETTINGS_FILE = "masthead.toml"
SHORTEST_SECRET = 40
# What libpq may be told beside the address: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS
DATABASE_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "target_session_attrs"})
# Read by the door, the tests and the command line themselves; not settings of a newsroom.
OTHER_NAMES = frozenset({"MASTHEAD_DATA", "MASTHEAD_VENV", "MASTHEAD_DOOR", "MASTHEAD_REAL_DATA", "MASTHEAD_DEMAND", "MASTHEAD_TEST_POSTGRES"})


class SettingsError(MastheadError):
    """A setting that is unknown or malformed: which, where it was read, and what it may be."""


class Env(BaseModel):
    """One newsroom's settings. Each field is a key of masthead.toml and, in capitals after MASTHEAD_, a variable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Field(description="The newsroom's folder: database, media, settings file. One folder is one newsroom.")
    name: str = Field(default="Masthead", min_length=1, max_length=80, description="The publication's name, as printed on its nameplate.")
    address: str = Field(default="http://127.0.0.1:8000", description="The public address, without a path; used in mail, feeds and canonical links.")
    time_zone: str = Field(default="UTC", description="The newsroom's IANA time zone, such as Europe/Lisbon: what its dates and hours mean.")
    currency: str = Field(default="USD", description="The books' main currency (ISO 4217).")
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="The publication's main language (BCP 47).")
    secret_key: str = Field(default="", description="Signs sessions and links; made by `init` and kept in secret.key. At least 40 characters.")
    database_url: str = Field(default="", description="postgresql://user:password@host:port/name; empty: SQLite in the newsroom's folder.")
    mail_url: str = Field(default="console:", description="smtp://user:password@host:587 (smtps:// for port 465), or console: to print letters in the log.")
    mail_from: str = Field(default="", description="The address that letters come from; empty: newsroom@ and the address's host.")
    debug: bool = Field(default=False, description="Show errors in the browser. Never on a public site.")
    practice: bool = Field(default=True, description="Take practice gifts, which move no money. Refused beside a live provider.")
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes that answer readers.")

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

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < SHORTEST_SECRET:
            raise ValueError(f"has {len(value)} characters and needs {SHORTEST_SECRET}")
        return value

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
