"""The page's workspace of literal facts as fixtures, for the tests of the page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sandbox.page_world import PageWorld, serving


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page_server() -> AsyncIterator[PageWorld]:
    """One server for the whole test run, so that the browser may keep the page's files."""
    async with serving() as one:
        yield one


@pytest.fixture
def acme(page_server: PageWorld) -> PageWorld:
    """The workspace, as if nothing had happened yet."""
    page_server.reset()
    return page_server
