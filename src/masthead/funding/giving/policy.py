"""Which pages' forms may lead to another company's checkout: a browser that keeps `form-action 'self'` stops at the 303."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from masthead.funding.providers import registry

View = Callable[..., HttpResponse]


def leads_to_checkout(view: View) -> View:
    """Have a view's pages say which origins their forms lead to; delivery writes them into the page's policy."""

    @wraps(view)
    def answer(request: HttpRequest, *words: object, **named: object) -> HttpResponse:
        response = view(request, *words, **named)
        response.form_targets = registry.form_targets()  # type: ignore[attr-defined]  # ours, read by the public policy
        return response

    return answer
