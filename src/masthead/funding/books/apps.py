from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "masthead.funding.books"
    label = "books"
    default_auto_field = "django.db.models.BigAutoField"
