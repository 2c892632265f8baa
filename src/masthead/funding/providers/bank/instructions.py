"""What a supporter is told so that a transfer arrives and is known again: account, reference, and a code that banking apps scan."""

from dataclasses import dataclass
from typing import Protocol

import segno

from masthead.funding.providers.bank.references import in_groups
from masthead.kernel.money import Money

# EPC069-12 (European Payments Council, "Quick Response Code: Guidelines to enable data capture for the initiation of a SEPA credit transfer"), version 002.
EPC_HEAD = ("BCD", "002", "1", "SCT")  # service tag, version, UTF-8, SEPA credit transfer
EPC_LARGEST_MINOR = 99_999_999_999
EPC_LONGEST_NAME = 70


class Settings(Protocol):
    """The newsroom's settings as far as a transfer needs them."""

    bank_account_name: str
    bank_iban: str
    bank_bic: str
    bank_details: str


@dataclass(frozen=True, kw_only=True)
class Instructions:
    """Everything that stands on the page. `qr` is an SVG element, empty where no such code can be made."""

    name: str
    iban: str  # in groups of four
    bic: str
    details: str
    reference: str  # in groups of four
    qr: str


def takes_transfers(settings: Settings) -> bool:
    """Say whether the settings name an account that transfers can go to."""
    return bool(settings.bank_account_name and (settings.bank_iban or settings.bank_details))


def instructions_for(amount: Money, *, reference: str, settings: Settings) -> Instructions:
    """Return what a supporter who gives `amount` is told. The code is made for euros to an IBAN alone: it knows no other currency."""
    scannable = bool(settings.bank_iban) and amount.currency == "EUR" and 0 < amount.minor <= EPC_LARGEST_MINOR
    return Instructions(
        name=settings.bank_account_name,
        iban=in_groups(settings.bank_iban),
        bic=settings.bank_bic,
        details=settings.bank_details,
        reference=in_groups(reference),
        qr=qr_of(payload(amount, reference=reference, settings=settings)) if scannable else "",
    )


def payload(amount: Money, *, reference: str, settings: Settings) -> str:
    """Return what an EPC code holds, a line each: head, BIC, name, IBAN, amount, purpose (none), structured reference."""
    name = settings.bank_account_name[:EPC_LONGEST_NAME]
    return "\n".join((*EPC_HEAD, settings.bank_bic, name, settings.bank_iban, f"EUR{amount.major}", "", reference))


def qr_of(text: str) -> str:
    """Return a QR code as an SVG element without style: level M, as EPC069-12 asks."""
    code = segno.make(text, error="m", boost_error=False, micro=False, encoding="utf-8")
    svg: str = code.svg_inline(scale=4, border=4, omitsize=True, svgclass="transfer__qr", lineclass=None, dark="#000", light="#fff")
    return svg
