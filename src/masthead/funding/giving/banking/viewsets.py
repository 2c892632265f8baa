"""The bank and offline entries in Wagtail's admin: files, lines that wait for a person, accounts. For publishers only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.funding.giving.banking import matching, offline_views, queries
from masthead.funding.giving.banking.forms import COLUMNS, AssignForm, ImportForm, MappingForm, UploadForm
from masthead.funding.giving.banking.importing import import_file, keep_file
from masthead.funding.giving.banking.mappings import answers_for
from masthead.funding.giving.banking.models import BankAccount, BankFile, BankLine, BankMapping, IncomeKind, LineState, Means
from masthead.funding.providers.bank import reading, table
from masthead.funding.providers.bank.statements import Statement, StatementRefused
from masthead.kernel import clock
from masthead.kernel.errors import MastheadError

PAGE, PREVIEW_ROWS, PREVIEW_LINES, LATEST_FILES = 50, 8, 5, 20


class LineFilters(WagtailFilterSet):
    """By state and account."""

    state = django_filters.MultipleChoiceFilter(label="State", choices=LineState.choices)
    account = django_filters.ModelChoiceFilter(label="Account", queryset=BankAccount.objects.all())

    class Meta:
        model = BankLine
        fields: list[str] = []


class LinesView(PermissionCheckedMixin, BaseListingView):
    """Every line of every statement, newest first."""

    model = BankLine
    permission_policy = ModelPermissionPolicy(BankLine)
    any_permission_required = ("view",)
    page_title = "Bank lines"
    header_icon = "list-ul"
    verbose_name_plural = "bank lines"
    paginate_by = PAGE
    filterset_class = LineFilters

    def get_base_queryset(self) -> Any:
        """Return all lines with what the list shows of them."""
        return BankLine.objects.select_related("account").order_by("-booked_on", "pk")

    def get_table(self, object_list: Any) -> Any:
        """Lay the lines out."""
        columns = [
            Column("booked", label="Booked", accessor=lambda line: format_html('<a href="{}">{}</a>', reverse("bank:line", args=[line.pk]), line.booked_on)),
            Column("amount", label="Amount", accessor=lambda line: line.amount.words()),
            Column("who", label="Who", accessor=lambda line: line.counterparty),
            Column("text", label="Text", accessor=lambda line: line.text[:80]),
            Column("state", label="State", accessor=lambda line: line.get_state_display()),
        ]
        return self.table_class(columns, object_list, **self.get_table_kwargs())


class BankViewSet(ViewSet):
    """The bank: files in, lines out."""

    name = "bank"
    icon = "list-ul"
    menu_label = "Bank"
    menu_hook = "register_funding_menu_item"
    menu_order = 40

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read lines."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm("giving.view_bankline")
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the accounts, the lines, and the pages of a file and a line."""
        shared = {"index_url_name": "bank:lines", "index_results_url_name": "bank:lines_results"}
        return [
            path("", bank_view, name="index"),
            path("payouts/", payouts_view, name="payouts"),
            path("files/<uuid:pk>/", file_view, name="file"),
            path("lines/", LinesView.as_view(**shared), name="lines"),
            path("lines/results/", LinesView.as_view(results_only=True, **shared), name="lines_results"),
            path("lines/<uuid:pk>/", line_view, name="line"),
        ]


class OfflineViewSet(ViewSet):
    """Offline entries: the list, a new one, one with its decision."""

    name = "offline"
    icon = "form"
    menu_label = "Offline"
    menu_hook = "register_funding_menu_item"
    menu_order = 50

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read offline entries."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm("giving.view_offlineentry")
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, the form and an entry's page."""
        return [
            path("", offline_views.list_view, name="index"),
            path("new/", offline_views.new_view, name="new"),
            path("<uuid:pk>/", offline_views.entry_view, name="entry"),
        ]


def bank_view(request: HttpRequest) -> HttpResponse:
    """Show accounts and what waits; take a file."""
    _allowed(request, "giving.view_bankline")
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST":
        _allowed(request, "giving.add_bankfile")
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                kept = keep_file(data=upload.read(), name=upload.name, by=request.user, now=clock.now())
                return redirect("bank:file", kept.pk)
            except StatementRefused as refusal:
                form.add_error("file", str(refusal))
    facts = {
        "form": form,
        "may_import": request.user.has_perm("giving.add_bankfile"),
        "standings": [(one, _explained(one)) for one in queries.standings()],
        "waiting": queries.waiting_lines().count(),
        "promised": [(count, amount.words()) for count, amount in queries.promised()],
        "files": BankFile.objects.defer("data").select_related("kept_by").order_by("-kept_at")[:LATEST_FILES],
    }
    return render(request, "giving/desk/bank/index.html", facts)


