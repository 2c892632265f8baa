"""Addresses of the open books."""

from django.urls import path

from masthead.funding.books import views

urlpatterns = [
    path("books/", views.books, name="books"),
    path("books/<int:year>-<int:month>/", views.month, name="books_month"),
    path("books/<int:year>-<int:month>/statement.<slug:form>", views.statement_file, name="books_file"),
    path("books/gifts/", views.gifts, name="books_gifts"),
    path("books/checkpoint", views.checkpoint, name="books_checkpoint"),
    path("books/checkpoint/<str:day>", views.checkpoint, name="books_checkpoint_of"),
    path("books/checkpoints/", views.checkpoints, name="books_checkpoints"),
    path("books/key", views.key, name="books_key"),
    path("books/verify/", views.verify, name="books_verify"),
]
