"""What was signed, by whom, and the keys. Only added: `sql/checkpoints/` refuses everything else."""

from typing import ClassVar

from django.db import models


class BooksKey(models.Model):
    """A public key that signs the books, from a moment on. `handing_over` is the note in which it and the key before it name each other."""

    verifier = models.CharField(max_length=400, unique=True, help_text="name+hash+key, as others' tools take it")
    since = models.DateTimeField()
    handing_over = models.TextField(blank=True)

    class Meta:
        app_label = "ledger"
        db_table = "ledger_bookskey"
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.verifier


class Checkpoint(models.Model):
    """The root over the first `size` rows: all that were in the books when `day` ended in the newsroom's zone. `note` is signed by our key."""

    day = models.DateField(unique=True)
    size = models.BigIntegerField("rows")
    root = models.CharField(max_length=64, help_text="SHA-256 in hexadecimal")
    note = models.TextField("signed note")
    signed_at = models.DateTimeField()

    class Meta:
        app_label = "ledger"
        db_table = "ledger_checkpoint"
        ordering: ClassVar[list[str]] = ["day"]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.size}"


class Cosignature(models.Model):
    """An outsider's signature over a checkpoint: they have seen it, and nothing else can be shown to them later."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    verifier = models.CharField(max_length=400)
    line = models.TextField("signature line")
    added_at = models.DateTimeField()

    class Meta:
        app_label = "ledger"
        db_table = "ledger_cosignature"
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [models.UniqueConstraint(fields=["checkpoint", "verifier"], name="ledger_cosignature_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.verifier.partition('+')[0]}"


class TreeBlock(models.Model):
    """The root over one full run of 256 rows: kept so that a proof reads 256 rows and not all. It can be made again at any time."""

    index = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)

    class Meta:
        app_label = "ledger"
        db_table = "ledger_treeblock"

    def __str__(self) -> str:
        return str(self.index)


class DayBalances(models.Model):
    """What each account held after the first `size` rows, those under a checkpoint: kept so that a balance of long ago is not added up from the first row.

    Where one is missing it is made again with the next signature.
    """

    size = models.BigIntegerField("rows", primary_key=True)
    balances = models.JSONField(help_text="credits less debits in minor units, by account; one that never moved is left out")

    class Meta:
        app_label = "ledger"
        db_table = "ledger_daybalances"

    def __str__(self) -> str:
        return str(self.size)
