"""Call the RingCentral stand-in and compare each response with the OpenAPI document."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from typing import Any

import aiohttp

from sandbox.ringcentral import RingCentral
from sandbox.ringcentral.operations import OPERATIONS, Operation
from sandbox.ringcentral.query import PARAMETERS
from tools.spec_check.openapi import OpenApi

MEMBER = "ben@acme.example"
START = "2031-03-04T15:00:00Z"
DEFAULT_PATH_PARAMETERS = {
    "accountId": "~",
    "extensionId": "~",
    "webinarId": "1",
    "sessionId": "1",
    "inviteeId": "1",
    "registrantId": "1",
    "recordingId": "1",
    "subscriptionId": "1",
}

# Responses that the spec omits although the vendor's guide or reference text documents them.
SHARED = {400: "BadRequest", 403: "Forbidden", 404: "NotFound"}
UNDOCUMENTED = {
    ("rcwConfigListAllCompanySessions", 403): "reference, text of the operation",
}
WITH_RETRY_AFTER = (429, 503)  # the spec shares one response between 400, 500 and 503 of the directory
NO_APP_PERMISSION = "guide, errors: CMN-401"


class CheckedCalls:
    """Makes calls and records how their responses differ from the spec."""

    def __init__(self, rc: RingCentral, http: aiohttp.ClientSession, spec: OpenApi) -> None:
        """Use a stand-in that has been started."""
        self.rc, self._http, self._spec = rc, http, spec
        self.seen: dict[str, list[int]] = defaultdict(list)
        self.wrong: dict[str, list[str]] = defaultdict(list)
        self.undocumented: dict[str, dict[int, str]] = defaultdict(dict)
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
        """Call an operation, expect this status, compare the response, and return its JSON."""
        operation = self._operations[name]
        path = re.sub(r"\{(\w+)\}", lambda found: {**DEFAULT_PATH_PARAMETERS, **ids}[found[1]], operation.path)
        headers = {"Authorization": f"Bearer {self.tokens.get(who, who)}"}
        return await self._send(operation, status, path, headers, json=body, params=query)

    async def oauth(self, name: str, status: int, *, client: str = "", **form: str) -> Any:
        """Do the same for the two OAuth operations."""
        operation = self._operations[name]
        known = base64.b64encode(f"{self.rc.client_id}:{self.rc.client_secret}".encode()).decode()
        headers = {"Authorization": client or f"Basic {known}"}
        return await self._send(operation, status, operation.path, headers, data=form)

    def check_parameters(self) -> None:
        """Compare the query parameters that the stand-in checks with those of the document."""
        for name in self._operations:
            checked = {one.name: one.required for one in PARAMETERS.get(name, ())}
            for parameter, required in self._spec.query_parameters(name).items():
                if checked.get(parameter) != required:
                    self.wrong[name].append(f"query parameter {parameter} is not checked as in the spec")

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
        described = self._spec.response(name, status)
        if described is None:
            reason = UNDOCUMENTED.get((name, status)) or (NO_APP_PERMISSION if status == 403 else None)
            if reason is None:
                self.wrong[name].append(f"{status} is not in the spec")
                return
            self.undocumented[name][status] = reason
            described = self._spec.shared_response(SHARED[status])
        if status not in WITH_RETRY_AFTER:
            headers = {one: header for one, header in described.get("headers", {}).items() if one != "Retry-After"}
            described = {**described, "headers": headers}
        for problem in self._spec.response_problems(described, response.headers, body, closed=response.ok):
            self.wrong[name].append(f"{status}: {problem}")
