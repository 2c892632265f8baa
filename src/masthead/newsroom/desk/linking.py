"""Pasting a link, and naming somebody new: what the editor writes into the sources room while a story is typed."""

import re
from typing import Any

from django.db import transaction

from masthead.newsroom.desk import sourcing
from masthead.newsroom.sources import actions as sources
from masthead.newsroom.sources import queries, rules
from masthead.newsroom.sources.models import OutletDomain, Party
from masthead.newsroom.staff.models import User

SHORTEST_LIKENESS = 3  # letters; two would make “AP” of any address that begins so
FILLER = re.compile(r"\b(?:the|news|agency|press|daily|online|media)\b")


@transaction.atomic
def find_or_create(*, wanted: sourcing.WantedParties, user: User) -> list[dict[str, Any]]:
    """Return the parties of those names in their order, described for the editor; those nobody knew are stored.

    Raises:
        PartyRefused: one cannot be stored as named.
    """
    made = []
    for one in wanted.parties:
        kind = one.kind if one.kind == Party.Kind.OUTLET else None
        made.append(queries.party_for(one.name, kind=kind) or sources.create_party(name=one.name, kind=one.kind, user=user))
    return [sourcing.describe_party(party) for party in made]


def add_link(*, link: sourcing.Link, user: User) -> dict[str, Any]:
    """Make or find the document at a pasted address, ask for a copy of it, and say whose it is.

    An address under an outlet's domain is that outlet's. Under a domain that nobody has, one of the story's own outlets is
    taken where its name is in the domain, and keeps the domain from then on (`learned`); a speaker's where it is their website.

    Raises:
        MastheadError: it is no address that can be a document; the sentence says which one would be.
    """
    with transaction.atomic():
        outlet = queries.outlet_of(link.url)
        learned = ""
        if outlet is None:
            outlet, learned = _named_like(link)
        document = sources.add_document(link.url, user=user, kind=link.kind or "")
        if outlet is not None and document.publisher_id is None:
            document.publisher = outlet
            document.save(update_fields=["publisher"])
    return {
        "document": sourcing.describe_documents([document])[0],
        "outlet": sourcing.describe_party(outlet) if outlet else None,
        "learned": learned,
        "speaker": _whose_site(link),
    }


def _named_like(link: sourcing.Link) -> tuple[Party | None, str]:
    """Return the one outlet of the story whose name the domain bears, and the domain, stored as its; (None, "") where none or several do."""
    domain = rules.host_of(link.url)
    label = re.sub(r"[^a-z0-9]", "", domain.rpartition(".")[0])
    candidates = Party.objects.filter(pk__in=link.outlets, kind=Party.Kind.OUTLET, merged_into=None, domains=None).prefetch_related("names").distinct()
    alike = [party for party in candidates if any(_is_in(name, label) for name in (party.name, *(row.name for row in party.names.all())))]
    if len(alike) != 1 or not domain:
        return None, ""
    OutletDomain.objects.create(party=alike[0], domain=domain, sort_order=0)
    return alike[0], domain


def _is_in(name: str, label: str) -> bool:
    bare = FILLER.sub("", rules.fold(name))
    return any(len(word) >= SHORTEST_LIKENESS and word in label for word in {re.sub(r"[^a-z0-9]", "", text) for text in (bare, rules.fold(name))})


def _whose_site(link: sourcing.Link) -> int | None:
    """Return the one speaker of the story whose website the address lies on; None where there is none, or several."""
    hosts = set(rules.domains_above(rules.host_of(link.url)))
    found = [party.pk for party in Party.objects.filter(pk__in=link.speakers).exclude(website="") if rules.host_of(party.website) in hosts]
    return found[0] if len(found) == 1 else None
