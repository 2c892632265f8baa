"""A statement in other forms: a sheet, and the text of Beancount. Both say what the signed file says and are not signed themselves."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from masthead.kernel.money import Money
from masthead.kernel.sheets import cell

SHEET = ("number", "day", "kind", "from", "to", "amount", "currency", "counts in", "hash")
BEANCOUNT_HEAD = "what entered the books in the month. The signed form is the .jsonl file."
# Beancount's five roots (beancount.github.io/docs/beancount_language_syntax): where each kind of ours belongs.
ROOTS = {
    "clearing": "Assets:Providers",
    "bank": "Assets:Bank",
    "exchange": "Equity:Exchange",
    "fees": "Expenses:Fees",
    "spending": "Expenses:Spending",
    "gifts": "Income:Gifts",
    "income": "Income:Other",
    "opening": "Equity:Opening",
}


def read(text: str) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """Return a statement's header, and its rows one by one."""
    first, *lines = text.removesuffix("\n").split("\n")
    return json.loads(first), (json.loads(line) for line in lines[:-1])


def sheet(text: str) -> Iterator[str]:
    """Yield the lines of a CSV of a statement's rows."""
    header, rows = read(text)
    names = header["names"]
    yield _csv(SHEET)
    for row in rows:
        amount = Money(row["amount_minor"], row["currency"]).major
        parties = [cell(names.get(row[side], row[side])) for side in ("debit", "credit")]
        yield _csv([row["seq"], row["dated"], row["kind"], *parties, amount, row["currency"], row["book_month"][:7], row["hash"]])


def _csv(values: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def beancount(text: str) -> Iterator[str]:
    """Yield a statement as Beancount reads it: accounts, opening balances, a transaction for each row, and what every account must close at."""
    header, rows = read(text)
    month = dt.date.fromisoformat(f"{header['month']}-01")
    kept = list(rows)
    begun = min([month, *(dt.date.fromisoformat(row["dated"]) for row in kept)])
    after = (month + dt.timedelta(days=31)).replace(day=1)
    after = max([after, *(dt.date.fromisoformat(row["dated"]) + dt.timedelta(days=1) for row in kept)])
    accounts = header["accounts"]
    yield f"; {header['books']}, {header['month']}: {BEANCOUNT_HEAD}\n"
    for currency in sorted({account["currency"] for account in accounts.values()}):
        yield f'option "operating_currency" "{currency}"\n'
    for code, account in accounts.items():
        yield f"{begun} open {name(code)} {account['currency']}\n"
        yield f'  code: "{code}"\n'
    opened = {code: account for code, account in accounts.items() if account["opening_minor"]}
    if opened:
        yield f'\n{begun} * "Opening balances"\n'
        for code, account in opened.items():
            yield f"  {name(code)}  {_amount(-account['opening_minor'], account['currency'])}\n"
    for row in sorted(kept, key=lambda row: (row["dated"], row["seq"])):
        yield f'\n{row["dated"]} * "{row["kind"]}"\n  row: "{row["seq"]}"\n  hash: "{row["hash"]}"\n'
        yield f"  {name(row['debit'])}  {_amount(row['amount_minor'], row['currency'])}\n"
        yield f"  {name(row['credit'])}  {_amount(-row['amount_minor'], row['currency'])}\n"
    yield "\n"
    for code, account in accounts.items():
        yield f"{after} balance {name(code)}  {_amount(-account['closing_minor'], account['currency'])}\n"


def name(code: str) -> str:
    """Return an account's name for Beancount: components of letters, digits and hyphens that begin with a capital or a digit."""
    kind, _, rest = code.partition(":")
    parts = [re.sub(r"[^A-Za-z0-9-]", "-", part) for part in rest.split(":")]
    return ":".join([ROOTS.get(kind, "Equity:Other"), *(part[:1].upper() + part[1:] if part[:1].isalnum() else f"X{part}" for part in parts)])


def _amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).major} {currency}"
