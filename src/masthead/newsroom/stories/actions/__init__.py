"""Writes to stories. Keyword-only, one transaction each; import them from here."""

from masthead.newsroom.stories.actions.corrections import CorrectionRefused, add_correction, withdraw_correction
from masthead.newsroom.stories.actions.founding import found_newsroom
from masthead.newsroom.stories.actions.stories import Draft, blocking, create_story, free_slug, publish, publish_due, withdraw

__all__ = [
    "CorrectionRefused",
    "Draft",
    "add_correction",
    "blocking",
    "create_story",
    "found_newsroom",
    "free_slug",
    "publish",
    "publish_due",
    "withdraw",
    "withdraw_correction",
]
