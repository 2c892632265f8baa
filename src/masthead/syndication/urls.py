"""Addresses that machines read."""

from django.urls import path

from masthead.syndication import views

urlpatterns = [
    path("feed.xml", views.rss, name="feed"),
    path("<str:section>/feed.xml", views.rss, name="section_feed"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", views.sitemap_part, name="sitemap_part"),
    path("robots.txt", views.robots, name="robots"),
]
