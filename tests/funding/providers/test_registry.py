import pytest

from masthead.funding.providers import registry
from masthead.funding.providers.base import Provider

LIVE = registry.Listed(name="bank-of-tests", live=True, is_on=lambda: True, path="tests:nowhere")


def turn_practice(settings, *, on):
    settings.ENV = settings.ENV.model_copy(update={"practice": on})


def test_practice_is_on_where_the_setting_says_so(settings):
    turn_practice(settings, on=True)
    assert registry.default_name() == "practice"
    assert registry.check_providers() == []


def test_practice_is_off_where_the_setting_says_so(settings):
    turn_practice(settings, on=False)
    with pytest.raises(registry.UnknownProvider):
        registry.provider("practice")
    with pytest.raises(registry.UnknownProvider, match="No provider is on"):
        registry.default_name()


def test_practice_refuses_to_be_on_beside_a_live_provider(monkeypatch):
    monkeypatch.setattr(registry, "PROVIDERS", (*registry.PROVIDERS, LIVE))
    with pytest.raises(registry.PracticeBesideLive, match="bank-of-tests"):
        registry.provider("practice")
    assert [found.id for found in registry.check_providers()] == ["giving.E001"]


def test_a_live_provider_alone_is_right(monkeypatch, settings):
    turn_practice(settings, on=False)
    monkeypatch.setattr(registry, "PROVIDERS", (*registry.PROVIDERS, LIVE))
    assert registry.default_name() == "bank-of-tests"


def test_an_unknown_provider_is_refused():
    with pytest.raises(registry.UnknownProvider, match="'paypol'"):
        registry.provider("paypol")


def test_every_provider_of_the_table_keeps_the_protocol():
    for listed in registry.PROVIDERS:
        made = registry._made(listed.path)
        assert made.name == listed.name
        assert made.capabilities.live == listed.moves_money
        for word in (name for name in vars(Provider) if not name.startswith("_") and callable(vars(Provider)[name])):
            assert callable(getattr(made, word))
