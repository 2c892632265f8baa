"""How the list of stories is cut."""

import datetime as dt
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import BigIntegerField, CharField
from django.db.models.functions import Cast
from django.forms import CheckboxSelectMultiple, RadioSelect
from wagtail.admin.filters import WagtailFilterSet
from wagtail.models import Revision, WorkflowState

from masthead.kernel import clock
from masthead.newsroom.stories.models import Author, SectionPage, StoryPage
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


def with_hours(stories: QuerySet[StoryPage]) -> QuerySet[StoryPage]:
    """Return `stories` with `goes_out_at`, the hour approved for a waiting revision, or null."""
    waiting = Revision.page_revisions.filter(approved_go_live_at__isnull=False, object_id=Cast(OuterRef("pk"), output_field=CharField()))
    dated: QuerySet[StoryPage] = stories.annotate(goes_out_at=Subquery(waiting.order_by("approved_go_live_at").values("approved_go_live_at")[:1]))
    return dated


def in_review(status: str = WorkflowState.STATUS_IN_PROGRESS) -> QuerySet[Any]:
    """Return the keys of pages whose review is in `status`."""
    pages = WorkflowState.objects.filter(status=status, base_content_type__app_label="wagtailcore", base_content_type__model="page")
    keys: QuerySet[Any] = pages.annotate(page_key=Cast("object_id", output_field=BigIntegerField())).values("page_key")
    return keys


def languages_in_use() -> list[tuple[str, str]]:
    """Return (code, name) of the languages that stories are in, by name."""
    names = dict(language_choices())
    used = StoryPage.objects.order_by().values_list("language", flat=True).distinct()
    return sorted(((code, names.get(code, code)) for code in {*used, settings.LANGUAGE_CODE}), key=lambda choice: choice[1])


class StoryFilter(WagtailFilterSet):
    """Section, state, byline, label, language."""

    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="by_state", empty_label="Any", widget=RadioSelect)
    section = django_filters.ModelMultipleChoiceFilter(
        label="Section", queryset=lambda _request: SectionPage.objects.order_by("path"), widget=CheckboxSelectMultiple
    )
    label = django_filters.MultipleChoiceFilter(label="Label", choices=StoryPage.Label.choices, widget=CheckboxSelectMultiple)
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
    waiting = Exists(Revision.page_revisions.filter(approved_go_live_at__isnull=False, object_id=Cast(OuterRef("pk"), output_field=CharField())))
    cuts: dict[str, Any] = {
        "mine": Q(owner=user) | Q(latest_revision__user=user),
        "draft": Q(live=False, first_published_at__isnull=True) & ~waiting & ~Q(pk__in=in_review()),
        "review": Q(pk__in=in_review()),
        "scheduled": waiting & (Q(embargoed_until__isnull=True) | Q(embargoed_until__lte=now)),
        "embargo": Q(embargoed_until__gt=now),
        "published": Q(live=True),
        "changed": Q(live=True, has_unpublished_changes=True),
        "withdrawn": Q(live=False, first_published_at__isnull=False) & ~waiting,
    }
    return stories.filter(cuts[state])
