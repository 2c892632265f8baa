"""The WSGI door, for any server."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")
application = get_wsgi_application()


def _warm() -> None:
    from masthead.config.warming import warm  # noqa: PLC0415  needs the settings, which are set up by now

    warm()


Thread(target=_warm, name="warm", daemon=True).start()  # beside the first answers, so that a start is no slower
