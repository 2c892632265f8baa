from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.funding.acceptance.world")

from tests.funding.acceptance.world import World, newsroom  # noqa: E402


@pytest.fixture
def world(tmp_path, db) -> Iterator[World]:
    """A newsroom with the simulated Stripe and PayPal, both off its own clock."""
    with newsroom(tmp_path) as made:
        yield made
