"""What the first reader of a page would otherwise wait for: its template compiled, and the library of its payment company loaded."""

import logging
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.template.loader import get_template

from masthead.funding.providers import registry
from masthead.kernel.errors import MastheadError

logger = logging.getLogger(__name__)
OWN = "masthead."


def warm() -> int:
    """Compile every template of ours and load what speaks to each provider that is on; return the number of templates.

    Django keeps compiled templates for the life of a process where DEBUG is off. A fault in one is logged and left to the page that has it.
    """
    compiled = 0
    for folder in (Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith(OWN)):
        for file in sorted(folder.rglob("*.html")):
            try:
                get_template(file.relative_to(folder).as_posix())
                compiled += 1
            except Exception:
                logger.exception("The template %s could not be compiled", file)
    try:
        for listed in registry.enabled():
            import_module(listed.path.partition(":")[0])
    except MastheadError:
        logger.debug("No provider is loaded: their settings contradict each other, which `doctor` and the contribute page say")
    return compiled
