from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "masthead.newsroom.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Stand at the gate, and put the nonce into Wagtail's choosers."""
        from masthead.newsroom.desk.policy import write_nonces_into_choosers  # noqa: PLC0415
        from masthead.newsroom.desk.queries import open_findings  # noqa: PLC0415 - models are not loaded before
        from masthead.newsroom.stories import gate  # noqa: PLC0415

        gate.register(open_findings)
        write_nonces_into_choosers()
