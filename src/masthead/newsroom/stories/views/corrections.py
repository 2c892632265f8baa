"""Corrections in the desk: the list, a new one, the withdrawal of one."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.kernel import clock
from masthead.newsroom.staff.queries import signed_in
from masthead.newsroom.stories import actions
from masthead.newsroom.stories.forms import CorrectionForm, WithdrawalForm
from masthead.newsroom.stories.models import Correction, StoryPage

INDEX = reverse_lazy("corrections:index")


class CorrectionFilter(WagtailFilterSet):
    """Cut the list by kind."""

    class Meta:
        model = Correction
        fields = ["kind"]


class NoteColumn(BaseColumn):
    """The note, the story it is on, and what became of it."""

    cell_template_name = "stories/corrections/note_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> Any:
        """Return the cell's context, with whether the reader of the list may withdraw."""
        context = super().get_cell_context_data(instance, parent_context)
        context["may_withdraw"] = parent_context["request"].user.has_perm("stories.change_correction")
        return context


class CorrectionList(IndexView):
    """Every correction, newest first, withdrawn ones too."""

    model = Correction
    permission_policy = ModelPermissionPolicy(Correction)
    any_permission_required = ["view"]
    page_title = "Corrections"
    header_icon = "strikethrough"
    index_url_name = "corrections:index"
    index_results_url_name = "corrections:index_results"
    default_ordering = "-published_at"
    is_searchable = False
    paginate_by = 30
    filterset_class = CorrectionFilter
    columns = [
        NoteColumn("note", label="Correction"),
        Column("kind", accessor="get_kind_display", width="12%"),
        DateColumn("published_at", label="Published", sort_key="published_at", width="14%"),
        Column("author", label="By", accessor="author", width="14%"),
    ]
    no_results_message = "Nothing has been corrected."

    def get_base_queryset(self) -> QuerySet[Correction]:
        """Return the corrections with all that a row shows."""
        return Correction.objects.select_related("story", "author")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context, with words for an empty list."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        context["no_results_message"] = "Nothing has been corrected. Open a published story and choose “Correct…” to publish a note on it."
        return context


class _NoteForm(PermissionRequiredMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """A page with one form, that writes in public."""

    raise_exception = True
    header_icon = "strikethrough"

    def breadcrumbs(self, last: str) -> list[dict[str, Any]]:
        """Return the way here, ending in `last`."""
        return [*self.breadcrumbs_items, {"url": INDEX, "label": "Corrections"}, {"url": "", "label": last}]

    def way_back(self) -> str:
        """Return the address to go to afterwards: `next` where it is one of ours."""
        wanted = self.request.POST.get("next") or self.request.GET.get("next") or ""
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure())
        return wanted if wanted and safe else str(INDEX)


class Correct(_NoteForm):
    """Publish a note on a story."""

    permission_required = "stories.add_correction"
    template_name = "stories/corrections/correct.html"
    form_class = CorrectionForm
    page_title = "Correct"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Find the story; one that was never public is changed, not corrected."""
        self.story = get_object_or_404(StoryPage, pk=kwargs["story_id"])
        if request.user.has_perm(self.permission_required) and self.story.first_published_at is None:
            messages.error(request, f"“{self.story.title}” was never published: change its text, there is nothing to correct in public.")
            return redirect("wagtailadmin_pages:edit", self.story.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        """Return the headline."""
        return str(self.story.title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return self.breadcrumbs(f"Correct “{self.story.title}”")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, the story and the notes it has."""
        notes = list(self.story.corrections.select_related("author"))
        return super().get_context_data(**kwargs) | {"story": self.story, "notes": notes, "next": self.way_back()}

    def form_valid(self, form: CorrectionForm) -> HttpResponse:
        """Publish the note and say what readers see now."""
        note = actions.add_correction(
            story=self.story, kind=form.cleaned_data["kind"], text=form.cleaned_data["text"], user=signed_in(self.request), now=clock.now()
        )
        buttons = [messages.button(reverse("wagtailadmin_pages:edit", args=[self.story.pk]), "Edit the story")]
        where = "on the story and on the corrections page" if self.story.live else "on the corrections page; the story itself is not public"
        messages.success(self.request, f"{note.get_kind_display()} published: it stands {where}.", buttons=buttons)
        return HttpResponseRedirect(self.way_back())


class Withdraw(_NoteForm):
    """Withdraw a note, with a reason."""

    permission_required = "stories.change_correction"
    template_name = "stories/corrections/withdraw.html"
    form_class = WithdrawalForm
    page_title = "Withdraw a correction"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Find the note; one that was withdrawn cannot be again."""
        self.note = get_object_or_404(Correction.objects.select_related("story"), pk=kwargs["pk"])
        if request.user.has_perm(self.permission_required) and self.note.withdrawn_at is not None:
            messages.error(request, "This correction was withdrawn before.")
            return HttpResponseRedirect(str(INDEX))
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return self.breadcrumbs("Withdraw")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form and the note."""
        return super().get_context_data(**kwargs) | {"note": self.note, "next": self.way_back()}

    def form_valid(self, form: WithdrawalForm) -> HttpResponse:
        """Withdraw it and say what readers see now."""
        actions.withdraw_correction(correction=self.note, reason=form.cleaned_data["reason"], user=signed_in(self.request), now=clock.now())
        messages.success(self.request, "Correction withdrawn: readers see it struck through, with the reason.")
        return HttpResponseRedirect(self.way_back())
