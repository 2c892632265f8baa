"""What one publication costs when many stories are stored already: pages made, and seconds until the story, the lists that name it and the last page are there.

Makes the demo's newsroom, copies its stories until there are N, fills the page store, publishes stories and lets the renderer work; then corrects one, takes one
away, and takes thousands away at once. `BENCH_STORIES=1000,10000,100000 python -m bench.publish` chooses the sizes (default: 200,1000). One process renders; it runs in
this one here. Up to FULL stories the store is filled by rendering each page, beyond that as `_store.py` says. `BENCH_ADDRESSES=1` prints what each address of the last
publication cost.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import _demo

SIZES = os.environ.get("BENCH_STORIES", "200,1000")
FULL = 1000
ROUNDS = 5
THOUSANDS = 5000


def run() -> dict[str, str]:
    """Return the figures by name, for each number of stories."""
    figures: dict[str, str] = {}
    for size in SIZES.split(","):
        with _demo.newsroom() as environment:
            figures |= _demo.measured("bench.publish", size, environment=environment)
    return figures


@dataclass(slots=True)
class Followed:
    """What came of one change: when what it takes away was gone, when each address was made, and the CPU that went into each; seconds."""

    gone: float = 0.0
    at: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    whole: float = 0.0


def _child(size: int) -> dict[str, str]:
    import django

    django.setup()
    from bench import _many, _store
    from masthead.delivery.filling.renderer import Renderer

    count = _many.fill(size)
    renderer = Renderer()
    began, spent = time.perf_counter(), time.process_time()
    addresses = renderer.begin() if count <= FULL else _store.fill(renderer)
    renderer.finish()
    each = 1000 * (time.process_time() - spent) / addresses
    figures = {
        "filling the store anew": f"{addresses} addresses, {time.perf_counter() - began:.0f} s" + (f", {each:.1f} ms of CPU each" if count <= FULL else "")
    }
    figures["the page store with what its pages are made of"] = f"{sum(file.stat().st_size for file in renderer.folder.iterdir()) / 2**20:.0f} MB"
    figures |= _publications(renderer) | _changes(renderer, count) | _start(renderer)
    renderer.close()
    return {f"{count} stories: {name}": figure for name, figure in figures.items()}


def _publications(renderer: Any) -> dict[str, str]:
    from masthead.delivery.queries import path_of

    rounds = []
    for number in range(ROUNDS):
        story = _drafted(number)
        renderer.finish()
        _publish(story)
        done = _follow(renderer)
        section = path_of(story.section.url_path)
        marks = [path_of(story.url_path), "/", section, f"{section}feed.xml"]
        rounds.append((len(done.at), *(done.at[mark] for mark in marks), max(done.at.values()), done.whole))
    if os.environ.get("BENCH_ADDRESSES"):
        for address, cpu in done.cpu.items():
            print(f"{1000 * cpu:8.1f} ms  {address}", file=sys.stderr)
    pages, *seconds, cpu = (sorted(column)[ROUNDS // 2] for column in zip(*rounds, strict=True))
    return {
        f"one published, pages made (median of {ROUNDS})": str(pages),
        "seconds until story / front page / section / feeds / all of them are stored": f"{' / '.join(f'{one:.3f}' for one in seconds)} ({cpu:.3f} s of CPU)",
    }


def _drafted(number: int) -> Any:
    """Return a draft like the demo's story with the most statements, on its topics."""
    from django.db.models import Count

    from masthead.newsroom.stories import actions
    from masthead.newsroom.stories.actions.statements import drafts_of
    from masthead.newsroom.stories.models import StoryPage

    like = StoryPage.objects.exclude(seo_title__startswith="bench_copy").exclude(title__startswith="Published now").filter(live=True)
    pattern = like.annotate(said=Count("statements")).order_by("-said", "pk")[0]
    draft = actions.Draft(
        headline=f"Published now {number}",
        body=[(block.block_type, block.value, block.id) for block in pattern.body],
        bylines=[line.author for line in pattern.bylines.all()],
        topics=list(pattern.topics.all()),
        lead_picture=pattern.lead_picture,
        statements=drafts_of(pattern),
    )
    return actions.create_story(section=pattern.section, draft=draft, user=None)


def _publish(story: Any) -> None:
    from masthead.newsroom.stories import actions

    actions.publish(story=story, user=None)


def _changes(renderer: Any, count: int) -> dict[str, str]:
    """Return what a correction of a story in the middle of the archive, the end of one and the end of thousands cost."""
    from django.db import transaction
    from wagtail.models import Page

    from masthead.delivery.queries import path_of
    from masthead.kernel import clock
    from masthead.newsroom.stories import actions
    from masthead.newsroom.stories.models import StoryPage

    inside = StoryPage.objects.filter(live=True).order_by("-published_at")
    corrected, withdrawn = inside[count // 2], inside[count // 2 + 100 if count > FULL else count // 3]
    thousands = [story.pk for story in inside.only("pk")[count // 3 :][: min(THOUSANDS, count // 4)]]

    def end_all() -> None:
        with transaction.atomic():
            for first in range(0, len(thousands), 500):
                some = thousands[first : first + 500]
                Page.objects.filter(pk__in=some).update(live=False)
                StoryPage.objects.filter(pk__in=some).update(published_at=None)

    renderer.finish()
    actions.add_correction(story=corrected, kind="correction", text="It was Tuesday.", user=None, now=clock.now())
    figures = {"an old one corrected": _line(_follow(renderer))}
    path = path_of(withdrawn.url_path)
    actions.withdraw(story=withdrawn, user=None)
    figures["an old one taken away"] = _line(_follow(renderer, [path]))
    paths = [path_of(story.url_path) for story in StoryPage.objects.filter(pk__in=thousands).only("url_path").iterator()]
    end_all()
    figures[f"{len(thousands)} taken away at once"] = _line(_follow(renderer, paths))
    return figures


def _line(done: Followed) -> str:
    gone = f"gone after {done.gone:.3f} s, " if done.gone else ""
    return f"{gone}{len(done.at)} pages made anew, the last after {max(done.at.values(), default=0):.3f} s ({done.whole:.3f} s of CPU)"


def _follow(renderer: Any, away: Sequence[str] = ()) -> Followed:
    """Let the renderer follow what was changed, and return when what was there, and when all of `away` was not, as a process that answers sees it."""
    from masthead.delivery.pagestore.store import Store

    renderer.tally.made.clear()
    done = Followed()
    store = Store(renderer.folder)
    began, spent = time.perf_counter(), time.process_time()

    def look() -> None:
        while store.among(away):
            time.sleep(0.02)
        done.gone = time.perf_counter() - began

    looking = threading.Thread(target=look)
    if away:
        looking.start()
    renderer.take_in()
    if away:
        looking.join()
    before = time.process_time()
    while (address := renderer.make_next()) is not None:
        done.at[address] = time.perf_counter() - began
        done.cpu[address], before = time.process_time() - before, time.process_time()
    done.whole = time.process_time() - spent
    store.close()
    return done


def _start(renderer: Any) -> dict[str, str]:
    """Return what a renderer takes that finds everything there, before it follows the first change."""
    from masthead.delivery.filling.renderer import Renderer

    began, spent = time.perf_counter(), time.process_time()
    again = Renderer(renderer.folder)
    left = again.begin()
    again.close()
    return {f"a renderer started again, {left} addresses left": f"{time.perf_counter() - began:.2f} s ({time.process_time() - spent:.2f} s of CPU)"}


if __name__ == "__main__":
    print(json.dumps(_child(int(sys.argv[2])) if "child" in sys.argv else run(), indent=None if "child" in sys.argv else 1))
