"""Writes to stories. Keyword-only, one transaction each; import them from here."""

from masthead.newsroom.stories.actions.archive import admit, create_page, revise_page
from masthead.newsroom.stories.actions.corrections import CorrectionRefused, add_correction, withdraw_correction
from masthead.newsroom.stories.actions.founding import found_newsroom
from masthead.newsroom.stories.actions.statements import drafts_of, set_statements
from masthead.newsroom.stories.actions.stories import Draft, blocking, create_story, free_slug, publish, publish_due, revise_story, withdraw

__all__ = [
    "CorrectionRefused",
    "Draft",
    "add_correction",
    "admit",
    "blocking",
    "create_page",
    "create_story",
    "drafts_of",
    "found_newsroom",
    "free_slug",
    "publish",
    "publish_due",
    "revise_page",
    "revise_story",
    "set_statements",
    "withdraw",
    "withdraw_correction",
]
