"""Every page of the newsroom's own in the admin, and who may open it. A new one without a line here fails."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from masthead.kernel import clock
from masthead.newsroom.desk.models import DeskRule, HouseWord, Recheck
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories import actions, gate
from tests.make import make_author, make_document, make_party, make_picture, make_staff, make_story, make_topic
from tests.newsroom.desk.story_form import form

pytestmark = pytest.mark.django_db
REPORTER, EDITOR, PUBLISHER = Role.REPORTER, Role.EDITOR, Role.PUBLISHER
NOBODY: set[Role] = set()
ALL, EDITORS, PUBLISHERS = {REPORTER, EDITOR, PUBLISHER}, {EDITOR, PUBLISHER}, {PUBLISHER}

# Name of the page: (roles that may open it, what of `things` its address takes)
PAGES = {
    "stories:index": (ALL, ()),
    "stories:index_results": (ALL, ()),
    "stories:choose_parent": (ALL, ()),
    "findings:accept": (EDITORS, ("blocked", "key")),
    "findings:list": (EDITORS, ("blocked",)),
    "desk_checks:index": (EDITORS, ()),
    "corrections:index": (ALL, ()),
    "corrections:index_results": (ALL, ()),
    "corrections:add": (EDITORS, ("story",)),
    "corrections:withdraw": (EDITORS, ("correction",)),
    "desk_authors:list": (ALL, ()),
    "desk_authors:list_results": (ALL, ()),
    "desk_authors:add": (EDITORS, ()),
    "desk_authors:edit": (EDITORS, ("author",)),
    "desk_authors:delete": (EDITORS, ("author",)),
    "desk_authors:usage": (EDITORS, ("author",)),
    "desk_authors:history": (EDITORS, ("author",)),
    "desk_authors:history_results": (EDITORS, ("author",)),
    "desk_topics:list": (ALL, ()),
    "desk_topics:list_results": (ALL, ()),
    "desk_topics:add": (ALL, ()),
    "desk_topics:edit": (EDITORS, ("topic",)),
    "desk_topics:delete": (EDITORS, ("topic",)),
    "desk_topics:usage": (EDITORS, ("topic",)),
    "desk_topics:history": (ALL, ("topic",)),
    "desk_topics:history_results": (ALL, ("topic",)),
    "desk_rules:list": (EDITORS, ()),
    "desk_rules:list_results": (EDITORS, ()),
    "desk_rules:add": (EDITORS, ()),
    "desk_rules:edit": (EDITORS, ("rule",)),
    "desk_rules:delete": (EDITORS, ("rule",)),
    "desk_rules:usage": (EDITORS, ("rule",)),
    "desk_rules:history": (EDITORS, ("rule",)),
    "desk_rules:history_results": (EDITORS, ("rule",)),
    "findings:add_word": (NOBODY, ()),  # only by POST
    "desk_words:list": (ALL, ()),
    "desk_words:list_results": (ALL, ()),
    "desk_words:add": (ALL, ()),
    "desk_words:edit": (EDITORS, ("word",)),
    "desk_words:delete": (EDITORS, ("word",)),
    "desk_words:usage": (EDITORS, ("word",)),
    "desk_words:history": (ALL, ("word",)),
    "desk_words:history_results": (ALL, ("word",)),
    "archive:index": (EDITORS, ()),
    "archive:index_results": (EDITORS, ()),
    "archive:trial": (EDITORS, ("rule",)),
    "archive:start": (NOBODY, ()),  # only by POST, as the two below
    "archive:try": (NOBODY, ("rule",)),
    "archive:stop": (NOBODY, ("recheck",)),
    **{
        f"{room}:{page}": (roles, (takes,) if takes else ())
        for room, thing in (("desk_parties", "party"), ("desk_outlets", "outlet"), ("desk_source_documents", "document"))
        for page, roles, takes in (
            ("list", ALL, None),
            ("list_results", ALL, None),
            ("add", ALL, None),
            ("edit", ALL, thing),
            ("inspect", ALL, thing),
            ("delete", EDITORS, thing),
            ("merge", EDITORS, thing),
            ("usage", ALL, thing),
            ("history", ALL, thing),
            ("history_results", ALL, thing),
        )
    },
}
# Wagtail's own pages that the roles differ on, and those of the house that handle money.
OTHERS = {
    "/desk/": ALL,
    "/desk/images/": ALL,
    "/desk/images/add/": ALL,
    "/desk/documents/": ALL,
    "/desk/users/": PUBLISHERS,
    "/desk/users/new/": PUBLISHERS,
    "/desk/workflows/list/": PUBLISHERS,
    "/desk/redirects/": EDITORS,
    "/desk/settings/stories/publication/": PUBLISHERS,
}


def our_pages() -> set[str]:
    """Return the names of every admin page that a newsroom's viewset registers."""
    namespaces = {name.split(":")[0] for name in PAGES}
    found = set()

    def walk(patterns, namespace=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, pattern.namespace or namespace)
            elif isinstance(pattern, URLPattern) and namespace in namespaces and pattern.name:
                found.add(f"{namespace}:{pattern.name}")

    walk(get_resolver().url_patterns)
    return found


