"""One browser page and one workspace with fixed content for all tests of the page, as fixtures.

Only pytest imports this (`pytest_plugins = ["tests.sandbox.page_fixtures"]`). The fixtures use the session's event
loop, so their tests do too: `pytestmark = pytest.mark.asyncio(loop_scope="session")`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.sandbox.page_server import PageServer, running_page_server
from tests.support.browser import PageMonitor, launched_browser, new_page


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def monitored_page() -> AsyncIterator[tuple[Page, PageMonitor]]:
    """One browser page for the whole test run: opening one takes longer than most tests."""
    async with launched_browser() as browser:
        page = await new_page(browser)
        yield page, PageMonitor(page)


@pytest_asyncio.fixture(loop_scope="session")
async def page(monitored_page: tuple[Page, PageMonitor]) -> AsyncIterator[Page]:
    """An empty page; fails the test on script errors and on requests to other hosts."""
    one, watch = monitored_page
    yield one
    await one.goto("about:blank")
    watch.check()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page_server() -> AsyncIterator[PageServer]:
    """One server for the whole test run, so that the browser can cache the page's files."""
    async with running_page_server() as one:
        yield one


@pytest.fixture
def acme(page_server: PageServer) -> PageServer:
    """The workspace in its initial state."""
    page_server.reset()
    return page_server
