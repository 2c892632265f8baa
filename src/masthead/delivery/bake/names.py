"""Which file an address becomes, so that any file server, and a folder on a disk, answers it."""

from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

LONGEST_NAME = 255  # bytes: what Linux's and macOS's file systems take for one name
INDEX = "index.html"


def file_of(path: str, media_type: str) -> PurePosixPath | None:
    """Return the file of a stored path (`/harbour/a-story/`, percent-encoded), relative to the baked folder; None where no file can have that name.

    What ends in a slash, and a page without one, is a folder with an index.html in it; anything else is the file that it says.
    """
    try:
        text = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return None
    names = text.strip("/").split("/") if text.strip("/") else []
    if any(name in {"", ".", ".."} or not name.isprintable() or "\\" in name or len(name.encode()) > LONGEST_NAME for name in names):
        return None
    is_folder = text.endswith("/") or (media_type.startswith("text/html") and not text.endswith((".html", ".htm")))
    return PurePosixPath(*names, INDEX) if is_folder else PurePosixPath(*names)


def way(source: PurePosixPath, target: PurePosixPath) -> str:
    """Return the relative address that leads from one baked file to another, percent-encoded where it must be."""
    from_parts, to_parts = source.parent.parts, target.parts
    shared = 0
    while shared < len(from_parts) and shared < len(to_parts) - 1 and from_parts[shared] == to_parts[shared]:
        shared += 1
    steps = [".."] * (len(from_parts) - shared) + [_encoded(name) for name in to_parts[shared:]]
    first = steps[0]
    return "/".join(["."] * (":" in first) + steps)  # a colon in the first name would make a scheme of it


def _encoded(name: str) -> str:
    return "".join(
        letter if (letter.isalnum() and letter.isascii()) or letter in "-._~!$'()*+,;=:@" else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in name
    )
