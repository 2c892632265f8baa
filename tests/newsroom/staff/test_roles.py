import pytest
from wagtail.models import GroupPagePermission, Page, Workflow

from masthead.newsroom.staff.actions import UserRefused, add_user, give_role, set_up_review, set_up_roles
from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.roles import Role
from tests.make import PASSWORD, make_newsroom, make_staff, make_story

pytestmark = pytest.mark.django_db


def may(user, what, page=None):
    return getattr((page or make_story(live=False)).permissions_for_user(user), f"can_{what}")()


def test_a_reporter_writes_and_submits_but_does_not_publish():
    reporter = make_staff(Role.REPORTER)
    own = make_story(live=False)
    Page.objects.filter(pk=own.pk).update(owner=reporter)
    own = Page.objects.get(pk=own.pk).specific
    assert may(reporter, "edit", own)
    assert may(reporter, "submit_for_moderation", own)
    assert not may(reporter, "publish", own)
    assert not may(reporter, "edit", make_story(live=False))


def test_an_editor_changes_and_publishes_everything():
    editor = make_staff(Role.EDITOR)
    assert may(editor, "edit")
    assert may(editor, "publish")
    assert may(editor, "lock")


@pytest.mark.parametrize("permission", ["campaigns.change_campaign", "staff.add_user", "stories.change_publication"])
def test_money_people_and_settings_are_the_publishers(permission):
    granted = {role: make_staff(role).has_perm(permission) for role in Role}
    assert granted == {Role.REPORTER: False, Role.EDITOR: False, Role.PUBLISHER: True}


def test_setting_up_twice_changes_nothing():
    make_newsroom()
    before = sorted(GroupPagePermission.objects.values_list("group__name", "permission__codename"))
    set_up_roles()
    set_up_review()
    assert sorted(GroupPagePermission.objects.values_list("group__name", "permission__codename")) == before
    assert Workflow.objects.filter(active=True).count() == 1


def test_an_address_belongs_to_one_person_whatever_its_capitals():
    add_user(email="ada@news.example", password=PASSWORD, role=Role.REPORTER)
    with pytest.raises(UserRefused, match="somebody with the address"):
        add_user(email="Ada@News.example", password=PASSWORD, role=Role.EDITOR)


def test_a_new_role_replaces_the_old():
    user = make_staff(Role.REPORTER)
    give_role(user=user, role=Role.EDITOR)
    assert [group.name for group in User.objects.get(pk=user.pk).groups.all()] == ["Editors"]
