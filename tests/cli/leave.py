"""A task for the worker to find."""

from django_tasks import task


@task()
def write_down(words: str) -> str:
    """Return what was given."""
    return words
