"""What a receipt says, whether on a page, in a PDF or in a letter, and the proof that goes with it."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from masthead.funding.giving import queries, spelling, words
from masthead.funding.giving.models import Receipt, ReceiptWords
from masthead.funding.ledger import notes, papers
from masthead.funding.ledger.checkpoints import keys
from masthead.funding.ledger.checkpoints import queries as signed
from masthead.funding.ledger.models import OF_GIFTS, Kind, Transfer
from masthead.funding.ledger.rules import canonical, columns_of
from masthead.kernel.clock import date_in
from masthead.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A receipt's words, all ready to be printed. Empty: there is nothing to say."""

    number: str
    newsroom: str
    address: str
    organisation: str
    legal: str
    no_return: str
    name: str
    amount: str
    amount_in_words: str
    day: str
    campaign: str
    dedication: str
    provider: str
    returned: str
    counted: str
    practice: bool
    rows: tuple[int, ...]
    proved: bool
    signed_day: str


def paper_of(receipt: Receipt) -> Paper:
    """Return what a receipt says today: also what was given back since, and whether its proof is ready."""
    gift = receipt.gift
    said = ReceiptWords.load()
    rows = rows_of(receipt)
    latest = signed.latest()
    proved = bool(rows and latest and rows[0].seq <= latest.size)
    booked = Money(rows[0].amount_minor, rows[0].currency) if rows else gift.amount
    return Paper(
        number=receipt.number,
        newsroom=settings.ENV.name,
        address=settings.ENV.address,
        organisation=said.organisation,
        legal=gift.campaign.receipt_legal or said.legal,
        no_return=said.no_return,
        name=gift.public_name or (gift.supporter.name if gift.supporter else ""),
        amount=gift.amount.words(words.locale(), whole=False),
        amount_in_words=spelling.amount(gift.amount, words.locale()),
        day=words.day(gift.settled_at or receipt.created_at),
        campaign=gift.campaign.name,
        dedication=gift.dedication,
        provider=gift.provider,
        returned=gift.returned.words(words.locale(), whole=False) if gift.returned_minor else "",
        counted="" if booked == gift.amount else booked.words(words.locale(), whole=False),
        practice=queries.is_practice(gift.provider),
        rows=tuple(row.seq for row in rows),
        proved=proved,
        signed_day=words.day(dt.datetime.combine(latest.day, dt.time(12), tzinfo=settings.ENV.zone)) if proved and latest else "",
    )


def rows_of(receipt: Receipt) -> list[Transfer]:
    """Return the ledger's rows of a receipt's gift, the gift's own first; empty before it was booked."""
    rows = [row for row in queries.transfers_of(receipt.gift) if row.kind in OF_GIFTS]  # a fee is the newsroom's own affair
    return sorted(rows, key=lambda row: (row.kind != Kind.GIFT, row.seq))


def proof_of(receipt: Receipt) -> str | None:
    """Return the receipt's proof as JSON; None while no checkpoint covers its gift. What was given back after the last checkpoint is not in it yet.

    Raises:
        NotProvable: the books do not lead to what was signed.
        NoBooksKey: the key that signs is not here.
    """
    proved = [(row, proof) for row in rows_of(receipt) if (proof := signed.inclusion(row.seq))]
    if not proved or proved[0][0].kind != Kind.GIFT:
        return None
    gift, key = receipt.gift, keys.signer()
    texts = [canonical(columns_of(row)).decode() for row, _proof in proved]
    settled = date_in(settings.ENV.zone, gift.settled_at or receipt.created_at)
    said = papers.receipt_text(
        books=notes.read_checkpoint(proved[0][1].checkpoint.note).origin,
        number=receipt.number,
        campaign=gift.campaign.name,
        given=gift.amount,
        dated=settled.isoformat(),
        rows=texts,
    )
    paths = [(text, proof.path) for text, (_row, proof) in zip(texts, proved, strict=True)]
    return papers.receipt_proof(receipt=notes.sign(said, [key]), rows=paths, checkpoint=signed.note_of(proved[0][1].checkpoint), key=key.verifier)
