"""What `masthead doctor` looks at. Each function looks at one thing and returns what it found."""

import datetime as dt
import fcntl
import json
import shutil
import smtplib
import ssl
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from masthead.cli import parts, starting
from masthead.cli.frame import door
from masthead.config.env import SHORTEST_SECRET, Env
from masthead.kernel import clock

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
LEAST_FREE_BYTES = 500 * 2**20
OLDEST_POSTGRES = 140000  # Django 5.2: https://docs.djangoproject.com/en/5.2/ref/databases/#postgresql-notes
LARGEST_SKEW_SECONDS = 5.0
STALE_HEARTBEAT = dt.timedelta(seconds=60)
OLD_TASK = dt.timedelta(minutes=5)
MAIL_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; `mend` is what to do where it is not `ok`."""

    what: str
    ok: bool
    words: str
    mend: str = ""


def is_public(env: Env) -> bool:
    """Say whether the newsroom's address is one that others can reach."""
    return env.host not in LOOPBACK_HOSTS


# --- the folder ------------------------------------------------------------------------------------


def secret_key(env: Env) -> Finding:
    """Look at the key that signs sessions and links: its length and variety."""
    if len(env.secret_key) < SHORTEST_SECRET or len(set(env.secret_key)) < 12:  # noqa: PLR2004  fewer different characters can be guessed
        make = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))' > secret.key && chmod 600 secret.key"
        return Finding("secret key", ok=False, words="missing, or too short to sign with", mend=f"in {env.data}: {make}")
    return Finding("secret key", ok=True, words=f"{len(env.secret_key)} characters")


def permissions(env: Env) -> Iterator[Finding]:
    """Look at who else on this machine can read what is private."""
    for name in ("secret.key", "protected.key", "masthead.toml", "sign-in.txt"):
        path = env.data / name
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("permissions", ok=False, words=f"{name} can be read by others on this machine", mend=f"chmod 600 {path}")
    database = env.data / "newsroom.sqlite3"
    if database.exists() and env.data.stat().st_mode & stat.S_IROTH and database.stat().st_mode & stat.S_IROTH:
        yield Finding("permissions", ok=False, words="others on this machine can read the database", mend=f"chmod 700 {env.data}")


def storage(env: Env) -> Finding:
    """Look whether the folder takes files, and has room for more."""
    try:
        with tempfile.NamedTemporaryFile(dir=env.data):
            free = shutil.disk_usage(env.data).free
    except OSError as error:
        return Finding(
            "storage", ok=False, words=f"cannot write to {env.data}: {error.strerror}", mend="give the account that runs Masthead the right to write there"
        )
    if free < LEAST_FREE_BYTES:
        return Finding("storage", ok=False, words=f"{free // 2**20} MB free at {env.data}", mend="make room: gifts cannot be recorded on a full disk")
    return Finding("storage", ok=True, words=f"writable, {free / 2**30:.1f} GB free")


def static_files(env: Env) -> Finding:
    """Look whether styles, fonts and scripts have been gathered."""
    if not (env.data / "static" / "staticfiles.json").exists():
        return Finding(
            "static files", ok=False, words="not gathered yet", mend=f"`{door()} run` gathers them; for another server: `{door()} manage collectstatic`"
        )
    return Finding("static files", ok=True, words="gathered")


# --- the database ----------------------------------------------------------------------------------


