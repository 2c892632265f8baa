"""Addresses of giving."""

from django.urls import include, path

from masthead.funding.giving import receipt_views as receipts
from masthead.funding.giving import views

urlpatterns = [
    path("", include("masthead.funding.giving.managing.urls")),
    path("contribute/", views.contribute, name="contribute"),
    path("contribute/thanks/<str:token>/", views.thanks, name="giving_thanks"),
    path("contribute/cancelled/<str:token>/", views.cancelled, name="giving_cancelled"),
    path("contribute/confirm/<str:token>/", views.confirm, name="giving_confirm"),
    path("contribute/receipt/<str:token>/", receipts.page, name="giving_receipt"),
    path("contribute/receipt/<str:token>/receipt.pdf", receipts.pdf, name="giving_receipt_pdf"),
    path("contribute/receipt/<str:token>/receipt.json", receipts.proof, name="giving_receipt_proof"),
    path("contribute/pledge/<str:token>/", views.pledge, name="giving_pledge"),
    path("webhooks/<slug:provider>/", views.webhook, name="giving_webhook"),
]
