"""How the list of stories is cut."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import django_filters
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import CharField
from django.db.models.functions import Cast
from django.forms import CheckboxSelectMultiple, RadioSelect
from wagtail.admin.filters import WagtailFilterSet
from wagtail.models import Page, Revision, WorkflowState

from masthead.kernel import clock
from masthead.newsroom.stories.models import Author, StoryPage
from masthead.newsroom.stories.queries import all_sections
from masthead.newsroom.stories.widgets import language_choices

STATES = (
    ("mine", "Mine"),
    ("draft", "Drafts"),
    ("review", "In review"),
    ("scheduled", "Scheduled"),
    ("embargo", "Under embargo"),
    ("published", "Published"),
    ("changed", "Published, with changes"),
    ("withdrawn", "Withdrawn"),
)
LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def with_hours(stories: QuerySet[StoryPage]) -> QuerySet[StoryPage]:
    """Return `stories` with `goes_out_at`, the hour approved for a waiting revision, or null."""
    waiting = Revision.page_revisions.filter(approved_go_live_at__isnull=False, object_id=Cast(OuterRef("pk"), output_field=CharField()))
    dated: QuerySet[StoryPage] = stories.annotate(goes_out_at=Subquery(waiting.order_by("approved_go_live_at").values("approved_go_live_at")[:1]))
    return dated


# What waits is asked for alone, by an index, and sorted out here: of two conditions SQLite would follow the one that everything meets.


def in_review() -> list[int]:
    """Return the keys of the pages whose review is under way."""
    of_pages = ContentType.objects.get_for_model(Page).pk
    reviews = WorkflowState.objects.filter(status=WorkflowState.STATUS_IN_PROGRESS).order_by().values_list("base_content_type_id", "object_id")
    return sorted({int(key) for kind, key in reviews if kind == of_pages})


def waiting_for_their_hour() -> dict[int, dt.datetime]:
    """Return the pages that have a revision approved for an hour to come, by their keys, with that hour: the first of several."""
    of_pages = ContentType.objects.get_for_model(Page).pk
    approved = Revision.objects.filter(approved_go_live_at__gt=LONG_AGO)  # “is not null”, in a way that SQLite finds by an index
    rows = approved.order_by("-approved_go_live_at").values_list("base_content_type_id", "object_id", "approved_go_live_at")
    return {int(key): hour for kind, key, hour in rows if kind == of_pages}


def languages_in_use() -> list[tuple[str, str]]:
    """Return (code, name) of the languages that stories are in, by name; a query each."""
    names, used, code = dict(language_choices()), {settings.LANGUAGE_CODE}, ""
    while (code := StoryPage.objects.filter(language__gt=code).order_by("language").values_list("language", flat=True).first() or "") != "":
        used.add(code)
    return sorted(((code, names.get(code, code)) for code in used), key=lambda choice: choice[1])


def section_choices() -> list[tuple[int, str]]:
    """Return (key, title) of every section, in the order of the tree."""
    return [(section.pk, section.title) for section in all_sections()]


class StoryFilter(WagtailFilterSet):
    """Section, state, byline, label, language."""

    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="by_state", empty_label="Any", widget=RadioSelect)
    section = django_filters.MultipleChoiceFilter(label="Section", choices=section_choices, distinct=False, widget=CheckboxSelectMultiple)
    label = django_filters.MultipleChoiceFilter(label="Label", choices=StoryPage.Label.choices, distinct=False, widget=CheckboxSelectMultiple)
    author = django_filters.ModelChoiceFilter(label="Byline", queryset=lambda _request: Author.objects.order_by("name"), method="by_author")
    language = django_filters.ChoiceFilter(label="Language", choices=languages_in_use, empty_label="Any")

    class Meta:
        model = StoryPage
        fields = ["state", "section", "author", "label", "language"]

    def by_author(self, stories: QuerySet[StoryPage], _name: str, author: Author) -> QuerySet[StoryPage]:
        """Keep the stories that carry `author`'s byline."""
        return stories.filter(pk__in=author.bylines.values("story"))

    def by_state(self, stories: QuerySet[StoryPage], _name: str, state: str) -> QuerySet[StoryPage]:
        """Keep the stories that stand there."""
        return cut(stories, state, user=self.request.user, now=clock.now())


def cut(stories: QuerySet[StoryPage], state: str, *, user: Any, now: dt.datetime) -> QuerySet[StoryPage]:
    """Return those of `stories` that stand in `state`, one of STATES."""
    return stories.filter(_CUTS[state](user, now))


def _mine(user: Any, _now: dt.datetime) -> Q:
    written = Page.objects.filter(latest_revision__user=user).values("pk")
    return Q(pk__in=Page.objects.filter(owner=user).values("pk")) | Q(pk__in=written)


_CUTS: Mapping[str, Callable[[Any, dt.datetime], Q]] = {
    "mine": _mine,
    "draft": lambda _user, _now: Q(live=False, first_published_at__isnull=True) & ~Q(pk__in=[*waiting_for_their_hour(), *in_review()]),
    "review": lambda _user, _now: Q(pk__in=in_review()),
    "scheduled": lambda _user, now: Q(pk__in=list(waiting_for_their_hour())) & (Q(embargoed_until__isnull=True) | Q(embargoed_until__lte=now)),
    "embargo": lambda _user, now: Q(embargoed_until__gt=now),
    "published": lambda _user, _now: Q(live=True),
    "changed": lambda _user, _now: Q(live=True, has_unpublished_changes=True),
    "withdrawn": lambda _user, _now: Q(live=False, first_published_at__isnull=False) & ~Q(pk__in=list(waiting_for_their_hour())),
}
STATES_UNDER_WAY = frozenset({"draft", "changed", "withdrawn"})  # those whose stories are all of `turns.UNDER_WAY`
