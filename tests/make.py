"""Makers: typed plain functions that put one thing into the database, with sensible words where none are given."""

from itertools import count

from masthead.newsroom.staff.models import User

_number = count(1)


def make_user(*, email: str | None = None, password: str = "correct horse battery", **fields: object) -> User:
    """Store a person who can sign in."""
    return User.objects.create_user(email or f"person{next(_number)}@news.example", password, **fields)
