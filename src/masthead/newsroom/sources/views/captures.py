"""Kept copies in the desk: what one says, its file, and what may be done with it. Lists are on the pages of documents (`captures_panel`)."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from masthead.kernel.errors import MastheadError
from masthead.newsroom.sources import actions
from masthead.newsroom.sources.files import file_response
from masthead.newsroom.sources.models import Capture, SourceDocument
from masthead.newsroom.staff.queries import signed_in


class _Act(PermissionRequiredMixin, View, ABC):
    """Something done with one button: says what came of it and leads back."""

    http_method_names = ["post"]
    raise_exception = True

    @abstractmethod
    def act(self) -> str:
        """Do it, and return what to say."""

    def way_back(self) -> str:
        """Return the address to go to: `next` where it is one of ours."""
        wanted = self.request.POST.get("next") or ""
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure())
        return wanted if wanted and safe else reverse("wagtailadmin_home")

    def post(self, request: HttpRequest, **_words: Any) -> HttpResponseBase:
        """Do it, or say why not."""
        try:
            messages.success(request, self.act())
        except MastheadError as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(self.way_back())


class Show(_Act):
    """Change who may see a copy, or how long it must be kept: for editors."""

    permission_required = "sources.change_capture"

    def act(self) -> str:
        """Do what the address names."""
        capture = get_object_or_404(Capture, pk=self.kwargs["pk"])
        user = signed_in(self.request)
        does: dict[str, tuple[Callable[[], object], str]] = {
            "publish": (lambda: actions.publish_capture(capture, user=user), "Readers see this copy wherever a public story cites its document."),
            "withdraw": (lambda: actions.withdraw_capture(capture, user=user), "Only the newsroom sees this copy now."),
            "hold": (lambda: actions.hold_capture(capture, hold=True, user=user), "This copy is held: no clean-up deletes it."),
            "release": (lambda: actions.hold_capture(capture, hold=False, user=user), "This copy is not held any more."),
        }
        if self.kwargs["act"] not in does:
            raise Http404
        do, words = does[self.kwargs["act"]]
        do()
        return words


class Again(_Act):
    """Ask for another copy of a document: our own, or an archive's."""

    permission_required = "sources.add_capture"

    def act(self) -> str:
        """Queue it."""
        document = get_object_or_404(SourceDocument, pk=self.kwargs["document_id"])
        method = self.kwargs["method"]
        if method == Capture.Method.FETCH:
            actions.queue_capture(document, user=signed_in(self.request))
            return "Another copy is being fetched."
        actions.queue_archive(document, method=method, user=signed_in(self.request))
        return f"{Capture.Method(method).label} has been asked for a copy: it can take minutes."


class Upload(_Act):
    """Keep a file as a copy of a document."""

    permission_required = "sources.add_capture"

    def act(self) -> str:
        """Keep it."""
        document = get_object_or_404(SourceDocument, pk=self.kwargs["document_id"])
        file = self.request.FILES.get("file")
        if file is None:
            raise actions.CaptureRefused("Choose a file first.")
        capture = actions.upload_capture(document, file=file, user=signed_in(self.request))
        return f"“{capture.title}” is kept."


class Read(PermissionRequiredMixin, WagtailAdminTemplateMixin, TemplateView):
    """What a copy says."""

    permission_required = "sources.view_capture"
    raise_exception = True
    template_name = "sources/captures/read.html"
    page_title = "Kept copy"
    header_icon = "doc-full-inverse"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the copy and its document."""
        capture = get_object_or_404(Capture.objects.select_related("document", "requested_by", "published_by"), pk=self.kwargs["pk"])
        return super().get_context_data(**kwargs) | {"capture": capture, "whole": not capture.path or actions.is_whole(capture)}


class Download(PermissionRequiredMixin, View):
    """The file of a copy, for the newsroom."""

    permission_required = "sources.view_capture"
    raise_exception = True
    http_method_names = ["get", "head"]

    def get(self, _request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return it, to be saved."""
        return file_response(get_object_or_404(Capture, pk=pk), cache="private, no-store")


class CaptureViewSet(ViewSet):
    """The addresses of kept copies under /desk/copies/."""

    name = "copies"
    url_prefix = "copies"
    icon = "doc-full-inverse"

    def get_urlpatterns(self) -> list[Any]:
        """Return them."""
        return [
            path("<int:pk>/", Read.as_view(), name="read"),
            path("<int:pk>/file/", Download.as_view(), name="file"),
            path("<int:pk>/<slug:act>/", Show.as_view(), name="act"),
            path("of/<int:document_id>/upload/", Upload.as_view(), name="upload"),
            path("of/<int:document_id>/again/<slug:method>/", Again.as_view(), name="again"),
        ]


captures_viewset = CaptureViewSet()
