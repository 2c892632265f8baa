"""Keeps the page store as the database says it must be: reads the outbox, makes what changed, takes away what is gone."""

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from masthead.delivery.away import words as words_when_away
from masthead.delivery.filling import addresses, changes, figures, rendering
from masthead.delivery.filling.bell import Bell
from masthead.delivery.filling.changes import Effect, Reader
from masthead.delivery.filling.idle import Idle
from masthead.delivery.filling.needs import Needs, Rank, Waiting
from masthead.delivery.filling.rendering import Rendered, RenderFailed
from masthead.delivery.front import pages
from masthead.delivery.pagestore.meters import Meters
from masthead.delivery.pagestore.page import PageError
from masthead.delivery.pagestore.store import Store
from masthead.kernel import clock

logger = logging.getLogger("masthead.filling")
MANY = 300  # pages that one batch of changes touches; more wait behind whatever is changed next
FEW = 50  # pages that are not kept yet and are made before the lists that name them; Django answers more than that
IDLE_SECONDS = 1.0
SLICE_SECONDS = 0.2  # of rendering before the outbox is looked at again
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=1), dt.timedelta(minutes=5)
MISSED = dt.timedelta(hours=20)  # a renderer that was away for longer makes everything anew: the outbox is kept for a day
TOLD_EVERY = 500


