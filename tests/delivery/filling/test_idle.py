"""What the renderer does while there is nothing to do, and that it does it in moderation."""

import pytest

from masthead.delivery.filling.idle import EVERY_SECONDS, QUIET_SECONDS, SLICE_SECONDS, Idle
from masthead.delivery.pagestore.store import Store
from tests.delivery.pagestore.make import page, prose


class Hours:
    """A clock that moves by what each look at it is said to take."""

    def __init__(self):
        self.now = 1000.0
        self.look = 0.0

    def __call__(self):
        self.now += self.look
        return self.now


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "pages")
    opened.write([page(f"/{number}/", segments=(prose(number, 900),)) for number in range(8)])
    yield opened
    opened.close()


def size(store):
    return sum(store.variant(store.head(path), "br").wire for path in store.paths())


def test_forms_become_shorter_while_nothing_else_is_to_be_done(store):
    before = size(store)
    assert Idle(store, seconds=Hours(), busy=lambda: 0.0).use() == 8
    assert size(store) < before


def test_not_while_pages_are_being_made_nor_on_a_machine_that_has_other_work(store):
    hours = Hours()
    idle = Idle(store, seconds=hours, busy=lambda: 0.0)
    idle.worked()
    hours.now += QUIET_SECONDS - 1
    assert idle.use() == 0
    hours.now += 1
    idle.busy = lambda: 0.6
    assert idle.use() == 0
    idle.busy = lambda: 0.5
    assert idle.use() == 8


def test_a_tenth_of_a_core_at_most(store):
    hours = Hours()
    hours.look = SLICE_SECONDS * 0.6  # as long as a page takes
    idle = Idle(store, seconds=hours, busy=lambda: 0.0)
    assert idle.use() == 1
    assert idle.use() == 0
    hours.now += EVERY_SECONDS
    assert idle.use() == 1
