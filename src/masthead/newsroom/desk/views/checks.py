"""The built-in checks in the admin: what each is for, and how severe this newsroom holds it."""

from typing import Any

from django import forms
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponse
from django.urls import reverse
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from masthead.kernel import clock
from masthead.newsroom.desk import actions, checks, queries, rules
from masthead.newsroom.desk.models import CheckChoice
from masthead.newsroom.staff.queries import signed_in
from masthead.newsroom.stories.gate import Severity

_OFF = CheckChoice.Choice.OFF.value


class SeverityForm(forms.Form):
    """One select for each built-in check, named as the check is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = queries.choices()
        for check in checks.CHECKS:
            severity = self.chosen[check.id].severity if check.id in self.chosen else check.severity
            options = [(one.value, rules.CHOICE_WORDS[one] + (" (as made)" if one is check.severity else "")) for one in Severity]
            widget = forms.Select(attrs={"aria-label": f"How severe {check.id} is"})
            self.fields[check.id] = forms.ChoiceField(choices=[*options, (_OFF, "Off")], initial=severity.value if severity else _OFF, widget=widget)

    def severities(self) -> dict[str, Severity | None]:
        """Return what was chosen, by check; None for off."""
        return {check_id: None if choice == _OFF else Severity(choice) for check_id, choice in self.cleaned_data.items()}


class Checks(PermissionRequiredMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """The list of the built-in checks."""

    permission_required = "desk.change_checkchoice"
    raise_exception = True
    template_name = "desk/checks.html"
    form_class = SeverityForm
    page_title = "Built-in checks"
    header_icon = "clipboard-list"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_success_url(self) -> str:
        """Return this page."""
        return reverse("desk_checks:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return each check with its select."""
        context = super().get_context_data(**kwargs)
        form = context["form"]
        context["checks"] = [
            {"check": check, "languages": ", ".join(sorted(check.languages)), "field": form[check.id], "chosen": form.chosen.get(check.id)}
            for check in checks.CHECKS
        ]
        return context

    def form_valid(self, form: SeverityForm) -> HttpResponse:
        """Keep what was chosen."""
        changed = actions.choose(severities=form.severities(), user=signed_in(self.request), now=clock.now())
        messages.success(self.request, f"{len(changed)} {'check' if len(changed) == 1 else 'checks'} changed." if changed else "Nothing was changed.")
        return super().form_valid(form)
