"""What the editor's scripts ask about statements: JSON in, JSON out, for those who may write the story. One call each."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views import View
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from masthead.kernel import clock
from masthead.newsroom.desk import linking, sourcing
from masthead.newsroom.staff.queries import signed_in

NOT_STORED = 0  # the page's number while a story is new


class AsksForAStory(View):
    """A question about one story, from somebody who may change it; about a new one, from somebody who may write one."""

    needs = ""  # a permission besides, for what writes

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse whoever may not write this story; Wagtail has refused whoever is not of the newsroom."""
        if kwargs["page_id"] == NOT_STORED:
            may = page_permission_policy.user_has_any_permission(request.user, {"add", "change"})
        else:
            may = get_object_or_404(Page, pk=kwargs["page_id"]).permissions_for_user(request.user).can_edit()
        if not may:  # said outright: Wagtail would lead the script to the first page
            return JsonResponse({"error_message": "You may not change this story."}, status=HTTPStatus.FORBIDDEN)
        if self.needs and request.method == "POST" and not signed_in(request).has_perm(self.needs):
            return JsonResponse({"error_message": "You may not add sources. Ask an editor."}, status=HTTPStatus.FORBIDDEN)
        return super().dispatch(request, *args, **kwargs)


class Propose(AsksForAStory):
    """Where the statements stand in the text as it is typed, and what to offer for quotations without one."""

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with anchors and offers."""
        text = sourcing.read_request(sourcing.Text, request.body)
        return JsonResponse(sourcing.read_text(text, today=clock.date_in(settings.ENV.zone, clock.now())))


class Known(AsksForAStory):
    """What keys stand for, and how far the kept copies are."""

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with parties and documents."""
        return JsonResponse(sourcing.describe(sourcing.read_request(sourcing.Keys, request.body)))


class Parties(AsksForAStory):
    """The parties that begin with what somebody types; and the making of one that nobody knows yet."""

    needs = "sources.add_party"

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the likeliest parties."""
        return JsonResponse({"parties": sourcing.search(request.GET.get("q", ""), kind=request.GET.get("kind", ""))})

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the parties of these names, those made that nobody knew."""
        wanted = sourcing.read_request(sourcing.WantedParties, request.body)
        return JsonResponse({"parties": linking.find_or_create(wanted=wanted, user=signed_in(request))})


class PasteLink(AsksForAStory):
    """A pasted link: its document made or found, a copy asked for, its outlet named where that can be known."""

    needs = "sources.add_sourcedocument"

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the document and whose it is."""
        link = sourcing.read_request(sourcing.Link, request.body)
        return JsonResponse(linking.add_link(link=link, user=signed_in(request)))
