"""What a test may need from the machine. Missing, it is skipped with a word; demanded, its lack is a failure."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

LOCAL_POSTGRES = "postgresql://127.0.0.1:5432/postgres"
REDIS_NAMES = ("valkey-server", "redis-server")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def lacking(what: str) -> NoReturn:
    """Skip this test for want of `what`; fail it where MASTHEAD_DEMAND=1 says that nothing may be skipped."""
    if os.environ.get("MASTHEAD_DEMAND") == "1":
        pytest.fail(f"no {what}, and MASTHEAD_DEMAND=1 says it must be here", pytrace=False)
    pytest.skip(f"no {what}")


def postgres_server() -> str:
    """Return the URL of the PostgreSQL to test with: MASTHEAD_TEST_POSTGRES, or this machine's own."""
    return os.environ.get("MASTHEAD_TEST_POSTGRES") or LOCAL_POSTGRES


def redis_server() -> str:
    """Return the path of the machine's Valkey or Redis server, of which a test starts one of its own."""
    return next(filter(None, map(shutil.which, REDIS_NAMES)), None) or lacking("Valkey or Redis (valkey-server, redis-server)")


def real_data_folder() -> Path | None:
    """Return the folder of real files that MASTHEAD_REAL_DATA names, where it is there."""
    folder = Path(os.environ.get("MASTHEAD_REAL_DATA") or "nowhere")
    return folder.resolve() if folder.is_dir() else None


if __name__ == "__main__":  # the door asks: is there a PostgreSQL to run the suite on?
    from tests import databases

    if not databases.is_reachable(postgres_server()):
        sys.exit(f"none answers at {urlsplit(postgres_server()).hostname} (name one with MASTHEAD_TEST_POSTGRES)")
    print(postgres_server())
