"""The six operations on webhook subscriptions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.ringcentral import Rules
from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, api_client
from tests.sandbox.webhook_receiver import EVENTS, REGISTRANTS, RUNTIME, SESSIONS, SUBSCRIPTIONS, receiver

BEN_ID, CHLOE_ID = "62190102", "62190103"


async def test_a_subscription_is_made_after_a_handshake() -> None:
    """The response has everything but the token; the address was called once."""
    async with api_client() as at, receiver() as hook:
        made = await hook.subscribe(at, mode={"verificationToken": "a-secret"}, expiresIn=3600)
        assert (made.status, hook.handshakes) == (201, 1)
        assert made.headers["X-Rate-Limit-Group"] == "Medium"
        subscription_id = made.body.pop("id")
        assert made.body == {
            "uri": f"{at.rc.url}{SUBSCRIPTIONS}/{subscription_id}",
            "eventFilters": EVENTS,
            "creationTime": "2030-01-01T00:00:00.000Z",
            "expirationTime": "2030-01-01T01:00:00.000Z",
            "expiresIn": 3600,
            "status": "Active",
            "deliveryMode": {"transportType": "WebHook", "address": hook.url, "encryption": False},
        }
        read = await at.call("GET", f"{SUBSCRIPTIONS}/{subscription_id}")
        assert (read.status, read.body["status"], read.headers["X-Rate-Limit-Group"]) == (200, "Active", "Light")


@pytest.mark.parametrize(
    ("handshake", "status", "padding"),
    [
        ({"Validation-Token": "another"}, 200, 0),
        ({"Content-Type": "text/plain"}, 200, 0),
        ({}, 204, 0),
        ({}, 500, 0),
        ({}, 302, 0),
        ({}, 200, 1024),
        ({"X-Padding": "x" * 1000}, 200, 0),
    ],
)
async def test_a_wrong_handshake_refuses_the_subscription(handshake: dict[str, str], status: int, padding: int) -> None:
    """Another token, type or status, and more than 1,024 bytes of headers and body together."""
    async with api_client() as at, receiver() as hook:
        hook.handshake, hook.status, hook.padding = handshake, status, padding
        refused = await hook.subscribe(at)
        assert (refused.status, refused.codes, refused.parameters) == (400, ["SUB-525"], ["deliveryMode.address"])
        assert (await at.call("GET", SUBSCRIPTIONS)).body["records"] == []


async def test_a_late_answer_refuses_the_subscription() -> None:
    """After three seconds, or as set."""
    async with api_client() as at, receiver() as hook:
        at.rc.rules.webhook_timeout = 0.05
        hook.answers.clear()
        assert (await hook.subscribe(at)).codes == ["SUB-525"]


async def test_an_address_that_cannot_be_reached_is_refused() -> None:
    """With the older code for an invalid address."""
    async with api_client() as at, receiver() as hook:
        for address in ("http://127.0.0.1:1/hook", "ftp://127.0.0.1/hook"):
            refused = await hook.subscribe(at, mode={"address": address})
            assert (refused.status, refused.codes, refused.parameters) == (400, ["CMN-101"], ["deliveryMode.address"])


@pytest.mark.parametrize(
    ("body", "code", "parameter"),
    [
        ({"eventFilters": []}, "CMN-101", "eventFilters"),
        ({"eventFilters": [""]}, "CMN-101", "eventFilters.0"),
        ({"eventFilters": ["/restapi/v1.0/glip/posts"]}, "SUB-508", "eventFilters"),
        ({"eventFilters": [f"{SESSIONS}?color=red"]}, "SUB-508", "eventFilters"),
        ({"eventFilters": [f"{SESSIONS}?hostUserId="]}, "SUB-508", "eventFilters"),
        ({"eventFilters": [f"{SESSIONS}?hostUserId"]}, "SUB-508", "eventFilters"),
        ({"eventFilters": [f"{SESSIONS}?hostUserId={','.join(['1'] * 11)}"]}, "SUB-508", "eventFilters"),
        ({"eventFilters": [f"https://elsewhere.example{SESSIONS}"]}, "SUB-508", "eventFilters"),
        ({"expiresIn": 0}, "CMN-101", "expiresIn"),
        ({"expiresIn": 315_360_001}, "CMN-101", "expiresIn"),
        ({"expiresIn": "3600"}, "CMN-101", "expiresIn"),
        ({"deliveryMode": {"transportType": "WebSocket"}}, "CMN-101", "deliveryMode.transportType"),
        ({"deliveryMode": {"transportType": "WebHook"}}, "CMN-101", "deliveryMode.address"),
        ({"deliveryMode": {"transportType": "WebHook", "address": "nowhere"}}, "CMN-101", "deliveryMode.address"),
    ],
)
async def test_a_malformed_subscription_is_refused_by_field(body: dict[str, Any], code: str, parameter: str) -> None:
    """Before the address is called."""
    async with api_client() as at, receiver() as hook:
        right = {"eventFilters": EVENTS, "deliveryMode": {"transportType": "WebHook", "address": hook.url}}
        refused = await at.call("POST", SUBSCRIPTIONS, {**right, **body})
        assert (refused.status, refused.codes[0], refused.parameters[0]) == (400, code, parameter)
        assert hook.handshakes == 0


async def test_company_filters_are_disabled_for_people_without_webinar_settings() -> None:
    """They may watch themselves and their own webinars; the rest is reported."""
    async with api_client() as at, receiver() as hook:
        own = await at.make_webinar(BEN)
        others = await at.make_webinar(CHLOE)
        allowed = [f"{SESSIONS}?hostUserId={BEN_ID}", f"{REGISTRANTS}?webinarId={own}"]
        forbidden = [
            SESSIONS,
            f"{RUNTIME}?hostUserId={CHLOE_ID}",
            f"{RUNTIME}?hostUserId={BEN_ID},{CHLOE_ID}",
            f"{REGISTRANTS}?webinarId={others}",
            f"{REGISTRANTS}?webinarId=1",
        ]
        made = await hook.subscribe(at, *allowed, *forbidden, who=BEN)
        assert (made.status, made.body["eventFilters"]) == (201, allowed)
        assert [one["filter"] for one in made.body["disabledFilters"]] == forbidden
        assert {one["reason"] for one in made.body["disabledFilters"]} == {"CMN-408"}
        assert "disabledFilters" not in (await hook.subscribe(at, *allowed, *forbidden, who=ANA)).body


async def test_a_person_has_at_most_thirty_subscriptions() -> None:
    """Of their own: another person's do not count."""
    async with api_client() as at, receiver() as hook:
        made = [(await hook.subscribe(at)).body["id"] for _ in range(30)]
        refused = await hook.subscribe(at)
        assert (refused.status, refused.codes) == (403, ["SUB-505"])
        assert (await hook.subscribe(at, who=ANA)).status == 201
        listed = await at.call("GET", SUBSCRIPTIONS)
        assert [one["id"] for one in listed.body["records"]] == made
        assert (await at.call("DELETE", f"{SUBSCRIPTIONS}/{made[0]}")).status == 204
        assert (await hook.subscribe(at)).status == 201


