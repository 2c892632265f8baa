"""What pages of the admin may load and run: our own files, and the inline scripts that Wagtail's widgets write, by a nonce.

Wagtail initialises five kinds of fields with inline scripts. Each carries a nonce here: five of its templates stand again
in templates/wagtailadmin, and `BaseChooser.render` is replaced. Styles may be inline, because its text editor writes some.
The nonce is one for a session, not for a request: the forms inside Wagtail's dialogs are fetched later and must match the
page that opened them. Measured on Wagtail 8.0.1; look again at each upgrade (tests/browser/test_admin_policy.py does).
"""

import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.widgets.chooser import BaseChooser

_nonce: ContextVar[str] = ContextVar("desk_nonce", default="")
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)


def present_nonce() -> str:
    """Return the nonce of the answer being made; empty outside of one, so that nothing runs by accident."""
    return _nonce.get()


def nonce_for(session_key: str | None) -> str:
    """Return the nonce of a session, which only the server can tell; a fresh one where nobody is signed in."""
    if not session_key:
        return secrets.token_urlsafe(24)
    return salted_hmac("masthead.desk.policy", session_key, algorithm="sha256").hexdigest()[:32]


class DeskPolicy:
    """Send the policy with every answer under /desk/. Stands after the session's middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with a nonce in reach of its templates."""
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return self.get_response(request)
        nonce = nonce_for(request.session.session_key)
        token = _nonce.set(nonce)
        try:
            response = self.get_response(request)
        finally:
            _nonce.reset(token)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
        return response


def write_nonces_into_choosers() -> None:
    """Have Wagtail's choosers write the nonce into the script that starts them; once, when the desk's app is ready."""
    BaseChooser.render = _render_chooser


def _render_chooser(self: Any, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG001 - Django's signature
    data = self.get_value_data(value)
    html = self.render_html(name, data, attrs)
    script = mark_safe(self.render_js_init(attrs["id"], name, data))
    return format_html('{}<script nonce="{}">{}</script>', mark_safe(html), present_nonce(), script)
