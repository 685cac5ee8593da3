"""`python -m tools.pictures`: write the pictures of docs/pictures/ and the animation of the README."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Error

from tools.pictures import after, before
from tools.pictures.camera import Camera
from tools.pictures.encode import save_film
from tools.pictures.film import take_film
from tools.pictures.page import page_text
from tools.pictures.stage import START, staged

SCENES = (
    (0, before.show_first_use),
    (5, before.show_creation),
    (10, before.show_team),
    (15, before.show_seat),
    (20, before.show_registration),
    (30, after.show_own_page),
    (40, before.show_filling),
)
"""Each scene with the minutes after the start at which it begins, so that the times in the pictures stay the same."""
LATER = (after.show_start, after.show_report)
"""Scenes that move to the webinar's start by themselves."""
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    """Take them all, or only the animation; exit with an error that names each failed step."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write (docs/pictures)")
    parser.add_argument("--only", choices=("surfaces", "film"), help="take only these")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "README.md").write_text(page_text(), encoding="utf-8")
    failures: list[str] = []
    if options.only != "film":
        failures += asyncio.run(take_surfaces(options.folder))
    if options.only != "surfaces":
        failures += asyncio.run(record(options.folder / "greenroom.gif"))
    if failures:
        sys.exit("\n".join(["These steps failed:", *failures]))


async def take_surfaces(folder: Path) -> list[str]:
    """Write the pictures of all surfaces; returns what failed."""
    with tempfile.TemporaryDirectory() as state:
        async with staged(Path(state)) as stage:
            camera = Camera(stage, folder)
            for minutes, scene in SCENES:
                await stage.move_to(START + timedelta(minutes=minutes))
                await scene(stage, camera)
            for scene in LATER:
                await scene(stage, camera)
            return camera.failures


async def record(path: Path) -> list[str]:
    """Write the animation; returns what failed."""
    with tempfile.TemporaryDirectory() as state:
        async with staged(Path(state)) as stage:
            try:
                frames = await take_film(stage)
            except (Error, LookupError) as error:
                return [f"“animation”: {str(error).strip()}"]
            save_film(frames, path)
            return []


if __name__ == "__main__":
    main()
