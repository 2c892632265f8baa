"""The demo's people and places: accounts, authors, topics, sections, the publication's own words."""

import datetime as dt
import secrets
from collections.abc import Mapping

from django.db import transaction
from wagtail.models import Site
from wagtail.users.models import UserProfile

from masthead.moving.demo import kept
from masthead.moving.demo.content import Newsroom
from masthead.moving.models import ImportedItem
from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.staff.actions import add_user
from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import Author, FrontPage, Publication, SectionPage, StoryPage, Topic


@transaction.atomic
def accounts(newsroom: Newsroom, emails: Mapping[str, str]) -> dict[str, User]:
    """Return the three people who sign in, by role; named as their authors are, made without a usable password where missing."""
    people: dict[str, User] = {}
    for author in newsroom.authors:
        if not author.account:
            continue
        email = emails[author.account]
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = add_user(email=email, password=secrets.token_urlsafe(24), role=Role[author.account.upper()])
        if user.first_name in {"", "Demo"}:
            user.first_name, _, user.last_name = author.name.partition(" ")
            user.save(update_fields=["first_name", "last_name"])
        # Nobody reads what is sent to an address under .example.
        UserProfile.objects.get_or_create(
            user=user, defaults={"submitted_notifications": False, "approved_notifications": False, "rejected_notifications": False}
        )
        people[author.account] = user
    return people


@transaction.atomic
def authors(newsroom: Newsroom, *, users: Mapping[str, User], pictures: Mapping[str, Picture]) -> dict[str, Author]:
    """Return the demo's authors by slug, made where there is none of that address."""
    known = {author.slug: author for author in Author.objects.all()}
    for entry in newsroom.authors:
        if entry.slug in known:
            continue
        user = users.get(entry.account)
        known[entry.slug] = Author.objects.create(
            slug=entry.slug,
            name=entry.name,
            title=entry.title,
            biography=entry.biography,
            portrait=pictures.get(entry.portrait),
            email=entry.email,
            guest=entry.guest,
            user=None if user is None or Author.objects.filter(user=user).exists() else user,
        )
        kept.note_references(known[entry.slug])
    return known


@transaction.atomic
def topics(newsroom: Newsroom) -> dict[str, Topic]:
    """Return the demo's topics by slug, made where there is none of that address."""
    known = {topic.slug: topic for topic in Topic.objects.all()}
    for entry in newsroom.topics:
        if entry.slug not in known:
            known[entry.slug] = Topic.objects.create(slug=entry.slug, name=entry.name, description=entry.description)
    return known


@transaction.atomic
def sections(newsroom: Newsroom, *, now: dt.datetime) -> dict[str, SectionPage]:
    """Return the demo's sections by slug, in its order; the empty ones that a newsroom is founded with make way for them."""
    front = FrontPage.objects.get()
    made = kept.keys_of(ImportedItem.Kind.SECTION)
    if not made:
        for empty in SectionPage.objects.child_of(front).exclude(pk__in=StoryPage.objects.values("section")):
            empty.delete()
        front.refresh_from_db()
    for entry in newsroom.sections:
        if entry.slug in made:
            continue
        section = SectionPage.objects.child_of(front).filter(slug=entry.slug).first()
        if section is None:
            section = SectionPage(title=entry.title, slug=entry.slug, description=entry.description, show_in_menus=True)
            front.add_child(instance=section).save_revision()
        kept.keep(ImportedItem.Kind.SECTION, entry.slug, section, now=now)
    return {section.slug: section for section in SectionPage.objects.child_of(front)}


@transaction.atomic
def publication(newsroom: Newsroom) -> None:
    """Set what the publication says of itself, where nobody has said anything yet."""
    site = Site.objects.get(is_default_site=True)
    row, _ = Publication.objects.get_or_create(site=site)
    if row.tagline:
        return
    words = newsroom.publication
    row.name, row.tagline, row.accent_colour, row.contact_email, row.footer_text = (
        words.name,
        words.tagline,
        words.accent_colour,
        words.contact_email,
        words.footer,
    )
    row.description, row.corrections_policy = words.description, words.corrections_policy
    row.save()
