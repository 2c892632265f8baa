from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    name = "masthead.newsroom.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Stand at the gate, put the nonce into Wagtail's choosers, say who sees the whole tree, and have the lists' indexes laid down after each migration."""
        from wagtail.models import Page  # noqa: PLC0415 - models are not loaded before
        from wagtail.permissions import register_permission_policy  # noqa: PLC0415

        from masthead.newsroom.desk.permissions import TreePolicy  # noqa: PLC0415
        from masthead.newsroom.desk.policy import write_nonces_into_choosers  # noqa: PLC0415
        from masthead.newsroom.desk.queries import open_findings  # noqa: PLC0415
        from masthead.newsroom.stories import gate  # noqa: PLC0415

        gate.register(open_findings)
        write_nonces_into_choosers()
        register_permission_policy(Page, TreePolicy(Page))
        post_migrate.connect(_index, dispatch_uid="masthead.newsroom.desk")


def _index(*, sender: Any, using: str, **_: Any) -> None:
    from masthead.newsroom.desk import indexes  # noqa: PLC0415 - as above

    if sender.label == "desk":  # once: the tables of all rooms are as they will be by then
        indexes.install(using)
