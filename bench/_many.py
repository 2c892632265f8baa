"""Many stories in a newsroom at once: the demo's, copied row by row into its sections, without revisions and files of their own."""

from django.db import connection, transaction
from wagtail.models import Page

from masthead.kernel.ids import new_id
from masthead.newsroom.stories.models import SectionPage, StoryPage

SHARE = 2000


def fill(count: int) -> int:
    """Bring the newsroom to at least `count` public stories and return how many there are."""
    patterns = list(StoryPage.objects.filter(live=True).order_by("pk"))
    there, number = len(patterns), 0
    sections = {section.pk: section for section in SectionPage.objects.all()}
    columns = [field.column for field in StoryPage._meta.local_fields if field.column != "page_ptr_id"]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    while there < count:
        with transaction.atomic():
            made, taken = [], []
            for _ in range(min(SHARE, count - there)):
                pattern = patterns[number % len(patterns)]
                number += 1
                section = sections[pattern.section_id]
                section.numchild += 1
                made.append(_page(pattern, section, number))
                taken.append(pattern.pk)
            Page.objects.bulk_create(made, batch_size=200)
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO stories_storypage (page_ptr_id, {quoted}) SELECT %s, {quoted} FROM stories_storypage WHERE page_ptr_id = %s",
                    [(page.pk, pattern) for page, pattern in zip(made, taken, strict=True)],
                )
        there += len(made)
    for section in sections.values():
        Page.objects.filter(pk=section.pk).update(numchild=section.numchild)
    return there


def _page(pattern: StoryPage, section: SectionPage, number: int) -> Page:
    slug = f"{pattern.slug[:60]}-{number}"
    values = {
        field.attname: getattr(pattern, field.attname)
        for field in Page._meta.concrete_fields
        if field.attname not in {"id", "latest_revision_id", "live_revision_id"}
    }
    values |= {
        "title": f"{pattern.title} ({number})",
        "slug": slug,
        "path": Page._get_path(section.path, section.depth + 1, 10_000 + section.numchild),
        "depth": section.depth + 1,
        "numchild": 0,
        "url_path": f"{section.url_path}{slug}/",
        "translation_key": new_id(),
    }
    return Page(**values)
