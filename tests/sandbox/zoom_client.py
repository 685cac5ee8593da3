"""A client of the Zoom stand-in for its tests: it logs in, calls, and checks the status."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp

from sandbox.zoom import Zoom

ANA, EMI = "ana@acme.example", "emi@acme.example"
JANE: dict[str, Any] = {"first_name": "Jane", "last_name": "Doe", "email": "jane@x.example"}


def kind_of(event: Mapping[str, Any]) -> str:
    """The part of the path for a meeting or webinar; an unknown one counts as a meeting."""
    return "webinars" if event.get("type") in (5, 6, 9) else "meetings"


class ZoomClient:
    """The API as an app sees it. `headers` are those of the last answer."""

    def __init__(self, zoom: Zoom, http: aiohttp.ClientSession) -> None:
        """Log in with the first call."""
        self.zoom = zoom
        self.http = http
        self.token = ""
        self.headers: Mapping[str, str] = {}

    async def log_in(self, status: int = 200, **changes: str) -> dict[str, Any]:
        """Ask for a token."""
        headers = self.basic(changes.pop("secret", self.zoom.client_secret))
        form = {"grant_type": "account_credentials", "account_id": self.zoom.account_id, **changes}
        async with self.http.post(f"{self.zoom.url}/oauth/token", data=form, headers=headers) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == status, body
        self.token = body.get("access_token", self.token)
        return body

    def basic(self, secret: str) -> dict[str, str]:
        """The header with the credentials of the app."""
        client = f"{self.zoom.client_id}:{secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(client).decode()}"}

    async def call(self, method: str, path: str, status: int, body: Any = None, /, **query: str) -> Any:
        """Call an operation; returns the body of the answer, None without one."""
        if not self.token:
            await self.log_in()
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.zoom.api_url}{path}"
        async with self.http.request(method, url, json=body, params=query, headers=headers) as answer:
            self.headers = answer.headers
            text = await answer.text()
            assert answer.status == status, text
            return await answer.json() if text else None

    async def meeting(self, approval_type: int = 0, host: str = ANA, **fields: Any) -> dict[str, Any]:
        """Create a meeting with registration, in three days."""
        settings = {"approval_type": approval_type, **fields.pop("settings", {})}
        start = self.zoom.clock.now() + timedelta(days=3)
        usual = {"topic": "Launch day", "type": 2, "start_time": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "duration": 45}
        made: dict[str, Any] = await self.call(
            "POST", f"/users/{host}/meetings", 201, {**usual, **fields, "settings": settings}
        )
        return made

    async def webinar(self, approval_type: int = 0, **fields: Any) -> dict[str, Any]:
        """Create a webinar with registration, in three days."""
        settings = {"approval_type": approval_type, **fields.pop("settings", {})}
        start = (self.zoom.clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        usual = {"topic": "Launch day", "type": 5, "start_time": start, "duration": 45, "settings": settings}
        made: dict[str, Any] = await self.call("POST", f"/users/{ANA}/webinars", 201, {**usual, **fields})
        return made

    async def add(self, meeting: Mapping[str, Any], status: int = 201, /, **fields: Any) -> dict[str, Any]:
        """Register Jane, or somebody else."""
        query = {"occurrence_ids": fields.pop("occurrence_ids")} if "occurrence_ids" in fields else {}
        path = f"/{kind_of(meeting)}/{meeting['id']}/registrants"
        added: dict[str, Any] = await self.call("POST", path, status, {**JANE, **fields}, **query)
        return added

    async def listed(self, meeting: Mapping[str, Any], status: str = "", **query: str) -> list[str]:
        """The addresses of the registrants of one status, by default the one that Zoom takes."""
        which = {"status": status, **query} if status else query
        page = await self.call("GET", f"/{kind_of(meeting)}/{meeting['id']}/registrants", 200, **which)
        return [one["email"] for one in page["registrants"]]
