"""Webhook subscriptions through our client, at the stand-in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from bot.errors import OutcomeUnknown, ProviderForbidden, ProviderGone, ProviderRefused
from sandbox.ringcentral import Rules
from tests.sandbox.webhook_receiver import EVENTS, SUBSCRIPTIONS, receiver
from tests.support.ringcentral import PERSON, UNLIMITED, ringcentral_pair

DAY = timedelta(days=1)
PLENTY = {"Light": UNLIMITED, "Medium": UNLIMITED, "Heavy": UNLIMITED, "Auth": UNLIMITED}


async def test_a_subscription_is_made_found_renewed_and_deleted() -> None:
    """One call each: Light for reads and the renewal, Medium for the rest."""
    async with ringcentral_pair() as pair, receiver() as hook:
        client = pair.client()
        made = await client.subscribe(hook.url, "a-token", (), DAY, PERSON)
        assert (made.address, made.is_active, made.filters, made.disabled) == (hook.url, True, tuple(EVENTS), ())
        assert made.expires_at - pair.vendor.clock.now() > timedelta(hours=23)
        assert await client.event_subscriptions(PERSON) == [made]
        assert await client.event_subscription(made.subscription_id, PERSON) == made
        pair.vendor.clock.move(timedelta(hours=12))
        renewed = await client.renew_event_subscription(made.subscription_id, PERSON)
        assert renewed.expires_at - made.expires_at >= timedelta(hours=12)
        await client.unsubscribe(made.subscription_id, PERSON)
        await client.unsubscribe(made.subscription_id, PERSON)
        with pytest.raises(ProviderGone):
            await client.event_subscription(made.subscription_id, PERSON)
        groups = [call.group for call in pair.vendor.calls if urlsplit(call.path).path.startswith(SUBSCRIPTIONS)]
        assert groups == ["Medium", "Light", "Light", "Light", "Medium", "Medium", "Light"]
        pair.vendor.create("T", "2031-03-04T15:00:00Z")
        assert hook.bodies == []


async def test_a_subscription_can_be_limited_to_hosts() -> None:
    """Each with a filter of its own, so that one that is disabled does not disable the others; at most ten."""
    async with ringcentral_pair() as pair, receiver() as hook:
        client = pair.client(jwt=SecretStr(pair.vendor.jwt_for("ben@acme.example")))
        made = await client.subscribe(hook.url, "a-token", ["62190102", "62190103"], DAY, PERSON)
        assert made.filters == tuple(f"{event}?hostUserId=62190102" for event in EVENTS)
        assert made.disabled == tuple(f"{event}?hostUserId=62190103 (CMN-408)" for event in EVENTS)
        whole = await client.subscribe(hook.url, "a-token", (), DAY, PERSON)
        assert (whole.filters, len(whole.disabled)) == ((), 4)
        many = await client.subscribe(hook.url, "a-token", ["62190102", *map(str, range(20))], DAY, PERSON)
        assert len(many.filters) + len(many.disabled) == 40


async def test_a_blacklisted_subscription_is_not_active() -> None:
    """With the vendor's reason."""
    async with ringcentral_pair() as pair, receiver() as hook:
        client = pair.client()
        made = await client.subscribe(hook.url, "a-token", (), DAY, PERSON)
        pair.vendor.webhooks.blacklist(pair.vendor.world.state.subscriptions[made.subscription_id])
        read = await client.event_subscription(made.subscription_id, PERSON)
        assert (read.is_active, read.problem) == (False, "The address did not accept deliveries for too long.")


async def test_refusals_say_what_an_admin_must_do() -> None:
    """An address that is not reachable, one that answers wrongly, too many subscriptions, a missing permission."""
    async with ringcentral_pair() as pair, receiver() as hook:
        client = pair.client()
        with pytest.raises(ProviderRefused, match="cannot reach Greenroom at PUBLIC_URL"):
            await client.subscribe("http://127.0.0.1:1/hook", "a-token", (), DAY, PERSON)
        hook.status = 404
        with pytest.raises(ProviderRefused, match="did not get the expected answer from PUBLIC_URL"):
            await client.subscribe(hook.url, "a-token", (), DAY, PERSON)
        hook.status = 200
        for _ in range(30):
            await client.subscribe(hook.url, "a-token", (), DAY, PERSON)
        with pytest.raises(ProviderRefused, match="too many webhook subscriptions"):
            await client.subscribe(hook.url, "a-token", (), DAY, PERSON)
    async with ringcentral_pair(Rules(webhook_permission=True, budgets=PLENTY)) as pair:
        with pytest.raises(ProviderForbidden, match="lacks the permission Subscription Webhook"):
            await pair.client().event_subscriptions(PERSON)


async def test_a_subscription_without_an_answer_is_not_repeated() -> None:
    """There could be two: it must be looked up first."""
    async with ringcentral_pair() as pair, receiver() as hook:
        pair.vendor.fail("POST", "subscriptions$", status=500, effect=True)
        with pytest.raises(OutcomeUnknown):
            await pair.client().subscribe(hook.url, "a-token", (), DAY, PERSON)
        assert len(await pair.client().event_subscriptions(PERSON)) == 1
