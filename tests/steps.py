"""What a page costs SQLite, in the steps of its virtual machine: a figure that no load of a machine changes."""

from contextlib import contextmanager

from django.db import connection

EVERY = 100  # steps between two calls of SQLite's progress handler


class Steps:
    """The steps that the database took."""

    count = 0


@contextmanager
def steps():
    """Count the steps that the database takes within the block."""
    counted = Steps()

    def more():
        counted.count += EVERY

    connection.ensure_connection()
    connection.connection.set_progress_handler(more, EVERY)
    try:
        yield counted
    finally:
        connection.connection.set_progress_handler(None, 0)


def cost(client, path):
    """Return the steps that the page at `path` takes, when it is asked for the second time."""
    assert client.get(path).status_code == 200
    with steps() as counted:
        client.get(path)
    return counted.count
