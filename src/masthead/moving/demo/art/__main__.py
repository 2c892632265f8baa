"""Draw the demo's pictures again: `python -m masthead.moving.demo.art [NAME ...]`. Deterministic; the files are shipped."""

import datetime as dt
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from masthead.moving.demo.art import charts, creatures, faces, indoors, paper, river, sea, town
from masthead.newsroom.pictures import metadata

FOLDER = Path(__file__).parent.parent / "content" / "pictures"
DRAWN = dt.date(2026, 11, 22)
LICENCES = {
    "own": ("The Maren Lantern and Masthead; BSD-3-Clause with the program", ""),
    "cc-by": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
}
QUALITY = 58
LARGEST_BYTES = 60_000


def recipe(name: str) -> Callable[[], Image.Image]:
    """Return what draws the picture that the catalogue describes as `name`, such as `town.old_dock`."""
    room, _, what = name.partition(".")
    if room == "faces":
        return lambda: faces.portrait(faces.FACES[what])
    drawn: Callable[[], Image.Image] = getattr(
        {"charts": charts, "creatures": creatures, "indoors": indoors, "river": river, "sea": sea, "town": town}[room], what
    )
    return drawn


def draw(names: Sequence[str] = (), *, say: Callable[[str], object] = print) -> int:
    """Draw the catalogue's pictures, or those named, and keep each with its credit inside; return the bytes written."""
    written = 0
    for name, entry in tomllib.loads((FOLDER / "catalogue.toml").read_text(encoding="utf-8")).items():
        if names and name not in names:
            continue
        licence, licence_url = LICENCES[entry["licence"]]
        facts = metadata.PictureFacts(
            creator=entry["creator"],
            credit_line=entry["credit"],
            copyright_notice="The Maren Lantern (an invented newspaper) / Masthead",
            licence=licence,
            licence_url=licence_url,
            caption=entry["caption"],
            alt_text=entry["alt"],
            source=entry["source_url"],
            taken=DRAWN,
        )
        image, path, quality = recipe(entry["recipe"])(), FOLDER / f"{name}.webp", QUALITY
        while True:
            image.save(path, quality=quality, method=6, xmp=metadata.xmp(facts))
            if path.stat().st_size <= LARGEST_BYTES:
                break
            quality -= 4
        written += path.stat().st_size
        say(f"{path.name}: {image.width} × {image.height}, {path.stat().st_size:,} bytes, quality {quality}")
    return written


if __name__ == "__main__":
    paper.write()
    print(f"{draw(sys.argv[1:]):,} bytes")  # noqa: T201 - speaks to whoever draws
