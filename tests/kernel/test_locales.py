import pytest

from masthead.kernel.locales import locale_of


@pytest.mark.parametrize(
    ("language", "locale"), [("en", "en"), ("pt-BR", "pt_BR"), ("zh-Hans", "zh_Hans"), ("ar", "ar"), ("tlh", "en"), ("x", "en"), ("", "en")]
)
def test_every_language_has_a_way_to_write_figures(language, locale):
    assert locale_of(language) == locale
