from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "masthead.funding.providers.practice"
    label = "practice"
