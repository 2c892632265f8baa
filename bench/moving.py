"""Import stories per second: a WordPress export of 2,000 posts of some 600 words, in a newsroom made for the purpose.

Bars: 2,000 posts in under 60 s and 300 MB; a second run, which changes nothing, in under 20 s.
"""

import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path
from random import Random

POSTS = 2_000
WORDS = (
    *("harbour", "council", "ferry", "budget", "minister", "quoted", "village", "record", "week", "evening"),
    *("water", "contract", "decision", "road", "hospital", "police", "reform", "account", "school", "rain"),
)


def run() -> dict[str, object]:
    """Return the figures by name."""
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        environment = os.environ | {"MASTHEAD_DATA": folder, "DATABASE_URL": "", "MASTHEAD_SECRET_KEY": "only-for-this-bench-" * 4}
        source = Path(__file__).resolve().parents[1]
        environment["PYTHONPATH"] = f"{source / 'src'}{os.pathsep}{source}"
        child = subprocess.run([sys.executable, "-m", "bench.moving", folder], env=environment, check=True, capture_output=True, text=True, cwd=source)
    figures: dict[str, object] = json.loads(child.stdout.splitlines()[-1])
    return figures


def write_export(path: Path, *, posts: int = POSTS) -> None:
    """Write an export of `posts` posts, half of them blocks and half classic text, by 10 authors in 8 categories."""
    random = Random(7)
    head = [f"<wp:author><wp:author_login>w{n}</wp:author_login><wp:author_display_name>Writer {n}</wp:author_display_name></wp:author>" for n in range(10)]
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:wp="http://wordpress.org/export/1.2/">\n<channel><title>Bench</title><link>https://old.example</link>'
            f"<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example</wp:base_blog_url>{''.join(head)}\n"
        )
        for number in range(posts):
            file.write(_item(random, number))
        file.write("</channel></rss>\n")


def _item(random: Random, number: int) -> str:
    paragraphs = [" ".join(random.choices(WORDS, k=60)) for _ in range(10)]  # a story of 600 words
    if number % 2:
        body = "\n\n".join(
            f"<!-- wp:paragraph -->\n<p>{text} <em>so</em> <a href='https://old.example/'>there</a></p>\n<!-- /wp:paragraph -->" for text in paragraphs
        )
    else:
        body = "\n\n".join(f"{text} <strong>here</strong>" for text in paragraphs)
    section, tag, day = number % 8, number % 40, f"20{10 + number % 12}-{1 + number % 12:02}-{1 + number % 28:02} 10:00:00"
    return (
        f"<item><title>Story {number} {escape(paragraphs[0][:40])}</title><link>https://old.example/{day[:4]}/{day[5:7]}/story-{number}/</link>"
        f"<dc:creator>w{number % 10}</dc:creator><guid>https://old.example/?p={number + 1}</guid><content:encoded><![CDATA[{body}]]></content:encoded>"
        f"<wp:post_id>{number + 1}</wp:post_id><wp:post_date_gmt>{day}</wp:post_date_gmt><wp:post_name>story-{number}</wp:post_name><wp:status>publish</wp:status>"
        f'<wp:post_type>post</wp:post_type><category domain="category" nicename="section-{section}">Section {section}</category>'
        f'<category domain="post_tag" nicename="topic-{tag}">Topic {tag}</category></item>\n'
    )


def _measure(folder: Path) -> dict[str, object]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from masthead.kernel import clock
    from masthead.moving.wordpress.actions import import_wxr
    from masthead.newsroom.stories.actions import found_newsroom

    logging.getLogger("masthead").setLevel(logging.WARNING)
    call_command("migrate", verbosity=0)
    found_newsroom(name="Bench", host="bench.example")
    export = folder / "export.xml"
    write_export(export)
    figures: dict[str, object] = {}
    for name, dry_run in (("dry run", True), ("first run", False), ("second run", False)):
        started, cpu = time.perf_counter(), time.process_time()
        import_wxr(file=export, media=None, user=None, now=clock.now(), dry_run=dry_run)
        took, used = time.perf_counter() - started, time.process_time() - cpu
        figures[f"import of {POSTS} posts, {name}: stories/s (seconds; CPU)"] = f"{POSTS / took:.0f} ({took:.1f}; {used:.1f})"
    figures["import: peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
