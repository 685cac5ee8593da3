"""Command line: `python -m tools.spec_check.zoom PATH`: compares the Zoom stand-in with an OpenAPI document of Zoom."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.clock import SandboxClock
from sandbox.zoom import Zoom
from sandbox.zoom.event_bodies import envelope
from sandbox.zoom.operations import OPERATIONS, Operation
from sandbox.zoom.rules import Label
from tools.spec_check.openapi import OpenApi

OK = 300
"""Below it, an answer may have documented fields only."""
ANA, BEN = "ana@acme.example", "ben@acme.example"
START = "2031-03-04T15:00:00Z"
UNLIMITED = 1_000_000
DAILY = {"type": 1, "end_times": 3}
PERSON: dict[str, Any] = {
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@x.example",
    "country": "ES",
    "no_of_employees": "21-50",
    "custom_questions": [{"title": "Shirt", "value": "M"}],
    "language": "en-US",
}
EXCEPTIONS = re.compile(r"(email|user_email): '' is not a 'email'$|\('share_url' was unexpected\)$")
"""People from outside who have not registered have no address; and recordings have a page, as in Zoom's event."""


class ZoomCheck:
    """Calls every operation of the stand-in, and collects the differences of its answers and events."""

    def __init__(self, zoom: Zoom, http: aiohttp.ClientSession, spec: OpenApi, events: dict[str, Any]) -> None:
        """Use a stand-in that has been started; `events` has the schema of each webhook by its name."""
        self.zoom, self._http, self._spec, self._events = zoom, http, spec, events
        self._operations = {one.name: one for one in OPERATIONS}
        self._token = ""
        self.seen: set[tuple[str, int]] = set()
        self.unknown: set[str] = set()
        """Operations that the document does not have."""
        self.wrong: defaultdict[str, list[str]] = defaultdict(list)
        zoom.world.on_event.append(self._check_event)

    @property
    def missing(self) -> list[str]:
        """The operations that have not succeeded once."""
        done = {name for name, status in self.seen if status < OK}
        return sorted(set(self._operations) - done)

    async def run(self) -> None:
        """Call every operation so that it succeeds, and so that it fails in the usual ways."""
        labels: tuple[Label, ...] = ("Light", "Medium", "Heavy")
        limits = dict.fromkeys(labels, UNLIMITED)
        self.zoom.rules.per_second = self.zoom.rules.per_day = limits
        self.zoom.rules.adds_per_address = UNLIMITED
        await self._log_in()
        for kind in ("meeting", "webinar"):
            await self._of_kind(kind)
        await self.call("users", 200, page_size="1")
        await self.call("user", 200, userId=ANA)
        await self.call("user", 404, userId="nobody")
        await self._of_webinars()
        await self.call("meetings", 401, token="invented", userId=ANA)
        await self.call("meetings", 404, userId="nobody")
        self.zoom.rules.scopes = ()
        await self.call("meetings", 400, userId=ANA)

    async def call(self, name: str, status: int, body: Any = None, /, *, token: str = "", **given: str) -> Any:
        """Call an operation, expect this status, and compare the answer; `given` has ids, and else the query."""
        operation = self._operations[name]
        ids = set(re.findall(r"\{(\w+)\}", operation.path))
        path = re.sub(r"\{(\w+)\}", lambda found: given[found[1]], operation.path)
        query = {key: value for key, value in given.items() if key not in ids}
        headers = {"Authorization": f"Bearer {token or self._token}"}
        return await self._send(operation, status, path, headers, json=body, params=query)

    async def _log_in(self) -> None:
        secret = base64.b64encode(f"{self.zoom.client_id}:{self.zoom.client_secret}".encode()).decode()
        known, unknown = {"Authorization": f"Basic {secret}"}, {"Authorization": "Basic ???"}
        token, revoke = self._operations["oauthToken"], self._operations["oauthRevoke"]
        form = {"grant_type": "account_credentials", "account_id": self.zoom.account_id}
        spare = await self._send(token, 200, token.path, known, data=form)
        await self._send(token, 400, token.path, known, data={"grant_type": "password"})
        await self._send(token, 401, token.path, unknown, data=form)
        await self._send(revoke, 200, revoke.path, known, data={"token": spare["access_token"]})
        await self._send(revoke, 401, revoke.path, unknown, data={"token": "x"})
        self._token = (await self._send(token, 200, token.path, known, data=form))["access_token"]

    async def _of_kind(self, kind: str) -> None:
        names = _names(kind)
        single, recurring = (2, 8) if kind == "meeting" else (5, 9)
        usual = {"topic": "Launch day", "start_time": START, "type": single, "settings": {"approval_type": 1}}
        made = await self.call(names["create"], 201, usual, userId=ANA)
        await self.call(names["create"], 400, {"type": 77}, userId=ANA)
        dates = {**usual, "type": recurring, "recurrence": DAILY}
        await self.call(names["create"], 201, dates, userId=ANA)
        await self.call(names["list"], 200, userId=ANA, page_size="1")
        await self.call(names["list"], 404, userId="nobody")
        one = {f"{kind}Id": str(made["id"])}
        await self.call(names["get"], 200, **one)
        await self.call(names["get"], 404, **{f"{kind}Id": "1"})
        await self.call(names["update"], 204, {"topic": "Launch"}, **one)
        await self._registrants(names, one)
        await self._course(kind, made["id"], one)
        await self.call(names["delete"], 204, **one)

    async def _registrants(self, names: dict[str, str], one: dict[str, str]) -> None:
        questions = {"questions": [{"field_name": "org", "required": False}], "custom_questions": []}
        await self.call(names["patch_questions"], 204, questions, **one)
        await self.call(names["get_questions"], 200, **one)
        added = [await self.call(names["add"], 201, {**PERSON, "email": f"p{n}@x.example"}, **one) for n in range(4)]
        await self.call(names["add"], 400, {"email": "nobody"}, **one)
        for number, action in enumerate(("approve", "deny", "cancel")):
            body = {"action": action, "registrants": [{"id": added[number]["registrant_id"]}]}
            await self.call(names["status"], 204, body, **one)
        for status in ("approved", "pending", "denied"):
            await self.call(names["registrants"], 200, **one, status=status)
        person = {**one, "registrantId": added[0]["registrant_id"]}
        await self.call(names["registrant"], 200, **person)
        await self.call(names["registrant"], 400, **{**person, "registrantId": "unknown"})
        await self.call(names["remove"], 204, **{**person, "registrantId": added[3]["registrant_id"]})
        people = {"auto_approve": True, "registrants": [{key: PERSON[key] for key in ("email", "first_name")}]}
        await self.call(names["batch"], 201, people, **one)

    async def _course(self, kind: str, number: int, one: dict[str, str]) -> None:
        """People come and go; then the lists of those who came."""
        self.zoom.begin(number)
        self.zoom.room.record(number)
        registrant = next(iter(self.zoom.world.events[number].registrants))
        for stay in (self.zoom.room.join(number, registrant), self.zoom.room.join(number)):
            self.zoom.room.leave(number, stay)
        if kind == "webinar":
            await self.call("webinarStatus", 200, {"action": "end"}, **one)
        else:
            self.zoom.finish(number)
        past, report = _names(kind)["past"], _names(kind)["report"]
        await self.call(past, 200, **one)
        await self.call(report, 200, **one, include_fields="registrant_id")
        await self.call(report, 404, **{f"{kind}Id": "1"})
        if kind == "webinar":
            await self.call("webinarAbsentees", 200, **one)
            await self.call("reportWebinarDetails", 200, **one)
        await self.call("recordingGet", 404, meetingId=str(number))
        self.zoom.room.publish(number)
        await self.call("recordingGet", 200, meetingId=str(number))

    async def _of_webinars(self) -> None:
        await self.call("webinarCreate", 400, {}, userId=BEN)
        made = await self.call("webinarCreate", 201, {"start_time": START}, userId=ANA)
        one = {"webinarId": str(made["id"])}
        self.zoom.add_source(made["id"], "Mail")
        await self.call("getTrackingSources", 200, **one)
        people = {"panelists": [{"name": name, "email": f"{name}@x.example"} for name in ("a", "b")]}
        await self.call("webinarPanelistCreate", 201, people, **one)
        first = (await self.call("webinarPanelists", 200, **one))["panelists"][0]
        await self.call("webinarPanelistDelete", 204, **one, panelistId=first["id"])
        await self.call("webinarPanelistsDelete", 204, **one)

    async def _send(self, operation: Operation, status: int, path: str, headers: dict[str, str], **sent: Any) -> Any:
        url = self.zoom.url + path
        async with self._http.request(operation.method, url, headers=headers, **sent) as response:
            text = await response.text()
            body = json.loads(text) if text else None
            self.seen.add((operation.name, response.status))
            self._compare(operation.name, status, response.status, dict(response.headers), body)
            return body

    def _compare(self, name: str, expected: int, status: int, headers: dict[str, str], body: Any) -> None:
        if name not in self._spec.operations:
            self.unknown.add(name)
            return
        described = self._spec.response(name, status)
        if status != expected:
            self.wrong[name].append(f"{status} instead of {expected}: {body}")
        elif described is None:
            self.wrong[name].append(f"{status} is not in the document")
        else:
            open_headers = {**described, "headers": {}}  # those of the limits are documented apart from the operations
            found = self._spec.response_problems(open_headers, headers, body, closed=status < OK)
            self._note(f"{name} {status}", found)

    def _check_event(self, name: str, payload: dict[str, Any]) -> None:
        schema = self._events.get(name)
        if schema is not None:
            self._note(name, self._spec.problems(envelope(name, payload, 1), schema, "body", closed=False))

    def _note(self, what: str, found: Any) -> None:
        self.wrong[what] += [one for one in found if not EXCEPTIONS.search(one)]


