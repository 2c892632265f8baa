"""Addresses of campaigns and their meters."""

from django.urls import path

from masthead.funding.campaigns import views

urlpatterns = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/<slug:slug>/", views.campaign, name="campaign"),
    path("meter/<uuid:campaign_id>.json", views.meter_json, name="meter_json"),
    path("meter/<uuid:campaign_id>/parts", views.meter_parts, name="meter_parts"),
    path("meter/<uuid:campaign_id>.svg", views.meter_svg, name="meter_svg"),
    path("meter/<uuid:campaign_id>.png", views.meter_png, name="meter_png"),
    path("meter/<uuid:campaign_id>/embed", views.meter_embed, name="meter_embed"),
]
