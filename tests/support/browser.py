"""A headless Chromium for the tests of the sandbox's page; without one they are skipped.

With `GREENROOM_BROWSER=required` in the environment they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Dialog, Page, Request, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # containers have no user namespaces for Chromium's own sandbox
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT_MS = 5_000  # milliseconds until a missing element is a failure


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def launched_browser() -> AsyncIterator[Browser]:
    """A browser on the running event loop; skips the test if the machine has none."""
    path = find_chromium()
    if path is None:
        _skip_or_fail(f"This machine has no browser: none of {', '.join(NAMES)} is on the PATH.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


def _skip_or_fail(reason: str) -> NoReturn:
    if os.environ.get("GREENROOM_BROWSER") == "required":  # noqa: TID251 - .ci/run installs one, and nothing may skip
        pytest.fail(reason)
    pytest.skip(reason)


class PageMonitor:
    """Records what a page must never do: raise an error, open a browser dialog, or call another machine."""

    def __init__(self, page: Page) -> None:
        """Start to record."""
        self.broken: list[str] = []
        self.outside: list[str] = []
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def check(self) -> None:
        """Fail if any of this was recorded, and clear the record."""
        seen = (self.broken.copy(), self.outside.copy())
        self.broken.clear()
        self.outside.clear()
        assert seen == ([], [])

    async def _dialog(self, dialog: Dialog) -> None:
        self.broken.append(f"asked {dialog.message!r}")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.hostname not in ("127.0.0.1", "localhost"):
            self.outside.append(request.url)


async def new_page(browser: Browser) -> Page:
    """A page of 1440 × 900 in English that waits at most five seconds for anything."""
    page = await browser.new_page(
        viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="UTC", reduced_motion="reduce"
    )
    page.set_default_timeout(TIMEOUT_MS)
    return page


@asynccontextmanager
async def opened_page() -> AsyncIterator[Page]:
    """A browser with one page; at the end, checks that it neither failed nor called another machine."""
    async with launched_browser() as browser:
        page = await new_page(browser)
        watch = PageMonitor(page)
        yield page
        watch.check()
