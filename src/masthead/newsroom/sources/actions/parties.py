"""Making parties."""

import itertools
from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify
from wagtail.log_actions import log

from masthead.kernel.errors import MastheadError
from masthead.newsroom.sources import rules
from masthead.newsroom.sources.models import OutletDomain, Party, PartyName
from masthead.newsroom.staff.models import User

LONGEST_NAME = 200  # characters, as the column has it
SLUG_LENGTH = 200  # leaves room for a number in the 220 of the column


class PartyRefused(MastheadError):
    """A party that cannot be stored as given; the sentence says what to change."""


@transaction.atomic
def create_party(
    *,
    name: str,
    kind: str,
    who: str = "",
    website: str = "",
    wikidata_id: str = "",
    belongs_to: Party | None = None,
    names: Sequence[str] = (),
    domains: Sequence[str] = (),
    slug: str = "",
    user: User | None = None,
) -> Party:
    """Store a party with its other `names` and, for an outlet, its `domains`; `kind` is one of Party.Kind.

    Two people may bear one name: ask `queries.party_for` first where the same one is meant.

    Raises:
        PartyRefused: it has no name, the kind is unknown, or a domain, Wikidata item or address is malformed or another's.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise PartyRefused(f"A party needs a name, of {LONGEST_NAME} characters at most.")
    if kind not in Party.Kind.values:
        raise PartyRefused(f"There is no kind of party {kind!r}: it is one of {', '.join(Party.Kind.values)}.")
    if domains and kind != Party.Kind.OUTLET:
        raise PartyRefused(f"“{name}” is no outlet: domains are an outlet's.")
    party = Party(
        name=name,
        kind=kind,
        who=who,
        website=_or_refuse(rules.account_address(website)) if kind == Party.Kind.ACCOUNT and website else website,
        wikidata_id=_or_refuse(rules.wikidata_item(wikidata_id)),
        belongs_to=belongs_to,
        slug=free_slug(slug or name),
    )
    others = dict.fromkeys(other for spelling in names if (other := " ".join(spelling.split())) and other != name)
    party.names = [PartyName(name=other, sort_order=order) for order, other in enumerate(others)]
    cleaned = dict.fromkeys(_or_refuse(rules.domain(domain)) for domain in domains)
    for taken in OutletDomain.objects.filter(domain__in=cleaned).select_related("party"):
        raise PartyRefused(f"The domain {taken.domain} is {taken.party.name}'s: an address has one outlet.")
    party.domains = [OutletDomain(domain=domain, sort_order=order) for order, domain in enumerate(cleaned)]
    party.save()
    revision = party.save_revision(user=user, clean=False)
    log(instance=party, action="wagtail.create", user=user, revision=revision, content_changed=True)
    return party


def free_slug(text: str, *, besides: int | None = None) -> str:
    """Return an address for `text` that no party has yet, but the one with the key `besides`."""
    base = slugify(text, allow_unicode=True)[:SLUG_LENGTH].strip("-") or "party"
    taken = set(Party.objects.filter(slug__startswith=base).exclude(pk=besides).values_list("slug", flat=True))
    return base if base not in taken else next(slug for number in itertools.count(2) if (slug := f"{base}-{number}") not in taken)


def _or_refuse(found: str | rules.Wrong) -> str:
    if isinstance(found, rules.Wrong):
        raise PartyRefused(found.why)
    return found
