"""Roles and the review that stories pass, as a newsroom has them on its first day."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page, Workflow, WorkflowPage, WorkflowTask

from masthead.kernel.errors import MastheadError
from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.roles import GRANTS, Role


class UserRefused(MastheadError):
    """A person who cannot be added, or a role that does not exist."""


@transaction.atomic
def set_up_roles() -> None:
    """Make the three roles with their rights; rights that a newsroom gave them besides stay."""
    Group.objects.filter(name="Moderators").delete()  # Wagtail's own, made by its migrations
    root = Page.get_first_root_node()
    collection = Collection.get_first_root_node()
    for role, grant in GRANTS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        wanted = Permission.objects.filter(_any_of(grant.permissions))
        group.permissions.add(*wanted)
        if root is not None:
            for codename in grant.pages:
                GroupPagePermission.objects.get_or_create(group=group, page=root, permission=_permission("wagtailcore", codename))
        if collection is not None:
            for app, codename in grant.files:
                GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=_permission(app, codename))
    # Wagtail's migrations give its own “Editors” group less than ours; nothing to take away.


def _any_of(names: tuple[str, ...]) -> Q:
    """Match permissions named `app.codename`, or `app.*` for all of an app."""
    query = Q(pk__in=())
    for name in names:
        app, codename = name.split(".")
        query |= Q(content_type__app_label=app) if codename == "*" else Q(content_type__app_label=app, codename=codename)
    return query


def _permission(app: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=codename)


@transaction.atomic
def set_up_review() -> Workflow:
    """Make “Review” the workflow of every page: an editor or publisher approves, and approval publishes."""
    workflow, _ = Workflow.objects.get_or_create(name="Review", defaults={"active": True})
    task, _ = GroupApprovalTask.objects.get_or_create(name="Review by an editor", defaults={"active": True})
    task.groups.set(Group.objects.filter(name__in=[Role.EDITOR.value, Role.PUBLISHER.value]))
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    root = Page.get_first_root_node()
    if root is not None:
        WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    Workflow.objects.filter(name="Moderators approval").delete()
    GroupApprovalTask.objects.filter(name="Moderators approval").delete()
    return workflow


@transaction.atomic
def add_user(*, email: str, password: str, role: Role, first_name: str = "", last_name: str = "") -> User:
    """Store a person who signs in with `email` and holds `role`.

    Raises:
        UserRefused: somebody has this address.
    """
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise UserRefused(f"There is somebody with the address {email} already: choose another, or change that person.")
    user = User.objects.create_user(email.strip(), password, first_name=first_name, last_name=last_name, is_staff=True)
    give_role(user=user, role=role)
    return user


@transaction.atomic
def give_role(*, user: User, role: Role) -> None:
    """Make `role` the one role of `user`."""
    set_up_roles()
    user.groups.remove(*Group.objects.filter(name__in=[other.value for other in Role]))
    user.groups.add(Group.objects.get(name=role.value))
