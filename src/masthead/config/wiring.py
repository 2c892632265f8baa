"""What follows what: each announcement of the house, and who acts on it after the commit."""

import dataclasses
import logging
import re

from masthead.kernel.events import Event, follow

logger = logging.getLogger("masthead.events")


def connect() -> None:
    """Have every follower called; once, when Django is ready."""
    from masthead.funding.giving.events import GiftMoved  # noqa: PLC0415  models are ready only now
    from masthead.funding.ledger.events import TotalMoved  # noqa: PLC0415
    from masthead.newsroom.stories.events import CorrectionIssued, StoryMoved, StoryPublished, StoryWithdrawn  # noqa: PLC0415

    for event_type in (StoryPublished, StoryWithdrawn, StoryMoved, CorrectionIssued, GiftMoved, TotalMoved):
        follow(event_type, write_line)


def write_line(event: Event) -> None:
    """Leave one line in the log: `story published story_id=12`. Events carry ids alone, so no name and no address gets there."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(event).__name__).lower()
    logger.info("%s %s", words, " ".join(f"{field.name}={getattr(event, field.name)}" for field in dataclasses.fields(event)))
