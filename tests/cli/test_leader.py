"""Of all schedulers of a newsroom, one is at work."""

import pytest
from django.db import connection

from masthead.cli.leader import LOCK, Leader

pytestmark = pytest.mark.django_db(transaction=True)


def test_on_one_machine_there_is_nobody_to_ask():
    if connection.vendor == "sqlite":
        assert [Leader().leads(), Leader().leads()] == [True, True]


def test_one_leads_and_another_takes_over_when_it_goes():
    if connection.vendor != "postgresql":
        return
    first, second = Leader(), Leader()
    try:
        assert [first.leads(), second.leads(), first.leads()] == [True, False, True]
        first.resign()
        assert [second.leads(), first.leads()] == [True, False]
        with connection.cursor() as cursor:  # as a crash of the machine, or of the network between
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s::bigint", [LOCK & 0xFFFFFFFF])
        assert second.leads() is False
        assert first.leads() is True
        assert second.leads() is False
    finally:
        first.resign()
        second.resign()
