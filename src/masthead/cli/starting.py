"""Starting Django for the commands that need it, and bringing its database and static files up to date."""

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from masthead.cli.folder import UNFINISHED, holds_newsroom
from masthead.cli.frame import Refused, at_work, door
from masthead.config.env import read_env


def choose(folder: Path) -> None:
    """Name the newsroom that Django will be set up for."""
    os.environ["MASTHEAD_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "masthead.config.settings"


def start(folder: Path) -> None:
    """Set Django up for the newsroom in `folder`.

    Raises:
        SettingsError: a setting is unknown or malformed.
    """
    choose(folder)
    import django

    django.setup()


def start_newsroom(folder: Path) -> None:
    """Set Django up for a newsroom that must be there, its database at the present schema.

    Raises:
        Refused: there is none, or its database waits for migrations.
    """
    if not holds_newsroom(folder) and not database_holds_newsroom(folder):
        raise Refused(f"There is no newsroom in {folder}: make one with `{door()} init`, or name its folder with --data.")
    start(folder)
    if pending_migrations():
        raise Refused(f"The database of {folder} is older than this program: `{door()} manage migrate` brings it up to date, and so does `{door()} run`.")


def database_holds_newsroom(folder: Path) -> bool:
    """Say whether DATABASE_URL names a database that a newsroom lives in: that of another machine, shared by this one.

    Asks without Django, unless it runs already: a first run has yet to write the settings that Django would read and keep.
    """
    url = os.environ.get("DATABASE_URL")
    if not url or (folder / UNFINISHED).exists():
        return False
    if "django.apps" in sys.modules and sys.modules["django.apps"].apps.ready:
        from masthead.newsroom.stories.models import FrontPage

        return bool(FrontPage.objects.exists())
    read_env(data=folder)  # refuses an address that is malformed
    import psycopg

    with psycopg.connect(url) as connection:
        known = connection.execute("SELECT to_regclass('stories_frontpage')").fetchone()
        if known is None or known[0] is None:
            return False
        return connection.execute("SELECT 1 FROM stories_frontpage LIMIT 1").fetchone() is not None


def pending_migrations() -> list[str]:
    """Return the migrations on disk that the database does not record, as `app.name`, without importing them."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    applied = set(recorder.applied_migrations()) if recorder.has_table() else set()
    on_disk = [(config.label, path.stem) for config in apps.get_app_configs() for path in sorted(Path(config.path).glob("migrations/[0-9]*.py"))]
    return [f"{app}.{name}" for app, name in on_disk if (app, name) not in applied]


class _Counter:
    """Takes the place of a stream: counts the migrations that Django says it applies."""

    def __init__(self, total: int, far: Any) -> None:
        self.total, self.far, self.count = total, far, 0

    def write(self, text: str) -> None:
        if "Applying" in text:
            self.count += 1
            self.far(f"{self.count} of {self.total}")

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False


def migrate() -> None:
    """Bring the database to the present schema, showing how far it is; at once where there is nothing to do."""
    from django.core.management import call_command
    from django.db import connection

    from masthead.delivery.filling import triggers
    from masthead.newsroom.desk import indexes

    pending = pending_migrations()
    if pending:
        with at_work("bringing the database up to date") as far:
            call_command("migrate", interactive=False, verbosity=1, stdout=_Counter(len(pending), far))
        _renew_roles()
    for laid_down in (triggers, indexes):
        laid_down.install()  # where a program was exchanged that brought no migration
    connection.close()


def _renew_roles() -> None:
    """Give the roles of a newsroom that was here before the rights that new tables brought."""
    from django.contrib.auth.models import Group

    from masthead.newsroom.staff.actions import set_up_roles
    from masthead.newsroom.staff.roles import Role

    if Group.objects.filter(name=Role.REPORTER.value).exists():
        set_up_roles()


def collect_static() -> None:
    """Gather and compress what the program itself serves, where it changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256(sys.version.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".made-from"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    with at_work("gathering styles, fonts and scripts"):
        call_command("collectstatic", interactive=False, verbosity=0, clear=root.exists())
    stamp.write_text(digest.hexdigest())
