"""Addresses of campaigns and their meters."""

from django.urls import path

from masthead.funding.campaigns import views

urlpatterns = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/<slug:slug>/", views.campaign, name="campaign"),
    path("meter/<uuid:campaign_id>.json", views.meter_json, name="meter_json"),
]
