"""The archive's report: what the desk finds today in stories that went out before; and the trial of a house rule on it."""

from typing import Any

import django_filters
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import DetailView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.kernel import clock
from masthead.newsroom.desk import actions, queries
from masthead.newsroom.desk.models import ArchiveFinding, DeskRule, Recheck
from masthead.newsroom.desk.rules import SEVERITY_WORDS
from masthead.newsroom.staff.queries import signed_in
from masthead.newsroom.stories.gate import Severity


def _rules() -> list[tuple[str, str]]:
    names = queries.rule_names()
    counts = ArchiveFinding.objects.filter(trial=None).order_by().values_list("rule").annotate(stories=Count("story", distinct=True))
    return [(rule, f"{names.get(rule, rule)} ({stories})") for rule, stories in sorted(counts, key=lambda row: (-row[1], row[0]))]


class ArchiveFilter(WagtailFilterSet):
    """Cut the report by rule and by how severe."""

    rule = django_filters.ChoiceFilter(label="Rule", choices=_rules, empty_label="Any")
    severity = django_filters.ChoiceFilter(label="How severe", choices=[(level.value, SEVERITY_WORDS[level]) for level in Severity], empty_label="Any")

    class Meta:
        model = ArchiveFinding
        fields = ["rule", "severity"]


class FoundColumn(BaseColumn):
    """What was found, with the words around it."""

    cell_template_name = "desk/archive/found_cell.html"


class ArchiveReport(IndexView):
    """Everything the desk finds in the public stories, worst first."""

    model = ArchiveFinding
    permission_policy = ModelPermissionPolicy(ArchiveFinding)
    any_permission_required = ["view"]
    template_name = "desk/archive/report.html"
    page_title = "Archive report"
    header_icon = "history"
    index_url_name = "archive:index"
    index_results_url_name = "archive:index_results"
    default_ordering = ("severity", "-story_id")  # “block” comes first by its letters too
    is_searchable = False
    paginate_by = 50
    filterset_class = ArchiveFilter
    columns = [
        FoundColumn("message", label="Found"),
        Column("rule", label="Rule", accessor="rule", sort_key="rule", width="16%"),
        Column("severity", label="How severe", accessor=lambda found: SEVERITY_WORDS[Severity(found.severity)], sort_key="severity", width="14%"),
    ]

    def get_base_queryset(self) -> QuerySet[ArchiveFinding]:
        """Return the findings with their stories."""
        return ArchiveFinding.objects.filter(trial=None).select_related("story")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the last recheck."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        context["recheck"] = Recheck.objects.filter(rule=None).first()
        context["may_recheck"] = self.request.user.has_perm("desk.add_recheck")
        context["no_results_message"] = "Nothing is found in the archive, or it was not checked yet."
        return context


class StartRecheck(PermissionRequiredMixin, DetailView):  # type: ignore[type-arg]
    """Have the archive checked, or a rule tried on it. Only by POST."""

    permission_required = "desk.add_recheck"
    raise_exception = True
    http_method_names = ["post"]

    def post(self, request: Any, *_args: Any, **kwargs: Any) -> HttpResponse:
        """Put it into the worker's queue."""
        rule = get_object_or_404(DeskRule, pk=kwargs["rule_id"]) if "rule_id" in kwargs else None
        recheck = actions.start_recheck(user=signed_in(request), now=clock.now(), rule=rule)
        stories = "story" if recheck.total == 1 else "stories"
        messages.success(request, f"The worker reads {recheck.total:,} public {stories} now; reload to see how far it is.")
        return redirect(reverse("archive:trial", args=[rule.pk]) if rule else reverse("archive:index"))


class StopRecheck(PermissionRequiredMixin, DetailView):  # type: ignore[type-arg]
    """Stop one that is under way. Only by POST."""

    permission_required = "desk.add_recheck"
    raise_exception = True
    http_method_names = ["post"]

    def post(self, request: Any, *_args: Any, **kwargs: Any) -> HttpResponse:
        """Stop it after the share it is at."""
        recheck = get_object_or_404(Recheck, pk=kwargs["pk"])
        actions.stop_recheck(recheck=recheck, now=clock.now())
        messages.success(request, "Stopped. What was found stays; begin again and it passes over what is checked already.")
        return redirect(reverse("archive:trial", args=[recheck.rule_id]) if recheck.rule_id else reverse("archive:index"))


class Trial(PermissionRequiredMixin, WagtailAdminTemplateMixin, DetailView):  # type: ignore[type-arg]
    """What a house rule would have found in the archive."""

    permission_required = "desk.view_deskrule"
    raise_exception = True
    model = DeskRule
    pk_url_kwarg = "rule_id"
    template_name = "desk/archive/trial.html"
    page_title = "On the archive"
    header_icon = "history"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        edit = reverse("desk_rules:edit", args=[self.object.pk])
        return [
            *self.breadcrumbs_items,
            {"url": reverse("desk_rules:list"), "label": "House rules"},
            {"url": edit, "label": self.object.name},
            {"url": "", "label": "On the archive"},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the rule's last trial with what it found."""
        context = super().get_context_data(**kwargs)
        trial = Recheck.objects.filter(rule=self.object).first()
        found = trial.findings.select_related("story").order_by("-story_id", "pk") if trial else ArchiveFinding.objects.none()
        return context | {
            "rule": self.object,
            "recheck": trial,
            "findings": found[:200],
            "count": found.count(),
            "stories": found.values("story").distinct().count(),
            "may_recheck": self.request.user.has_perm("desk.add_recheck"),
        }
