"""What tests of kept copies stand on."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Give each test a folder of kept copies of its own."""
    settings.CAPTURES_ROOT = tmp_path / "captures"
    return tmp_path / "captures"
