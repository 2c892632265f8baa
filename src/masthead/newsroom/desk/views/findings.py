"""Letting a finding stand, on a page of its own: the story keeps what was typed, its reason is asked for here."""

from typing import Any

from django import forms
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page

from masthead.kernel import clock
from masthead.newsroom.desk import actions, queries, rules
from masthead.newsroom.staff.queries import signed_in
from masthead.newsroom.stories import gate


class ReasonForm(forms.Form):
    """Why a finding is right as it is."""

    reason = forms.CharField(
        label="Let it stand because…",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with this revision, under your name, in the story's history.",
    )


class Findings(View):
    """What stands against a story's last saved version, for the scripts of its editor."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the findings, each with its place and what may be done about it."""
        stored = get_object_or_404(Page, pk=kwargs["page_id"])
        if not stored.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        return JsonResponse({"findings": queries.findings_beside_the_words(stored.get_latest_revision_as_object(), user=signed_in(request))})


class Accept(PermissionRequiredMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """Let one finding stand."""

    permission_required = "desk.add_acceptance"
    raise_exception = True
    template_name = "desk/accept.html"
    form_class = ReasonForm
    page_title = "Let it stand"
    header_icon = "clipboard-list"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Find the page and what stands against it under this key."""
        if not self.has_permission():
            return self.handle_no_permission()
        stored = get_object_or_404(Page, pk=kwargs["page_id"])
        if not stored.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        self.page = stored.get_latest_revision_as_object()
        self.back = reverse("wagtailadmin_pages:edit", args=[stored.pk])
        found = [finding for finding in gate.findings(self.page) if finding.key == kwargs["key"]]
        if not found:
            messages.success(request, "This finding no longer stands: it was mended, or let stand before.")
            return redirect(self.back)
        self.finding = found[0]
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": self.back, "label": self.page.title}, {"url": "", "label": "Let it stand"}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the finding in words."""
        words = {"finding": self.finding, "severity": rules.SEVERITY_WORDS[self.finding.severity], "page": self.page, "back": self.back}
        return super().get_context_data(**kwargs) | words

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        """Keep the reason and go back to the story."""
        actions.accept(page=self.page, findings=[self.finding], reason=form.cleaned_data["reason"], user=signed_in(self.request), now=clock.now())
        messages.success(self.request, "It stands, with your reason.")
        return redirect(self.back)
