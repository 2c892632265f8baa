"""Addresses of delivery's own views."""

from django.urls import path, register_converter

from masthead.delivery import views


class Colour:
    """Six hexadecimal digits, small letters."""

    regex = "[0-9a-f]{6}"

    def to_python(self, value: str) -> str:
        """Return the digits as they stand."""
        return value

    def to_url(self, value: str) -> str:
        """Return the digits in small letters, without a leading `#`."""
        return value.lstrip("#").lower()


register_converter(Colour, "colour")

urlpatterns = [
    path("theme/<colour:colour>.css", views.theme_accent, name="theme_accent"),
]
