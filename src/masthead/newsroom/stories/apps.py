from django.apps import AppConfig


class StoriesConfig(AppConfig):
    name = "masthead.newsroom.stories"
    label = "stories"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail."""
        from masthead.newsroom.stories import wagtail_bridge  # noqa: PLC0415 - models are not loaded before

        wagtail_bridge.connect()
