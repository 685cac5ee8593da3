"""One login of a server-to-server app for all callers: asked for once, replaced once, revoked on shutdown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.errors import ProviderDown, ProviderForbidden, ProviderUnauthorized
from bot.providers.zoom import Zoom
from sandbox.zoom.rules import SCOPES
from tests.support.zoom_client import PERSON, ZoomPair, fixed_answer, zoom_pair

TOKEN, REVOKE, MEETING = "/oauth/token$", "/oauth/revoke$", "^/v2/meetings/"


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


async def twenty(pair: ZoomPair, client: Zoom) -> None:
    """Twenty requests at once, of different meetings: equal ones would be one call."""
    ids = [pair.event() for _ in range(20)]
    await asyncio.gather(*(client.webinar(f"zoom-{one}", PERSON) for one in ids))


async def test_twenty_calls_at_once_log_in_once(pair: ZoomPair) -> None:
    """All wait for the same token, and none says `me`: an app of an account is no user."""
    await twenty(pair, pair.client())

    assert (pair.asked("POST", TOKEN), pair.asked("GET", MEETING)) == ([200], [200] * 20)
    assert not [one.path for one in pair.sandbox.calls if "/me" in one.path.replace("/meetings", "")]


async def test_a_token_is_replaced_once_before_its_end(pair: ZoomPair) -> None:
    """A minute before the promised hour, by one of twenty callers, with no refused request."""
    client = pair.client()
    await twenty(pair, client)
    pair.ahead = 3530.0
    await twenty(pair, client)
    assert pair.asked("POST", TOKEN) == [200]

    pair.ahead = 3541.0
    await twenty(pair, client)

    assert (pair.asked("POST", TOKEN), set(pair.asked("GET", MEETING))) == ([200, 200], {200})


async def test_a_refused_token_is_replaced_once_and_the_call_repeated_once(pair: ZoomPair) -> None:
    """Twenty 401 answers cause one login, and every request succeeds; a second 401 names the settings."""
    client = pair.client()
    await twenty(pair, client)
    pair.sandbox.state.tokens.expire()
    await twenty(pair, client)
    assert pair.asked("POST", TOKEN) == [200, 200]
    assert pair.asked("GET", MEETING).count(200) == 40

    pair.sandbox.calls.clear()
    pair.sandbox.fault("GET", MEETING, status=401, times=9)
    with pytest.raises(ProviderUnauthorized, match="check ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET"):
        await client.webinar(f"zoom-{pair.event()}", PERSON)
    assert (pair.asked("POST", TOKEN), pair.asked("GET", MEETING)) == ([200], [401, 401])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"client_secret": SecretStr("wrong")}, "ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET"),
        ({"client_id": "wrong"}, "ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET"),
        ({"account_id": "wrong"}, "ZOOM_ACCOUNT_ID"),
    ],
)
async def test_wrong_credentials_are_named_after_one_try(pair: ZoomPair, wrong: dict[str, object], named: str) -> None:
    """All callers read which setting to check."""
    client = pair.client(**wrong)

    failures = await asyncio.gather(
        *(client.webinar(f"zoom-{one}", PERSON) for one in range(9)), return_exceptions=True
    )

    assert [type(failure) for failure in failures] == [ProviderUnauthorized] * 9
    assert named in str(failures[0])
    assert len(pair.asked("POST", TOKEN)) == 1


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (4702, "check ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET"),
        (4704, "check ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET"),
        (4705, "not a server-to-server OAuth app"),
        (4706, "check ZOOM_ACCOUNT_ID"),
        (4717, "is turned off"),
        (4735, "owner of Greenroom.s Zoom app has left"),
        (4738, "has disabled Greenroom's Zoom app"),
        (4741, "check ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET"),
    ],
)
async def test_each_code_of_a_login_is_explained(code: int, named: str) -> None:
    """Whether it comes with 400 or 401, as a number."""
    for status in (400, 401):
        token = {"code": code, "reason": "x", "error": "invalid_request"}
        async with fixed_answer(200, "{}", token=token, token_status=status) as (client, requests):
            with pytest.raises(ProviderUnauthorized, match=named):
                await client.webinar("zoom-1", PERSON)
        assert requests == []


async def test_calls_go_to_the_region_of_the_account(pair: ZoomPair) -> None:
    """The token names the API's address; the path stays that of the setting. Encryption is never given up."""
    pair.sandbox.state.url = pair.sandbox.url.removesuffix("/v2")
    event_id, elsewhere = pair.event(), "http://127.0.0.1:1/v2"
    await pair.client(api_url=elsewhere).webinar(f"zoom-{event_id}", PERSON)
    assert pair.asked("GET", MEETING) == [200]

    with pytest.raises(ProviderDown):  # nothing listens there
        await pair.client(api_url="https://127.0.0.1:1/v2").webinar(f"zoom-{event_id}", PERSON)
    assert pair.asked("GET", MEETING) == [200]


