"""Command line: `python -m tools.spec_check PATH`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import aiohttp

from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral
from sandbox.ringcentral.operations import OPERATIONS
from tools.spec_check.calls import MEMBER, START, CheckedCalls
from tools.spec_check.history import check_history
from tools.spec_check.openapi import OpenApi
from tools.spec_check.people import check_invitees, check_registrants
from tools.spec_check.webhooks import check_subscriptions

UNLIMITED = 1_000_000
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SESSION = {"scheduledStartTime": START, "scheduledDuration": 3600, "timeZone": "Europe/Madrid"}
LONG_AGO = "2001-01-01T00:00:00Z"


class SpecCheck(CheckedCalls):
    """Calls every operation of the stand-in and collects the differences."""

    async def run(self) -> None:
        """Call every operation so that it succeeds and so that it fails in each documented way."""
        self.rc.rules.budgets = {"Light": UNLIMITED, "Medium": UNLIMITED, "Heavy": UNLIMITED, "Auth": UNLIMITED}
        self.rc.rules.registration_delay = 0
        await self._oauth_operations()
        await self._people()
        await self._webinars()
        await self._sessions()
        await self._lists()
        await check_invitees(self)
        await self._registration()
        await check_registrants(self)
        await check_history(self)
        await check_subscriptions(self)
        self.check_parameters()
        await self._common_errors()

    async def _oauth_operations(self) -> None:
        self.rc.rules.issue_refresh_tokens = True
        for who in ("", MEMBER):
            jwt = self.rc.jwt_for(who) if who else self.rc.jwt
            info = await self.oauth("getToken", 200, grant_type=JWT_GRANT, assertion=jwt)
            self.tokens[who] = info["access_token"]
        spare = await self.oauth("getToken", 200, grant_type=JWT_GRANT, assertion=self.rc.jwt, access_token_ttl="600")
        fresh = await self.oauth("getToken", 200, grant_type="refresh_token", refresh_token=spare["refresh_token"])
        self.rc.rules.issue_refresh_tokens = False
        await self.oauth("getToken", 200, grant_type=JWT_GRANT, assertion=self.rc.jwt)
        await self.oauth("getToken", 400, grant_type="telepathy")
        await self.oauth("getToken", 400, grant_type="password")
        await self.oauth("getToken", 400, grant_type="refresh_token", refresh_token="unknown")
        await self.oauth("getToken", 401, grant_type=JWT_GRANT, assertion="unknown")
        await self.oauth("getToken", 401, client="Basic ???", grant_type=JWT_GRANT)
        token = self._operations["getToken"]
        await self._send(token, 415, token.path, {}, json={})
        await self.oauth("revokeToken", 200, token=fresh["access_token"])
        await self.oauth("revokeToken", 400)
        await self.oauth("revokeToken", 401, client="Basic ???", token="unknown")

    async def _people(self) -> None:
        await self.call("readExtension", 200)
        await self.call("readExtension", 401, extensionId="1")
        await self.call("listExtensions", 200)
        await self.call("listExtensions", 200, query={"perPage": "2", "page": "2"})
        await self.call("listExtensions", 200, query={"email": "nobody@acme.example"})
        await self.call("listExtensions", 401, query={"perPage": "0"})
        await self.call("listExtensions", 401, accountId="1")
        await self.call("listDirectoryEntries", 200)
        await self.call("listDirectoryEntries", 200, query={"page": "2", "perPage": "4", "showFederated": "false"})
        await self.call("listDirectoryEntries", 200, query={"page": "9", "perPage": "all"})
        await self.call("listDirectoryEntries", 400, query={"page": "0"})
        await self.call("listDirectoryEntries", 400, accountId="1")
        for words in ({}, {"searchString": "BEN@", "searchFields": ["email"]}, {"page": 9, "perPage": 5000}):
            await self.call("searchDirectoryEntries", 200, words)
        await self.call("searchDirectoryEntries", 400, {"perPage": 0})
        await self.call("searchDirectoryEntries", 400, {}, accountId="1")

    async def _webinars(self) -> None:
        settings = {
            "registrationEnabled": True,
            "password": "s3same",
            "postWebinarRedirectUri": "https://acme.example/x",
        }
        made = await self.call("rcwConfigCreateWebinar", 201, {"title": "T", "description": "D", "settings": settings})
        await self.call("rcwConfigCreateWebinar", 400, {"title": "", "settings": {"password": 5}})
        linked = {"userId": self.rc.company.people[2].id, "accountId": self.rc.company.id, "domain": "pbx"}
        hosted = {"title": "T", "host": {"linkedUser": linked}}
        other = await self.call("rcwConfigCreateWebinar", 201, hosted)
        await self.call("rcwConfigCreateWebinar", 403, hosted, who=MEMBER)
        await self.call("rcwConfigGetWebinar", 200, webinarId=made["id"])
        await self.call("rcwConfigGetWebinar", 403, who=MEMBER, webinarId=made["id"])
        await self.call("rcwConfigGetWebinar", 404)
        await self.call("rcwConfigUpdateWebinar", 200, {"title": "New"}, webinarId=made["id"])
        await self.call("rcwConfigUpdateWebinar", 400, {"title": ""}, webinarId=made["id"])
        await self.call("rcwConfigUpdateWebinar", 403, {}, who=MEMBER, webinarId=made["id"])
        await self.call("rcwConfigUpdateWebinar", 404, {})
        await self.call("rcwConfigListWebinars", 200, query={"creationTimeFrom": LONG_AGO})
        await self.call("rcwConfigListWebinars", 200, who=MEMBER, query={"creationTimeFrom": LONG_AGO})
        await self.call("rcwConfigListWebinars", 400)
        await self.call("rcwConfigDeleteWebinar", 204, webinarId=other["id"])
        await self.call("rcwConfigDeleteWebinar", 404, webinarId=other["id"])
        started = self.rc.create("Started", START)
        self.rc.begin(started)
        await self.call("rcwConfigDeleteWebinar", 403, webinarId=started)

    async def _sessions(self) -> None:
        settings = {"password": "s3same", "pstnEnabled": True}
        webinar = (await self.call("rcwConfigCreateWebinar", 201, {"title": "T", "settings": settings}))["id"]
        rich = {**SESSION, "title": "S", "description": "D", "localeCode": "es-ES", "panelJoinTimeOffset": 900}
        session = (await self.call("rcwConfigCreateSession", 201, rich, webinarId=webinar))["id"]
        both = {"webinarId": webinar, "sessionId": session}
        await self.call("rcwConfigCreateSession", 403, SESSION, webinarId=webinar)
        await self.call("rcwConfigCreateSession", 400, {}, webinarId=webinar)
        await self.call("rcwConfigCreateSession", 404, SESSION)
        await self.call("rcwConfigGetSession", 200, **both)
        await self.call("rcwConfigGetSession", 403, who=MEMBER, **both)
        await self.call("rcwConfigGetSession", 404)
        await self.call("rcwConfigUpdateSession", 200, {"scheduledDuration": 60}, **both)
        await self.call("rcwConfigUpdateSession", 400, {"scheduledDuration": 1}, **both)
        await self.call("rcwConfigUpdateSession", 403, {"status": "Active"}, **both)
        await self.call("rcwConfigUpdateSession", 404, {})
        self.rc.begin(session)
        await self.call("rcwConfigGetSession", 200, **both)
        await self.call("rcwConfigDeleteSession", 403, **both)
        await self.call("rcwConfigDeleteSession", 404)
        spare = self.rc.create("Spare", START)
        spare_session = next(one["session_id"] for one in self.rc.webinars() if one["webinar_id"] == spare)
        await self.call("rcwConfigDeleteSession", 204, webinarId=spare, sessionId=spare_session)

    async def _lists(self) -> None:
        self.rc.create("Rich", START, description="D", settings={"registrationEnabled": True})
        for name in ("rcwConfigListAllSessions", "rcwConfigListAllCompanySessions"):
            for extra in ({}, {"perPage": "1"}, {"perPage": "1", "pageToken": "2"}, {"perPage": "5000"}):
                await self.call(name, 200, query={"endTimeFrom": LONG_AGO, **extra})
            await self.call(name, 400)
        await self.call("rcwConfigListAllCompanySessions", 403, who=MEMBER, query={"endTimeFrom": LONG_AGO})

    async def _registration(self) -> None:
        webinar = self.rc.create("Open", START, settings={"registrationEnabled": True})
        session = next(one["session_id"] for one in self.rc.webinars() if one["webinar_id"] == webinar)
        await self.call("rcwRegGetSession", 200, sessionId=session)
        self.rc.register(session, 3)
        await self.call("rcwRegGetSession", 200, sessionId=session)
        await self.call("rcwRegGetSession", 403, who=MEMBER, sessionId=session)
        await self.call("rcwRegGetSession", 404)
        await self.call("rcwRegUpdateSession", 200, {"settings": {"autoCloseLimit": 3}}, sessionId=session)
        await self.call("rcwRegUpdateSession", 400, {"settings": {"autoCloseLimit": -1}}, sessionId=session)
        await self.call("rcwRegUpdateSession", 403, {}, who=MEMBER, sessionId=session)
        await self.call("rcwRegUpdateSession", 404, {})

    async def _common_errors(self) -> None:
        """Server errors, an unknown token, an app without the permission, an exhausted rate limit."""
        for status in (500, 503):
            self.rc.fail("*", ".*", status=status, retry_after=1, times=len(OPERATIONS))
            await self._call_each(status)
        for one in (one for one in OPERATIONS if one.permission):
            await self.call(one.name, 401, who="unknown")
        allowed, self.rc.rules.app_permissions = self.rc.rules.app_permissions, []
        self.rc.rules.webhook_permission = True
        for one in (one for one in OPERATIONS if one.permission):
            await self.call(one.name, 403)
        self.rc.rules.app_permissions = allowed
        self.rc.rules.budgets = {"Light": 0, "Medium": 0, "Heavy": 0, "Auth": 0}
        await self._call_each(429)

    async def _call_each(self, status: int) -> None:
        for one in OPERATIONS:
            if one.permission:
                await self.call(one.name, status)
            else:
                await self.oauth(one.name, status)


async def check(spec: OpenApi) -> SpecCheck:
    """Start a stand-in, run the whole check against it, and return the result."""
    rc = RingCentral(SandboxClock())
    await rc.start()
    try:
        async with aiohttp.ClientSession() as http:
            result = SpecCheck(rc, http, spec)
            await result.run()
            return result
    finally:
        await rc.stop()


def report(result: SpecCheck) -> str:
    """One line per operation with its differences below it, then the total."""
    lines = []
    for one in OPERATIONS:
        statuses = " ".join(str(status) for status in sorted(set(result.seen[one.name])))
        verdict = "WRONG" if result.wrong[one.name] else "ok"
        lines.append(f"{verdict:5} {one.name:32} {len(result.seen[one.name]):3} responses: {statuses}")
        lines += [f"      {status} is not in the spec ({why})" for status, why in result.undocumented[one.name].items()]
        lines += [f"      {problem}" for problem in result.wrong[one.name]]
    responses, wrong = sum(map(len, result.seen.values())), sum(map(len, result.wrong.values()))
    lines.append(f"{len(OPERATIONS)} operations, {responses} responses, {wrong} differences from the spec")
    return "\n".join(lines)


def main() -> int:
    """Print the report; exit code 0 without differences, 1 with differences, 2 on wrong usage."""
    if len(sys.argv) != 2:
        print("Usage: python -m tools.spec_check PATH")
        return 2
    spec = OpenApi(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    result = asyncio.run(check(spec))
    print(report(result))
    return 1 if any(result.wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
