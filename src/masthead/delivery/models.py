"""Delivery's one table."""

from masthead.delivery.filling.models import Change

__all__ = ["Change"]
