"""Every address of the site. Wagtail's pages come last: they take whatever is left."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as document_urls

urlpatterns = [
    path("desk/", include(admin_urls)),
    path("documents/", include(document_urls)),
    path("", include("masthead.delivery.urls")),
    path("", include("masthead.funding.providers.practice.urls")),
    path("", include(wagtail_urls)),
]
