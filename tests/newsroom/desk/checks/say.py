"""What the checks say of a text written paragraph by paragraph."""

from masthead.newsroom.desk import checks
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.text import Kind, Passage


def reading(*paragraphs, headline="Harbour opens to boats", **words):
    passages = (Passage(text=headline, kind=Kind.HEADLINE, field="title"), *(Passage(text=text, block=f"b{number}") for number, text in enumerate(paragraphs)))
    return Reading(**({"headline": headline, "is_story": False, "passages": passages} | words))


def findings(rule, *paragraphs, **words):
    return [finding for finding in checks.run(reading(*paragraphs, **words)) if finding.rule == rule]


def said(rule, *paragraphs, **words):
    return [(finding.text, str(finding.severity)) for finding in findings(rule, *paragraphs, **words)]
