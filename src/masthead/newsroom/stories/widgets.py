"""Fields of the story's form that know what a newsroom types into them."""

from typing import Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO

COMMON_DATELINES = 200  # suggestions sent with the form; more would weigh it down


def language_choices() -> list[tuple[str, str]]:
    """Return (BCP 47 code, name in English and in itself) for the languages Django names, the publication's own first."""
    names = {code: _language_name(info) for code, info in LANG_INFO.items() if "name" in info}
    own = settings.LANGUAGE_CODE
    rest = sorted(((code, name) for code, name in names.items() if code != own), key=lambda choice: choice[1])
    return [(own, names.get(own, own)), *rest]


def _language_name(info: dict[str, Any]) -> str:
    return str(info["name"]) if info["name_local"].lower() == info["name"].lower() else f"{info['name']} ({info['name_local']})"


class LanguageSelect(forms.Select):
    """A select of languages by name; a code it has no name for, such as an importer's, stays choosable as it is."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, choices=language_choices())

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        """Return the options, with the present value among them whatever it is."""
        known = {str(code) for code, _ in self.choices}
        strange = [(code, code) for code in value if code and code not in known]
        self.choices = [*strange, *self.choices]
        return super().optgroups(name, value, attrs)


class DatelineInput(forms.TextInput):
    """A text field that suggests the places stories were reported from before."""

    template_name = "stories/widgets/dateline.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the widget's context, with earlier datelines."""
        from masthead.newsroom.stories.queries import earlier_datelines  # noqa: PLC0415 - models import this module

        context = super().get_context(name, value, {**(attrs or {}), "list": f"{name}-earlier", "autocomplete": "off"})
        context["earlier"] = earlier_datelines(count=COMMON_DATELINES)
        return context


class TopicBoxes(forms.CheckboxSelectMultiple):
    """Topics as boxes to tick, in a frame that scrolls and can be searched (desk.js)."""

    template_name = "stories/widgets/topics.html"
