"""Parties: persons, organisations, outlets and accounts, with their names, offices and what an outlet belongs to."""

import datetime as dt
from typing import Any

from django.db import models
from django.urls import reverse
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable, RevisionMixin
from wagtail.search import index

from masthead.kernel.ids import new_id
from masthead.newsroom.sources.merged import Mergeable
from masthead.newsroom.sources.rules import fold


class Party(Mergeable, RevisionMixin, index.Indexed, ClusterableModel):
    """A person, organisation, outlet or account that speaks or publishes.

    A doubled party is merged into another and stays as a row that points there: drafts and old revisions still name it.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        ORGANISATION = "organisation", "Organisation"
        OUTLET = "outlet", "Outlet"
        ACCOUNT = "account", "Account"

    key = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=200, help_text="As stories name it.")
    folded = models.CharField(max_length=400, editable=False, db_index=True, default="")
    slug = models.SlugField(max_length=220, unique=True, allow_unicode=True, help_text="Their page: /sources/…/")
    who = models.CharField("who it is", max_length=300, blank=True, help_text="In a few words, such as “Vessa's foreign ministry”.")
    website = models.URLField(max_length=500, blank=True)
    wikidata_id = models.CharField("Wikidata", max_length=20, blank=True, help_text="Such as Q42.")
    belongs_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="belongings", help_text="Whose account it is, or which body it is part of."
    )
    merged_into = models.ForeignKey("self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged")
    created_at = models.DateTimeField(auto_now_add=True)

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("kind"),
        index.FilterField("merged_into"),
        index.RelatedFields("names", [index.SearchField("name")]),
    ]

    class Meta:
        verbose_name_plural = "parties"
        ordering = ("name",)
        indexes = [
            models.Index(fields=["merged_into", "name", "id"], name="sources_standing_by_name"),  # the list of who is heard is read along it
            models.Index(fields=["kind", "merged_into"], name="sources_party_by_kind"),  # outlets are few among them, and the checks ask for their names
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(merged_into=models.F("pk")), name="sources_party_not_into_itself")]
        permissions = [("merge_party", "Can merge parties that were entered twice")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the party with its name as it is searched by."""
        self.folded = fold(self.name)
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the party's public address, from the root."""
        return reverse("party", args=[self.slug])

    @property
    def domains_listed(self) -> str:
        """The outlet's domains, for lists."""
        return ", ".join(str(row) for row in self.domains.all())

    domains_listed.fget.short_description = "domains"  # type: ignore[attr-defined]

    @property
    def affiliation_listed(self) -> str:
        """What the outlet's record says that it belongs to, for lists; ended ones with their end."""
        return "; ".join(f"{row}, until {row.until}" if row.until else str(row) for row in self.affiliations.all())

    affiliation_listed.fget.short_description = "belongs to"  # type: ignore[attr-defined]

    def affiliation_on(self, day: dt.date) -> "Affiliation | None":
        """Return what an outlet belonged to on `day`, as its record says; None where nothing is recorded."""
        known = [row for row in self.affiliations.all() if (row.since is None or row.since <= day) and (row.until is None or row.until >= day)]
        return max(known, key=lambda row: row.since or dt.date.min, default=None)

    def title_on(self, day: dt.date) -> str:
        """Return the office a person held on `day`, as “Foreign Minister, Vessa”; empty where none is recorded."""
        held = [row for row in self.positions.all() if (row.since is None or row.since <= day) and (row.until is None or row.until >= day)]
        latest = max(held, key=lambda row: row.since or dt.date.min, default=None)
        return str(latest) if latest else ""


class PartyName(Orderable):
    """Another name of a party: a spelling, an abbreviation, its name in another language."""

    party = ParentalKey(Party, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=400, editable=False, db_index=True, default="")
    language = models.CharField(max_length=12, blank=True, help_text="BCP 47; left empty for a name used in any.")

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["party", "name"], name="sources_name_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name with what it is searched by."""
        self.folded = fold(self.name)
        super().save(*args, **kwargs)


class OutletDomain(Orderable):
    """A domain under which an outlet publishes; a link to it, or to a host below it, is the outlet's."""

    party = ParentalKey(Party, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True, help_text="Such as example.org, without www.")

    def __str__(self) -> str:
        return self.domain


class Affiliation(Orderable):
    """Whom an outlet belongs to, from when, and how we know: shown wherever the outlet appears, whoever it is."""

    class Label(models.TextChoices):
        STATE_RUN = "state-run", "state-run"
        STATE_FUNDED = "state-funded", "state-funded"
        PUBLIC = "public", "public broadcaster"
        PARTY_OWNED = "party-owned", "party-owned"
        CHURCH_OWNED = "church-owned", "church-owned"
        MILITARY = "military", "run by armed forces"
        COMPANY = "company", "owned by a company it reports on"
        INDEPENDENT = "independent", "independent"

    party = ParentalKey(Party, on_delete=models.CASCADE, related_name="affiliations")
    label = models.CharField(max_length=20, choices=Label.choices)
    owner = models.CharField("whose", max_length=200, blank=True, help_text="The state, party, company; such as “Government of Vessa”.")
    reason = models.TextField(help_text="How we know: what its statute, register or accounts say.")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.get_label_display()} ({self.owner})" if self.owner else self.get_label_display()


class Position(Orderable):
    """An office a person holds or held. A statement keeps the title as it was on its day."""

    person = ParentalKey(Party, on_delete=models.CASCADE, related_name="positions")
    title = models.CharField(max_length=200, help_text="Such as “Foreign Minister”.")
    organisation = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="offices")
    since = models.DateField("from", null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.title}, {self.organisation}" if self.organisation else self.title
