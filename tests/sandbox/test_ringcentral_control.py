"""The control routes of the RingCentral stand-in, and starting it alone."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from typing import Any

import aiohttp

from tests.sandbox.ringcentral_client import WEBINARS, ApiClient, api_client, basic


async def control(at: ApiClient, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One control call: its status and JSON."""
    async with at.http.request(method, f"{at.rc.url}/sandbox/{path}", json=body) as response:
        return response.status, await response.json()


async def test_the_state_has_all_an_app_needs_to_log_in() -> None:
    """URL, client, users with their JWTs, webinars and counts."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        status, state = await control(at, "GET", "state")
        assert status == 200
        assert (state["url"], state["clientId"], state["clientSecret"]) == (
            at.rc.url,
            at.rc.client_id,
            at.rc.client_secret,
        )
        assert state["people"][0] == {
            "id": "62190001",
            "name": "Greenroom Service",
            "email": "webinars@acme.example",
            "admin": True,
            "jwt": at.rc.jwt,
        }
        page = state["webinars"][0].pop("registration_page_uri")
        assert page.startswith(f"{at.rc.url}/w/")
        assert (state["webinars"], state["penalties"], state["throttled"]) == (
            [
                {
                    "webinar_id": webinar_id,
                    "session_id": session_id,
                    "title": "Launch day",
                    "start": 1930402800.0,
                    "status": "Scheduled",
                    "runtime": None,
                    "present": 0,
                    "participants": 0,
                    "recording": None,
                    "registration": True,
                    "open": True,
                    "registrants": 0,
                    "limit": None,
                }
            ],
            0,
            0,
        )


async def test_calls_can_be_read() -> None:
    """Without query, token or body; control calls are not among them."""
    async with api_client() as at:
        await at.make_webinar()
        _, answer = await control(at, "GET", "calls")
        assert answer == {
            "calls": [
                {"method": "POST", "path": "/restapi/oauth/token", "group": "Auth", "status": 200,
                 "at": "2030-01-01T00:00:00.000Z"},
                {"method": "POST", "path": WEBINARS, "group": "Heavy", "status": 201,
                 "at": "2030-01-01T00:00:00.000Z"},
            ]
        }  # fmt: skip


async def test_rules_can_be_changed_one_by_one() -> None:
    """By their JSON names; an invalid value changes nothing."""
    async with api_client() as at:
        status, rules = await control(at, "PATCH", "rules", {"budgets": {"Heavy": 3}, "registrationDelay": 0})
        assert (status, rules["budgets"]["Heavy"], rules["registrationDelay"]) == (200, 3, 0)
        assert (at.rc.rules.budgets["Heavy"], at.rc.rules.budgets["Light"]) == (3, 100_000)
        assert at.rc.rules.registration_delay == 0
        mistakes: list[Any] = [{"budgets": {"Huge": 1}}, {"window": 0}, {"speed": 1}, []]
        for wrong in mistakes:
            status, answer = await control(at, "PATCH", "rules", wrong)
            assert (status, list(answer)) == (400, ["error"])
        assert (await control(at, "GET", "rules"))[1] == rules


async def test_faults_can_be_ordered_listed_and_cleared() -> None:
    """With the arguments of `fail`."""
    async with api_client() as at:
        order = {"method": "POST", "path_regex": "/webinars$", "status": 503, "times": 2, "retry_after": 9}
        status, answer = await control(at, "POST", "faults", order)
        assert (status, answer) == (
            200,
            {"faults": [{**order, "effect": False, "hang": None, "cut": False, "half": False, "code": None}]},
        )
        reply = await at.call("POST", WEBINARS, {"title": "T"})
        assert (reply.status, reply.headers["Retry-After"]) == (503, "9")
        assert (await control(at, "GET", "faults"))[1]["faults"][0]["times"] == 1
        assert await control(at, "DELETE", "faults") == (200, {"faults": []})
        assert (await at.call("POST", WEBINARS, {"title": "T"})).status == 201
        for wrong in ({"method": "GET"}, {**order, "path_regex": "("}, {**order, "status": None}):
            assert (await control(at, "POST", "faults", wrong))[0] == 400


async def test_outside_people_can_sign_up() -> None:
    """Three of them, and a host's own trial registration."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        status, answer = await control(at, "POST", "register", {"sessionId": session_id, "count": 3})
        assert (status, len(answer["ids"])) == (200, 3)
        await control(at, "POST", "register", {"sessionId": session_id, "real": False})
        assert at.rc.webinars()[0]["registrants"] == 4
        assert (await control(at, "POST", "register", {"sessionId": "1"}))[0] == 404


