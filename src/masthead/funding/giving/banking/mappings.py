"""How an account's tables are written: remembered from the last one, and found again for the bank's next."""

import datetime as dt
import hashlib
from dataclasses import asdict
from typing import Any

from django.conf import settings

from masthead.funding.giving.banking.models import BankAccount, BankMapping
from masthead.funding.providers.bank import table
from masthead.funding.providers.bank.statements import StatementRefused, decoded
from masthead.funding.providers.bank.table import Mapping


def remember(*, mapping: Mapping, data: bytes, account: BankAccount, now: dt.datetime) -> BankMapping:
    """Keep how a table was read that has just been imported; the account's earlier mapping is replaced."""
    said = asdict(mapping)
    kept = {"said": said, "heading": _heading(data, said), "saved_at": now}
    return BankMapping.objects.update_or_create(account=account, defaults=kept)[0]


def answers_for(data: bytes, *, like: str = "") -> dict[str, Any]:
    """Return what the mapping form begins with for a table: what was remembered of its kind, else what it looks like.

    `like` is the number of a bank account whose mapping a person chose. Where two accounts' tables have the same headings
    and the table does not name one of them, the account is left for the person to say.
    """
    known = list(BankMapping.objects.select_related("account").order_by("-saved_at"))
    chosen = [one for one in known if str(one.account_id) == like]
    alike = chosen or [one for one in known if one.heading and one.heading == _heading(data, one.said)]
    if not alike:
        return {"account": settings.ENV.bank_iban, "currency": settings.ENV.currency} | table.guessed(data)
    text = "".join(decoded(data).split()).upper()  # without spaces and in capitals, as account numbers are kept
    named = [one for one in alike if one.account.number in text]
    one = named[0] if len(named) == 1 else alike[0]
    columns = {name: value or None for name, value in one.said.items() if isinstance(value, int)}
    told: dict[str, Any] = one.said | columns | {"skip": one.said["skip"]}
    return told if len(alike) == 1 or len(named) == 1 else told | {"account": ""}


def _heading(data: bytes, said: dict[str, Any]) -> str:
    """Return the hash of the row above a table's first booking; empty where there is none or the table is written otherwise."""
    try:
        above = table.rows(data, delimiter=said["delimiter"], encoding=said["encoding"])[: said["skip"]]
    except StatementRefused:
        return ""
    return hashlib.sha256("\n".join(cell.strip() for cell in above[-1][1]).encode()).hexdigest() if above else ""
