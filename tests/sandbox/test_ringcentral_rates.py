"""The rate budgets of the RingCentral stand-in, on machine time that the tests advance."""

from __future__ import annotations

from tests.sandbox.ringcentral_client import ANA, SERVICE, WEBINARS, ApiClient, Reply, api_client

ME = "/restapi/v1.0/account/~/extension/~"
SINCE = {"creationTimeFrom": "2001-01-01T00:00:00Z"}


async def heavy(at: ApiClient, who: str = SERVICE) -> Reply:
    """Make one Heavy call."""
    return await at.call("GET", WEBINARS, who=who, **SINCE)


def limits(reply: Reply) -> tuple[str, str, str, str]:
    """The rate limit headers: group, limit, remaining, window."""
    names = ("Group", "Limit", "Remaining", "Window")
    group, limit, remaining, window = (reply.headers[f"X-Rate-Limit-{name}"] for name in names)
    return group, limit, remaining, window


async def test_every_answer_tells_the_budget() -> None:
    """Group, limit, remaining and window are on successful and refused responses."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 10
        assert limits(await heavy(at)) == ("Heavy", "10", "9", "60")
        missing = await at.call("GET", f"{WEBINARS}/1")
        assert (missing.status, limits(missing)) == (404, ("Heavy", "10", "8", "60"))
        unknown = await at.call("GET", WEBINARS, token="made-up")
        assert (unknown.status, limits(unknown)) == (401, ("Heavy", "10", "10", "60"))


async def test_groups_and_people_have_budgets_of_their_own() -> None:
    """Using up one group leaves the others at their published figures, and one user leaves the next."""
    async with api_client() as at:
        at.rc.rules.budgets = {"Heavy": 2}
        await heavy(at)
        assert limits(await heavy(at)) == ("Heavy", "2", "0", "60")
        assert limits(await at.call("GET", ME)) == ("Light", "50", "49", "60")
        assert limits(await heavy(at, ANA)) == ("Heavy", "2", "1", "60")


async def test_the_window_slides() -> None:
    """A call is free again 60 seconds after it was made, one by one."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 2
        await heavy(at)
        at.clock.advance(40)
        await heavy(at)
        at.clock.advance(20)
        assert limits(await heavy(at)) == ("Heavy", "2", "0", "60")


async def test_an_overrun_budget_answers_429() -> None:
    """One call too many: CMN-301, Retry-After in seconds, nothing remaining, and it is counted."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 1
        await heavy(at)
        reply = await heavy(at)
        assert (reply.status, reply.codes, reply.headers["Retry-After"]) == (429, ["CMN-301"], "60")
        assert limits(reply) == ("Heavy", "1", "0", "60")
        assert (at.rc.penalties, at.rc.throttled) == (1, 1)


async def test_every_call_in_a_penalty_restarts_it() -> None:
    """A caller that retries every 59 seconds is always refused; one that waits 60 is not."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 1
        await heavy(at)
        await heavy(at)
        for _ in range(3):
            at.clock.advance(59)
            assert (await heavy(at)).status == 429
        at.clock.advance(60)
        assert (await heavy(at)).status == 200
        assert (at.rc.penalties, at.rc.throttled) == (1, 4)


async def test_a_penalty_is_for_one_group_only() -> None:
    """Light calls go on while Heavy ones are refused."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 1
        await heavy(at)
        assert (await heavy(at)).status == 429
        assert (await at.call("GET", ME)).status == 200


async def test_budgets_window_and_penalty_can_be_short() -> None:
    """Headers keep whole seconds, rounded up."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 1
        at.rc.rules.window = 0.2
        at.rc.rules.penalty = 0.3
        await heavy(at)
        reply = await heavy(at)
        assert (reply.headers["Retry-After"], reply.headers["X-Rate-Limit-Window"]) == ("1", "1")
        at.clock.advance(0.3)
        assert (await heavy(at)).status == 200


async def test_logins_have_a_budget_too() -> None:
    """The sixth login of one person in a minute is throttled; another person still gets in."""
    async with api_client() as at:
        at.rc.rules.budgets["Auth"] = 5
        assert [(await at.login()).status for _ in range(6)] == [200] * 5 + [429]
        assert (await at.login(ANA)).status == 200


async def test_a_throttled_call_has_no_effect() -> None:
    """A webinar is not created during a penalty."""
    async with api_client() as at:
        at.rc.rules.budgets["Heavy"] = 1
        await at.make_webinar()
        assert (await at.call("POST", WEBINARS, {"title": "Too much"})).status == 429
        assert list(at.rc.dump()["webinars"]) == ["510000001"]
