"""What follows what: each announcement of the house, and who acts on it after the commit."""

import dataclasses
import logging
import re

from masthead.kernel.events import Event, follow

logger = logging.getLogger("masthead.events")


def connect() -> None:
    """Have every follower called; once, when Django is ready."""
    from masthead.delivery.filling import figures
    from masthead.funding.giving.events import GiftMoved, Reconciled
    from masthead.funding.ledger.events import TotalMoved
    from masthead.newsroom.sources.events import PartiesMerged
    from masthead.newsroom.stories.events import CorrectionIssued, StoryMoved, StoryPublished, StoryWithdrawn

    for event_type in (StoryPublished, StoryWithdrawn, StoryMoved, CorrectionIssued, PartiesMerged, GiftMoved, Reconciled, TotalMoved):
        follow(event_type, write_line)
    follow(TotalMoved, figures.follow)


def write_line(event: Event) -> None:
    """Leave one line in the log: `story published story_id=12`. Events carry ids alone, so no name and no address gets there."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(event).__name__).lower()
    logger.info("%s %s", words, " ".join(f"{field.name}={getattr(event, field.name)}" for field in dataclasses.fields(event)))
