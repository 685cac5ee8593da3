"""Calls of the stand-in RingCentral whose answers are compared with an API description, one by one."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from typing import Any

import aiohttp

from sandbox.openapi import Description
from sandbox.ringcentral import RingCentral
from sandbox.ringcentral.operations import OPERATIONS, Operation

MEMBER = "ben@acme.example"
START = "2031-03-04T15:00:00Z"
SOMEWHERE = {
    "accountId": "~",
    "extensionId": "~",
    "webinarId": "1",
    "sessionId": "1",
    "inviteeId": "1",
    "registrantId": "1",
}

# Answers that the description leaves out although the vendor's guide or the text of its reference has them.
SHARED = {400: "BadRequest", 403: "Forbidden", 404: "NotFound"}
BEYOND = {
    ("readExtension", 404): "guide, errors: CMN-102",
    ("listExtensions", 400): "guide, errors: CMN-101",
    ("listExtensions", 404): "guide, errors: CMN-102",
    ("listDirectoryEntries", 404): "reference, ADG-107",
    ("searchDirectoryEntries", 404): "reference, ADG-107",
    ("rcwConfigListAllCompanySessions", 403): "reference, text of the operation",
}
WITH_RETRY_AFTER = (429, 503)  # the description shares one answer between 400, 500 and 503 of the directory
NO_APP_PERMISSION = "guide, errors: CMN-401"


class ComparedCalls:
    """Makes calls, and keeps what was wrong with their answers."""

    def __init__(self, rc: RingCentral, http: aiohttp.ClientSession, description: Description) -> None:
        """The stand-in has been started."""
        self.rc, self._http, self._description = rc, http, description
        self.seen: dict[str, list[int]] = defaultdict(list)
        self.wrong: dict[str, list[str]] = defaultdict(list)
        self.beyond: dict[str, dict[int, str]] = defaultdict(dict)
        self.tokens: dict[str, str] = {}
        self._operations = {one.name: one for one in OPERATIONS}

    async def call(
        self,
        name: str,
        status: int,
        body: Any = None,
        *,
        who: str = "",
        query: dict[str, str] | None = None,
        **ids: str,
    ) -> Any:
        """Make a call that ought to end with this status, compare its answer, return its JSON."""
        operation = self._operations[name]
        path = re.sub(r"\{(\w+)\}", lambda found: {**SOMEWHERE, **ids}[found[1]], operation.path)
        headers = {"Authorization": f"Bearer {self.tokens.get(who, who)}"}
        return await self._send(operation, status, path, headers, json=body, params=query)

    async def oauth(self, name: str, status: int, *, client: str = "", **form: str) -> Any:
        """The same for the two operations of the token service."""
        operation = self._operations[name]
        known = base64.b64encode(f"{self.rc.client_id}:{self.rc.client_secret}".encode()).decode()
        headers = {"Authorization": client or f"Basic {known}"}
        return await self._send(operation, status, operation.path, headers, data=form)

    async def _send(self, operation: Operation, status: int, path: str, headers: dict[str, str], **sent: Any) -> Any:
        url = self.rc.url + path
        async with self._http.request(operation.method, url, headers=headers, **sent) as response:
            is_json = response.content_type == "application/json"
            body = await response.json() if is_json else await response.text()
            self._compare(operation.name, status, response, body)
            return body

    def _compare(self, name: str, status: int, response: aiohttp.ClientResponse, body: Any) -> None:
        self.seen[name].append(response.status)
        if response.status != status:
            self.wrong[name].append(f"{response.status} instead of {status}: {body}")
            return
        described = self._description.response(name, status)
        if described is None:
            reason = BEYOND.get((name, status)) or (NO_APP_PERMISSION if status == 403 else None)
            if reason is None:
                self.wrong[name].append(f"{status} is not described")
                return
            self.beyond[name][status] = reason
            described = self._description.shared_response(SHARED[status])
        if status not in WITH_RETRY_AFTER:
            headers = {one: what for one, what in described.get("headers", {}).items() if one != "Retry-After"}
            described = {**described, "headers": headers}
        for problem in self._description.answer_problems(described, response.headers, body, closed=response.ok):
            self.wrong[name].append(f"{status}: {problem}")
