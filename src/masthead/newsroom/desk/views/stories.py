"""The list of stories: where each stands, what the desk says of it, and filters that are remembered."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageTitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.pages.listing import IndexView
from wagtail.models import Page, WorkflowState

from masthead.kernel import clock
from masthead.newsroom.desk import queries, rules
from masthead.newsroom.desk.filters import STATES_UNDER_WAY, StoryFilter, with_hours
from masthead.newsroom.desk.turns import UNDER_WAY
from masthead.newsroom.desk.views.leaves import EDITED_LAST, LeafByLeaf, holding
from masthead.newsroom.stories.gate import Severity
from masthead.newsroom.stories.models import Byline, StoryPage
from masthead.newsroom.stories.queries import all_sections

REMEMBERED = "desk.stories.filters"
NOT_REMEMBERED = {"p", "_w_filter_fragment", "export"}


class StandingColumn(BaseColumn):
    """Where the story stands, and who holds it."""

    cell_template_name = "desk/list/standing_cell.html"


class FindingsColumn(BaseColumn):
    """What the desk says of the latest revision."""

    cell_template_name = "desk/list/findings_cell.html"


class HourColumn(BaseColumn):
    """The hour of the last edit, and who made it."""

    cell_template_name = "desk/list/hour_cell.html"


def facts(story: Any) -> rules.Facts:
    """Return what a story's state is told from; it comes from `with_hours` and with its reviews prefetched."""
    review = next(iter(story._current_workflow_states), None)  # noqa: SLF001 - the name that Wagtail's own prefetch gives it
    return rules.Facts(
        live=story.live,
        changed=story.has_unpublished_changes,
        was_public=story.first_published_at is not None,
        in_review=review is not None and review.status == review.STATUS_IN_PROGRESS,
        sent_back=review is not None and review.status == review.STATUS_NEEDS_CHANGES,
        goes_out_at=story.goes_out_at,
        embargoed_until=story.embargoed_until,
    )


def rows(stories: QuerySet[StoryPage]) -> QuerySet[StoryPage]:
    """Return `stories` with all that `dress` needs of them."""
    bylines = Byline.objects.select_related("author").order_by("sort_order", "pk")
    whole: QuerySet[Any] = with_hours(stories).defer_streamfields().select_related("section", "latest_revision__user", "locked_by", "content_type")  # type: ignore[attr-defined]  # Wagtail's queryset
    # Wagtail's own prefetch_workflow_states looks under the wrong content type in a query of one page type.
    reviews = WorkflowState.objects.active().select_related("current_task_state__task", "requested_by")
    return whole.prefetch_related(
        Prefetch("_specific_workflow_states", queryset=reviews, to_attr="_current_workflow_states"), Prefetch("bylines", queryset=bylines)
    )


def dress(stories: Sequence[Any], *, now: dt.datetime) -> Sequence[Any]:
    """Give each story its `standing`, its `findings` and who is in it now, in four queries for any number, and return them."""
    found = queries.standing(stories)
    editing = queries.being_edited([story.pk for story in stories], now=now)
    for story in stories:
        story.edited_by = editing.get(story.pk, [])
        story.standing = rules.standing(facts(story), zone=settings.ENV.zone, now=now)
        story.findings = found[story.pk]
        story.findings_words = rules.summary(story.findings)
        story.blocks = any(finding.severity is Severity.BLOCK for finding in story.findings)
    return stories


class StoryList(LeafByLeaf, IndexView):
    """Every story, newest edit first."""

    model = StoryPage
    page_title = "Stories"
    header_icon = "doc-full-inverse"
    index_url_name = "stories:index"
    index_results_url_name = "stories:index_results"
    add_url_name = "stories:choose_parent"
    add_item_label = "New story"
    default_ordering = EDITED_LAST
    paginate_by = 20
    filterset_class = StoryFilter
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label="Headline", sort_key="title", classname="title"),
        Column("section", label="Section", accessor="section.title", sort_key="section__title", width="10%"),
        Column("bylines", label="Bylines", accessor=lambda story: ", ".join(byline.author.name for byline in story.bylines.all()), width="14%"),
        StandingColumn("standing", label="State", width="17%"),
        FindingsColumn("findings", label="Desk", width="10%"),
        Column("label", label="Label", accessor="get_label_display", sort_key="label", width="8%"),
        HourColumn("latest_revision_created_at", label="Edited", sort_key="latest_revision_created_at", width="10%"),
    ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list as it was last cut; remember how it is cut now."""
        asked = {key: values for key, values in request.GET.lists() if key not in NOT_REMEMBERED and any(values)}
        remembered = request.session.get(REMEMBERED, "")
        if not request.GET and not self.results_only and remembered:
            return HttpResponseRedirect(f"{self.index_url}?{remembered}")
        query = request.GET.copy()
        for key in set(query) - set(asked):
            del query[key]
        if query.urlencode() != remembered:
            request.session[REMEMBERED] = query.urlencode()
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_base_queryset(self) -> QuerySet[StoryPage]:
        """Return the stories that this person may see."""
        stories: QuerySet[StoryPage] = StoryPage.objects.all()
        if self.permission_policy.sees_all(self.request.user):
            return stories
        return stories.filter(pk__in=self.permission_policy.explorable_instances(self.request.user).values("pk"))

    def annotate_queryset(self, pages: Any) -> Any:
        """Return the stories with all that a row shows."""
        return rows(pages).annotate_site_root_state().annotate_approved_schedule()  # type: ignore[attr-defined]  # Wagtail's queryset

    def search_queryset(self, queryset: Any) -> Any:
        """Keep the stories whose headline or byline holds every word that was typed, whatever they are cut by besides."""
        return queryset.filter(self.asked)

    @cached_property
    def asked(self) -> Q:
        """What was typed, as a condition."""
        return holding(self.search_query)

    def among(self) -> Q | None:
        """Return what leads to the stories quickly: that they are under way, or the words in their headlines."""
        state = self.filters.form.cleaned_data.get("state") if self.filters and self.filters.is_valid() else ""
        under_way = UNDER_WAY if state in STATES_UNDER_WAY else Q()
        return (under_way & self.asked) or None

    def get_add_url(self) -> str | None:
        """Return where a new story begins: in the section the list is cut by, else where one is chosen."""
        sections = self.request.GET.getlist("section")
        if len(sections) == 1 and sections[0].isdigit():
            return reverse("wagtailadmin_pages:add", args=["stories", "storypage", sections[0]])
        return reverse(self.add_url_name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context, each story with its state and findings."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        dress(context["object_list"], now=clock.now())
        return context


class ChooseSection(WagtailAdminTemplateMixin, TemplateView):
    """Where does the new story go? One press per section."""

    template_name = "desk/choose_section.html"
    page_title = "New story"
    header_icon = "doc-full-inverse"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the sections, or go on at once where there is one."""
        self.sections = [page for page in all_sections() if page.permissions_for_user(request.user).can_add_subpage()]
        if len(self.sections) == 1:
            return redirect("wagtailadmin_pages:add", "stories", "storypage", self.sections[0].pk)
        return super().get(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": reverse("stories:index"), "label": "Stories"}, {"url": "", "label": "New story"}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the sections."""
        return super().get_context_data(**kwargs) | {"sections": self.sections, "root": Page.get_first_root_node()}
