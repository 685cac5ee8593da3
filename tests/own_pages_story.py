"""Our own pages as a visitor sees them: what a page says, its form filled in, and what came of it at RingCentral."""

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

from bot.models import Webinar
from bot.registrants import Applicant
from bot.store import applications
from tests.door_story import hurried
from tests.world import World, running

SITE = "https://webinars.acme.example"
LENA = {"first_name": "Lena", "last_name": "Berger", "email": "lena@visitor.example"}


@dataclass
class Shown:
    """A page, or where it sends the visitor on to."""

    status: int
    headers: Mapping[str, str]
    html: str
    url: str

    @property
    def heading(self) -> str:
        """The one heading of the first order."""
        [heading] = re.findall(r"<h1>([^<]*)</h1>", self.html)
        return unescape(heading)

    @property
    def words(self) -> str:
        """All that can be read on it."""
        body = self.html.partition("<body>")[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [unescape(link) for link in re.findall(r'<a href="([^"]*)"', self.html)]

    @property
    def looks_again(self) -> int:
        """After how many seconds it looks again by itself; 0 for never."""
        found = re.search(r"""http-equiv="refresh" content="(\d+);url=\?[^"#]*">""", self.html)
        return int(found[1]) if found else 0

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong, by the field it stands under."""
        return {
            name: unescape(text) for name, text in re.findall(r'class="error" id="(\w+)-error">([^<]*)<', self.html)
        }

    @property
    def values(self) -> dict[str, str]:
        """What the form holds."""
        inputs = re.findall(r"<input ([^>]*)>", self.html)
        pairs = [(re.search(r'name="(\w+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
        return {name[1]: unescape(value[1]) if value else "" for name, value in pairs if name}

    @property
    def onward(self) -> str:
        """Where it sends the visitor on to, as their browser understands it."""
        return urljoin(self.url, self.headers["Location"])


@dataclass
class Visitor:
    """Somebody with a browser, outside Slack."""

    world: World
    http: aiohttp.ClientSession

    async def get(self, url: str) -> Shown:
        """Open an address of ours, without going where it sends us on to."""
        return await self._send("GET", url)

    async def post(self, url: str, fields: Mapping[str, str] | None = None, **more: Any) -> Shown:
        """Send a form."""
        return await self._send("POST", url, data=dict(fields or {}), **more)

    async def sign_up(self, url: str, **changes: str) -> Shown:
        """Open the registration page, fill in the form, send it."""
        form = await self.get(url)
        return await self.post(url, {**form.values, **LENA, **changes})

    async def _send(self, method: str, url: str, **more: Any) -> Shown:
        at_bot = url.replace(SITE, self.world.bot.url)
        async with self.http.request(method, at_bot, allow_redirects=False, **more) as response:
            return Shown(response.status, dict(response.headers), await response.text(), url)


@dataclass
class Site(Visitor):
    """A webinar with a registration page of our own."""

    webinar: Webinar

    @property
    def url(self) -> str:
        """The registration page."""
        return self.world.bot.room.own_pages.register_url(self.webinar)

    @property
    def there(self) -> list[dict[str, Any]]:
        """Who is registered at RingCentral."""
        [one] = [one for one in self.world.ringcentral.webinars() if one["session_id"] == self.webinar.session_id]
        return self.world.ringcentral.registrants(one["session_id"])

    async def placed(self, email: str = LENA["email"], key: str = "page-1") -> str:
        """Somebody is in line, and nobody has been told to look after it yet; returns the address of their place."""
        room = self.world.bot.room
        one = Applicant(first_name="Lena", last_name="Berger", email=email)
        account, session_id, now = self.webinar.account, self.webinar.session_id, self.world.clock.now()
        async with room.store.write() as db:
            await applications.add(db, account, session_id, [(0, one, key)], batch_id="", now=now)
        return f"{self.url}?done={room.own_pages._status_token(key, self.webinar)}"


@asynccontextmanager
async def a_site(
    folder: Path,
    *,
    public_url: str = SITE,
    database_url: str = "",
    prepare: Callable[[World], None] = hurried,
) -> AsyncIterator[Site]:
    """A world whose bot has pages of its own, with one webinar of Chloé's three days ahead."""
    running_world = running(folder, public_url=public_url, database_url=database_url, prepare=prepare)
    async with running_world as world, aiohttp.ClientSession() as http:
        yield Site(world, http, await a_webinar(world))


async def a_webinar(world: World, title: str = "Launch day") -> Webinar:
    """A webinar that Chloé has created, with its registration read."""
    start = world.clock.now().replace(second=0, microsecond=0) + timedelta(days=3)
    await world.create("chloe", title, start=start)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    [session_id] = [one["session_id"] for one in world.ringcentral.webinars() if one["title"] == title]
    return await world.bot.room.mirror.find(session_id)
