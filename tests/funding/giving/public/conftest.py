import pytest

from masthead.funding.campaigns.actions import feature
from masthead.kernel import clock
from tests.make.funding import NOW, make_campaign


@pytest.fixture(autouse=True)
def _it_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def campaign():
    made = make_campaign(name="Keep the lights on", suggested_once=[1000, 2500], suggested_monthly=[500, 1000])
    feature(campaign=made)
    return made
