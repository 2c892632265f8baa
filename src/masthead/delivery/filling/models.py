"""The outbox of what readers may see: a row for each row that changed, written by the database itself in the same transaction."""

from django.db import models


class Change(models.Model):
    """One row of a watched table was put in, changed or taken out. Triggers write these, nothing else does (docs/rendering.md).

    `before` and `after` hold those columns that pages are looked up by, as a JSON object; null where the row was not there.
    `transaction` orders rows on PostgreSQL, where a lower number may be committed later; 0 on SQLite, where it may not.
    """

    table = models.CharField(max_length=63)
    row = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    transaction = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["transaction", "id"], name="delivery_change_order"), models.Index(fields=["at"], name="delivery_change_age")]

    def __str__(self) -> str:
        return f"{self.table}:{self.row}"
