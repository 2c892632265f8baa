"""What pages, the desk's lists and a publication cost when the archive grows: CPU, with 200, 1,000, 10,000 and 100,000 stories.

Makes the demo's newsroom for each size, copies its stories until there are so many, and asks for each page again and again in one process, with nothing in front of
Django; then fills the page store as `publish` does and publishes stories. `BENCH_STORIES=200,1000 python -m bench.growth` chooses the sizes. Each figure is
the median of ROUNDS; all sizes are measured by the same run, so that their ratios hold on a machine that is busy.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from bench import _demo

SIZES = [int(size) for size in os.environ.get("BENCH_STORIES", "200,1000,10000,100000").split(",")]
YARDSTICK = 1000  # stories: ratios are to this size, or to the smallest where it is not among them
WARM_UP, ROUNDS = 4, 15
PUBLISHED = 5
COMMON, RARE = "harbour", "cartographer"  # a word that a tenth of the stories hold, and one that none does


def run() -> dict[str, str]:
    """Return for each page the milliseconds of CPU at each size, and how often it is what it is at YARDSTICK."""
    by_size = {}
    for size in SIZES:
        with _demo.newsroom() as environment:
            by_size[size] = _demo.measured("bench.growth", size, environment=environment)
    one = YARDSTICK if YARDSTICK in by_size else SIZES[0]
    figures = {"milliseconds of CPU with so many stories": f"{_row(f'{size:,}' for size in SIZES)}; how often that with {one:,}"}
    for name in by_size[one]:
        costs = [by_size[size][name] for size in SIZES]
        figures[name] = f"{_row(f'{cost:.1f}' for cost in costs)}; {_row(f'{cost / by_size[one][name]:.2f}' for cost in costs)}"
    return figures


def _row(figures: Iterable[str]) -> str:
    return " / ".join(figures)


def _child(size: int) -> dict[str, float]:
    import django

    django.setup()
    from bench import _many

    _many.fill(size)
    return _public() | _desk() | _publication()


def _public() -> dict[str, float]:
    from django.test import Client

    from masthead.delivery.queries import path_of
    from masthead.newsroom.stories.models import StoryPage

    newest = StoryPage.objects.filter(live=True).order_by("-published_at", "-pk").first()
    section, at = path_of(newest.section.url_path), newest.published_at
    statement = newest.statements.exclude(speaker=None).select_related("speaker").first()
    pages = {
        "front": "/",
        "section": section,
        "section, second leaf": f"{section}?page=2",
        "topic": newest.topics.first().get_absolute_url(),
        "author": newest.bylines.first().author.get_absolute_url(),
        "story": path_of(newest.url_path),
        "archive": "/archive/",
        "month of the archive": f"/archive/{at.year}/{at.month}/",
        "feed": "/feed.xml",
        "section's feed": f"{section}feed.xml",
        "search, a word of many": f"/search/?q={COMMON}",
        "search, a word of none": f"/search/?q={RARE}",
        "sitemap": "/sitemap.xml",
        "who is heard": "/sources/",
        "corrections": "/corrections/",
    }
    if statement is not None:
        pages["a party"] = f"/sources/{statement.speaker.slug}/"
    return _costs(Client(HTTP_HOST="127.0.0.1"), pages)


def _desk() -> dict[str, float]:
    from django.contrib.auth.models import Group
    from django.test import Client

    from masthead.newsroom.staff.models import User
    from masthead.newsroom.staff.roles import Role
    from masthead.newsroom.stories.models import SectionPage, StoryPage

    section = SectionPage.objects.order_by("-numchild").first()
    pages = {
        "desk: stories": "/desk/stories/?state=",
        "desk: stories of a section": f"/desk/stories/?section={section.pk}",
        "desk: stories, drafts": "/desk/stories/?state=draft",
        "desk: stories, a word of many": f"/desk/stories/?q={COMMON}",
        "desk: stories, a word of none": f"/desk/stories/?q={RARE}",
        "desk: board": "/desk/",
        "desk: explorer of a section": f"/desk/pages/{section.pk}/",
        "desk: search for pages": f"/desk/pages/search/?q={COMMON}",
        "desk: a story's editor": f"/desk/pages/{StoryPage.objects.filter(live=True).order_by('-published_at', '-pk').first().pk}/edit/",
    }
    figures: dict[str, float] = {}
    for role in (Role.EDITOR, Role.REPORTER):
        person = User.objects.create_user(f"{role}@bench.example".lower())
        person.groups.add(Group.objects.get(name=role.value))
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(person)
        theirs = pages if role is Role.EDITOR else {f"{name}, a reporter's": pages[name] for name in ("desk: stories", "desk: board")}
        figures |= _costs(client, theirs)
    return figures


def _costs(client: Any, pages: Mapping[str, str]) -> dict[str, float]:
    """Return the milliseconds of CPU that each of `pages` takes, the median of ROUNDS after WARM_UP."""
    figures = {}
    for name, address in pages.items():
        spent = []
        for _ in range(WARM_UP + ROUNDS):
            began = time.process_time()
            response = client.get(address)
            spent.append(1000 * (time.process_time() - began))
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{address} answered {response.status_code}")
        figures[name] = statistics.median(spent[WARM_UP:])
    return figures


def _publication() -> dict[str, float]:
    """Return what a publication costs: the act itself, and all pages that are made anew for it, in milliseconds; and how many those are."""
    from bench import _store, publish
    from masthead.delivery.filling.renderer import Renderer

    renderer = Renderer()
    _store.fill(renderer)
    renderer.finish()
    rounds = []
    for number in range(PUBLISHED):
        story = publish._drafted(number)
        renderer.finish()
        began = time.process_time()
        publish._publish(story)
        acted = time.process_time() - began
        done = publish._follow(renderer)
        rounds.append((1000 * acted, 1000 * done.whole, len(done.at)))
    renderer.close()
    acts, pages, made = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {"publish: the act": acts, "publish: its pages made anew": pages, "publish: how many pages": made}


if __name__ == "__main__":
    print(json.dumps(_child(int(sys.argv[2]))) if "child" in sys.argv else "\n".join(f"{what}: {figure}" for what, figure in run().items()))
