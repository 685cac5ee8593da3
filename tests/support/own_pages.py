"""Drive our own pages as a visitor: read a page, send its form, and look at the result in RingCentral."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp
from icalendar import Calendar

from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Webinar
from bot.registration import request_table
from tests.support.registration import without_waits
from tests.support.world import World, running_world

PUBLIC_URL = "https://webinars.acme.example"
LENA = {"first_name": "Lena", "last_name": "Berger", "email": "lena@visitor.example"}


@dataclass
class ShownPage:
    """The response to a request: a page or a redirect."""

    status: int
    headers: Mapping[str, str]
    html: str
    url: str

    @property
    def calendar(self) -> dict[str, Any]:
        """The properties of the only event of a calendar file, in lower case."""
        assert self.headers["Content-Type"].startswith("text/calendar")
        [event] = Calendar.from_ical(self.html).walk("VEVENT")
        return {name.lower(): getattr(value, "dt", value) for name, value in event.items()}

    @property
    def heading(self) -> str:
        """The only h1."""
        [heading] = re.findall(r"<h1>([^<]*)</h1>", self.html)
        return unescape(heading)

    @property
    def words(self) -> str:
        """All visible text."""
        body = self.html.partition("<body>")[2].partition("<script>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    @property
    def links(self) -> list[str]:
        """The URLs of its links."""
        return [unescape(link) for link in re.findall(r'<a href="([^"]*)"', self.html)]

    @property
    def refresh_s(self) -> int:
        """Seconds until the page refreshes itself; 0 for never."""
        found = re.search(r"""http-equiv="refresh" content="(\d+);url=\?[^"#]*">""", self.html)
        return int(found[1]) if found else 0

    @property
    def errors(self) -> dict[str, str]:
        """The error of each field."""
        return {
            name: unescape(text) for name, text in re.findall(r'class="error" id="(\w+)-error">([^<]*)<', self.html)
        }

    @property
    def values(self) -> dict[str, str]:
        """The values of the input fields."""
        inputs = re.findall(r"<input ([^>]*)>", self.html)
        pairs = [(re.search(r'name="(\w+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
        return {name[1]: unescape(value[1]) if value else "" for name, value in pairs if name}

    @property
    def location(self) -> str:
        """The absolute URL of the redirect."""
        return urljoin(self.url, self.headers["Location"])


@dataclass
class Visitor:
    """A person with a browser, outside Slack."""

    world: World
    http: aiohttp.ClientSession

    async def get(self, url: str) -> ShownPage:
        """Open a page without following redirects."""
        return await self._send("GET", url)

    async def post(self, url: str, fields: Mapping[str, str] | None = None, **more: Any) -> ShownPage:
        """Send a form."""
        return await self._send("POST", url, data=dict(fields or {}), **more)

    async def sign_up(self, url: str, **changes: str) -> ShownPage:
        """Open the registration page, fill in the form, send it."""
        form = await self.get(url)
        return await self.post(url, {**form.values, **LENA, **changes})

    async def _send(self, method: str, url: str, **more: Any) -> ShownPage:
        at_bot = url.replace(PUBLIC_URL, self.world.bot.url)
        async with self.http.request(method, at_bot, allow_redirects=False, **more) as response:
            return ShownPage(response.status, dict(response.headers), await response.text(), url)


@dataclass
class PageVisitor(Visitor):
    """A visitor of the registration page of one webinar."""

    webinar: Webinar

    @property
    def url(self) -> str:
        """The registration page."""
        return self.world.bot.services.own_pages.urls.register_url(self.webinar)

    @property
    def registrants(self) -> list[dict[str, Any]]:
        """The registrants at RingCentral."""
        [one] = [one for one in self.world.ringcentral.webinars() if one["session_id"] == self.webinar.session_id]
        return self.world.ringcentral.registrants(one["session_id"])

    async def queue_person(self, email: str = LENA["email"], key: str = "page-1") -> str:
        """Queue a person without waking the worker; return the URL of their status page."""
        services = self.world.bot.services
        one = RegistrantDetails(first_name="Lena", last_name="Berger", email=email)
        account, session_id, now = self.webinar.account, self.webinar.session_id, self.world.clock.now()
        async with services.store.write() as db:
            await request_table.add(db, account, session_id, [(0, one, key)], batch_id="", now=now)
        return f"{self.url}?done={services.own_pages.status_token(key, self.webinar)}"


@asynccontextmanager
async def page_visitor(
    folder: Path,
    *,
    public_url: str = PUBLIC_URL,
    database_url: str = "",
    prepare: Callable[[World], None] = without_waits,
) -> AsyncIterator[PageVisitor]:
    """A world with the pages on, and one webinar of Chloé in three days."""
    started = running_world(folder, public_url=public_url, database_url=database_url, prepare=prepare)
    async with started as world, aiohttp.ClientSession() as http:
        yield PageVisitor(world, http, await create_webinar(world))


async def create_webinar(world: World, title: str = "Launch day") -> Webinar:
    """Let Chloé create a webinar; return it with its registration."""
    start = world.clock.now().replace(second=0, microsecond=0) + timedelta(days=3)
    await world.create("chloe", title, start=start, fields={"Announce in": "#random"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    [session_id] = [one["session_id"] for one in world.ringcentral.webinars() if one["title"] == title]
    return await world.bot.services.mirror.find(session_id)
