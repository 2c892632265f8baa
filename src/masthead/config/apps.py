from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "masthead.config"
    label = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what is announced to what follows."""
        from masthead.config import wiring  # noqa: PLC0415  models are not loaded before

        wiring.connect()
