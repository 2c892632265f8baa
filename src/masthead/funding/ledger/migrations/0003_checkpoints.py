"""Checkpoints over the books, what outsiders signed, and the keys; only added, which triggers see to."""

import django.db.models.deletion
from django.db import migrations, models

from masthead.funding.ledger import schema


def guard(apps, editor):
    schema.widen(editor.connection, schema.CHECKPOINTS)


def unguard(apps, editor):
    refusals = schema.refusals(editor.connection.vendor, schema.CHECKPOINTS)
    for name, words in refusals.triggers.items():
        on = f" ON {words.split(' ON ')[1].split()[0]}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER {name}{on}")
    for name in refusals.functions:
        editor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_spending_income_opening'),
    ]

    operations = [
        migrations.CreateModel(
            name='BooksKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verifier', models.CharField(help_text="name+hash+key, as others' tools take it", max_length=400, unique=True)),
                ('since', models.DateTimeField()),
                ('handing_over', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'ledger_bookskey',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('size', models.BigIntegerField(verbose_name='rows')),
                ('root', models.CharField(help_text='SHA-256 in hexadecimal', max_length=64)),
                ('note', models.TextField(verbose_name='signed note')),
                ('signed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_checkpoint',
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='TreeBlock',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
            ],
            options={
                'db_table': 'ledger_treeblock',
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verifier', models.CharField(max_length=400)),
                ('line', models.TextField(verbose_name='signature line')),
                ('added_at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.checkpoint')),
            ],
            options={
                'db_table': 'ledger_cosignature',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'verifier'), name='ledger_cosignature_once')],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
