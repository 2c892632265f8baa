from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "masthead.moving"
    label = "moving"
    default_auto_field = "django.db.models.BigAutoField"
