"""What is ready before the first reader asks."""

import logging

import pytest
from django.template.base import Template

from masthead.config.warming import warm
from masthead.funding.providers import registry
from tests.make.funding import make_campaign


@pytest.mark.django_db
def test_after_warming_no_page_compiles_a_template(client, monkeypatch, caplog):
    make_campaign()
    with caplog.at_level(logging.WARNING):
        assert warm() > 100
    assert not caplog.records

    def refuse(template):
        raise AssertionError(f"{template.name} was compiled for a reader")

    monkeypatch.setattr(Template, "compile_nodelist", refuse)
    for address in ("/contribute/", "/books/", "/giving/", "/search/?q=harbour"):
        assert client.get(address).status_code == 200, address


def test_what_speaks_to_a_provider_is_loaded_only_where_it_is_on(monkeypatch):
    on = registry.Listed(name="on", live=True, is_on=lambda: True, path="spoken_to.by:Anything")
    off = registry.Listed(name="off", live=True, is_on=lambda: False, path="module_that_is_not_there:Anything")
    monkeypatch.setattr(registry, "PROVIDERS", (on, off))
    loaded = []
    monkeypatch.setattr("masthead.config.warming.import_module", loaded.append)
    warm()
    assert loaded == ["spoken_to.by"]
