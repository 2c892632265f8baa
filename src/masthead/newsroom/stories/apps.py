from django.apps import AppConfig


class StoriesConfig(AppConfig):
    name = "masthead.newsroom.stories"
    label = "stories"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail, and tell the sources room where its parties and documents are named."""
        from masthead.newsroom.sources.uses import register  # noqa: PLC0415 - models are not loaded before
        from masthead.newsroom.stories import uses, wagtail_bridge  # noqa: PLC0415 - as above

        wagtail_bridge.connect()
        register(naming=uses.naming, unnamed=uses.unnamed)