def _names(kind: str) -> dict[str, str]:
    """The vendor's names of the operations that both kinds have."""
    own = {"meeting": "meetingregistrantdelete", "webinar": "deleteWebinarRegistrant"}
    batch = {"meeting": "addBatchRegistrants", "webinar": "addBatchWebinarRegistrants"}
    past = {"meeting": "pastMeetingParticipants", "webinar": "listWebinarParticipants"}
    return {
        "create": f"{kind}Create",
        "list": f"{kind}s",
        "get": kind,
        "update": f"{kind}Update",
        "delete": f"{kind}Delete",
        "get_questions": f"{kind}RegistrantsQuestionsGet",
        "patch_questions": f"{kind}RegistrantQuestionUpdate",
        "status": f"{kind}RegistrantStatus",
        "registrants": f"{kind}Registrants",
        "add": f"{kind}RegistrantCreate",
        "registrant": f"{kind}RegistrantGet",
        "remove": own[kind],
        "batch": batch[kind],
        "past": past[kind],
        "report": f"report{kind.capitalize()}Participants",
    }


async def check(raw: dict[str, Any]) -> ZoomCheck:
    """Compare the stand-in with a document, whose `x-webhooks` has the schemas of the events, if it has any."""
    zoom = Zoom(SandboxClock())
    await zoom.start()
    try:
        async with aiohttp.ClientSession() as http:
            made = ZoomCheck(zoom, http, OpenApi(raw), raw.get("x-webhooks", {}))
            await made.run()
    finally:
        await zoom.stop()
    return made


def report(result: ZoomCheck) -> str:
    """The differences, and how much was compared."""
    lines = [f"{what}: {one}" for what, found in sorted(result.wrong.items()) for one in dict.fromkeys(found)]
    lines += [f"{name}: never succeeded" for name in result.missing]
    unknown = f", not in the document: {', '.join(sorted(result.unknown))}" if result.unknown else ""
    answers = sum(name not in result.unknown for name, _ in result.seen)
    compared = f"{answers} answers of {len(OPERATIONS) - len(result.unknown)} operations compared{unknown}"
    return "\n".join([*lines, f"{compared}, {len(lines)} differences"])


def main() -> int:
    """Print the report; exit code 0 without differences, 1 with differences, 2 on wrong usage."""
    if len(sys.argv) != 2:
        print("Usage: python -m tools.spec_check.zoom PATH")
        return 2
    result = asyncio.run(check(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    print(report(result))
    return 1 if any(result.wrong.values()) or result.missing else 0


if __name__ == "__main__":
    sys.exit(main())
