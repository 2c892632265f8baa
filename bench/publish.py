"""What one publication costs when many stories are stored already: pages made, and seconds until the story, the front page and the last page are there.

Makes the demo's newsroom, copies its stories until there are N, fills the page store, publishes one story and lets the renderer work.
`BENCH_STORIES=1000,10000 python -m bench.publish` chooses the sizes (default: 200,1000). One process renders; it runs in this one here.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
SIZES = os.environ.get("BENCH_STORIES", "200,1000")
ROUNDS = 5


def run() -> dict[str, str]:
    """Return the figures by name, for each number of stories."""
    figures: dict[str, str] = {}
    for size in SIZES.split(","):
        with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
            paths = f"{SOURCE / 'src'}{os.pathsep}{SOURCE}"
            environment = os.environ | {"PYTHONPATH": paths, "MASTHEAD_DATA": folder, "DJANGO_SETTINGS_MODULE": "masthead.config.settings"}
            environment.pop("DATABASE_URL", None)
            subprocess.run([sys.executable, "-m", "masthead", "demo", "--data", folder], env=environment, check=True, capture_output=True)
            subprocess.run([sys.executable, "-m", "masthead", "manage", "collectstatic", "--no-input", "-v0"], env=environment, check=True, capture_output=True)
            child = subprocess.run([sys.executable, "-m", "bench.publish", "child", size], env=environment, check=True, stdout=subprocess.PIPE, text=True)
        figures |= json.loads(child.stdout.splitlines()[-1])
    return figures


def _child(size: int) -> dict[str, str]:
    import django

    django.setup()
    from bench import _many
    from masthead.delivery.filling.renderer import Renderer
    from masthead.newsroom.stories import actions
    from masthead.newsroom.stories.models import Author, SectionPage, Topic

    count = _many.fill(size)
    renderer = Renderer()
    began, spent = time.perf_counter(), time.process_time()
    addresses = renderer.begin()
    renderer.finish()
    figures = {
        f"{count} stories: filling the store anew": f"{addresses} addresses, {time.perf_counter() - began:.0f} s, {1000 * (time.process_time() - spent) / addresses:.1f} ms of CPU each",
        f"{count} stories: the page store with what its pages are made of": f"{sum(file.stat().st_size for file in renderer.folder.iterdir()) / 2**20:.0f} MB",
    }
    section, author, topics = SectionPage.objects.live().first(), Author.objects.first(), list(Topic.objects.all()[:2])
    rounds = []
    for number in range(ROUNDS):
        draft = actions.Draft(headline=f"Published now {number}", body=[("paragraphs", "<p>Words.</p>")], bylines=[author], topics=topics)
        story = actions.create_story(section=section, draft=draft, user=None)
        renderer.finish()
        actions.publish(story=story, user=None)
        path = "/" + story.url_path.split("/", 2)[2]
        began, spent, seen = time.perf_counter(), time.process_time(), {}
        renderer.take_in()
        while (done := renderer.make_next()) is not None:
            if done in {path, "/"}:
                seen[done] = time.perf_counter() - began
        made, renderer.tally.made = renderer.tally.made, []
        rounds.append((len(made), seen[path], seen["/"], time.perf_counter() - began, time.process_time() - spent))
    pages, story_s, front_s, all_s, cpu = (sorted(column)[ROUNDS // 2] for column in zip(*rounds, strict=True))
    figures[f"{count} stories: one published, pages made (median of {ROUNDS})"] = str(pages)
    figures[f"{count} stories: seconds until story / front page / all of them are stored"] = f"{story_s:.3f} / {front_s:.3f} / {all_s:.3f} ({cpu:.3f} s of CPU)"
    return figures


def _now() -> dt.datetime:
    from masthead.kernel import clock

    return clock.now()


if __name__ == "__main__":
    print(json.dumps(_child(int(sys.argv[2])) if "child" in sys.argv else run(), indent=None if "child" in sys.argv else 1))
