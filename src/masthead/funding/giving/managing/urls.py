"""Addresses of the supporters' own pages. The cookie of a visit is sent to those under `/giving/` alone."""

from django.urls import path

from masthead.funding.giving.managing import views

urlpatterns = [
    path("giving/", views.ask, name="giving_manage"),
    path("giving/enter/<str:token>/", views.enter, name="giving_enter"),
    path("giving/yours/", views.yours, name="giving_yours"),
    path("giving/pledge/<uuid:pledge_id>/back/", views.back, name="giving_back"),
    path("giving/pledge/<uuid:pledge_id>/<slug:what>/", views.pledge, name="giving_change"),
    path("giving/gift/<uuid:gift_id>/show/", views.show, name="giving_show"),
    path("giving/statement/<int:year>/", views.statement, name="giving_statement"),
    path("giving/statement/<int:year>/gifts.pdf", views.statement_file, name="giving_statement_pdf"),
    path("giving/my-gifts.json", views.data, name="giving_data"),
    path("giving/erase/", views.erase, name="giving_erase"),
    path("giving/leave/", views.leave, name="giving_leave"),
    path("supporters/", views.supporters, name="supporters"),
]
