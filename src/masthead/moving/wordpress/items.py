"""One post or page: what it becomes, whether it is here already, and the writing of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from wagtail.signal_handlers import disable_reference_index_auto_update
from wagtail.tasks import update_reference_index_task

from masthead.moving import redirects
from masthead.moving.body import Document, pictures_of
from masthead.moving.body import Picture as PicturePart
from masthead.moving.models import ImportedItem
from masthead.moving.report import Matter, Outcome
from masthead.moving.values import Value, values_of
from masthead.moving.wordpress.body import Body, Surroundings, body_of
from masthead.moving.wordpress.foresight import foreseen
from masthead.moving.wordpress.library import Uploads, kind_of, link_here
from masthead.moving.wordpress.plan import Choices, Plan, State, addresses_of, digest_of, key_of, plan_of
from masthead.moving.wordpress.records import Item
from masthead.moving.wordpress.shelves import RESERVED, Shelves
from masthead.newsroom.desk import actions as desk_actions
from masthead.newsroom.stories import gate
from masthead.newsroom.stories.actions import Draft, admit, create_page, create_story, publish, revise_page, revise_story
from masthead.newsroom.stories.models import InfoPage, StoryPage

AnyPage = StoryPage | InfoPage
LANGUAGE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """An item with what was made of it."""

    item: Item
    plan: Plan
    body: Body


class Desk:
    """Takes items in, one after the other; what they need is on the shelves and in the library."""

    def __init__(self, *, uploads: Uploads, shelves: Shelves, choices: Choices, zone: ZoneInfo) -> None:
        self.uploads = uploads
        self.shelves = shelves
        self.choices = choices
        self.zone = zone
        self.report = uploads.report
        self.now = uploads.now
        self.user = uploads.user
        self.months: set[tuple[int, int]] = set()
        self.link = link_here(uploads, uploads.spool.knows_address)

    def take(self, item: Item) -> Outcome:
        """Write one post or page as its file has it, or say why it is left as it is."""
        plan = plan_of(item, head=self.shelves.head, choices=self.choices, zone=self.zone, now=self.now)
        self.uploads.title = plan.headline
        body = self._read(item)
        lead = item.meta_value("_thumbnail_id")
        parts: list[PicturePart | Document] = [PicturePart("", lead)] if lead else []
        parts += [*pictures_of(body.parts), *(part for part in body.parts if isinstance(part, Document))]
        digest = digest_of(item, also=[self.uploads.check(part) for part in parts])
        self._note(item, plan, body)
        kind = ImportedItem.Kind.PAGE if item.type == "page" else ImportedItem.Kind.STORY
        row = ImportedItem.objects.filter(source=self.uploads.source, kind=kind, key=key_of(item.id, item.guid)).first()
        if row is not None and row.digest == digest:
            return self._unchanged(row, plan)
        page = self._stored(row)
        if row is not None and (page is None or page.latest_revision_id != row.revision_id):
            self.report.add(Matter.EDITED, plan.headline, "changed in the file as well" if page else "deleted here; it is not brought back")
            return Outcome.EDITED
        if self.report.dry_run:
            self._shelve(plan, kind)
            self._foresee(item, plan, body)
            return Outcome.NEW if row is None else Outcome.CHANGED
        row = row or ImportedItem(source=self.uploads.source, kind=kind, key=key_of(item.id, item.guid), imported_at=self.now)
        row.digest = digest
        return self._write(Reading(item, plan, body), row, page)

    def _read(self, item: Item) -> Body:
        spool = self.uploads.spool
        around = Surroundings(reusable=spool.reusable, attached=spool.attached_to(item.id), footnotes=item.meta_value("footnotes"), link=self.link)
        return body_of(item.content, around)

    def _note(self, item: Item, plan: Plan, body: Body) -> None:
        for what in dict.fromkeys(body.unknown):
            times = body.unknown.count(what)
            self.report.add(Matter.UNKNOWN, plan.headline, f"{what}{f' ({times} times)' if times > 1 else ''}")
        for href in dict.fromkeys(body.dropped_links):
            self.report.add(Matter.LINK, plan.headline, href[:200])
        if item.sticky:
            self.report.add(Matter.STICKY, plan.headline)
        if plan.state is State.PUBLIC and plan.dates.published and item.type != "page":
            local = plan.dates.published.astimezone(self.zone)
            self.months.add((local.year, local.month))

    def _unchanged(self, row: ImportedItem, plan: Plan) -> Outcome:
        self._shelve(plan, row.kind)
        return Outcome.UNCHANGED

    def _shelve(self, plan: Plan, kind: str) -> None:
        """Ask for the plan's section, topics and authors, so that they are counted and their old addresses known."""
        if kind == ImportedItem.Kind.STORY:
            self._draft(plan, ())

    def _foresee(self, item: Item, plan: Plan, body: Body) -> None:
        """Say in a dry run what the gate would say, and how many old addresses would lead here."""
        if plan.state is State.DRAFT:
            self.report.add(Matter.DRAFT, plan.headline, plan.why_draft)
        else:
            lead = item.meta_value("_thumbnail_id")
            blocking = foreseen(plan, body.parts, lead=PicturePart("", lead) if lead else None, is_story=item.type != "page", uploads=self.uploads)
            if blocking:
                kept = plan.state is State.SCHEDULED or not self.choices.accept_as_published
                self.report.add(Matter.DRAFT if kept else Matter.ACCEPTED, plan.headline, " ".join(finding.message for finding in blocking))
        paths = [*addresses_of(item, self.shelves.head), *self._pages_of_files(item)]
        own = f"/{plan.slug}/" if item.type == "page" else f"/{plan.filing.section_slug}/{plan.slug}/"
        self.report.redirects += redirects.count_new(paths=paths, own=own)

    def _stored(self, row: ImportedItem | None) -> AnyPage | None:
        if row is None:
            return None
        model: type[AnyPage] = StoryPage if row.kind == ImportedItem.Kind.STORY else InfoPage
        found: AnyPage | None = model.objects.filter(pk=row.object_id).first()
        return found

    # --- writing ------------------------------------------------------------------------------
    def _write(self, read: Reading, row: ImportedItem, page: AnyPage | None) -> Outcome:
        item, plan = read.item, read.plan
        values = values_of(read.body.parts, library=self.uploads, seed=f"{row.source}/{row.kind}/{row.key}")
        lead = item.meta_value("_thumbnail_id")
        draft = self._draft(plan, values, PicturePart("", lead) if lead else None, self._language()) if row.kind == ImportedItem.Kind.STORY else None
        with transaction.atomic(), disable_reference_index_auto_update():
            written = self._create(plan, draft, values) if page is None else self._revise(page, plan, draft, values)
            self._release(written, plan, item, is_new=page is None)
            row.object_id, row.original = written.pk, item.content
            row.revision_id = (
                written.latest_revision_id if page is None else type(written).objects.values_list("latest_revision_id", flat=True).get(pk=written.pk)
            )
            row.changed_at = self.now
            row.save()
            # Once for the whole page instead of once for each of its rows and saves.
            update_reference_index_task.enqueue(written._meta.app_label, written._meta.model_name, str(written.pk))  # noqa: SLF001 - Wagtail's own way to call it
            own = self.own_address(written)
            paths = [*addresses_of(item, self.shelves.head), *self._pages_of_files(item)]
            self.report.redirects += redirects.lead_to_page(paths=paths, page=written, own=own)
        return Outcome.NEW if page is None else Outcome.CHANGED

    def _draft(self, plan: Plan, values: Sequence[Value], lead: PicturePart | None = None, language: str = "") -> Draft:
        bylines = [author for login, name in plan.bylines if (author := self.shelves.author(login, name))]
        topics = [topic for slug, name in plan.filing.topics if (topic := self.shelves.topic(slug, name))]
        self.shelves.section(plan.filing.section_slug, plan.filing.section_name)
        return Draft(
            headline=plan.headline,
            slug=plan.slug,
            standfirst=plan.standfirst,
            label=plan.label,
            language=language,
            body=values,
            lead_picture=self.uploads.picture(lead) if lead else None,
            bylines=bylines,
            topics=topics,
            go_live_at=plan.dates.published if plan.state is State.SCHEDULED else None,
            canonical_url=plan.seo.get("canonical_url", ""),
            seo_title=plan.seo.get("seo_title", ""),
            search_description=plan.seo.get("search_description", ""),
        )

    def _language(self) -> str:
        """Return the file's language where it is not the newsroom's own."""
        language = self.shelves.head.language
        same = language.split("-")[0].lower() == settings.LANGUAGE_CODE.split("-")[0].lower()
        return "" if same or len(language) > LANGUAGE_LENGTH else language

    def _create(self, plan: Plan, draft: Draft | None, values: Sequence[Value]) -> AnyPage:
        if draft is None:
            slug = f"{plan.slug}-page" if plan.slug in RESERVED else plan.slug
            made: AnyPage = create_page(parent=self.shelves.front, title=plan.headline, slug=slug, standfirst=plan.standfirst, body=values, user=self.user)
        else:
            section = self.shelves.section(plan.filing.section_slug, plan.filing.section_name)
            assert section is not None  # noqa: S101 - only a dry run has none
            section.refresh_from_db(fields=["numchild"])
            made = create_story(section=section, draft=draft, user=self.user)
        if plan.slug and made.slug != plan.slug:
            self.report.add(Matter.NAMED_AGAIN, plan.headline, f"now at {self.own_address(made)}")
        return made

    def _revise(self, page: AnyPage, plan: Plan, draft: Draft | None, values: Sequence[Value]) -> AnyPage:
        if isinstance(page, StoryPage):
            assert draft is not None  # noqa: S101 - stories have one
            return revise_story(story=page, draft=draft, user=self.user)
        return revise_page(page=page, title=plan.headline, standfirst=plan.standfirst, body=values, user=self.user)

    def _pages_of_files(self, item: Item) -> list[str]:
        """Return the old addresses of the pages that WordPress made for each file attached to an item."""
        base = urlsplit(self.shelves.head.address).path.rstrip("/")
        found = []
        for key in self.uploads.spool.attached_to(item.id):
            attached = self.uploads.spool.attached(key)
            link = urlsplit(attached.link) if attached else None
            if link and link.path.strip("/") and not link.query and kind_of(link.path) is None:
                found.append(link.path)
            found.append(f"{base}/?attachment_id={key}")
        return found

    def own_address(self, page: AnyPage) -> str:
        """Return a page's path here, from the root."""
        return str(page.url_path).removeprefix(self.shelves.front.url_path.rstrip("/"))

    # --- the gate -----------------------------------------------------------------------------
    def _release(self, page: AnyPage, plan: Plan, item: Item, *, is_new: bool) -> None:
        """Publish or schedule what was public or scheduled; keep the rest as drafts and say why."""
        if plan.state is State.DRAFT:
            self.report.add(Matter.DRAFT, plan.headline, plan.why_draft)
            return
        try:
            self._publish(page, plan, is_new=is_new)
        except gate.PublishRefused as refusal:
            why = " ".join(finding.message for finding in refusal.findings)
            if plan.state is State.SCHEDULED or not self.choices.accept_as_published:
                self.report.add(Matter.DRAFT, plan.headline, why)
                return
            reason = f"Imported: it was public before at {item.link or self.uploads.source}."
            desk_actions.accept(page=page, findings=refusal.findings, reason=reason, user=None, now=self.now)
            self.report.add(Matter.ACCEPTED, plan.headline, why)
            self._publish(page, plan, is_new=is_new)

    def _publish(self, page: AnyPage, plan: Plan, *, is_new: bool) -> None:
        if plan.state is State.PUBLIC and is_new:
            first = plan.dates.published or self.now
            admit(page=page, user=self.user, first_published_at=first, last_published_at=max(plan.dates.modified or first, first), now=self.now)
        elif isinstance(page, StoryPage):
            publish(story=page, user=self.user)
        else:
            with transaction.atomic():
                page.latest_revision.publish(user=self.user, skip_permission_checks=True)