def file_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what was understood of a file before anything is taken, ask what it needs, and import it."""
    _allowed(request, "giving.add_bankfile")
    file = get_object_or_404(BankFile, pk=pk)
    data = bytes(file.data)
    posted = request.POST if request.method == "POST" else None
    answers = ImportForm(posted)
    mapping_form = _mapping_form(request, data) if reading.form_of(data) is reading.Form.TABLE and not file.imported_at else None
    asked = posted is not None and answers.is_valid() and (mapping_form is None or mapping_form.is_valid())
    refusal, statements = "", []
    if not file.imported_at and (asked or (posted is None and mapping_form is None)):
        try:
            mapping = mapping_form.mapping() if mapping_form else None
            statements = reading.read(data, mapping=mapping)
            if asked and request.POST.get("do") == "import":
                done = import_file(file=file, by=request.user, now=clock.now(), mapping=mapping, **answers.cleaned_data)
                messages.success(request, f"{done.new} new lines, {done.known} known before, {done.matched} matched by their reference.")
                return redirect("bank:index")
        except MastheadError as refused:
            refusal = str(refused)
    facts = {"file": file, "answers": answers, "mapping_form": mapping_form, "refusal": refusal, "understood": [_understood(one) for one in statements]}
    if mapping_form is not None:
        facts["remembered"] = BankMapping.objects.select_related("account").order_by("account__number")
        facts["preview"] = _preview(mapping_form, data)
        facts["columns"] = [mapping_form[name] for name in COLUMNS]
        facts["shape"] = [mapping_form[name] for name in mapping_form.fields if name not in COLUMNS]
    return render(request, "giving/desk/bank/file.html", facts)


def line_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one line, whom it may belong to, and take a person's word for what it is."""
    _allowed(request, "giving.view_bankline")
    line = get_object_or_404(BankLine.objects.select_related("account", "gift", "statement__file", "decided_by"), pk=pk)
    form = AssignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _allowed(request, "giving.change_bankline")
        if request.POST.get("do") == "again":
            return _again(request, line)
        if form.is_valid():
            try:
                _assign(line, form.cleaned_data, by=request.user)
            except MastheadError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "The line is in the books." if form.cleaned_data["what"] != "ignore" else "The line is left out of the books.")
                return redirect("bank:lines")
    facts = {
        "line": line,
        "form": form,
        "choices": [(value, label) for value, label in AssignForm.WHAT if value in _fitting(line)],
        "gifts": matching.gifts_named(line),
        "may_assign": line.state == LineState.UNMATCHED and request.user.has_perm("giving.change_bankline"),
        "may_take_up": line.state == LineState.IGNORED and request.user.has_perm("giving.change_bankline"),
    }
    return render(request, "giving/desk/bank/line.html", facts)


@require_POST
def payouts_view(request: HttpRequest) -> HttpResponse:
    """Ask the providers for their payouts and match them."""
    _allowed(request, "giving.change_bankline")
    messages.success(request, f"{matching.match_payouts(now=clock.now())} lines matched to payouts.")
    return redirect("bank:index")


def _assign(line: BankLine, said: dict[str, Any], *, by: Any) -> None:
    """Do what a person said of a line."""
    common: dict[str, Any] = {"line": line, "by": by, "now": clock.now()}
    acts: dict[str, Callable[[], object]] = {
        "gift": lambda: matching.assign_gift(gift=said["gift"], **common),
        "campaign": lambda: matching.assign_campaign(campaign=said["campaign"], **common),
        "income": lambda: matching.assign_income(kind=IncomeKind(said["income"]), **common),
        "deposit": lambda: matching.assign_deposit(means=Means(said["means"]), **common),
        "refund": lambda: matching.assign_refund(gift=said["gift"], **common),
        "fee": lambda: matching.assign_fee(**common),
        "ignore": lambda: matching.ignore_line(reason=said["reason"], **common),
    }
    acts[said["what"]]()


def _again(request: HttpRequest, line: BankLine) -> HttpResponse:
    try:
        matching.take_up_again(line=line, by=request.user, now=clock.now())
    except MastheadError as refusal:
        messages.error(request, str(refusal))
    return redirect("bank:line", line.pk)


def _fitting(line: BankLine) -> set[str]:
    return {"gift", "campaign", "income", "deposit", "ignore"} if line.amount_minor > 0 else {"refund", "fee", "ignore"}


def _explained(one: queries.Standing) -> str:
    """Return in words whether the books and the bank agree."""
    if one.unexplained is None or one.closing is None:
        return "No proved statement yet: only notices were imported."
    if one.unexplained.minor:
        return f"{one.unexplained.words()} of the bank’s balance stands on no line: a statement is missing. Import the days between."
    return "Every line of the bank’s balance is kept."


def _understood(statement: Statement) -> dict[str, Any]:
    return {
        "statement": statement,
        "count": len(statement.lines),
        "opening": statement.opening.words() if statement.opening else "",
        "closing": statement.closing.words() if statement.closing else "",
        "lines": [(line, line.amount.words()) for line in statement.lines[:PREVIEW_LINES]],
    }


def _mapping_form(request: HttpRequest, data: bytes) -> MappingForm:
    """Return the mapping form, at first filled in with what is remembered of such tables or with what the file looks like."""
    if request.method == "POST":
        return MappingForm(request.POST)
    return MappingForm(initial=answers_for(data, like=request.GET.get("like", "")))


def _preview(form: MappingForm, data: bytes) -> dict[str, Any]:
    """Return a table's first rows as they are parted now."""
    delimiter, encoding = form["delimiter"].value(), form["encoding"].value()
    try:
        if delimiter not in table.DELIMITERS or encoding not in table.ENCODINGS:
            return {}
        rows = table.rows(data, delimiter=delimiter, encoding=encoding)[:PREVIEW_ROWS]
    except StatementRefused as refusal:
        return {"refusal": str(refusal)}
    return {"rows": rows, "numbers": range(1, max((len(row) for _, row in rows), default=0) + 1)}


def _allowed(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
