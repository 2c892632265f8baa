"""Look at a picture file in a process of its own, with limits, before anything else opens it.

A picture of a few kilobytes can ask for gigabytes when it is decoded. The child decodes under limits of memory
and pixels; one that dies or takes too long is replaced, and the file it looked at is refused.
"""

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

LARGEST_PIXELS = 40 * 10**6
LARGEST_BYTES = 30 * 2**20
CHILD_MEMORY_BYTES = 2**30
SECONDS = 10
# Pillow's names of the formats stories may show, and the ending each file is given.
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}


class Looker:
    """Says of picture files why they cannot be used; use it in a `with` statement."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def refusal(self, path: Path) -> str:
        """Return why the file at `path` cannot be taken as a picture, or nothing where it can."""
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            return f"it has {size // 2**20} MB, more than the {LARGEST_BYTES // 2**20} MB a picture may have"
        child = self._started()
        assert child.stdin is not None  # noqa: S101 - opened as pipes
        assert child.stdout is not None  # noqa: S101
        try:
            child.stdin.write(json.dumps(str(path)) + "\n")
            child.stdin.flush()
            ready, _, _ = select.select([child.stdout], [], [], SECONDS)
            answer = child.stdout.readline() if ready else ""
        except OSError:
            answer = ""
        if not answer:
            self._stop()
            return "it could not be decoded within the limits of memory and time"
        return str(json.loads(answer))

    def _started(self) -> "subprocess.Popen[str]":
        if self._child is not None and self._child.poll() is not None:
            self._stop()
        if self._child is None:
            command = [sys.executable, "-I", __file__]
            self._child = subprocess.Popen(  # noqa: S603 - our own file, no shell
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
            )
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def look(path: str) -> str:
    """Return why the file cannot be used, or nothing; run in the child."""
    import warnings  # noqa: PLC0415 - the child alone needs these

    from PIL import Image  # noqa: PLC0415

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
    try:
        with Image.open(path) as image:
            if image.format not in ENDINGS:
                return f"it is a {image.format or 'file of an unknown kind'}; a picture is JPEG, PNG, GIF, WebP or AVIF"
            width, height = image.size
            if width * height > LARGEST_PIXELS:
                return f"it has {width} by {height} pixels, more than {LARGEST_PIXELS // 10**6} million"
            image.draft("RGB", (256, 256))  # a JPEG is decoded small
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return f"it has more than {LARGEST_PIXELS // 10**6} million pixels"
    except MemoryError:
        return "it needs too much memory to decode"
    except Exception as error:  # noqa: BLE001 - whatever a decoder throws at a hostile file, the file is refused
        return f"it cannot be decoded ({type(error).__name__})"
    return ""


def _serve() -> None:
    import resource  # noqa: PLC0415 - not on every platform; the child alone needs it

    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY_BYTES, CHILD_MEMORY_BYTES))
    os.nice(5)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(look(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
