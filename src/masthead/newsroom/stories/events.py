"""What the newsroom announces."""

from dataclasses import dataclass

from masthead.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class StoryPublished(Event):
    """A story became public, or its public words changed."""

    story_id: int


@dataclass(frozen=True, kw_only=True)
class StoryWithdrawn(Event):
    """A story is no longer public: unpublished, expired or deleted."""

    story_id: int


@dataclass(frozen=True, kw_only=True)
class StoryMoved(Event):
    """A story's address changed."""

    story_id: int


@dataclass(frozen=True, kw_only=True)
class CorrectionIssued(Event):
    """A correction was added to a story, or withdrawn."""

    story_id: int
    correction_id: int
