"""The `masthead` command."""

import os
import sys


def main() -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")
    from django.core.management import execute_from_command_line

    arguments = sys.argv[1:]
    if arguments and arguments[0] == "manage":
        arguments = arguments[1:]
    execute_from_command_line(["masthead manage", *arguments])
    return 0
