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


class Visit(models.Model):
    """One asking for a link to the page of one's own gifts, and the visit that the link opened. Whoever asks, known or not, leaves such a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, blank=True, help_text="Until the letter has left.")
    email_mark = models.CharField(max_length=64, help_text="A keyed hash of the address, to count how often it is asked for.")
    place_mark = models.CharField(max_length=64, help_text="The same of the network that asks.")
    supporter = models.ForeignKey(Supporter, null=True, on_delete=models.CASCADE, related_name="visits")
    asked_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True, help_text="The link works once.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["email_mark", "asked_at"], name="readers_visit_email"),
            models.Index(fields=["place_mark", "asked_at"], name="readers_visit_place"),
        ]

    def __str__(self) -> str:
        return f"asked {self.asked_at:%Y-%m-%d %H:%M}"


class Erasure(models.Model):
    """A supporter's wish to be forgotten, and what was done: kept without a name."""

    supporter = models.ForeignKey(Supporter, null=True, on_delete=models.SET_NULL, related_name="erasures")
    asked_at = models.DateTimeField(null=True, help_text="By the supporter, on their own page; empty: by letter or word of mouth.")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=150, blank=True, help_text="A member of staff.")
    reason = models.CharField(max_length=300, blank=True, help_text="Without the supporter's name.")
    gifts = models.IntegerField(default=0, help_text="How many stay counted without a name.")
    kept = models.IntegerField(default=0, help_text="Of how many a law has the name kept for a time.")

    class Meta:
        permissions = [("erase_supporter", "Can erase who a supporter is")]
        constraints = [models.UniqueConstraint(fields=["supporter"], condition=models.Q(done_at__isnull=True), name="readers_erasure_asked_once")]

    def __str__(self) -> str:
        return f"erased {self.done_at:%Y-%m-%d}" if self.done_at else "asked for"
