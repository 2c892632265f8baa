"""Who may know whom: the import contracts, run as a test."""

import subprocess
from pathlib import Path

from tests.databases import HERE


def test_the_import_contracts_are_kept(tmp_path: Path):
    tool = Path(__import__("sys").executable).parent / "lint-imports"
    done = subprocess.run([tool, "--no-cache"], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout
