"""Campaigns and the books in Wagtail's admin."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from masthead.funding.campaigns import queries
from masthead.funding.campaigns.forms import CampaignForm, MilestoneForm
from masthead.funding.campaigns.models import Campaign
from masthead.funding.campaigns.panels import EmbedPanel
from masthead.kernel import clock


class CampaignPolicy(ModelPermissionPolicy):
    """Roles as everywhere; only what was never open can be deleted, for the books hold the account of the rest."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Campaign) -> bool:
        """Say whether `user` may do `action` to this campaign."""
        return super().user_has_permission_for_instance(user, action, instance) and not (action == "delete" and instance.opened_at is not None)


class DeleteDraftView(generic.DeleteView):
    """Deletes what was never open."""

    def get_object(self) -> Campaign:
        """Return the campaign, where this person may delete it."""
        campaign: Campaign = super().get_object()
        if not self.permission_policy.user_has_permission_for_instance(self.request.user, "delete", campaign):
            raise PermissionDenied
        return campaign


class MilestonesPanel(InlinePanel):
    """The milestones, whose amounts are in the campaign's currency."""

    def get_form_options(self) -> dict[str, Any]:
        """Return the formset's options, with a form that is told the currency."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": MilestoneForm, "inherit_kwargs": ["in_currency"]}
        return options


def meter_of(campaign: Campaign) -> str:
    """Return the campaign's sentence, for the list."""
    return queries.reading(campaign=campaign, now=clock.now()).sentence


def phase_of(campaign: Campaign) -> str:
    """Return what the campaign is today, and whether it is featured."""
    phase = str(campaign.phase(queries.today(clock.now())).label)
    return f"{phase}, featured" if campaign.featured else phase


def moves_of(campaign: Campaign) -> str:
    """Return a link to what moved the campaign's meter."""
    return format_html('<a href="{}?account={}">What moved it</a>', reverse("ledger:index"), campaign.account_code)


class CampaignViewSet(ModelViewSet):
    """List, make and edit campaigns."""

    model = Campaign
    name = "campaigns"
    icon = "coins"
    menu_label = "Campaigns"
    menu_hook = "register_funding_menu_item"
    menu_order = 20
    add_to_reference_index = False
    copy_view_enabled = False
    delete_view_class = DeleteDraftView
    list_display = [
        TitleColumn("name", label="Campaign", url_name="campaigns:edit"),
        Column("phase", label="State", accessor=phase_of),
        Column("meter", label="Meter", accessor=meter_of),
        Column("moves", label="Ledger", accessor=moves_of),
    ]
    edit_handler = ObjectList(
        [
            TitleFieldPanel("name", targets=["slug"], placeholder=False, classname=""),
            FieldPanel("slug"),
            FieldPanel("purpose"),
            MultiFieldPanel(
                [
                    FieldPanel("currency"),
                    FieldRowPanel([FieldPanel("goal_minor"), FieldPanel("period")]),
                    FieldRowPanel([FieldPanel("opens_date"), FieldPanel("closes_date")]),
                ],
                heading="Goal",
            ),
            MilestonesPanel("milestones", panels=[FieldRowPanel([FieldPanel("amount_minor"), FieldPanel("meaning")])], heading="Milestones", label="Milestone"),
            MultiFieldPanel([FieldPanel("state"), FieldPanel("featured")], heading="On the site"),
            MultiFieldPanel(
                [
                    FieldPanel("appeal_title"),
                    FieldPanel("appeal_text"),
                    FieldRowPanel([FieldPanel("suggested_once"), FieldPanel("suggested_monthly"), FieldPanel("suggested_yearly")]),
                    FieldPanel("offers_yearly"),
                ],
                heading="Appeal after each story",
            ),
            FieldPanel("receipt_legal"),
            EmbedPanel(heading="Meter on other sites"),
        ],
        base_form_class=CampaignForm,
    )
