"""What the open books hang into Wagtail's admin: expenses under Funding."""

from typing import Any

from wagtail import hooks

from masthead.funding.books.viewsets import ExpenseViewSet


@hooks.register("register_admin_viewset")
def show_expenses() -> Any:
    """Put them in."""
    return ExpenseViewSet()
