"""Addresses that machines read."""

from django.urls import path

from masthead.syndication import statement_views, views

urlpatterns = [
    path("feed.xml", views.rss, name="feed"),
    path("<str:section>/feed.xml", views.rss, name="section_feed"),
    path("sources/statements.jsonl", statement_views.as_lines, name="statements_lines"),
    path("sources/statements.csv", statement_views.as_table, name="statements_table"),
    path("<path:place>/<str:slug>/statements.json", statement_views.of_story, name="story_statements"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", views.sitemap_part, name="sitemap_part"),
    path("sitemap-sources-<int:number>.xml", views.sitemap_sources, name="sitemap_sources"),
    path("robots.txt", views.robots, name="robots"),
]
