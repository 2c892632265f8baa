"""What the sources room leaves to a worker: everything that asks somebody else's server."""

from django_tasks import task

from masthead.newsroom.sources import actions


@task()
def take(capture_id: int) -> None:
    """Fetch and keep one capture; running it again is right."""
    actions.take_capture(capture_id=capture_id)


@task()
def poll(capture_id: int) -> None:
    """Ask a public archive for a copy of its own, or what has become of it."""
    actions.poll_archive(capture_id=capture_id)


@task()
def ask_links() -> None:
    """Ask for the addresses that stories link to and whose time has come."""
    actions.check_links()


@task()
def recheck(document_id: int) -> None:
    """See whether one document is still as it was kept."""
    actions.check_document(document_id=document_id)
