"""Addresses of the practice system's pages."""

from django.urls import path

from masthead.funding.providers.practice import views

urlpatterns = [
    path("practice/checkout/<str:ref>/", views.checkout, name="practice_checkout"),
    path("practice/pledge/<str:ref>/", views.pledge, name="practice_pledge"),
]
