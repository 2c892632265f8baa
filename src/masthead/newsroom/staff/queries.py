"""Reads about the people who sign in."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from masthead.newsroom.staff.models import User


def signed_in(request: HttpRequest) -> User:
    """Return the member of the newsroom who asks.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
