"""`python -m tools.pictures`: write the pictures of docs/pictures/ and the animation of the README."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tools.pictures import after, before
from tools.pictures.camera import Camera
from tools.pictures.encode import save_film
from tools.pictures.film import take_film
from tools.pictures.stage import staged

SCENES = (
    before.show_first_use,
    before.show_creation,
    before.show_team,
    before.show_seat,
    before.show_registration,
    after.show_own_page,
    before.show_filling,
    after.show_start,
    after.show_report,
)
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    """Take them all, or only the animation; exit with an error that names each failed step."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write (docs/pictures)")
    parser.add_argument("--only", choices=("surfaces", "film"), help="take only these")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    failures = [] if options.only == "film" else asyncio.run(take_surfaces(options.folder))
    if options.only != "surfaces":
        asyncio.run(record(options.folder / "greenroom.gif"))
    if failures:
        sys.exit("\n".join(["These steps failed:", *failures]))


async def take_surfaces(folder: Path) -> list[str]:
    """Write the pictures of all surfaces; returns what failed."""
    with tempfile.TemporaryDirectory() as state:
        async with staged(Path(state)) as stage:
            camera = Camera(stage, folder)
            for scene in SCENES:
                await scene(stage, camera)
            return camera.failures


async def record(path: Path) -> None:
    """Write the animation."""
    with tempfile.TemporaryDirectory() as state:
        async with staged(Path(state)) as stage:
            save_film(await take_film(stage), path)


if __name__ == "__main__":
    main()
