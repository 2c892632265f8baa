"""Authors, sections and topics: found where they are, made where they are not, each once."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.utils.text import slugify

from masthead.kernel.errors import MastheadError
from masthead.moving.html import text_of
from masthead.moving.models import ImportedItem
from masthead.moving.report import Matter, Outcome, Report
from masthead.moving.wordpress.records import Head
from masthead.moving.wordpress.spool import Spool
from masthead.newsroom.staff.models import User
from masthead.newsroom.stories.actions import free_slug
from masthead.newsroom.stories.models import Author, FrontPage, SectionPage, Topic

Thing = TypeVar("Thing", Author, SectionPage, Topic)
# First parts of addresses that are the program's own; a section there could not be reached.
RESERVED = frozenset(
    [
        "topics",
        "authors",
        "corrections",
        "archive",
        "search",
        "contribute",
        "giving",
        "supporters",
        "campaigns",
        "practice",
        "webhooks",
        "desk",
        "pictures",
        "attachments",
        "documents",
        "static",
        "media",
        "feed",
        "sitemap",
        "robots",
    ]
)


class NoNewsroom(MastheadError):
    """There is no front page to import under."""


class Shelves:
    """What stories are filed under. In a dry run nothing is made: None stands for what would be."""

    def __init__(self, *, spool: Spool, head: Head, source: str, now: dt.datetime, report: Report) -> None:
        front = FrontPage.objects.first()
        if front is None:
            raise NoNewsroom("There is no newsroom here yet to import into: run `masthead init` first.")
        self.front: FrontPage = front
        self.spool = spool
        self.head = head
        self.source = source
        self.now = now
        self.report = report
        self.sections: dict[str, SectionPage | None] = {}
        self.topics: dict[str, Topic | None] = {}
        self.authors: dict[str, Author | None] = {}

    def section(self, slug: str, name: str) -> SectionPage | None:
        """Return the section for an old category, or for `name` alone where `slug` is empty."""
        key = slug or f"={name}"
        if key not in self.sections:
            self.sections[key] = self._kept("section", key, SectionPage, lambda: self._find_section(slug, name), lambda: self._make_section(slug, name))
        return self.sections[key]

    def _find_section(self, slug: str, name: str) -> SectionPage | None:
        below = SectionPage.objects.child_of(self.front)
        found: SectionPage | None = (below.filter(slug=slug).first() if slug else None) or below.filter(title__iexact=name).first()
        return found

    def _make_section(self, slug: str, name: str) -> SectionPage:
        wanted = slug or slugify(name, allow_unicode=True)
        free = free_slug(self.front, f"{wanted}-news" if wanted in RESERVED else wanted)
        if free != wanted:
            self.report.add(Matter.NAMED_AGAIN, name, f"/{wanted}/ is taken; the section is at /{free}/")
        description = text_of(self.head.terms[key].description)[:300] if (key := ("category", slug)) in self.head.terms else ""
        section = SectionPage(title=name, slug=free, description=description, show_in_menus=True)
        self.front.add_child(instance=section)
        section.save_revision()
        return section

    def topic(self, slug: str, name: str) -> Topic | None:
        """Return the topic for an old tag or category."""
        if slug not in self.topics:
            self.topics[slug] = self._kept("topic", slug, Topic, lambda: Topic.objects.filter(name__iexact=name).first(), lambda: self._make_topic(slug, name))
        return self.topics[slug]

    def _make_topic(self, slug: str, name: str) -> Topic:
        free = _free(Topic, slugify(slug, allow_unicode=True)[:110] or slugify(name, allow_unicode=True)[:110] or "topic")
        terms = self.head.terms
        term = terms.get(("post_tag", slug)) or terms.get(("category", slug))
        return Topic.objects.create(name=name, slug=free, description=text_of(term.description) if term else "")

    def author(self, login: str, name: str) -> Author | None:
        """Return the author for an account or guest author of the old site."""
        if login not in self.authors:
            if login not in self.head.people and self.spool.guest(login) is None and not Author.objects.filter(name=name).exists():
                self.report.add(Matter.PERSON, name, "the file only names this account; the name stands as it is there")
            self.authors[login] = self._kept("author", login, Author, lambda: Author.objects.filter(name=name).first(), lambda: self._make_author(login, name))
        return self.authors[login]

    def _make_author(self, login: str, name: str) -> Author:
        person, guest = self.head.people.get(login), self.spool.guest(login)
        shown = (guest.name if guest and guest.name else "") or name
        author = Author(
            name=shown[:150], slug=_free(Author, slugify(login.split("@", maxsplit=1)[0], allow_unicode=True)[:160] or "author"), guest=person is None
        )
        if guest:
            author.biography = text_of(guest.biography)
            author.website = guest.website if guest.website.startswith(("http://", "https://")) and len(guest.website) <= 200 else ""  # noqa: PLR2004 - URLField
        if person and person.email:
            # The address itself is not taken over: an author's e-mail is shown to readers here.
            author.user = User.objects.filter(email__iexact=person.email, author__isnull=True).first()
        author.save()
        return author

    def _kept(self, kind: str, key: str, model: type[Thing], find: Callable[[], Thing | None], make: Callable[[], Thing]) -> Thing | None:
        """Return the thing known by `key` at this source, else the one found here, else a new one; remember it."""
        rows = ImportedItem.objects.filter(source=self.source, kind=kind, key=key[:300])
        row = rows.first()
        thing: Thing | None = model.objects.filter(pk=row.object_id).first() if row else None
        if thing is None:
            thing = find()
        elif row:
            self.report.count(f"{kind}s", Outcome.UNCHANGED)
            return thing
        self.report.count(f"{kind}s", Outcome.UNCHANGED if thing else Outcome.NEW)
        if self.report.dry_run:
            return thing
        with transaction.atomic():
            thing = thing or make()
            rows.delete()
            ImportedItem.objects.create(source=self.source, kind=kind, key=key[:300], object_id=thing.pk, imported_at=self.now, changed_at=self.now)
        return thing


def _free(model: type[Author | Topic], slug: str) -> str:
    taken = set(model.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return slug if slug not in taken else next(f"{slug}-{number}" for number in range(2, len(taken) + 3) if f"{slug}-{number}" not in taken)
