"""The search page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from masthead.search import queries


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the public stories that hold the words of `?q=`, or only the form."""
    typed = request.GET.get("q", "").replace("\x00", "")
    leaf = queries.find(typed, number=request.GET.get("page", "1"))
    return render(request, "search/search.html", {"words": typed[: queries.LONGEST].strip(), "leaf": leaf})
