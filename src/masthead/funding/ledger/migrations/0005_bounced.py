"""A refund that came back may be taken back. No row changes; what cannot be undone says so."""

from django.db import migrations

from masthead.funding.ledger import schema


def widen(apps, editor):
    schema.widen(editor.connection, "0003")


def narrow(apps, editor):
    schema.remove(editor.connection)
    schema.create(editor.connection, "0001")
    schema.widen(editor.connection, "0002")


class Migration(migrations.Migration):

    dependencies = [("ledger", "0004_day_balances")]

    operations = [migrations.RunPython(widen, narrow)]
