"""Founding a newsroom: the pages it stands on, the roles in it, the review its stories pass."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Page, Site

from masthead.newsroom.staff.actions import set_up_review, set_up_roles
from masthead.newsroom.stories.models import FrontPage, InfoPage, Publication, SectionPage

DEFAULT_SECTIONS = ("News", "Politics", "Economy", "Culture", "Opinion")


@transaction.atomic
def found_newsroom(*, name: str, host: str, port: int = 80, sections: Sequence[str] = DEFAULT_SECTIONS) -> FrontPage:
    """Make the front page, sections, About page, roles and review of a new newsroom; a second call changes nothing that is there.

    `host` and `port` are those of the public address; `sections` are titles in menu order.
    """
    set_up_roles()
    set_up_review()
    front: FrontPage = FrontPage.objects.first() or _replace_wagtails_welcome(name)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port, site.site_name, site.root_page = host, port, name, front
    site.save()
    Publication.objects.get_or_create(site=site, defaults={"name": name})
    for title in sections:
        slug = slugify(title, allow_unicode=True)
        if not front.get_children().filter(slug=slug).exists():
            front.add_child(instance=SectionPage(title=title, slug=slug, show_in_menus=True)).save_revision()
    if not InfoPage.objects.child_of(front).filter(slug="about").exists():
        about = InfoPage(title="About", slug="about", show_in_menus=True, standfirst=f"Who makes {name}, and how it is paid for.")
        front.add_child(instance=about).save_revision()
    return front


def _replace_wagtails_welcome(name: str) -> FrontPage:
    root = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(instance=Page(title="Root", slug="root"))
    front = FrontPage(title=name, slug="front", show_in_menus=False)
    root.add_child(instance=front)
    front.save_revision()
    Site.objects.all().update(root_page=front)
    for welcome in root.get_children().exclude(pk=front.pk).filter(content_type__model="page"):
        welcome.delete()
    return front
