"""Reads of the sources room."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db.models import PROTECT, Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from masthead.newsroom.sources import rules
from masthead.newsroom.sources.merged import standing
from masthead.newsroom.sources.models import Capture, LinkState, OutletDomain, Party, PartyName, SourceDocument


def party_keys(keys: Collection[int]) -> dict[int, int]:
    """Return for each party among `keys` the key of the one it stands for now: itself, or where it was merged into."""
    return standing("Party", keys)


def document_keys(keys: Collection[int]) -> dict[int, int]:
    """Return for each document among `keys` the key of the one it stands for now: itself, or where it was merged into."""
    return standing("SourceDocument", keys)


def parties(kinds: Collection[str] = ()) -> QuerySet[Party]:
    """Return the parties that stand, of `kinds` or of all: never one that was merged into another."""
    found: QuerySet[Party] = Party.objects.filter(merged_into__isnull=True)
    return found.filter(kind__in=kinds) if kinds else found


def party_for(name: str, *, kind: str | None = None) -> Party | None:
    """Return the party known by `name`, whichever of its names it is and however it is written; None where nobody is.

    Where several are, the one whose own name it is comes before one that is also called so, then the one known longest.
    """
    folded = rules.fold(name)
    if not folded:
        return None
    alias = Exists(PartyName.objects.filter(party=OuterRef("pk"), folded=folded))
    found = parties([kind] if kind else ()).filter(Q(folded=folded) | alias)
    first: Party | None = found.annotate(rank=Case(When(folded=folded, then=Value(0)), default=Value(1))).order_by("rank", "pk").first()
    return first


def outlet_of(url: str) -> Party | None:
    """Return the outlet that publishes at an address: the one with the longest registered domain that its host lies under."""
    domains = rules.domains_above(rules.host_of(url))
    known = {row.domain: row.party for row in OutletDomain.objects.filter(domain__in=domains).select_related("party")} if domains else {}
    return next((known[domain] for domain in domains if domain in known), None)


def outlet_names() -> dict[str, str]:
    """Return every name of every outlet, lower case, with the name that stories use; one query.

    The newsroom itself, known by its domain, is left out: who told it something passed nothing on.
    """
    rows = parties([Party.Kind.OUTLET]).exclude(domains__domain=rules.host_of(settings.ENV.address)).order_by("pk").values_list("name", "names__name")
    names: dict[str, str] = {}
    for name, other in rows:
        if other:
            names.setdefault(other.lower(), name)
    return names | {name.lower(): name for name, _other in rows}


def search_parties(text: str, kinds: Iterable[str] = (), *, count: int = 10) -> list[Party]:
    """Return up to `count` parties for what somebody has typed so far, the likeliest first.

    A name in full comes before one that begins so, then one with a word that begins so; an outlet is found by its domain
    too. Nothing typed finds nothing.
    """
    folded = rules.fold(text)
    if not folded:
        return []
    begins = Q(folded__startswith=folded)
    word = Q(folded__contains=f" {folded}") | Q(folded__contains=f"-{folded}")

    def named(how: Q) -> Exists:
        return Exists(PartyName.objects.filter(how, party=OuterRef("pk")))

    host = rules.host_of(text if "://" in text else f"https://{text.strip()}")
    domain = Exists(OutletDomain.objects.filter(domain__startswith=host, party=OuterRef("pk"))) if host else Q(pk__in=())
    rank = Case(
        When(Q(folded=folded), then=Value(0)),
        When(named(Q(folded=folded)), then=Value(1)),
        When(begins, then=Value(2)),
        When(named(begins), then=Value(3)),
        When(domain, then=Value(4)),
        When(word, then=Value(5)),
        When(named(word), then=Value(6)),
        output_field=IntegerField(),
    )
    return list(parties(list(kinds)).annotate(rank=rank).filter(rank__isnull=False).order_by("rank", "name", "pk")[:count])


def moved_by_merge(row: Party | SourceDocument) -> list[tuple[str, int]]:
    """Return what a merge of `row` into another moves: words for it, and how many there are; nothing where there are none."""
    found = []
    for relation in row._meta.related_objects:  # noqa: SLF001 - Django's own documented name
        rows: Any = relation.related_model._base_manager  # noqa: SLF001 - as above
        count = rows.filter(**{relation.field.name: row.pk}).count()
        words: Any = relation.related_model._meta  # noqa: SLF001 - as above
        if count:
            found.append((str(words.verbose_name if count == 1 else words.verbose_name_plural), count))
    return found


def dead_links(urls: Collection[str]) -> dict[str, str]:
    """Return those of `urls` that lead nowhere, with what was wrong when they were last asked; one query.

    Gone (twice in a row), silent twice in a row, or an address that nobody outside can open.
    """
    if not urls:
        return {}
    dead = Q(state__in=[LinkState.State.GONE, LinkState.State.REFUSED]) | Q(state=LinkState.State.SILENT, misses__gte=2)
    return dict(LinkState.objects.filter(dead, url__in=set(urls)).values_list("url", "reason"))


def gone_documents(keys: Collection[int]) -> dict[int, str]:
    """Return those of the documents `keys` that are gone, with the address or title that names each; one query, none for no keys."""
    if not keys:
        return {}
    rows = SourceDocument.objects.filter(pk__in=keys, state=SourceDocument.State.GONE).values_list("pk", "url", "title")
    return {key: url or title for key, url, title in rows}


def public_captures(documents: Collection[int]) -> dict[int, Capture]:
    """Return for each of `documents` the newest copy that readers may see, where there is one; one query."""
    shown = Capture.objects.filter(document__in=documents, state=Capture.State.KEPT, visibility=Capture.Visibility.PUBLIC).defer("text") if documents else ()
    return {capture.document_id: capture for capture in sorted(shown, key=lambda capture: (capture.taken_at or capture.requested_at, capture.pk))}


def captures_of(document: SourceDocument) -> list[Capture]:
    """Return every copy of `document`, newest first, without their texts."""
    return list(document.captures.select_related("requested_by", "published_by").defer("text").order_by("-requested_at", "-pk"))


def held_by(row: Party | SourceDocument) -> list[str]:
    """Return what keeps `row` from being deleted, in words: rows that point to it and do not go with it."""
    found = []
    for relation in row._meta.related_objects:  # noqa: SLF001 - Django's own documented name
        if relation.on_delete is PROTECT:
            rows: Any = relation.related_model._base_manager  # noqa: SLF001 - as above
            count = rows.filter(**{relation.field.name: row.pk}).count()
            words: Any = relation.related_model._meta  # noqa: SLF001 - as above
            if count:
                found.append(f"{count} {words.verbose_name if count == 1 else words.verbose_name_plural}")
    return found
