"""The newsroom's own words: one added from beside a finding, and the list's own form."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import View
from wagtail.admin import messages
from wagtail.snippets.views.snippets import CreateView

from masthead.kernel import clock
from masthead.newsroom.desk.actions import HouseWordRefused, add_house_word
from masthead.newsroom.staff.queries import signed_in


class AddWord(PermissionRequiredMixin, View):
    """Hold a `word` right. Only by POST; answers a script in JSON, and leads a form back to the story `page`, or to the list."""

    permission_required = "desk.add_houseword"
    raise_exception = True
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        """Add the word, or say why not."""
        in_json = "application/json" in request.headers.get("accept", "")
        try:
            added = add_house_word(word=request.POST.get("word", ""), user=signed_in(request), now=clock.now())
        except HouseWordRefused as refusal:
            if in_json:
                return JsonResponse({"error": str(refusal)}, status=400)
            messages.error(request, str(refusal))
        else:
            if in_json:
                return JsonResponse({"word": added.word})
            messages.success(request, f"“{added.word}” is one of our words now.")
        page = request.POST.get("page", "")
        return redirect(reverse("wagtailadmin_pages:edit", args=[page]) if page.isdecimal() else reverse("desk_words:list"))


class NewWord(CreateView):
    """The list's own form; who adds a word is kept with it."""

    def save_instance(self) -> Any:
        """Store the word under the name of whoever is signed in."""
        self.form.instance.added_by = signed_in(self.request)
        return super().save_instance()