async def test_who_attends_and_who_is_mailed_can_be_seen_from_outside() -> None:
    """A participant id for an attendee, and the emails that RingCentral would have sent."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        (someone,) = at.rc.register(session_id)
        assert (await control(at, "POST", "attend", {"registrantId": someone}))[0] == 403
        at.rc.begin(session_id)
        status, answer = await control(at, "POST", "attend", {"registrantId": someone})
        (person,) = at.rc.registrants(session_id)
        assert (status, answer) == (200, {"participantId": person["participantId"]})
        mail = {"at": "2030-01-01T00:00:00.300Z", "sessionId": session_id, "kind": "confirmation"}
        assert await control(at, "GET", "mails") == (200, {"mails": [{**mail, "address": person["email"]}]})


async def test_people_in_ringcentrals_own_app_can_be_played() -> None:
    """Create, edit, start, finish, and cancel too late."""
    async with api_client() as at:
        body = {"title": "Made there", "scheduledStartTime": "2031-03-04T15:00:00Z", "host": "ben@acme.example"}
        status, answer = await control(at, "POST", "webinars", body)
        webinar = f"webinars/{answer['webinarId']}"
        assert status == 200
        assert (await control(at, "PATCH", webinar, {"title": "Changed"})) == (200, {"ok": True})
        assert (await control(at, "POST", f"{webinar}/start"))[0] == 200
        assert [(one["title"], one["status"]) for one in at.rc.webinars()] == [("Changed", "Active")]
        assert (await control(at, "POST", f"{webinar}/finish"))[0] == 200
        assert await control(at, "POST", f"{webinar}/cancel") == (
            403,
            {"error": "CMN-101 Not allowed while the session is Finished"},
        )
        assert (await control(at, "PATCH", webinar, {"colour": "red"}))[0] == 400
        assert (await control(at, "POST", "webinars/1/cancel"))[0] == 404


async def test_tokens_can_expire_and_everything_be_reset() -> None:
    """For tests of other programs, from outside."""
    async with api_client() as at:
        await at.make_webinar()
        await control(at, "POST", "tokens/expire")
        assert (await at.call("POST", WEBINARS, {"title": "T"})).codes == ["OAU-128"]
        await control(at, "POST", "reset")
        assert (await control(at, "GET", "state"))[1]["webinars"] == []
        assert (await control(at, "GET", "calls"))[1] == {"calls": []}


async def test_it_starts_alone_and_ends_on_ctrl_c() -> None:
    """It prints what an app needs, serves, and stops without an error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "sandbox.ringcentral", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(6)]
    found = dict(re.findall(r"^(RC_\w+)=(\S+)$", "\n".join(lines), re.MULTILINE))
    assert lines[0] == f"Stand-in RingCentral at {found['RC_SERVER_URL']}"
    async with aiohttp.ClientSession(found["RC_SERVER_URL"]) as http:
        credentials = basic(found["RC_APP_CLIENT_ID"], found["RC_APP_CLIENT_SECRET"])
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": found["RC_USER_JWT"]}
        async with http.post("/restapi/oauth/token", data=form, headers={"Authorization": credentials}) as response:
            assert response.status == 200
    process.send_signal(signal.SIGINT)
    assert (await process.stdout.read()).decode().split("\n") == ["Stopped; nothing was kept.", ""]
    assert await process.wait() == 0


async def test_a_taken_port_gives_a_sentence_and_a_free_one() -> None:
    """The message suggests a free port."""
    async with api_client() as at:
        port = at.rc.url.rpartition(":")[2]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox.ringcentral", "--port", port), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        said, started = [(await process.stdout.readline()).decode().strip() for _ in range(2)]
        process.terminate()
        await process.communicate()
        assert said == f"Port {port} is taken; using a free one."
        assert re.fullmatch(r"Stand-in RingCentral at http://127\.0\.0\.1:\d+", started)
        assert process.returncode == 0
