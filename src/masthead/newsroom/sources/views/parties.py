"""Parties, outlets and documents in the desk: Wagtail's own views with what this room adds to them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import CreateView, EditView, InspectView

from masthead.newsroom.sources import actions, queries, uses
from masthead.newsroom.sources.actions.captures import queue_capture
from masthead.newsroom.sources.forms import MergeForm
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.staff.queries import signed_in

ROOMS = {"party": "desk_parties", "outlet": "desk_outlets", "document": "desk_source_documents"}
MERGE = {Party: "sources.merge_party", SourceDocument: "sources.merge_sourcedocument"}


def room_of(row: Party | SourceDocument) -> str:
    """Return the namespace of the pages on which `row` is edited."""
    if isinstance(row, SourceDocument):
        return ROOMS["document"]
    return ROOMS["outlet"] if row.kind == Party.Kind.OUTLET else ROOMS["party"]


def page_of(row: Party | SourceDocument, view: str = "edit") -> str:
    """Return the address of a page on `row`."""
    return reverse(f"{room_of(row)}:{view}", args=[row.pk])


class _OnlyTheStanding:
    """Leaves out what was merged into another."""

    def get_object_list(self) -> Any:
        """Return what can be chosen."""
        return super().get_object_list().filter(merged_into__isnull=True)  # type: ignore[misc]


class ChooseStanding(_OnlyTheStanding, ChooseView):
    """The chooser."""


class ChooseStandingResults(_OnlyTheStanding, ChooseResultsView):
    """Its results."""


class StandingChooser(SnippetChooserViewSet):
    """Choosing a party or document that stands."""

    choose_view_class = ChooseStanding
    choose_results_view_class = ChooseStandingResults


class Edit(EditView):
    """A row's page, in the room where its kind is edited; a tombstone's leads to the one that was kept."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Lead on where the page is elsewhere."""
        if self.object.merged_into_id:
            messages.warning(request, f"“{self.object}” was merged into “{self.object.merged_into}”: this is the one that was kept.")
            return redirect(page_of(self.object.merged_into))
        if not self.index_url_name.startswith(f"{room_of(self.object)}:"):
            return redirect(page_of(self.object))
        return super().dispatch(request, *args, **kwargs)

    @property
    def header_more_buttons(self) -> list[Any]:
        """Return Wagtail's buttons and the way to a merge."""
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm(MERGE[self.model]):
            buttons.append(Button("Merge into…", url=page_of(self.object, "merge"), icon_name="link", priority=40))
        return buttons


class AddDocument(CreateView):
    """A new document; a copy of its address is asked for."""

    def save_instance(self) -> Any:
        """Store it, with who added it."""
        self.form.instance.added_by = signed_in(self.request)
        document = super().save_instance()
        if document.url:
            queue_capture(document, user=signed_in(self.request))
        return document


class Inspect(InspectView):
    """All there is about a row: its fields, the stories that name it and, of a document, its kept copies."""

    template_name = "sources/inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the fields, the stories and the copies."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"uses": uses.uses_of(self.object), "document": self.object if isinstance(self.object, SourceDocument) else None}


class Merge(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """Merge a row into another: what moves, and into which."""

    template_name = "sources/merge.html"
    form_class = MergeForm
    header_icon = "link"
    page_title = "Merge"
    model: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the row; one that was merged before leads to the kept one."""
        if not request.user.has_perm(MERGE[self.model]):
            return self.handle_no_permission()
        self.gone = get_object_or_404(self.model, pk=kwargs["pk"])
        if self.gone.merged_into_id:
            return redirect(page_of(self.gone))
        return super().dispatch(request, *args, **kwargs)

    def handle_no_permission(self) -> HttpResponse:
        """Say that only editors merge."""
        messages.error(self.request, "Merging is for editors.")
        return redirect("wagtailadmin_home")

    def get_page_subtitle(self) -> str:
        """Return the row's name."""
        return str(self.gone)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": page_of(self.gone), "label": str(self.gone)}, {"url": "", "label": "Merge"}]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form which one goes."""
        return super().get_form_kwargs() | {"gone": self.gone}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form, what moves and the stories that name it."""
        return super().get_context_data(**kwargs) | {
            "gone": self.gone,
            "moved": queries.moved_by_merge(self.gone),
            "uses": uses.uses_of(self.gone),
            "back": page_of(self.gone),
        }

    def form_valid(self, form: MergeForm) -> HttpResponse:
        """Merge, or say why not."""
        merge = actions.merge_parties if self.model is Party else actions.merge_documents
        try:
            kept = merge(keep=form.cleaned_data["keep"], gone=self.gone, user=signed_in(self.request))
        except actions.MergeRefused as refusal:
            form.add_error("keep", str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, f"“{self.gone}” was merged into “{kept}”.")
        return redirect(page_of(kept))


def refuse_to_delete(request: HttpRequest, rows: Any) -> HttpResponse | None:
    """Return the way back with a message where one of `rows` is named somewhere; None where all may be deleted.

    A version of a story that names what does not exist could not be opened as it was.
    """
    for row in rows:
        if isinstance(row, Party | SourceDocument) and (held := queries.held_by(row) + _stories(row)):
            messages.error(request, f"“{row}” cannot be deleted: {', '.join(held)}. Merge it into another instead, or take it out there first.")
            return redirect(page_of(row, "inspect"))
    return None


def _stories(row: Party | SourceDocument) -> list[str]:
    found = uses.uses_of(row)
    return [f"named in {len(found)} {'story' if len(found) == 1 else 'stories'}, older versions with them"] if found else []


def standing(model: Any) -> QuerySet[Any]:
    """Return the rows of a list."""
    rows: QuerySet[Any] = model.objects.filter(merged_into__isnull=True)
    return rows