def database(_env: Env) -> Iterator[Finding]:
    """Look whether the database answers, and keeps what it has acknowledged."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        yield Finding("database", ok=False, words=str(error).strip().splitlines()[0], mend="start it, or correct DATABASE_URL")
        return
    yield from _sqlite() if connection.vendor == "sqlite" else _postgres()
    pending = starting.pending_migrations()
    if pending:
        yield Finding("migrations", ok=False, words=f"{len(pending)} wait, the first is {pending[0]}", mend=f"`{door()} manage migrate`, or `{door()} run`")
    else:
        yield Finding("migrations", ok=True, words="none waiting")


def _sqlite() -> Iterator[Finding]:
    from django.db import connection

    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    with connection.cursor() as cursor:
        wrong = [name for name, value in wanted.items() if cursor.execute(f"PRAGMA {name}").fetchone()[0] != value]
        whole = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    if wrong:
        yield Finding("database", ok=False, words=f"SQLite does not hold to {', '.join(wrong)}", mend="keep the folder on a local disk, not on a network share")
    elif connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        yield Finding("database", ok=False, words="SQLite transactions are not IMMEDIATE", mend="leave config/settings.py as it came")
    elif whole != "ok":
        yield Finding("database", ok=False, words=f"the file is damaged: {whole}", mend="stop Masthead and restore the last backup")
    else:
        yield Finding("database", ok=True, words="SQLite, whole; WAL, FULL, IMMEDIATE")


def _postgres() -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:

        def ask(sql: str) -> str:
            cursor.execute(sql)
            row = cursor.fetchone()
            return str(row[0]) if row else ""

        version, encoding = int(ask("SHOW server_version_num")), ask("SHOW server_encoding")
        losing = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if ask(f"SHOW {name}") == "off"]
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
        skew = abs((row[0] - clock.now()).total_seconds()) if row else 0.0
    if version < OLDEST_POSTGRES:
        yield Finding("database", ok=False, words=f"PostgreSQL {version // 10000} is too old", mend="use PostgreSQL 14 or newer")
    elif losing:
        setting = losing[0]
        yield Finding("database", ok=False, words=f"PostgreSQL runs with {setting} = off and can lose gifts it has acknowledged", mend=f"set {setting} = on")
    elif encoding != "UTF8":
        yield Finding("database", ok=False, words=f"its encoding is {encoding}", mend="make the database again with ENCODING 'UTF8'")
    else:
        yield Finding("database", ok=True, words=f"PostgreSQL {version // 10000}; fsync, synchronous_commit on")
    if skew > LARGEST_SKEW_SECONDS:
        yield Finding("clock", ok=False, words=f"{skew:.0f} s apart from the database's", mend="set both by NTP (timedatectl set-ntp true)")


# --- what the newsroom says of itself --------------------------------------------------------------


def time(env: Env) -> Finding:
    """Look at the clock and the time zone data."""
    made = dt.datetime.fromtimestamp(Path(__file__).stat().st_mtime, dt.UTC)
    if clock.now() < made - dt.timedelta(days=1):
        return Finding("clock", ok=False, words=f"it says {clock.now():%Y-%m-%d}, before this program was installed", mend="set it (timedatectl set-ntp true)")
    try:
        ZoneInfo(env.time_zone)
    except ZoneInfoNotFoundError:
        return Finding("clock", ok=False, words=f"there are no data on {env.time_zone} here", mend="install the system's tzdata package")
    return Finding("clock", ok=True, words=f"{clock.now().astimezone(env.zone):%Y-%m-%d %H:%M} in {env.time_zone}")


def address(env: Env) -> Iterator[Finding]:
    """Look at the public address and what must not be on beside it."""
    from django.conf import settings
    from django.core.checks import Warning as CheckWarning
    from django.core.checks import run_checks

    if is_public(env) and env.debug:
        yield Finding("debug", ok=False, words=f"on, at {env.address}: readers would see the program's inside", mend="set debug = false in masthead.toml")
    if is_public(env) and env.address.startswith("http://"):
        yield Finding("address", ok=False, words=f"{env.address} is not encrypted", mend="put a proxy with a certificate in front and set an https:// address")
    if env.host not in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        yield Finding("address", ok=False, words=f"{env.host} is not answered", mend="leave ALLOWED_HOSTS to the settings")
    for message in run_checks(include_deployment_checks=env.address.startswith("https://")):
        if message.level >= CheckWarning("").level:
            yield Finding("settings", ok=False, words=f"{message.msg} ({message.id})", mend=str(message.hint or "see Django's documentation of this check"))
    yield Finding("address", ok=True, words=f"{env.address}{'' if is_public(env) else ', this machine alone'}")


def mail(env: Env) -> Finding:
    """Look whether letters leave the house: speak to the mail server, send nothing."""
    url = urlsplit(env.mail_url)
    if url.scheme == "console":
        mend = "set mail_url in masthead.toml, such as smtp://user:password@mail.example:587"
        return Finding("mail", ok=not is_public(env), words="letters are printed in the log and not sent", mend=mend)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    port = url.port or (465 if url.scheme == "smtps" else 587)
    try:
        with kind(url.hostname or "", port, timeout=MAIL_TIMEOUT_SECONDS) as server:
            if url.scheme == "smtp" and url.username:
                server.starttls(context=ssl.create_default_context())
            if url.username:
                from django.conf import settings

                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail", ok=False, words=f"{url.hostname} port {port}: {error}", mend="correct mail_url in masthead.toml, or start the mail server")
    return Finding("mail", ok=True, words=f"{url.hostname} port {port} takes letters")


def practice(env: Env) -> Finding:
    """Look whether readers could take a practice gift for a real one."""
    if env.practice and is_public(env):
        return Finding(
            "practice", ok=False, words=f"practice gifts are taken at {env.address}, and move no money", mend="set practice = false in masthead.toml"
        )
    return Finding("practice", ok=True, words="practice gifts are taken, and move no money" if env.practice else "off")


def people(_env: Env) -> Finding:
    """Look whether somebody can run this newsroom."""
    from masthead.newsroom.staff.models import User
    from masthead.newsroom.staff.roles import Role

    count = User.objects.filter(is_active=True, groups__name=Role.PUBLISHER.value).count()
    if not count:
        return Finding("people", ok=False, words="nobody is a publisher", mend=f"`{door()} user add ADDRESS --role publisher`")
    return Finding("people", ok=True, words=f"{User.objects.filter(is_active=True).count()} can sign in, {count} of them as publisher")


def site(env: Env) -> Finding:
    """Look whether the pages know the address that the settings give."""
    from wagtail.models import Site

    row = Site.objects.filter(is_default_site=True).first()
    if row is None or (row.hostname, row.port) != (env.host, env.port):
        there = f"{row.hostname}, port {row.port}" if row else "nowhere"
        words = f"the pages think they are at {there}, the settings say {env.host}, port {env.port}"
        return Finding("site", ok=False, words=words, mend="in the desk: Settings, Sites, set host name and port")
    return Finding("site", ok=True, words=f"the pages know they are at {env.host}")


def running(env: Env) -> Iterator[Finding]:
    """Look whether scheduler and worker are at work, where the newsroom runs."""
    from django_tasks_db.models import DBTaskResult

    if _is_held(env.data / ".scheduler.lock"):
        beat = _heartbeat(env)
        if beat is None or clock.now() - beat > STALE_HEARTBEAT:
            yield Finding("scheduler", ok=False, words="at work, but without a sign of life for a minute", mend="read its log, then stop and start `run`")
        else:
            yield Finding("scheduler", ok=True, words="alive")
    elif _is_held(env.data / ".newsroom.lock"):
        yield Finding("scheduler", ok=False, words="not running: nothing is published at its hour", mend="read the log of `run`: it says why")
    else:
        yield Finding("scheduler", ok=True, words=f"this newsroom is not running now (`{door()} run` starts it)")
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=clock.now() - OLD_TASK).count()
    if waiting:
        yield Finding("worker", ok=False, words=f"{waiting} tasks have waited for more than 5 minutes", mend=f"start `{door()} run worker`")


def pictures(_env: Env) -> Finding:
    """Look whether this machine's Pillow reads and writes the formats that pages use."""
    from PIL import features

    lacking = [name for name in ("jpg", "zlib", "webp", "avif") if not features.check(name)]
    if lacking:
        return Finding(
            "pictures", ok=False, words=f"Pillow is built without {', '.join(lacking)}", mend="install Pillow from its wheel, as requirements.lock does"
        )
    return Finding("pictures", ok=True, words="JPEG, PNG, WebP and AVIF")


def _is_held(lock: Path) -> bool:
    if not lock.exists():
        return False
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _heartbeat(env: Env) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(json.loads((env.data / parts.HEARTBEAT).read_text())["at"])
    except (OSError, ValueError, KeyError):
        return None


Look = Callable[[Env], Finding | Iterator[Finding]]
# Those of the second list read tables, and are left out where the database does not answer.
LOOKS: tuple[Look, ...] = (secret_key, permissions, storage, static_files, time, address, mail, practice, pictures, database)
LOOKS_INTO_DATABASE: tuple[Look, ...] = (people, site, running)
