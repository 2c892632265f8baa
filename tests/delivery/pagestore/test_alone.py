"""The page store is a library: what serves readers loads no Django with it."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.live


def test_the_page_store_loads_without_django_and_the_rooms():
    rooms = ["newsroom", "funding", "readers", "search", "syndication", "moving", "config"]
    code = (
        "import sys; from masthead.delivery.pagestore import answers; "
        f"print([name for name in sys.modules if name.startswith(('django', 'wagtail')) or name.split('.')[1:2] and name.split('.')[1] in {rooms} and name.startswith('masthead')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
