"""One login for all callers: fetched once, renewed once, revoked on shutdown."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.errors import ProviderDown, ProviderUnauthorized
from bot.providers.ringcentral import RingCentral
from bot.providers.ringcentral.auth import account_user
from sandbox.ringcentral.company import SERVICE_USER
from tests.support.ringcentral import PERSON, START, TOKEN, WEBINARS, Pair, ringcentral_pair, webinar_form

REVOKE = "/restapi/oauth/revoke"
EXTENSION = "/restapi/v1.0/account/~/extension/~"


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


async def twenty(pair: Pair, client: RingCentral) -> None:
    """Twenty requests at once, of different webinars: equal ones would be one call."""
    webinars = [pair.vendor.create("Launch day", START) for _ in range(20)]
    await asyncio.gather(*(client.webinar(webinar_id, PERSON) for webinar_id in webinars))


def statuses(pair: Pair) -> list[int | None]:
    """The answers to these requests."""
    return [call.status for call in pair.vendor.calls if call.method == "GET" and call.path.startswith(WEBINARS)]


async def test_twenty_calls_at_once_log_in_once(pair: Pair) -> None:
    """All wait for the same token."""
    await twenty(pair, pair.client())

    assert (pair.asked("POST", TOKEN), statuses(pair)) == ([200], [200] * 20)


async def test_a_token_is_renewed_once_before_it_expires(pair: Pair) -> None:
    """A minute before the promised hour, by one of twenty callers, with no refused request."""
    client = pair.client()
    await twenty(pair, client)
    pair.ahead = 3530.0
    await twenty(pair, client)
    assert pair.asked("POST", TOKEN) == [200]

    pair.ahead = 3541.0
    await twenty(pair, client)

    assert (pair.asked("POST", TOKEN), set(statuses(pair))) == ([200, 200], {200})


async def test_a_short_lived_token_is_used_for_nine_tenths_of_its_life(pair: Pair) -> None:
    """`expires_in` counts, not the hour of the guides."""
    pair.vendor.rules.token_life = 100
    client = pair.client()

    for pair.ahead in (0.0, 80.0, 91.0):
        await client.service_user(PERSON)

    assert pair.asked("POST", TOKEN) == [200, 200]


@pytest.mark.parametrize("refresh_tokens", [False, True])
async def test_a_refused_token_is_replaced_once_and_the_call_repeated(pair: Pair, *, refresh_tokens: bool) -> None:
    """Twenty 401 answers cause one renewal, and every request succeeds."""
    pair.vendor.rules.issue_refresh_tokens = refresh_tokens
    client = pair.client()
    await client.service_user(PERSON)
    pair.vendor.tokens.expire()

    await twenty(pair, client)

    assert pair.asked("POST", TOKEN) == [200, 200]
    assert statuses(pair).count(200) == 20


async def test_a_refused_token_does_not_create_two_webinars(pair: Pair) -> None:
    """A 401 had no effect, so a change is sent once more."""
    client = pair.client()
    await client.service_user(PERSON)
    pair.vendor.tokens.expire()

    await client.create_webinar(webinar_form(), None, PERSON)

    assert (pair.titles(), pair.asked("POST", WEBINARS)) == (["Launch day"], [401, 201])


async def test_a_refused_new_token_names_the_settings_to_check(pair: Pair) -> None:
    """There is no third try."""
    pair.vendor.fail("GET", EXTENSION, status=401, times=9)

    with pytest.raises(ProviderUnauthorized, match="check RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT"):
        await pair.client().service_user(PERSON)

    assert (pair.asked("POST", TOKEN), pair.asked("GET", EXTENSION)) == ([200, 200], [401, 401])


async def test_refresh_tokens_keep_the_session(pair: Pair) -> None:
    """One session for hours, not one an hour."""
    pair.vendor.rules.issue_refresh_tokens = True
    client = pair.client()

    for hour in range(4):
        pair.ahead = hour * 3600.0
        await client.service_user(PERSON)

    assert (pair.asked("POST", TOKEN), pair.vendor.tokens.count(SERVICE_USER)) == ([200] * 4, 1)


async def test_a_refused_refresh_token_falls_back_to_the_jwt(pair: Pair) -> None:
    """Its session was ended by a sixth one, or by the user."""
    pair.vendor.rules.issue_refresh_tokens = True
    client = pair.client()
    await client.service_user(PERSON)
    pair.vendor.reset()

    await client.service_user(PERSON)

    assert pair.asked("POST", TOKEN) == [400, 200]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"client_secret": SecretStr("wrong")}, "RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET"),
        ({"client_id": "wrong"}, "RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET"),
        ({"jwt": SecretStr("wrong")}, "RC_USER_JWT"),
    ],
)
async def test_wrong_credentials_are_named_after_one_try(
    pair: Pair, wrong: dict[str, SecretStr | str], named: str
) -> None:
    """Twenty callers read which setting to check."""
    client = pair.client(**wrong)

    failures = await asyncio.gather(*(client.webinar(str(one), PERSON) for one in range(20)), return_exceptions=True)

    assert [type(failure) for failure in failures] == [ProviderUnauthorized] * 20
    assert named in str(failures[0])
    assert pair.asked("POST", TOKEN) == [401]


async def test_a_failed_login_is_repeated(pair: Pair) -> None:
    """Logging in changes nothing, so it is repeated like a read, and then fails with `ProviderDown`."""
    pair.vendor.fail("POST", TOKEN, status=500, times=2)
    pair.vendor.fail("POST", TOKEN, cut=True)
    await pair.client().service_user(PERSON)
    assert pair.asked("POST", TOKEN) == [500, 500, None, 200]

    pair.vendor.fail("POST", TOKEN, status=503, times=9)
    with pytest.raises(ProviderDown):
        await pair.client().create_webinar(webinar_form(), None, PERSON)


async def test_a_canceled_first_caller_does_not_stop_the_login(pair: Pair) -> None:
    """The other callers get the token."""
    client, arrived = pair.client(), asyncio.Event()
    pair.vendor.fail("POST", TOKEN, status=None, effect=True, hang=0.2)
    pair.vendor.on_change.append(arrived.set)
    first, second = (asyncio.ensure_future(client.service_user(PERSON)) for _ in range(2))
    await arrived.wait()

    first.cancel()

    assert (await second).user_id == SERVICE_USER.id
    assert pair.asked("POST", TOKEN) == [200]


async def test_closing_revokes_the_token(pair: Pair) -> None:
    """Ten restarts leave no session behind, so no other replica loses one of the five."""
    stays = pair.client()
    await stays.service_user(PERSON)
    for _ in range(10):
        client = pair.client()
        await client.service_user(PERSON)
        await client.close()
        await client.close()

    await stays.service_user(PERSON)

    assert pair.asked("POST", REVOKE) == [200] * 10
    assert (pair.vendor.tokens.count(SERVICE_USER), pair.asked("POST", TOKEN)) == (1, [200] * 11)


async def test_closing_does_not_wait_for_a_failing_vendor(pair: Pair) -> None:
    """One try, no pause."""
    client = pair.client()
    await client.service_user(PERSON)
    pair.vendor.fail("POST", REVOKE, status=500, times=9)

    await client.close()

    assert (pair.asked("POST", REVOKE), pair.pauses) == ([500], [])


async def test_closing_cancels_a_login_in_progress(pair: Pair) -> None:
    """And its waiting callers."""
    client, arrived = pair.client(), asyncio.Event()
    pair.vendor.fail("POST", TOKEN, status=None, effect=True, hang=30)
    pair.vendor.on_change.append(arrived.set)
    asking = asyncio.ensure_future(client.service_user(replace(PERSON, patience=60.0)))
    await arrived.wait()

    await client.close()

    with pytest.raises(asyncio.CancelledError):
        await asking


def test_the_key_of_an_account_user_is_the_same_for_a_new_jwt_of_the_user() -> None:
    """Other users, apps and servers have other keys, and no key contains a secret."""

    def jwt(**claims: str) -> SecretStr:
        payload = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return SecretStr(f"eyJhbGciOiJSUzI1NiJ9.{payload}.c2lnbmF0dXJl")

    keys = [
        account_user("https://platform.ringcentral.com", "app", jwt(sub="1", jti="old")),
        account_user("https://platform.ringcentral.com/", "app", jwt(sub="1", jti="new")),
        account_user("https://platform.ringcentral.com", "app", jwt(sub="2", jti="old")),
        account_user("https://platform.ringcentral.com", "other", jwt(sub="1", jti="old")),
        account_user("https://rc.example", "app", jwt(sub="1", jti="old")),
        account_user("https://rc.example", "app", SecretStr("not a token")),
        account_user("https://rc.example", "app", SecretStr("not.a.token")),
    ]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 6
    assert {len(key) for key in keys} == {64}
