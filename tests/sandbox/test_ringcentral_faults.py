"""Injected faults, the call log, and unknown paths."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.sandbox.ringcentral_client import LONG_AGO, WEBINARS, ApiClient, Reply, api_client

TITLE = {"title": "Launch day"}
DIRECTORY = "/restapi/v1.0/account/~/directory/entries"


async def create(at: ApiClient) -> Reply:
    """Create a webinar."""
    return await at.call("POST", WEBINARS, TITLE)


def made(at: ApiClient) -> int:
    """The number of webinars."""
    return len(at.rc.dump().get("webinars", {}))


async def test_a_fault_happens_as_often_as_told() -> None:
    """Twice 500 without effect, then success."""
    async with api_client() as at:
        at.rc.fail("POST", "/webinars$", times=2)
        first = await create(at)
        assert (first.status, first.codes, first.headers["X-Rate-Limit-Group"]) == (500, ["CMN-203"], "Heavy")
        assert ((await create(at)).status, made(at)) == (500, 0)
        assert ((await create(at)).status, made(at), at.rc.faults) == (201, 1, [])


async def test_a_fault_meets_only_what_it_matches() -> None:
    """By method and path; "*" is any method."""
    async with api_client() as at:
        at.rc.fail("DELETE", "/webinars/")
        at.rc.fail("*", "/sessions$")
        webinar_id = (await create(at)).body["id"]
        assert (await at.call("GET", f"{WEBINARS}/{webinar_id}")).status == 200
        assert (await at.call("POST", f"{WEBINARS}/{webinar_id}/sessions", {})).status == 500
        assert (await at.call("DELETE", f"{WEBINARS}/{webinar_id}")).status == 500
        assert made(at) == 1


async def test_a_fault_after_the_effect() -> None:
    """The webinar is created although the response is 500."""
    async with api_client() as at:
        at.rc.fail("POST", "/webinars$", effect=True)
        assert ((await create(at)).status, made(at)) == (500, 1)


async def test_a_foreign_429_has_no_budget_headers() -> None:
    """It is a limit other than the rate budget: Retry-After only if given, and it does not count as a penalty."""
    async with api_client() as at:
        at.rc.fail("POST", "/webinars$", status=429, retry_after=7)
        at.rc.fail("POST", "/webinars$", status=429)
        first, second = await create(at), await create(at)
        assert [(one.status, one.codes) for one in (first, second)] == [(429, ["CMN-302"])] * 2
        assert [one.headers.get("Retry-After") for one in (first, second)] == ["7", None]
        assert [name for name in first.headers if name.startswith("X-Rate")] == []
        assert (at.rc.penalties, at.rc.throttled) == (0, 0)


async def test_a_failing_service_words_it_its_own_way() -> None:
    """The directory has its own codes, a gateway responds with HTML, and a code can be chosen."""
    async with api_client() as at:
        at.rc.fail("GET", "/directory/", status=503, retry_after=3)
        directory = await at.call("GET", DIRECTORY)
        assert (directory.status, directory.codes, directory.headers["Retry-After"]) == (503, ["ADG-000"], "3")
        at.rc.fail("POST", "/webinars$", status=502)
        gateway = await create(at)
        assert (gateway.status, gateway.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
        at.rc.fail("POST", "/webinars$", status=403, code="CMN-109")
        assert (await create(at)).codes == ["CMN-109"]


@pytest.mark.parametrize(("effect", "webinars"), [(False, 0), (True, 1)])
async def test_a_timeout_before_and_after_the_effect(effect: bool, webinars: int) -> None:
    """The caller gives up; the effect differs; the stand-in stops although the call still hangs."""
    async with api_client() as at:
        await at.token("webinars@acme.example")
        at.rc.fail("POST", "/webinars$", hang=3600, effect=effect)
        arrived = asyncio.Event()
        at.rc.on_change.append(arrived.set)
        call = asyncio.create_task(create(at))
        await arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert made(at) == webinars
        assert at.rc.calls[-1].status is None


async def test_a_late_answer_is_the_true_one() -> None:
    """Without its own status, a fault with effect only delays."""
    async with api_client() as at:
        at.rc.fail("POST", "/webinars$", status=None, effect=True, hang=0.01)
        reply = await create(at)
        assert (reply.status, reply.body["title"], made(at)) == (201, "Launch day", 1)


@pytest.mark.parametrize(("effect", "webinars"), [(False, 0), (True, 1)])
async def test_a_cut_connection(effect: bool, webinars: int) -> None:
    """No response; the call is logged without a status."""
    async with api_client() as at:
        at.rc.fail("POST", "/webinars$", cut=True, effect=effect)
        with pytest.raises(aiohttp.ClientConnectionError):
            await create(at)
        assert (made(at), at.rc.calls[-1].status) == (webinars, None)


async def test_a_connection_cut_in_the_middle_of_the_answer() -> None:
    """The status and half of the body arrive."""
    async with api_client() as at:
        at.rc.fail("POST", "/webinars$", cut=True, effect=True, half=True)
        with pytest.raises(aiohttp.ClientPayloadError):
            await create(at)
        assert (made(at), at.rc.calls[-1].status) == (1, None)
        with pytest.raises(ValueError, match="takes effect and is cut"):
            at.rc.fail("POST", "/webinars$", half=True)


async def test_a_throttled_call_uses_up_no_fault() -> None:
    """A fault applies to the next call that would otherwise have been served."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 1
        await create(at)
        at.rc.fail("POST", "/webinars$")
        assert (await create(at)).status == 429
        at.clock.advance(60)
        assert (await create(at)).status == 500


async def test_a_fault_that_makes_no_sense_is_refused() -> None:
    """When it is set, not when it should happen."""
    async with api_client() as at:
        with pytest.raises(ValueError, match="cut the call or let it take effect"):
            at.rc.fail("GET", ".*", status=None)
        with pytest.raises(ValueError, match="at least once"):
            at.rc.fail("GET", ".*", times=0)
        with pytest.raises(ValueError, match="Not a regular expression"):
            at.rc.fail("GET", "(")


async def test_every_call_is_logged() -> None:
    """Method, path, group, status and machine time, refusals and unknown paths included."""
    async with api_client() as at:
        await create(at)
        await at.call("GET", f"{WEBINARS}/1")
        await at.call("GET", WEBINARS, creationTimeFrom=LONG_AGO)
        unknown = await at.call("GET", "/restapi/v1.0/moon")
        wrong = await at.call("PUT", WEBINARS)
        assert (unknown.status, unknown.codes, wrong.status, wrong.codes) == (404, ["CMN-120"], 405, ["CMN-120"])
        assert [(one.method, one.path, one.group, one.status) for one in at.rc.calls] == [
            ("POST", "/restapi/oauth/token", "Auth", 200),
            ("POST", WEBINARS, "Heavy", 201),
            ("GET", f"{WEBINARS}/1", "Heavy", 404),
            ("GET", WEBINARS, "Heavy", 200),
            ("GET", "/restapi/v1.0/moon", None, 404),
            ("PUT", WEBINARS, None, 405),
        ]
        assert {one.at for one in at.rc.calls} == {at.clock.machine()}
