"""The Sources menu of the desk."""

from typing import Any

from django.urls import path
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.admin.ui.tables import Column, UpdatedAtColumn
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from masthead.newsroom.sources.forms import DocumentForm, DomainForm, OutletForm, PartyForm
from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.sources.protected import views as protected
from masthead.newsroom.sources.protected.actions import KEEP
from masthead.newsroom.sources.views import parties

SPAN = FieldRowPanel([FieldPanel("since"), FieldPanel("until")])
NAMES = InlinePanel("names", panels=[FieldRowPanel([FieldPanel("name"), FieldPanel("language")])], heading="Other names", label="Name")


class DomainsPanel(InlinePanel):
    """The domains, each checked as it is typed."""

    def get_form_options(self) -> dict[str, Any]:
        """Return the formset's options with our form."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": DomainForm}
        return options


KIND = Column("kind", label="Kind", accessor="get_kind_display", sort_key="kind")
STATE = Column("state", label="State", accessor="get_state_display", sort_key="state")


class _Sources(SnippetViewSet):
    """What parties, outlets and documents have in common."""

    edit_view_class = parties.Edit
    inspect_view_class = parties.Inspect
    inspect_view_enabled = True
    inspect_template_name = "sources/inspect.html"
    chooser_viewset_class = parties.StandingChooser
    copy_view_enabled = False
    search_backend_name = None
    add_label: str

    def get_queryset(self, request: Any) -> Any:  # noqa: ARG002 - Wagtail's signature
        """Return the rows that stand."""
        return parties.standing(self.model)

    def get_index_view_kwargs(self, **kwargs: Any) -> Any:
        """Return what the list is made of, under the name that the menu gives it."""
        return super().get_index_view_kwargs(**kwargs, page_title=self.menu_label, add_item_label=self.add_label)

    def get_urlpatterns(self) -> list[Any]:
        """Return Wagtail's addresses and the merge's."""
        return [*super().get_urlpatterns(), path("merge/<int:pk>/", parties.Merge.as_view(model=self.model), name="merge")]


class PartyViewSet(_Sources):
    """People, organisations and accounts."""

    model = Party
    icon = "group"
    menu_label = "People & bodies"
    add_label = "Add a person or body"
    menu_order = 10
    admin_url_namespace = "desk_parties"
    base_url_path = "parties"
    list_display = ["name", KIND, "who", UpdatedAtColumn()]
    list_filter = ["kind"]
    search_fields = ["name", "names__name", "who"]
    inspect_view_fields = ["name", "kind", "who", "website", "wikidata_id", "belongs_to", "created_at"]
    edit_handler = ObjectList(
        [
            FieldPanel("kind"),
            TitleFieldPanel("name", targets=["slug"], placeholder=False, classname=""),
            FieldPanel("slug"),
            FieldPanel("who"),
            NAMES,
            InlinePanel("positions", panels=[FieldPanel("title"), FieldPanel("organisation"), SPAN], heading="Offices", label="Office"),
            MultiFieldPanel([FieldPanel("website"), FieldPanel("wikidata_id"), FieldPanel("belongs_to")], heading="Where they are found"),
        ],
        base_form_class=PartyForm,
    )

    def get_queryset(self, request: Any) -> Any:
        """Return all but the outlets, which have a list of their own."""
        return super().get_queryset(request).exclude(kind=Party.Kind.OUTLET).distinct()


class OutletViewSet(_Sources):
    """Outlets: the same model, with domains and affiliations. Registered beside the other, which is the model's own."""

    model = Party
    icon = "globe"
    menu_label = "Outlets"
    add_label = "Add an outlet"
    menu_order = 20
    admin_url_namespace = "desk_outlets"
    base_url_path = "outlets"
    list_display = ["name", "domains_listed", "affiliation_listed", UpdatedAtColumn()]
    search_fields = ["name", "names__name", "domains__domain"]
    inspect_view_fields = ["name", "domains_listed", "affiliation_listed", "who", "website", "wikidata_id", "belongs_to", "created_at"]
    edit_handler = ObjectList(
        [
            TitleFieldPanel("name", targets=["slug"], placeholder=False, classname=""),
            FieldPanel("slug"),
            FieldPanel("who"),
            NAMES,
            DomainsPanel("domains", panels=[FieldPanel("domain")], heading="Domains", label="Domain"),
            InlinePanel(
                "affiliations",
                panels=[FieldRowPanel([FieldPanel("label"), FieldPanel("owner")]), FieldPanel("reason"), SPAN],
                heading="Whom it belongs to",
                label="Affiliation",
                help_text="Shown wherever the outlet appears: judge every outlet by the same measure.",
            ),
            MultiFieldPanel([FieldPanel("website"), FieldPanel("wikidata_id"), FieldPanel("belongs_to")], heading="Where it is found"),
        ],
        base_form_class=OutletForm,
    )

    def get_queryset(self, request: Any) -> Any:
        """Return the outlets."""
        return super().get_queryset(request).filter(kind=Party.Kind.OUTLET).prefetch_related("domains", "affiliations").distinct()

    def on_register(self) -> None:
        """Stand in the menu; everything else of the model is registered by `PartyViewSet`."""
        super(ModelViewSet, self).on_register()


class DocumentViewSet(_Sources):
    """Documents."""

    model = SourceDocument
    icon = "doc-full"
    menu_label = "Documents"
    add_label = "Add a document"
    menu_order = 30
    admin_url_namespace = "desk_source_documents"
    base_url_path = "source-documents"
    add_view_class = parties.AddDocument
    list_display = ["__str__", KIND, "publisher", "published_at", STATE, UpdatedAtColumn()]
    list_filter = ["kind", "state"]
    search_fields = ["title", "url", "publisher__name"]
    inspect_view_fields = [
        *("title", "url", "kind", "publisher", "author", "published_at", "language", "note"),
        *("state", "state_reason", "state_since", "checked_at", "accessed_at", "added_by", "created_at"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("url"),
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("published_at"), FieldPanel("language")]),
            FieldRowPanel([FieldPanel("publisher"), FieldPanel("author")]),
            FieldPanel("note"),
        ],
        base_form_class=DocumentForm,
    )

    def get_queryset(self, request: Any) -> Any:
        """Return the documents with their publishers."""
        return super().get_queryset(request).select_related("publisher")


class ProtectedViewSet(ViewSet):
    """Protected sources."""

    name = "protected"
    url_prefix = "protected"
    icon = "lock"
    menu_label = "Protected sources"
    menu_order = 90

    def get_menu_item(self, order: int | None = None) -> Any:
        """Return the menu's entry, for those who may keep one."""
        item = super().get_menu_item(order)
        item.is_shown = lambda request: request.user.has_perm(KEEP)
        return item

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses under /desk/protected/."""
        return [
            path("", protected.Index.as_view(), name="index"),
            path("unlock/", protected.Unlock.as_view(), name="unlock"),
            path("add/", protected.Keep.as_view(), name="add"),
            path("<uuid:key>/", protected.Open.as_view(), name="open"),
            path("<uuid:key>/change/", protected.Change.as_view(), name="change"),
            path("<uuid:key>/readers/", protected.Share.as_view(), name="share"),
            path("<uuid:key>/delete/", protected.Delete.as_view(), name="delete"),
        ]


class SourcesGroup(SnippetViewSetGroup):
    """The menu."""

    items = (PartyViewSet, OutletViewSet, DocumentViewSet, ProtectedViewSet)
    menu_label = "Sources"
    menu_name = "sources"
    menu_icon = "openquote"
    menu_order = 35
    add_to_admin_menu = True
