"""OFX bank and card statements: 1.x (SGML, where values are not closed) and 2.x (XML).

The elements: OFX 1.6 and 2.2 specifications (Financial Data Exchange), chapter 11. One small reader for both: a value is a
name with text after it, an aggregate a name that is closed again. A file must close every aggregate it opens.
"""

import datetime as dt
import html
import re
from dataclasses import dataclass, field

from masthead.funding.providers.bank.statements import (
    LONGEST_NAME,
    Line,
    Statement,
    account_number,
    checked,
    date_of,
    decoded,
    exact,
    one_line,
    own_reference,
    refuse,
)
from masthead.funding.providers.bank.xml import read_xml
from masthead.kernel.money import Money

TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]*)>([^<]*)")
STATEMENTS = ("STMTRS", "CCSTMTRS")
MOST_TAGS = 600_000  # a statement of the largest size that is taken has about half of it
DEEPEST = 40  # aggregates in each other; OFX needs about ten


@dataclass(kw_only=True, slots=True)
class Node:
    """An aggregate or a value."""

    name: str
    place: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, path: str) -> list["Node"]:
        """Return the nodes at a path of names."""
        first, _, rest = path.partition("/")
        found = [child for child in self.children if child.name == first]
        return [deeper for child in found for deeper in child.all(rest)] if rest else found

    def value(self, *paths: str) -> str:
        """Return the text at the first of `paths` that has some."""
        return next((node.text for path in paths for node in self.all(path) if node.text), "")


def read(data: bytes) -> list[Statement]:
    """Return the statements of an OFX file. It tells the closing balance only, so nothing is proved before an opening one is given.

    Raises:
        StatementRefused: with the line and the reason, for the whole file.
    """
    text = decoded(data)
    if re.match(r"\s*<\?xml", text):
        read_xml(data)  # broken XML and declared entities are refused with their place
    root = _tree(text)
    found = [node for kind in STATEMENTS for path in ("BANKMSGSRSV1/STMTTRNRS", "CREDITCARDMSGSRSV1/CCSTMTTRNRS") for node in root.all(f"{path}/{kind}")]
    if not found:
        raise refuse(root.place, "the OFX file holds no bank or card statement, so there is nothing in it to import.")
    return [_statement(node) for node in found]


def _tree(text: str) -> Node:
    start = re.search(r"<OFX>", text, re.IGNORECASE)
    if not start:
        raise refuse(1, "there is no <OFX> in it.")
    closed = {match[2].upper() for match in TOKEN.finditer(text, start.start()) if match[1]}
    if "OFX" not in closed:
        raise refuse(text.count("\n") + 1, "</OFX> is missing at the end: the file is cut off.")
    top = Node(name="", place=1)
    open_nodes = [top]
    place, at = text.count("\n", 0, start.start()) + 1, start.start()
    for number, match in enumerate(TOKEN.finditer(text, start.start())):
        if number > MOST_TAGS:
            raise refuse(place, f"the file has more than {MOST_TAGS} tags: export fewer days.")
        between = text[at : match.start()]
        place += between.count("\n")
        if between.strip():
            raise refuse(place, f"“{between.strip()[:40]}” stands where a tag should.")
        name, said = match[2].upper(), match[3]
        if match[1]:
            _close(open_nodes, name, place)
            if said.strip():
                raise refuse(place, f"text stands after </{name}>.")
        else:
            node = Node(name=name, place=place, text=html.unescape(said).strip())
            open_nodes[-1].children.append(node)
            if not node.text and name in closed:
                open_nodes.append(node)
            if len(open_nodes) > DEEPEST:
                raise refuse(place, "its aggregates lie too deep in each other.")
        place += match[0].count("\n")
        at = match.end()
    _all_closed(text[at:], open_nodes, place)
    return top.children[0]


def _all_closed(rest: str, open_nodes: list[Node], place: int) -> None:
    if rest.strip():
        raise refuse(place, f"“{rest.strip()[:40]}” is no whole tag: the file is cut off.")
    if len(open_nodes) > 1:
        raise refuse(open_nodes[-1].place, f"<{open_nodes[-1].name}> is never closed: the file is cut off.")


def _close(open_nodes: list[Node], name: str, place: int) -> None:
    """Close the innermost aggregate; a value that is closed as XML does it was never opened as one."""
    if open_nodes[-1].name == name:
        open_nodes.pop()
        return
    last = open_nodes[-1].children[-1] if open_nodes[-1].children else None
    if last is None or last.name != name or last.children:
        raise refuse(place, f"</{name}> closes what is not open.")


def _statement(node: Node) -> Statement:
    account = account_number(node.value("BANKACCTFROM/ACCTID", "CCACCTFROM/ACCTID"))
    if not account:
        raise refuse(node.place, "the statement names no account (ACCTID).")
    currency = node.value("CURDEF").upper()
    lists = node.all("BANKTRANLIST")
    if len(lists) != 1:
        raise refuse(node.place, "the statement has no list of transactions (BANKTRANLIST)." if not lists else "the statement has two lists of transactions.")
    lines = tuple(line for transaction in lists[0].all("STMTTRN") if (line := _line(transaction, currency)))
    closing = None
    for balance in node.all("LEDGERBAL"):
        closing = _signed(balance, "BALAMT", currency)
    days = [line.booked_on for line in lines]
    days += [_day(lists[0], name) for name in ("DTSTART", "DTEND") if lists[0].value(name)]
    if not days:
        raise refuse(lists[0].place, "the list has neither transactions nor dates, so there is nothing in it to import.")
    return checked(
        Statement(
            form="OFX",
            account=account,
            currency=currency or exact("0", currency, place=node.place).currency,
            opening=None,
            closing=closing,
            opened_on=min(days),
            closed_on=max(days),
            lines=lines,
            place=node.place,
        )
    )


def _line(node: Node, currency: str) -> Line | None:
    if other := node.value("CURRENCY/CURSYM"):
        raise refuse(node.place, f"the transaction is in {other[:3]} on an account in {currency}: ask for a statement in the account's own currency.")
    amount = _signed(node, "TRNAMT", currency)
    if not amount.minor:
        return None
    return Line(
        place=node.place,
        booked_on=_day(node, "DTPOSTED"),
        value_on=_day(node, "DTAVAIL" if node.value("DTAVAIL") else "DTPOSTED"),
        amount=amount,
        reference=own_reference(node.value("REFNUM")),
        end_to_end=own_reference(node.value("CHECKNUM")),
        counterparty=one_line([node.value("NAME", "PAYEE/NAME")], longest=LONGEST_NAME),
        text=one_line([node.value("MEMO")]),
        bank_ref=own_reference(node.value("FITID")),
        reversal=bool(node.value("CORRECTFITID")),
    )


def _signed(node: Node, name: str, currency: str) -> Money:
    """Return a signed amount; the specification allows a comma or a dot as decimal mark."""
    said = node.value(name)
    match = re.fullmatch(r"([+-]?)([0-9.,]+)", said)
    if not match:
        raise refuse(node.place, f"{node.name} has no amount in {name}." if not said else f"“{said[:40]}” in {name} is not an amount.")
    amount = exact(match[2], currency, place=node.place, mark="," if "," in match[2] else ".")
    return -amount if match[1] == "-" else amount


def _day(node: Node, name: str) -> dt.date:
    return date_of(node.value(name)[:8], "%Y%m%d", place=node.place)
