"""Whose the imported things are."""

from masthead.newsroom.staff.models import User
from masthead.newsroom.staff.roles import Role


def likely_owner() -> User | None:
    """Return the first publisher, else the first who may do everything, else nobody: the owner of what a command imports."""
    people = User.objects.filter(is_active=True).order_by("pk")
    return people.filter(groups__name=Role.PUBLISHER.value).first() or people.filter(is_superuser=True).first()