async def test_subscriptions_of_other_people_do_not_exist() -> None:
    """Neither in the list nor by their id, whatever the operation."""
    async with api_client() as at, receiver() as hook:
        path = f"{SUBSCRIPTIONS}/{(await hook.subscribe(at)).body['id']}"
        calls = [("GET", path), ("DELETE", path), ("PUT", path), ("POST", f"{path}/renew")]
        for method, where in calls:
            refused = await at.call(method, where, {"eventFilters": EVENTS}, who=ANA)
            assert (refused.status, refused.codes) == (404, ["CMN-102"])
        assert (await at.call("GET", SUBSCRIPTIONS, who=ANA)).body["records"] == []


async def test_a_subscription_expires_on_the_sandbox_clock_unless_it_is_renewed() -> None:
    """An expired one is gone: 404 with a code of its own, and not listed."""
    async with api_client() as at, receiver() as hook:
        path = f"{SUBSCRIPTIONS}/{(await hook.subscribe(at, expiresIn=3600)).body['id']}"
        at.clock.move(timedelta(minutes=59))
        renewed = await at.call("POST", f"{path}/renew")
        assert (renewed.status, renewed.body["expiresIn"]) == (200, 3600)
        assert renewed.headers["X-Rate-Limit-Group"] == "Light"
        at.clock.move(timedelta(minutes=59))
        assert (await at.call("GET", path)).body["expiresIn"] == 60
        at.clock.move(timedelta(minutes=1))
        for method, where in (("GET", path), ("POST", f"{path}/renew"), ("DELETE", path)):
            assert (await at.call(method, where)).codes == ["SUB-507"]
        assert (await at.call("GET", SUBSCRIPTIONS)).body["records"] == []


async def test_a_subscription_without_a_wish_gets_the_usual_lifetime() -> None:
    """Which can be set: it is not documented."""
    async with api_client() as at, receiver() as hook:
        assert (await hook.subscribe(at)).body["expiresIn"] == Rules().subscription_life
        at.rc.rules.subscription_life = 900
        assert (await hook.subscribe(at)).body["expiresIn"] == 900


async def test_an_update_replaces_the_filters() -> None:
    """And starts the lifetime again; filters are required, and the address stays."""
    async with api_client() as at, receiver() as hook:
        path = f"{SUBSCRIPTIONS}/{(await hook.subscribe(at)).body['id']}"
        body = {"eventFilters": [RUNTIME], "expiresIn": 60, "deliveryMode": {"address": "http://elsewhere.example"}}
        changed = await at.call("PUT", path, body)
        assert (changed.status, changed.headers["X-Rate-Limit-Group"]) == (200, "Medium")
        assert (changed.body["eventFilters"], changed.body["expiresIn"]) == ([RUNTIME], 60)
        assert changed.body["deliveryMode"]["address"] == hook.url
        refused = await at.call("PUT", path, {"expiresIn": 60})
        assert (refused.status, refused.parameters) == (400, ["eventFilters"])


async def test_the_app_permission_can_be_required() -> None:
    """Whether webinars need SubscriptionWebhook is not documented: by default they do not."""
    async with api_client() as at, receiver() as hook:
        at.rc.rules.webhook_permission = True
        refused = await hook.subscribe(at)
        assert (refused.status, refused.codes) == (403, ["CMN-401"])
        at.rc.rules.app_permissions = [*at.rc.rules.app_permissions, "SubscriptionWebhook"]
        assert (await hook.subscribe(at)).status == 201
        assert (await at.call("GET", SUBSCRIPTIONS, token="x")).status == 401


async def test_subscriptions_are_dumped_and_loaded() -> None:
    """With everything else, so that they live through a restart."""
    async with api_client() as at, receiver() as hook:
        made = (await hook.subscribe(at)).body
        dumped = at.rc.dump()
        at.rc.reset()
        at.tokens.clear()
        assert (await at.call("GET", SUBSCRIPTIONS)).body["records"] == []
        at.rc.load(dumped)
        assert (await at.call("GET", SUBSCRIPTIONS)).body["records"] == [made]
