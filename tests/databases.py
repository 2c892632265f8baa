"""Databases for tests: migrated once per set of migrations, copied from then on.

Wagtail's migrations cost about 9 s; a copy costs 10 ms on SQLite and 0.1 s on PostgreSQL.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

HERE = Path(__file__).resolve().parent.parent
CACHE = HERE / ".test-cache"
TEMPLATES_KEPT = 16


@cache
def fingerprint() -> str:
    """Return a hash of everything that decides what a migrated database looks like."""
    from django.conf import settings

    digest = hashlib.sha256(sys.version.encode() + repr(settings.INSTALLED_APPS).encode())
    for app in settings.INSTALLED_APPS:
        name = ".".join(app.split(".apps.")[:1])
        spec = find_spec(name)
        assert spec
        assert spec.origin
        folder = Path(spec.origin).parent
        schema = [
            *folder.glob("migrations/**/*.py"),
            *folder.glob("**/*.sql"),
            *folder.glob("**/triggers*.py"),
            *folder.glob("**/watched.py"),
            *folder.glob("apps.py"),
        ]
        for path in sorted(schema):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def migrate(*, data: Path, database_url: str = "") -> None:
    """Bring a database to the present schema, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"MASTHEAD_DATA": str(data), "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "masthead", "manage", "migrate", "--verbosity", "0", "--no-input"]
    done = subprocess.run(command, env=environment, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"The migrations fail:\n{done.stdout}{done.stderr}"


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one process through at a time, across all that test on this machine's checkout."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# --- SQLite ----------------------------------------------------------------------------------------


def sqlite_template() -> Path:
    """Return a migrated SQLite file, made now where no run has made it yet."""
    path = CACHE / f"{fingerprint()}.sqlite3"
    if path.exists():
        return path
    with one_at_a_time("sqlite"):
        if not path.exists():
            work = CACHE / "work"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            migrate(data=work)
            for old in CACHE.glob("*.sqlite3"):
                old.unlink()
            (work / "newsroom.sqlite3").rename(path)
            shutil.rmtree(work)
    return path


def restore_sqlite(target: Path) -> None:
    """Put the freshly migrated tables into `target`, whatever was there.

    Through SQLite itself: a request of the last test may still hold the file, and a file changed under its feet
    would fail the next test with “locking protocol”.
    """
    template = sqlite_template()
    if not target.exists():
        shutil.copyfile(template, target)
        return
    with closing(sqlite3.connect(f"file:{template}?immutable=1", uri=True)) as fresh, closing(sqlite3.connect(target, timeout=30)) as used:
        fresh.backup(used)


# --- PostgreSQL ------------------------------------------------------------------------------------


def on_server(server: str) -> psycopg.Connection:
    """Connect to the maintenance database of the server that the URL `server` names."""
    url = urlsplit(server)._replace(path="/postgres").geturl()
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def is_reachable(server: str) -> bool:
    """Say whether a PostgreSQL answers at the URL `server` and lets us make databases."""
    try:
        with on_server(server) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
            return bool(row and row[0])
    except psycopg.OperationalError:
        return False


def postgres_template(server: str) -> str:
    """Return the name of a migrated database on `server`, made now where no run has made it yet."""
    name = f"masthead_template_{fingerprint()}"
    with on_server(server) as connection:
        if exists(connection, name):
            return name
        connection.execute("SELECT pg_advisory_lock(7241133)")  # one number for this house; freed with the connection
        if not exists(connection, name):
            forget_old(connection)
            work = f"{name}_work"
            connection.execute(f'DROP DATABASE IF EXISTS "{work}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{work}"')
            scratch = CACHE / f"postgres-{os.getpid()}"
            scratch.mkdir(parents=True, exist_ok=True)
            migrate(data=scratch, database_url=urlsplit(server)._replace(path=f"/{work}").geturl())
            shutil.rmtree(scratch)
            connection.execute(f'ALTER DATABASE "{work}" RENAME TO "{name}"')
    return name


def restore_postgres(server: str, name: str) -> None:
    """Make `name` a freshly migrated database on `server`, whatever it was."""
    template = postgres_template(server)
    with on_server(server) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_postgres(server: str, name: str) -> None:
    """Remove the database `name`, even where somebody is still connected to it."""
    with on_server(server) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def forget_old(connection: psycopg.Connection) -> None:
    """Drop templates of long ago, and databases of test runs that were killed."""
    templates = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^masthead_template_[0-9a-f]+$' ORDER BY oid DESC").fetchall()
    runs = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^masthead_test_[0-9]+'").fetchall()
    dead = [name for (name,) in runs if not Path(f"/proc/{name.split('_')[2]}").exists()]
    for name in [name for (name,) in templates[TEMPLATES_KEPT:]] + dead:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
