"""The WSGI door for hosts that give one process and one server: the page store and Django in one application."""

from masthead.config.env import Env
from masthead.config.wsgi import application as django
from masthead.delivery.front.plan import public_hosts
from masthead.delivery.front.wsgi import StoredPages
from masthead.delivery.pagestore.answers import Answers
from masthead.delivery.pagestore.store import Store


def _application() -> StoredPages:
    from django.conf import settings  # noqa: PLC0415  set up by the import of wsgi

    env: Env = settings.ENV
    return StoredPages(django, Answers(Store(env.pages), hosts=public_hosts(env.address), session_cookie=settings.SESSION_COOKIE_NAME))


application = _application()
