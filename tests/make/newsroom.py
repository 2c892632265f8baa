"""Makers of people, sections, pictures and stories."""

import io
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image

from masthead.newsroom.pictures.models import Picture
from masthead.newsroom.staff.actions import add_user
from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.models import Author, FrontPage, SectionPage, StoryPage, Topic

PASSWORD = "correct horse battery"
_number = count(1)


def make_user(*, email: str | None = None, password: str = PASSWORD, **fields: object) -> User:
    """Store a person who can sign in."""
    return User.objects.create_user(email or f"person{next(_number)}@news.example", password, **fields)


def make_staff(role: Role, *, email: str | None = None) -> User:
    """Store a member of the newsroom in `role`."""
    make_newsroom()
    return add_user(email=email or f"{role.name.lower()}{next(_number)}@news.example", password=PASSWORD, role=role)


def make_newsroom(*, name: str = "The Meridian") -> FrontPage:
    """Found the newsroom, or return the one there is."""
    return FrontPage.objects.first() or actions.found_newsroom(name=name, host="testserver", sections=["News", "Culture"])


def make_section(title: str = "News") -> SectionPage:
    """Return the section of that title, made where there is none."""
    front = make_newsroom()
    section = SectionPage.objects.filter(title=title).first()
    return section or front.add_child(instance=SectionPage(title=title, slug=title.lower(), show_in_menus=True))


def make_author(name: str = "", **fields: Any) -> Author:
    """Store an author."""
    number = next(_number)
    name = name or f"Author {number}"
    return Author.objects.create(name=name, slug=f"{name.lower().replace(' ', '-')}-{number}", **fields)


def make_topic(name: str = "") -> Topic:
    """Store a topic."""
    name = name or f"Topic {next(_number)}"
    return Topic.objects.create(name=name, slug=name.lower().replace(" ", "-"))


def picture_file(*, width: int = 1200, height: int = 800, kind: str = "JPEG", colour: str = "#335577", **save: Any) -> ImageFile:
    """Return a picture file as an upload brings it; `save` goes to Pillow (exif=, xmp=, …)."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind, **save)
    buffer.seek(0)
    return ImageFile(buffer, name=f"picture{next(_number)}.{kind.lower()}")


def make_picture(*, complete: bool = True, **fields: Any) -> Picture:
    """Store a picture that may be published; `complete=False` leaves out credit and alternative text."""
    words = {"credit_line": "Ada Okafor / The Meridian", "description": "A harbour at dusk", "caption": "The harbour on Monday."} if complete else {}
    return Picture.objects.create(title=f"Picture {next(_number)}", file=fields.pop("file", None) or picture_file(), **(words | fields))


def make_story(
    headline: str = "",
    *,
    live: bool = True,
    section: SectionPage | None = None,
    text: str = "<p>The harbour opens on Monday.</p>",
    body: Sequence[tuple[str, Any]] | None = None,
    bylines: Sequence[Author] | None = None,
    **draft: Any,
) -> StoryPage:
    """Store a story and publish it, or leave it a draft with `live=False`; other words go to `actions.Draft`."""
    made = actions.create_story(
        section=section or make_section(),
        draft=actions.Draft(
            headline=headline or f"Headline {next(_number)}",
            body=body if body is not None else [("paragraphs", text)],
            bylines=bylines if bylines is not None else [make_author()],
            **draft,
        ),
        user=None,
    )
    return actions.publish(story=made, user=None) if live else made
