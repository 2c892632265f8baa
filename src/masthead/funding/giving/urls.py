"""Addresses of giving."""

from django.urls import path

from masthead.funding.giving import views

urlpatterns = [
    path("contribute/", views.contribute, name="contribute"),
    path("contribute/thanks/<str:token>/", views.thanks, name="giving_thanks"),
    path("contribute/cancelled/<str:token>/", views.cancelled, name="giving_cancelled"),
    path("contribute/pledge/<str:token>/", views.pledge, name="giving_pledge"),
    path("webhooks/<slug:provider>/", views.webhook, name="giving_webhook"),
]