@pytest.fixture
def things():
    story = make_story("The ferry")
    blocked = make_story("The pier", live=False, lead_picture=make_picture(complete=False))
    note = actions.add_correction(story=story, kind="update", text="It moved on.", user=None, now=clock.now())
    finding = gate.findings(blocked)[0]
    return {
        "story": story.pk,
        "blocked": blocked.pk,
        "key": finding.key,
        "correction": note.pk,
        "author": make_author().pk,
        "topic": make_topic().pk,
        "rule": DeskRule.objects.create(name="Terms", way="banned", looks_for="illegals", reason="Say who they are.", owner="Standards").pk,
        "word": HouseWord.objects.create(word="Okafor").pk,
        "recheck": Recheck.objects.create(started_at=clock.now(), total=0).pk,
        "live": story,
        "party": make_party().pk,
        "outlet": make_party(kind="outlet").pk,
        "document": make_document().pk,
    }


def test_every_page_of_ours_is_in_the_table():
    known = set(PAGES) | {name for name in our_pages() if name.endswith((":revisions_view", ":revisions_compare", ":revisions_revert", ":inspect"))}
    assert our_pages() - known == set()


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_opens_what_it_may_and_nothing_else(client: Client, things, role):
    from django.urls import reverse

    if role:
        client.force_login(make_staff(role))
    wrong = []
    for name, (roles, takes) in PAGES.items():
        url = reverse(name, args=[things[what] for what in takes])
        status = client.get(url).status_code
        if (status == 200) != (role in roles):
            wrong.append((name, status))
    for url, roles in OTHERS.items():
        status = client.get(url, follow="settings" in url and role in roles).status_code
        if (status == 200) != (role in roles):
            wrong.append((url, status))
    assert wrong == []


@pytest.mark.parametrize("way", ["button", "bulk", "unpublish", "workflow"])
def test_a_reporter_publishes_and_withdraws_nothing(client: Client, things, way):
    reporter = make_staff(REPORTER)
    client.force_login(reporter)
    draft = make_story("Mine", live=False)
    draft.owner = reporter
    draft.save()
    if way == "button":
        client.post(f"/desk/pages/{draft.pk}/edit/", form(title="Mine", slug=draft.slug))
    elif way == "bulk":
        client.post(f"/desk/bulk/wagtailcore/page/publish/?id={draft.pk}", {})
    elif way == "unpublish":
        client.post(f"/desk/pages/{things['story']}/unpublish/", {})
    else:
        draft.get_workflow().start(draft, reporter)
        client.post(f"/desk/pages/workflow/action/{draft.pk}/approve/{draft.current_workflow_task_state.pk}/", {})
    draft.refresh_from_db()
    things["live"].refresh_from_db()
    assert not draft.live
    assert things["live"].live


@pytest.mark.parametrize(("role", "sees"), [(REPORTER, set()), (EDITOR, {"Old addresses"}), (PUBLISHER, {"Old addresses", "Staff", "Review", "Publication"})])
def test_the_settings_menu_holds_what_the_role_sets(client: Client, role, sees):
    client.force_login(make_staff(role))
    page = client.get("/desk/").content.decode()
    words = {"Old addresses", "Staff", "Review", "Publication", "Roles", "Collections", "Sites", "Workflow tasks"}
    shown = {word for word in words if f'"label": "{word}"' in page.replace("&quot;", '"')}
    assert shown - {"Roles"} == sees


def test_embargoed_words_reach_nobody_signed_out(client: Client):
    story = make_story("Embargoed words", live=False, embargoed_until=clock.now() + dt.timedelta(days=1))
    for url in (f"/desk/pages/{story.pk}/edit/", f"/desk/pages/{story.pk}/view_draft/", "/desk/stories/", "/desk/"):
        answer = client.get(url)
        assert answer.status_code == 302
        assert "/desk/login/" in answer.url