async def test_a_failed_login_is_repeated(pair: ZoomPair) -> None:
    """Logging in changes nothing, so it is repeated like a read, and then fails with `ProviderDown`."""
    event_id = pair.event()
    pair.sandbox.fault("POST", TOKEN, status=500, times=2)
    pair.sandbox.fault("POST", TOKEN, cut=True)
    await pair.client().webinar(f"zoom-{event_id}", PERSON)
    assert pair.asked("POST", TOKEN) == [500, 500, None, 200]

    pair.sandbox.fault("POST", TOKEN, status=503, times=9)
    with pytest.raises(ProviderDown):
        await pair.client().webinar(f"zoom-{event_id}", PERSON)


async def test_a_canceled_first_caller_does_not_stop_the_login(pair: ZoomPair) -> None:
    """The other callers get the token."""
    event_id, client, arrived = pair.event(), pair.client(), asyncio.Event()
    pair.sandbox.fault("POST", TOKEN, status=None, effect=True, hang=0.2)
    pair.sandbox.zoom.on_change.append(arrived.set)
    first, second = (asyncio.ensure_future(client.webinar(f"zoom-{event_id}", PERSON)) for _ in range(2))
    await arrived.wait()

    first.cancel()

    assert (await second).title == "Launch day"
    assert pair.asked("POST", TOKEN) == [200]


async def test_closing_revokes_the_token(pair: ZoomPair) -> None:
    """Once, and without waiting for a failing server."""
    client = pair.client()
    await client.service_user(PERSON)
    await client.close()
    await client.close()
    assert pair.asked("POST", REVOKE) == [200]

    await client.service_user(PERSON)
    pair.sandbox.fault("POST", REVOKE, status=500, times=9)
    await client.close()
    assert (pair.asked("POST", REVOKE), pair.pauses) == ([200, 500], [])


async def test_a_scope_that_was_added_works_within_a_minute(pair: ZoomPair) -> None:
    """A token keeps the scopes of its login, so a missing scope ends one that is not new."""
    event_id, client = pair.event(), pair.client()
    pair.sandbox.zoom.rules.scopes = tuple(one for one in SCOPES if one != "meeting:read:meeting:admin")
    for _ in range(2):
        with pytest.raises(ProviderForbidden, match="lacks the scope meeting:read:meeting:admin"):
            await client.webinar(f"zoom-{event_id}", PERSON)
    assert pair.asked("POST", TOKEN) == [200]

    pair.ahead = 61.0
    with pytest.raises(ProviderForbidden):
        await client.webinar(f"zoom-{event_id}", PERSON)
    pair.sandbox.zoom.rules.scopes = SCOPES
    await client.webinar(f"zoom-{event_id}", PERSON)

    assert pair.asked("POST", TOKEN) == [200, 200]
    assert await client.granted_scopes(PERSON) == frozenset(SCOPES)
