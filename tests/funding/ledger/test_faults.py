"""A fault at any statement of a posting leaves all of it or nothing, and the same posting then goes through."""

import pytest
from django.db import OperationalError, connection

from masthead.funding.ledger.actions import post, taking_back
from masthead.funding.ledger.models import Head, Kind, MonthTotal, Total, Transfer
from masthead.funding.ledger.verify import verify
from masthead.kernel.money import Money
from tests.make import NOW, TODAY, make_books, make_draft


class Fault:
    """Let `n - 1` statements through, then break once."""

    def __init__(self, n):
        self.left = n

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise OperationalError("disk I/O error")
        return execute(sql, params, many, context)


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Transfer, Head, Total, MonthTotal)]


@pytest.mark.django_db(transaction=True)
def test_a_fault_at_any_statement_leaves_all_or_nothing():
    make_books("gifts:a")
    [gift] = post(drafts=[make_draft("g1", 2500)], now=NOW)
    before = state()
    refund = taking_back(gift, id="r1", kind=Kind.REFUND, amount=Money(100, "USD"), dated=TODAY)
    drafts = [make_draft("g2", 2500), make_draft("g1", 2500), refund]
    for n in range(1, 100):
        fault = Fault(n)
        with connection.execute_wrapper(fault):
            try:
                post(drafts=drafts, now=NOW)
            except OperationalError:
                assert state() == before
                assert verify().sound
            else:
                if fault.left > 0:  # else it struck after the commit, where others are told: what is posted is posted
                    break
    assert fault.left > 0
    assert n > 5
    assert Transfer.objects.count() == 3
    assert verify().sound
