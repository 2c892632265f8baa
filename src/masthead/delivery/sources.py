"""Who speaks in the publication's stories, and who relays: an index, and a page for each. Only what stands in public stories."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from masthead.delivery.queries import path_of
from masthead.kernel import clock, reads
from masthead.newsroom.sources.models import Party
from masthead.newsroom.stories import cards, heard
from masthead.newsroom.stories.listing import Leaves
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.sourcing import Card, Label

LEAF_LENGTH = 20
INDEX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One statement on a party's page: the card, its story and where its words stand there."""

    card: Card
    story: StoryPage
    path: str
    is_relayed: bool  # by this party, not said by it


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every party that said or relayed something in a public story."""
    with reads.accounted():
        leaf = Leaves(heard.Heard(), INDEX_LENGTH).get_page(request.GET.get("page", "1"))
        leaf.object_list = list(leaf.object_list)
        times = heard.times([party.pk for party in leaf])
    today = timezone.localtime(clock.now()).date()
    rows = [(party, cards.label_on(party.affiliations.all(), today), times[party.pk]) for party in leaf]
    return render(request, "theme/sources.html", {"leaf": leaf, "rows": rows, "most": heard.MOST_TIMES})


@require_safe
def party(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a party said here and relayed, newest first; one that was merged sends readers on to the other."""
    found = get_object_or_404(Party.objects.select_related("merged_into", "belongs_to"), slug=slug)
    if found.merged_into is not None:
        return HttpResponsePermanentRedirect(found.merged_into.get_absolute_url())
    with reads.accounted():
        leaf = Leaves(heard.HeardOf(found), LEAF_LENGTH).get_page(request.GET.get("page", "1"))
        leaf.object_list = list(leaf.object_list)
    if not leaf.paginator.count:
        raise Http404
    return render(request, "theme/party.html", {"party": found, "leaf": leaf, **_facts(found, list(leaf))})


def _facts(found: Party, rows: list[Any]) -> dict[str, Any]:
    today = timezone.localtime(clock.now()).date()
    affiliations = sorted(found.affiliations.all(), key=lambda row: row.since or dt.date.min, reverse=True)
    said = [
        Said(card, row.story, f"{path_of(row.story.url_path)}#statement-{row.key}", row.speaker_id != found.pk)
        for row, card in zip(rows, cards.cards_of(rows), strict=True)
    ]
    return {
        "said": said,
        "affiliations": affiliations,
        "label": _label(cards.label_on(affiliations, today)),
        "domains": [row.domain for row in found.domains.all()],
        "is_relay": any(entry.is_relayed for entry in said),
        "is_speaker": any(not entry.is_relayed for entry in said),
    }


def _label(label: Label | None) -> str:
    return label.words if label else ""
