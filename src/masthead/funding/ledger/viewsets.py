"""The books in Wagtail's admin: read, filtered, checked row by row, taken away as CSV. Nothing here writes."""

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any

import django_filters
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.generic import TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.funding.ledger import queries
from masthead.funding.ledger.checkpoints.status import key_status, signing_status
from masthead.funding.ledger.models import Account, AccountKind, Kind, MonthTotal, Transfer
from masthead.funding.ledger.rules import COLUMNS, canonical, columns_of, hash_of
from masthead.kernel import clock
from masthead.kernel.locales import locale_of
from masthead.kernel.money import Money
from masthead.kernel.sheets import cell

PAGE = 50
SHEET_ROWS = 1000  # read at once
SHORT_HASH = 12
FIGURE = "w-text-end w-tabular-nums"
SHEET = (*COLUMNS, "hash", "amount", "account", "account_after")


class BooksFilters(WagtailFilterSet):
    """By account, kind, and month of the books."""

    account = django_filters.ChoiceFilter(label="Account", method="leave")
    kind = django_filters.ChoiceFilter(label="Kind", choices=Kind.choices, method="leave")
    month = django_filters.ChoiceFilter(label="Counts in", method="leave")

    class Meta:
        model = Transfer
        fields: list[str] = []

    def __init__(self, *args: Any, names: dict[str, str], **words: Any) -> None:
        super().__init__(*args, **words)
        accounts = sorted((name_of(account.code, names), account.code) for account in Account.objects.all())
        months = MonthTotal.objects.order_by("-month").values_list("month", flat=True).distinct()
        self.filters["account"].extra["choices"] = [(code, name) for name, code in accounts]
        self.filters["month"].extra["choices"] = [(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months]

    def leave(self, queryset: Any, _name: str, _value: str) -> Any:
        """Leave filtering to `asked`, which the CSV shares."""
        return queryset


class BookPages(WagtailPaginator):
    """Counts by the books' own counters and reads only the rows of the page that is asked for."""

    def __init__(self, *args: Any, asked: dict[str, Any], **words: Any) -> None:
        super().__init__(*args, **words)
        self.asked = asked

    @cached_property
    def count(self) -> int:
        """How many transfers there are of what is asked for."""
        return queries.count(**self.asked)

    def page(self, number: int) -> Any:
        """Return a page of them."""
        at = self.validate_number(number)
        return self._get_page(queries.page((at - 1) * self.per_page, at * self.per_page, **self.asked), at, self)


class BooksView(PermissionCheckedMixin, BaseListingView):
    """The list of transfers, newest first."""

    model = Transfer
    permission_policy = ModelPermissionPolicy(Transfer)
    any_permission_required = ("view",)
    page_title = "Ledger"
    header_icon = "list-ol"
    verbose_name_plural = "transfers"
    paginate_by = PAGE
    filterset_class = BooksFilters
    names: dict[str, str] = {}
    names_of: Any = None

    def setup(self, request: HttpRequest, *args: Any, **words: Any) -> None:
        """Read the accounts' names once."""
        super().setup(request, *args, **words)
        self.names = self.names_of() if self.names_of else {}
        self.header_buttons = [
            HeaderButton("Signatures", url=reverse("ledger:signatures"), icon_name="key"),
            HeaderButton("Download CSV", url=f"{reverse('ledger:csv')}?{request.GET.urlencode()}", icon_name="download"),
        ]

    def get_filterset_kwargs(self) -> dict[str, Any]:
        """Give the filters the accounts' names."""
        return {**super().get_filterset_kwargs(), "names": self.names}

    def get_queryset(self) -> Any:
        """Return what is asked for; a filter that is no choice of ours finds nothing."""
        if self.filters and not self.filters.is_valid():
            return Transfer.objects.none()
        return queries.transfers(**asked(self.request))

    def get_paginator(self, queryset: Any, *args: Any, **words: Any) -> Any:
        """Count and read by the books' own ways; a filter that is no choice of ours found nothing."""
        if queryset.query.is_empty():
            return super().get_paginator(queryset, *args, **words)
        return BookPages(queryset, *args, asked=asked(self.request), **words)

    def get_table(self, object_list: Any) -> Any:
        """Lay the rows out, each with what its account held after it."""
        shown = queries.lines(list(object_list), account=self.request.GET.get("account", ""))
        return self.table_class(self._columns(), shown, **self.get_table_kwargs())

    def _columns(self) -> list[Column]:
        def party(code: str) -> str:
            return format_html('<a href="?account={}">{}</a>', code, name_of(code, self.names))

        return [
            Column(
                "seq", label="No.", accessor=lambda line: format_html('<a href="{}">{}</a>', reverse("ledger:row", args=[line.transfer.seq]), line.transfer.seq)
            ),
            Column("dated", label="Day", accessor=lambda line: line.transfer.dated.isoformat()),
            Column("kind", label="Kind", accessor=lambda line: line.transfer.get_kind_display()),
            Column("debit", label="From", accessor=lambda line: party(line.transfer.debit_id)),
            Column("credit", label="To", accessor=lambda line: party(line.transfer.credit_id)),
            Column("amount", label="Amount", accessor=lambda line: written(line.amount), classname=FIGURE),
            Column("after", label="Account after it", accessor=lambda line: f"{written(line.after)} ({name_of(line.account, self.names)})"),
            Column("month", label="Counts in", accessor=lambda line: f"{line.transfer.book_month:%Y-%m}"),
            Column("hash", label="Hash", accessor=lambda line: format_html('<code title="{}">{}…</code>', line.transfer.hash, line.transfer.hash[:SHORT_HASH])),
        ]


class RowView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One row, with the very text that its hash covers."""

    permission_policy = ModelPermissionPolicy(Transfer)
    any_permission_required = ("view",)
    template_name = "ledger/row.html"
    header_icon = "list-ol"
    names_of: Any = None

    def get_page_title(self) -> str:
        """Return the row's number."""
        return f"Row {self.kwargs['seq']}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Lead back to the list."""
        return [*self.breadcrumbs_items, {"url": reverse("ledger:index"), "label": "Ledger"}, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **words: Any) -> dict[str, Any]:
        """Read the row, its neighbours, and what takes it back."""
        row = get_object_or_404(Transfer, seq=self.kwargs["seq"])
        names = self.names_of() if self.names_of else {}
        [line] = queries.lines([row])
        facts = {
            "row": row,
            "amount": written(line.amount),
            "held": written(line.after),
            "account": name_of(line.account, names),
            "debit": name_of(row.debit_id, names),
            "credit": name_of(row.credit_id, names),
            "text": canonical(columns_of(row)).decode(),
            "agrees": hash_of(columns_of(row)) == row.hash,
            "before": row.seq - 1,
            "after": Transfer.objects.filter(seq=row.seq + 1).first(),
            "taken_back_by": list(row.taken_back_by.all()),
        }
        return {**super().get_context_data(**words), **facts}


class SignaturesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Whether the books are signed each day, with which key, and who signed beside the newsroom."""

    permission_policy = ModelPermissionPolicy(Transfer)
    any_permission_required = ("view",)
    template_name = "ledger/signatures.html"
    page_title = "Signatures"
    header_icon = "key"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Lead back to the list."""
        return [*self.breadcrumbs_items, {"url": reverse("ledger:index"), "label": "Ledger"}, {"url": "", "label": self.page_title}]

    def get_context_data(self, **words: Any) -> dict[str, Any]:
        """Read the last checkpoints and the key."""
        return {**super().get_context_data(**words), "signing": signing_status(now=clock.now()), "key": key_status()}


class LedgerViewSet(ViewSet):
    """The books. A room that knows what an account stands for says so in `names`."""

    name = "ledger"
    icon = "list-ol"
    menu_label = "Ledger"
    menu_hook = "register_funding_menu_item"
    menu_order = 60

    def names(self) -> dict[str, str]:
        """Return what accounts are called, by code; those left out are called by their code's own words."""
        return {}

    def get_menu_item(self, order: int | None = None) -> Any:
        """Show the entry to those who may read the books."""
        item = super().get_menu_item(order)
        item.is_shown = may_read
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the list, its fragment for filters, the CSV, who signed, and one row's proof."""
        shared = {"index_url_name": "ledger:index", "index_results_url_name": "ledger:index_results", "names_of": self.names}
        return [
            path("", BooksView.as_view(**shared), name="index"),
            path("results/", BooksView.as_view(results_only=True, **shared), name="index_results"),
            path("csv/", self.csv_view, name="csv"),
            path("signatures/", SignaturesView.as_view(), name="signatures"),
            path("<int:seq>/", RowView.as_view(names_of=self.names), name="row"),
        ]

    def csv_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Send what the list shows as CSV, oldest first."""
        if not may_read(request):
            raise PermissionDenied
        answer = StreamingHttpResponse(sheet(asked(request)), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="ledger.csv"'
        return answer


def may_read(request: HttpRequest) -> bool:
    """Say whether the person may read the books."""
    return bool(request.user.has_perm("ledger.view_transfer"))


def written(money: Money) -> str:
    """Return an amount with all its digits, so that figures stand under each other."""
    return money.words(locale_of(settings.LANGUAGE_CODE), whole=False)


def asked(request: HttpRequest) -> dict[str, Any]:
    """Return the account, kind and month that the address asks for."""
    month = request.GET.get("month", "")
    try:
        first = dt.date.fromisoformat(f"{month}-01") if month else None
    except ValueError:
        first = None
    return {"account": request.GET.get("account", ""), "kind": request.GET.get("kind", ""), "month": first}


def name_of(code: str, names: dict[str, str]) -> str:
    """Return what an account is called: `practice, held (USD)` where no room says otherwise."""
    if code in names:
        return names[code]
    kind, _, rest = code.partition(":")
    whose, _, currency = rest.rpartition(":")
    words = {AccountKind.CLEARING: "held", AccountKind.FEES: "fees", AccountKind.BANK: "bank", AccountKind.EXCHANGE: "exchange"}
    return f"{whose}, {words[AccountKind(kind)]} ({currency})" if whose and kind in words else code


def sheet(words: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a CSV of the transfers that `words` ask for, some rows at a time."""
    writer = csv.writer(_Echo())
    yield writer.writerow(SHEET)
    found = queries.transfers(**words).order_by("seq")
    last, so_far = 0, dict[str, tuple[int, int]]()
    while rows := list(found.filter(seq__gt=last)[:SHEET_ROWS]):
        for line in queries.lines(rows, account=words["account"], so_far=so_far):
            columns = [cell(str(value)) if value is not None else "" for value in columns_of(line.transfer).values()]
            yield writer.writerow([*columns, line.transfer.hash, line.amount.major, cell(line.account), line.after.major])
        last = rows[-1].seq


class _Echo:
    """What csv writes to, so that each line can be sent as it is made."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line
