from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeliveryConfig(AppConfig):
    name = "masthead.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the outbox's triggers laid down after each migration, which may have dropped some."""
        post_migrate.connect(_watch, dispatch_uid="masthead.delivery")


def _watch(*, sender: Any, using: str, **_: Any) -> None:
    from masthead.delivery.filling import triggers  # noqa: PLC0415 - models are ready only now

    if sender.label == "delivery":  # once: the tables of all rooms are there by then
        triggers.install(using)