@dataclass(slots=True)
class Tally:
    """What was done, for whoever asks: the addresses that were made, in order, and those that were taken away."""

    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class Renderer:
    """One machine's renderer. `begin` once, then `step` again and again; `run` does both."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the store in `folder`, the newsroom's own where none is given."""
        self.folder = Path(folder or settings.PAGES_ROOT)
        self.store = Store(self.folder)
        self.needs = Needs(self.folder)
        self.meters: Meters = self.store.meters
        self.tally = Tally()
        self._reader = Reader()
        self._stamp = 0
        self._minute = ""
        self._looked = float("-inf")
        self._filled = 0

    def close(self) -> None:
        """Let go of the files."""
        self.needs.close()
        self.store.close()

    # --- beginning ---------------------------------------------------------------------------------

    def begin(self) -> int:
        """Find out what there is to do: go on where the last renderer ended, or begin anew; return how many addresses wait."""
        figures.write_all(self.meters, now=clock.now())
        pages.keep(self.folder, words_when_away())
        stamp = stamp_of_the_program()
        self._stamp = stamp
        away = self._away()
        if self.needs.note("stamp") != str(stamp) or away:
            self._anew(stamp, why=away or "the program, its settings or its styles changed")
        else:
            self._reader = Reader(int(self.needs.note("behind")))
            missing = self.needs.kept(stamp) - set(self.needs.unkept()) - set(self.store.paths())
            self.needs.put(sorted(missing), rank=Rank.FIRST)
        return self.needs.count()

    def _away(self) -> str:
        """Return why the outbox cannot be read on from where it was left; empty where it can."""
        if not self.needs.note("behind"):
            return "this machine has no pages yet"
        read_at = self.needs.note("read_at")
        if not read_at or clock.now() - dt.datetime.fromisoformat(read_at) > MISSED:
            return "this machine was away too long"
        if connection.vendor == "sqlite" and int(self.needs.note("behind")) > changes.now_at() and changes.now_at():
            return "the database is older than the pages"
        return ""

    def _anew(self, stamp: int, *, why: str) -> None:
        """Have every page made; those that are there are served until their turn."""
        self._reader = Reader(changes.now_at())
        with self.needs.together():
            known = list(dict.fromkeys(addresses.every()))
            self.needs.put(known, rank=Rank.FIRST)
            self.needs.put(sorted(self.needs.addresses() - set(known)), rank=Rank.FIRST)
            self.needs.set_note("stamp", str(stamp))
            self._note_place()
        gone = set(self.store.paths()) - set(known) - self.needs.addresses()
        if gone:
            self._remove(gone)
        logger.info("%d addresses to be made: %s", self.needs.count(), why)

    # --- working -----------------------------------------------------------------------------------

    def run(self, *, stopped: Callable[[], bool], bell: Bell | None = None) -> None:
        """Work until `stopped` says so. A database that is away is waited for: what is kept is served meanwhile."""
        bell = bell or Bell()
        begun = away = False
        idle = Idle(self.store)
        while not stopped():
            close_old_connections()
            try:
                if not begun:
                    self._say_first(self.begin())
                    begun = True
                busy = self.step()
                away = False
            except (DatabaseError, InterfaceError) as error:
                if not away:
                    logger.warning("The database does not answer (%s); what is kept is served as it is", error)
                    self._keep_no_form()
                away, busy = True, False
                connection.close()
                time.sleep(0.2)
            if busy or away or self.tally.made:
                idle.worked()
                self.tally = Tally()
            else:
                idle.use()
            if not busy:
                bell.wait(IDLE_SECONDS)
        bell.close()

    def _keep_no_form(self) -> None:
        """Take the contribute page away, which is Django's to answer while no gift can be taken: it says so. It is made again with the database."""
        self._remove({addresses.GIVE})
        self.needs.put([addresses.GIVE], rank=Rank.OWN)

    def step(self) -> bool:
        """Take in what changed and make pages for a moment; return whether some still wait."""
        self.take_in()
        self.watch()
        until = time.monotonic() + SLICE_SECONDS
        while self.make_next() is not None:
            if time.monotonic() > until:
                return True
        return self.store.tidy() > 0

    def make_next(self, *, before: Rank | None = None) -> str | None:
        """Make the page that is to be made next and return its address; None where none waits, or none of a rank `before` that one."""
        waiting = self.needs.next(clock.now())
        if waiting is None or (before is not None and waiting.rank >= before):
            return None
        self._make(waiting)
        return waiting.path

    def finish(self) -> Tally:
        """Work until nothing waits that could be done now; return what was done since the last call."""
        while self.step():
            pass
        done, self.tally = self.tally, Tally()
        return done

    def take_in(self) -> int:
        """Read the outbox and have made whatever it tells of; return how many rows there were."""
        try:
            count = self._read_on()
        except BaseException:
            self._reader = Reader(int(self.needs.note("behind")))  # what was read and not put in line is read again
            raise
        with self.needs.together():
            turned = self.needs.turned(clock.now())
            if turned:
                self._put((), turned)
        return count

    def _read_on(self) -> int:
        count = 0
        while rows := self._reader.read():
            if not count and len(rows) == changes.AT_ONCE:
                self._withdraw(self._reader.ahead(rows))
            count += len(rows)
            self._mark(changes.effect_of(rows))
        return count

    def _mark(self, effect: Effect) -> None:
        """Take away at once what must not be seen any more, then put in line all that shows what changed."""
        withdrawn, nothing = self._withdraw(effect)
        own = list(dict.fromkeys(addresses.brought(effect)))
        shown = self.needs.made_of(effect.keys, effect.touched)
        with self.needs.together():
            self.needs.forget(nothing - set(own))
            self._put(own, (shown | withdrawn) - nothing)
            self._note_place()
        if any(table.startswith("campaigns_") for table in effect.rows):
            figures.write_all(self.meters, now=clock.now())

    def _withdraw(self, effect: Effect) -> tuple[set[str], set[str]]:
        """Take away what must not be seen any more, or not there; return the addresses that showed it, and those where nothing is now."""
        withdrawn, (gone, nothing) = self.needs.made_of(effect.withdrawn), addresses.left(effect)
        self._remove(withdrawn | gone)
        return withdrawn, nothing

    def _put(self, own: Iterable[str], shown: set[str]) -> None:
        """Put in line `own`, the addresses of what changed itself, and the other pages that show it."""
        mine = list(own)
        kept = set(self.store.among(mine))
        are_many = len(mine) - len(kept) > FEW - self.needs.count(rank=Rank.OWN)
        ranked: dict[Rank, list[str]] = {}
        for path in mine:
            rank = addresses.rank_of(path)
            rank = rank if rank in {Rank.LIST, Rank.COSTLY} else Rank.OWN
            ranked.setdefault(Rank.NEW if are_many and path not in kept else rank, []).append(path)
        for path in shown - set(mine):
            ranked.setdefault(addresses.rank_of(path), []).append(path)
        for rank, paths in ranked.items():
            if len(paths) > MANY:
                self.needs.put(addresses.newest_first(paths), rank=rank if rank is Rank.NEW else Rank.MASS)
            else:
                self.needs.put(paths if rank is Rank.OWN else addresses.in_order(paths), rank=rank)

    def _note_place(self) -> None:
        self.needs.set_note("behind", str(self._reader.behind))
        self.needs.set_note("read_at", clock.now().isoformat())

    # --- one page ----------------------------------------------------------------------------------

    def _make(self, waiting: Waiting) -> None:
        path = waiting.path
        try:
            made = rendering.render(path)
        except RenderFailed as failure:
            self._failed(waiting, failure)
            return
        try:
            self._keep(made)
        except PageError as failure:
            self._failed(waiting, failure)
            return
        if waiting.rank is Rank.FIRST:
            self._filled += 1
            if self._filled % TOLD_EVERY == 0:
                logger.info("Filling the page store: %d addresses left", self.needs.count())

    def _keep(self, made: Rendered) -> None:
        """Store a page with what it was made of: first the keys, so that no page is ever there without them."""
        path = made.path
        self.tally.made.append(path)
        if made.page is None and made.status in rendering.NOTHING and not path.startswith(addresses.MAY_APPEAR):
            self._remove({path})
            self.needs.forget([path])
            return
        self.needs.record(path, made.reads, status=made.status, reason=made.reason, stamp=self._stamp)
        if made.page is None:
            self._remove({path})
        else:
            before = self.store.head(path)
            if before is None or before.revision != made.page.revision:
                self.tally.changed.append(path)
            self.store.write([made.page])
        self.needs.done(path)

    def _remove(self, paths: Iterable[str]) -> None:
        there = self.store.among(paths)
        if there:
            self.store.take_away(there)
            self.tally.removed.extend(there)

    def _failed(self, waiting: Waiting, failure: Exception) -> None:
        """Take the old page away where it no longer says what is so, and try again, later and later; Django answers meanwhile."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")  # where the database is away, nothing is known to be wrong with the page
        if waiting.rank < Rank.MASS:
            self._remove({waiting.path})
        wait = min(FIRST_WAIT * 2**waiting.tries, LONGEST_WAIT)
        self.needs.again(waiting.path, due=clock.now() + wait)
        logger.error("%s; again in %d s", failure, wait.total_seconds())

    # --- the meters --------------------------------------------------------------------------------

    def watch(self) -> None:
        """Once a second look whether a total moved that nobody wrote; each minute write all parts, with the new hour in their sentences."""
        if time.monotonic() - self._looked < IDLE_SECONDS:
            return
        self._looked = time.monotonic()
        now = clock.now()
        minute = f"{now:%Y-%m-%d %H:%M}"
        if minute != self._minute:
            figures.write_all(self.meters, now=now)
            self.store.refit()
            self._minute = minute
            return
        for uuid in figures.behind(self.meters):
            figures.write(self.meters, uuid=uuid, now=now)

    def _say_first(self, count: int) -> None:
        if count:
            logger.info("The page store: %d pages are there, %d addresses wait", self.store.count(), count)


def stamp_of_the_program() -> int:
    """Return a number that is another after an upgrade, a change of the settings or of the styles: pages made before are made anew."""
    digest = hashlib.blake2b(digest_size=6)
    digest.update(repr((django.get_version(), settings.ENV.address, settings.ENV.name, settings.LANGUAGE_CODE, settings.TIME_ZONE, settings.DEBUG)).encode())
    digest.update(repr((bool(settings.ENV.cdn_url), settings.ENV.cdn_tags, settings.ENV.cdn_seconds)).encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        if not config.name.startswith("masthead."):
            continue
        for file in sorted(Path(config.path).rglob("*")):
            if file.suffix in {".py", ".html", ".css", ".js", ".svg", ".mo"}:
                stat = file.stat()
                digest.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return int.from_bytes(digest.digest(), "big")
