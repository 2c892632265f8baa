"""Spending, income beside gifts, and opening balances enter the books. No row changes; what cannot be undone says so."""

from django.db import migrations

from masthead.funding.ledger import schema


def widen(apps, editor):
    schema.widen(editor.connection, "0002")


def narrow(apps, editor):
    schema.remove(editor.connection)
    schema.create(editor.connection, "0001")


class Migration(migrations.Migration):

    dependencies = [("ledger", "0001_transfers")]

    operations = [migrations.RunPython(widen, narrow)]
