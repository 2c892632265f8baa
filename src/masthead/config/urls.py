"""Every address of the site. Wagtail's pages come last: they take whatever is left."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls

from masthead.delivery.urls import pages

urlpatterns = [
    path("desk/", include(admin_urls)),
    path("", include("masthead.delivery.urls")),
    path("", include("masthead.funding.giving.urls")),
    path("", include("masthead.funding.books.urls")),
    path("", include("masthead.search.urls")),
    path("", include("masthead.syndication.urls")),
    path("", include("masthead.funding.campaigns.urls")),
    path("", include("masthead.funding.providers.practice.urls")),
    *pages,
    path("", include(wagtail_urls)),
]

handler404 = "masthead.delivery.views.not_found"
handler500 = "masthead.delivery.away.failed"
