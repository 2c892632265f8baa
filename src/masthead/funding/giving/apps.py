from django.apps import AppConfig


class GivingConfig(AppConfig):
    name = "masthead.funding.giving"
    label = "giving"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have Django's system checks refuse practice beside a live provider."""
        from django.core.checks import register  # noqa: PLC0415  Django is ready only now

        from masthead.funding.providers.registry import check_providers  # noqa: PLC0415  as above

        register(check_providers)
