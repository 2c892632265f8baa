"""The pages of protected sources in the desk.

Each is sent with `Cache-Control: no-store`, asks for the password again after ten minutes, and fails without a word of
what it held: what goes wrong inside is answered here, before Django's error page or log could show a value.
"""

import datetime as dt
import logging
import uuid
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from masthead.kernel import clock
from masthead.kernel.errors import MastheadError
from masthead.newsroom.sources.protected import actions
from masthead.newsroom.sources.protected.box import Box
from masthead.newsroom.sources.protected.forms import ReadersForm, SourceForm, UnlockForm
from masthead.newsroom.sources.uses import unnamed_statements
from masthead.newsroom.staff import throttle
from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.queries import signed_in

logger = logging.getLogger(__name__)
OPEN_FOR = dt.timedelta(minutes=10)
SESSION = "protected_until"
SERVER_ERROR = 500


def is_open(request: HttpRequest) -> bool:
    """Say whether the password was given within the last ten minutes of this session."""
    until = request.session.get(SESSION)
    return until is not None and clock.now() < dt.datetime.fromisoformat(until)


@sensitive_variables()
def unlock(request: HttpRequest, password: str) -> str:
    """Open the pages for ten minutes where `password` is this person's; return what to say where it is not, empty where it is.

    Tries count with those of signing in (`staff.throttle`).
    """
    user = signed_in(request)
    try:
        this = throttle.admit(name=user.email, place=throttle.place(request), now=clock.now())
    except throttle.TooManyTries as refusal:
        return str(refusal)
    if not user.check_password(password):
        return "This is not your password."
    throttle.succeed(this)
    request.session[SESSION] = (clock.now() + OPEN_FOR).isoformat()
    return ""


@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(sensitive_variables(), name="dispatch")
class Guarded(WagtailAdminTemplateMixin, TemplateView):
    """A page of protected sources."""

    header_icon = "lock"
    page_title = "Protected sources"
    needs_unlocking = True
    keeps_typed = False  # asks for the password in its own form when the ten minutes end while somebody types

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer where this person may; whatever fails inside is answered without a value."""
        if not request.user.has_perm(actions.KEEP):
            raise PermissionDenied
        try:
            response = self._answer(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()  # here, so that a failing template is caught with the rest
        except (Http404, PermissionDenied):
            raise
        except actions.NotYours:
            raise Http404 from None
        except MastheadError as refusal:
            messages.error(request, str(refusal))
            response = redirect("wagtailadmin_home")
        except Exception as error:  # noqa: BLE001 - its text and its frames may hold what is protected
            logger.error("A page of protected sources failed: %s in %s", type(error).__name__, type(self).__name__)  # noqa: TRY400 - a traceback shows values
            response = HttpResponse("This page failed. Nothing was changed. The log says where, and nothing else.", "text/plain", SERVER_ERROR)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.needs_unlocking and not is_open(request) and not (self.keeps_typed and request.method == "POST"):
            back = request.path if request.method == "GET" else reverse("protected:index")
            return HttpResponseRedirect(f"{reverse('protected:unlock')}?{urlencode({'next': back})}")
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        first = {"url": reverse("protected:index"), "label": "Protected sources"}
        return [*self.breadcrumbs_items, first, *([{"url": "", "label": self.page_title}] if self.page_title != first["label"] else [])]

    @property
    def user(self) -> User:
        """Who asks."""
        return signed_in(self.request)


class Index(Guarded):
    """The sources that this person may open, by the newsroom's word for each."""

    template_name = "sources/protected/index.html"

    @sensitive_variables()
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the list."""
        found, shut = actions.entries(user=self.user)
        return super().get_context_data(**kwargs) | {"entries": found, "shut": shut}


class Unlock(Guarded):
    """Asks for the password."""

    template_name = "sources/protected/unlock.html"
    page_title = "Your password, again"
    needs_unlocking = False

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the pages, or say why not."""
        form = UnlockForm(request.POST)
        if form.is_valid():
            wrong = unlock(request, form.cleaned_data["password"])
            if not wrong:
                return HttpResponseRedirect(self._next())
            form.add_error("password", wrong)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form."""
        return {"form": UnlockForm()} | super().get_context_data(**kwargs) | {"next": self._next()}

    def _next(self) -> str:
        wanted = self.request.POST.get("next") or self.request.GET.get("next") or ""
        ours = reverse("protected:index")
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(ours)
        return wanted if safe else ours


class Keep(Guarded):
    """A new source."""

    template_name = "sources/protected/edit.html"
    page_title = "Protect a source"
    keeps_typed = True
    key: uuid.UUID | None = None

    @sensitive_variables()
    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self._show(self._form())

    @sensitive_variables()
    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Store what was typed, once the password has been given if it is needed again."""
        locked = not is_open(request)
        form = self._form(request.POST, locked=locked)
        if not form.is_valid():
            return self._show(form)
        given = dict(form.cleaned_data)
        wrong = unlock(request, given.pop("password")) if locked else ""
        if wrong:
            form.add_error("password", f"Your ten minutes were over. {wrong}")
            return self._show(form)
        try:
            key = self._store(given)
        except (actions.Unfit, actions.TooMuch) as refusal:
            form.add_error(None, str(refusal))
            return self._show(form)
        messages.success(request, "Sealed.")
        return redirect("protected:open", key)

    def _form(self, data: Any = None, *, locked: bool = False) -> SourceForm:
        return SourceForm(data, locked=locked)

    def _store(self, given: dict[str, Any]) -> uuid.UUID:
        return actions.keep(**given, user=self.user, now=clock.now())

    def _show(self, form: SourceForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, key=self.key))


