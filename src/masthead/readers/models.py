"""Supporters: the only rows that say who a person is. Erasing one leaves gifts, pledges and the books as they are."""

from django.db import models

from masthead.kernel.ids import new_id


class Supporter(models.Model):
    """A person who gives. Nothing in the ledger points here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField("e-mail", max_length=254, unique=True, help_text="As rules.normal_email writes it.")
    name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "supporter"

    def __str__(self) -> str:
        return self.name or self.email
