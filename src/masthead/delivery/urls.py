"""Addresses of delivery's own views. `pages` come last of all: they take whatever is left."""

from django.urls import path, re_path, register_converter
from wagtail.urls import serve_pattern

from masthead.delivery import files, kept, serve, sources, views


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
    path("pictures/<int:picture_id>/<slug:key>/<int:width>.<slug:extension>", files.picture, name="picture"),
    path("attachments/<int:attachment_id>/<str:filename>", files.attachment, name="wagtaildocs_serve"),  # the name Wagtail asks for
    path("media/<path:name>", files.staff_file, name="staff_file"),
    path("topics/<str:slug>/", views.topic, name="topic"),
    path("authors/<str:slug>/", views.author, name="author"),
    path("kept/<uuid:key>/", kept.kept_copy, name="kept_copy"),
    path("kept/<uuid:key>/file", kept.kept_file, name="kept_file"),
    path("sources/", sources.index, name="sources"),
    path("sources/<str:slug>/", sources.party, name="party"),
    path("corrections/", views.corrections, name="corrections"),
    path("archive/", views.archive, name="archive"),
    path("archive/<int:year>/<int:month>/", views.archive_month, name="archive_month"),
    path("archive/<int:year>/<int:month>/<int:day>/", views.archive_day, name="archive_day"),
]
pages = [re_path(serve_pattern, serve.page)]
