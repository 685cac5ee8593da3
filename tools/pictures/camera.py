"""Takes each picture at the width of a desktop and of a phone, and keeps what failed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Error, Locator

from tools.pictures.encode import save_picture
from tools.pictures.page import NAMES
from tools.pictures.stage import TALL, WIDTHS, Stage

WIDEST = 780
"""Pixels of a message on a desktop: what is to the right of it is empty."""


class Camera:
    """Writes `<surface>-desktop.png` and `<surface>-phone.png`."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        """Write into this folder."""
        self._stage = stage
        self._folder = folder
        for failed in folder.glob("failed-*.png"):
            failed.unlink()
        self.failures: list[str] = []
        """A sentence for each step that failed."""

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Take a step of the story. If it fails, note it under this name, close what is open, and go on."""
        try:
            yield
        except (Error, AssertionError, LookupError) as error:
            self.failures.append(f"“{name}”: {str(error).strip()}")
            await self._stage.page.screenshot(path=str(self._folder / f"failed-{name.replace(' ', '-')}.png"))
        await self._stage.close_windows()

    async def take(self, surface: str, what: Locator) -> None:
        """Take one surface of the page at both widths."""
        if surface not in NAMES:
            raise LookupError(f"{surface} is not in tools/pictures/page.py")
        page = self._stage.page
        for device, width in WIDTHS.items():
            await page.set_viewport_size({"width": width, "height": TALL})
            await page.mouse.move(0, 0)
            await what.scroll_into_view_if_needed()
            box = await what.bounding_box()
            if box is None:
                raise LookupError(f"{surface} is not visible at the width of a {device}")
            clip = {**box, "width": min(box["width"], WIDEST)}
            save_picture(
                await page.screenshot(clip=clip, animations="disabled"),  # type: ignore[arg-type] # four floats
                self._folder / f"{surface}-{device}.png",
            )
        await page.set_viewport_size({"width": WIDTHS["desktop"], "height": TALL})