class Change(Keep):
    """What is kept of a source, to be changed."""

    page_title = "Change a protected source"

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.key = kwargs["key"]
        return super()._answer(request, *args, **kwargs)

    @sensitive_variables()
    def _form(self, data: Any = None, *, locked: bool = False) -> SourceForm:
        assert self.key is not None  # noqa: S101 - the address has one
        if data is not None and locked:
            # Not opened before the password is given: the tied statements are those that were sent.
            return SourceForm(data, locked=True, tied=tuple(_uuids(data.getlist("statements"))))
        box = actions.open_box(key=self.key, user=self.user, now=clock.now())
        initial = {name: getattr(box, name) for name in ("called", "name", "contact", "why")} | {"statements": [str(key) for key in box.statements]}
        return SourceForm(data, locked=locked, tied=box.statements, initial=initial)

    def _store(self, given: dict[str, Any]) -> uuid.UUID:
        assert self.key is not None  # noqa: S101 - as above
        actions.change(key=self.key, **given, user=self.user)
        return self.key


class Open(Guarded):
    """A source, opened; the reading is noted in its box."""

    template_name = "sources/protected/open.html"
    page_title = "A protected source"

    @sensitive_variables()
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the box holds."""
        box = actions.open_box(key=kwargs["key"], user=self.user, now=clock.now())
        return super().get_context_data(**kwargs) | self.shown(box) | {"form": ReadersForm(creator=box.creator, initial={"readers": box.readers})}

    @sensitive_variables()
    def shown(self, box: Box) -> dict[str, Any]:
        """Return the box's values with the people and statements in words."""
        people = User.objects.in_bulk({box.creator, *box.readers, *(reading.user for reading in box.readings)})
        words = {statement.key: statement.words for statement in unnamed_statements()} if box.statements else {}
        return {
            "box": {name: getattr(box, name) for name in ("called", "name", "contact", "why")},
            "creator": people.get(box.creator, "somebody who has left"),
            "statements": [words.get(key, "A statement that is in no story now") for key in box.statements],
            "readings": [(people.get(reading.user, "somebody who has left"), reading.at) for reading in reversed(box.readings)],
        }


class Share(Guarded):
    """Who else may open it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Make those ticked the readers."""
        box = actions.open_box(key=key, user=self.user, now=clock.now())
        form = ReadersForm(request.POST, creator=box.creator)
        if form.is_valid():
            actions.share(key=key, readers=list(form.cleaned_data["readers"]), user=self.user)
            messages.success(request, "Noted who may open it.")
        else:
            messages.error(request, "Choose colleagues from the list.")
        return redirect("protected:open", key)


class Delete(Guarded):
    """Deleting a source, for good."""

    template_name = "sources/protected/delete.html"
    page_title = "Delete a protected source"

    @sensitive_variables()
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the newsroom's word for it."""
        box = actions.open_box(key=kwargs["key"], user=self.user, now=clock.now())
        return super().get_context_data(**kwargs) | {"called": box.called}

    def post(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Delete it."""
        actions.delete(key=key, user=self.user)
        messages.success(request, "Deleted for good.")
        return redirect("protected:index")


def _uuids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
