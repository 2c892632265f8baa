import datetime as dt

import pytest

from masthead.readers.actions import forget, remember
from masthead.readers.models import Supporter

NOW = dt.datetime(2026, 11, 22, 14, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def test_one_address_is_one_supporter():
    first = remember(email="Ada@example.org", name="", now=NOW)
    second = remember(email=" ada@EXAMPLE.org", name="Ada", now=NOW)
    assert first.pk == second.pk
    assert Supporter.objects.get().name == "Ada"


def test_a_later_name_does_not_replace_the_first():
    remember(email="ada@example.org", name="Ada", now=NOW)
    assert remember(email="ada@example.org", name="Somebody", now=NOW).name == "Ada"


def test_a_forgotten_supporter_is_gone():
    forget(supporter=remember(email="ada@example.org", name="Ada", now=NOW))
    assert not Supporter.objects.exists()
