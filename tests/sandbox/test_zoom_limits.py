"""The limits of an account: per second, per day, per host, per address; and injected faults."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

from tests.sandbox.zoom_client import ANA, JANE, ZoomClient

MEETINGS = f"/users/{ANA}/meetings"
DAY = timedelta(days=1)


async def test_an_address_is_added_three_times_a_day(zoom: ZoomClient) -> None:
    """In all meetings together, also if nothing changes; from midnight UTC on again. The refusal has no headers."""
    meetings = [await zoom.meeting() for _ in range(2)]
    for meeting in (*meetings, meetings[0]):
        await zoom.add(meeting)

    refused = await zoom.add(meetings[1], 429, email="JANE@x.example")

    assert refused["code"] == 429
    assert "daily rate limit (3) of Add meeting registrant" in refused["message"]
    assert {"X-RateLimit-Type", "Retry-After"} & set(zoom.headers) == set()
    await zoom.add(meetings[1], email="rick@x.example")
    zoom.zoom.clock.move(DAY)
    await zoom.add(meetings[1])


async def test_adds_can_count_for_each_meeting(zoom: ZoomClient) -> None:
    """As has also been observed."""
    zoom.zoom.rules.adds_count_per_event = True
    zoom.zoom.rules.adds_per_address = 1
    first, second = await zoom.meeting(), await zoom.meeting()
    await zoom.add(first)
    await zoom.add(second)
    await zoom.add(first, 429)


async def test_a_status_is_changed_ten_times_a_day(zoom: ZoomClient) -> None:
    """Of one registrant."""
    zoom.zoom.rules.status_changes_per_registrant = 2
    meeting = await zoom.meeting(approval_type=1)
    await zoom.add(meeting)
    body = {"action": "approve", "registrants": [{"email": JANE["email"]}]}
    path = f"/meetings/{meeting['id']}/registrants/status"
    for status in (204, 204, 429):
        await zoom.call("PUT", path, status, body)


async def test_a_host_creates_and_changes_a_hundred_times_a_day(zoom: ZoomClient) -> None:
    """Of each host."""
    zoom.zoom.rules.changes_per_host = 2
    meeting = await zoom.meeting()
    await zoom.call("PATCH", f"/meetings/{meeting['id']}", 204, {"topic": "Launch"})
    assert "Create/Update" in (await zoom.call("POST", MEETINGS, 429, {}))["message"]
    await zoom.meeting(host="ben@acme.example")


async def test_calls_are_limited_per_second_and_label(zoom: ZoomClient) -> None:
    """With the limit in the headers of every answer; another label is not concerned."""
    zoom.zoom.rules.per_second = {"Medium": 2}
    await zoom.call("GET", MEETINGS, 200)
    assert [zoom.headers[f"X-RateLimit-{name}"] for name in ("Category", "Type", "Limit", "Remaining")] == [
        "Medium",
        "QPS",
        "2",
        "1",
    ]
    await zoom.call("GET", MEETINGS, 200)

    refused = await zoom.call("GET", MEETINGS, 429)

    assert (refused["code"], zoom.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert int(zoom.headers["X-RateLimit-Reset"]) > 0
    await zoom.meeting()


async def test_calls_are_limited_per_day(zoom: ZoomClient) -> None:
    """Until midnight UTC, which the refusal names as a date."""
    zoom.zoom.rules.per_day = {"Medium": 1}
    await zoom.call("GET", MEETINGS, 200)
    await zoom.call("GET", MEETINGS, 429)
    tomorrow = (zoom.zoom.clock.now() + DAY).strftime("%Y-%m-%dT00:00:00Z")
    assert (zoom.headers["X-RateLimit-Type"], zoom.headers["Retry-After"]) == ("Daily-limit", tomorrow)
    zoom.zoom.clock.move(DAY)
    await zoom.call("GET", MEETINGS, 200)


@pytest.mark.parametrize(("plan", "light"), [("Free", 4), ("Pro", 30), ("Business", 80)])
async def test_each_plan_has_its_published_limits(zoom: ZoomClient, plan: str, light: int) -> None:
    """Light calls."""
    zoom.zoom.rules.plan = plan  # type: ignore[assignment] # as given above
    await zoom.meeting(2)
    assert zoom.headers["X-RateLimit-Limit"] == str(light)


async def test_faults_fail_cut_or_delay_a_call_before_or_after_its_effect(zoom: ZoomClient) -> None:
    """The next matching call only."""
    meeting = await zoom.meeting()
    zoom.zoom.fail("POST", "/registrants$", status=503, retry_after="7")
    await zoom.add(meeting, 503)
    assert zoom.headers["Retry-After"] == "7"
    assert await zoom.listed(meeting) == []

    zoom.zoom.fail("POST", "/registrants$", effect=True, cut=True)
    with pytest.raises(aiohttp.ClientError):
        await zoom.add(meeting)
    assert await zoom.listed(meeting) == [JANE["email"]]

    zoom.zoom.fail("GET", "/registrants$", status=None, effect=True, hang=0.01)
    assert await zoom.listed(meeting) == [JANE["email"]]
    for words in ({"status": None}, {"times": 0}):
        with pytest.raises(ValueError, match="fault"):
            zoom.zoom.fail("GET", "/x", **words)


async def test_the_rules_that_have_been_observed_otherwise_can_be_set(zoom: ZoomClient) -> None:
    """Status changes counted for a meeting, no headers, and a second registrant of one address."""
    rules = zoom.zoom.rules
    rules.status_changes_per_registrant, rules.status_changes_count_per_event = 2, True
    meeting = await zoom.meeting(1)
    people = [await zoom.add(meeting, email=f"{name}@x.example") for name in "abc"]
    for one, status in zip(people, (204, 204, 429), strict=True):
        body = {"action": "approve", "registrants": [{"id": one["registrant_id"]}]}
        await zoom.call("PUT", f"/meetings/{meeting['id']}/registrants/status", status, body)

    rules.registers_again = True
    again = await zoom.add(meeting, email="c@x.example")
    assert again["registrant_id"] != people[2]["registrant_id"]
    assert await zoom.listed(meeting, "pending") == ["c@x.example", "c@x.example"]

    await zoom.call("GET", f"/meetings/{meeting['id']}", 200)
    assert "X-RateLimit-Limit" in zoom.headers
    rules.limit_headers = False
    await zoom.call("GET", f"/meetings/{meeting['id']}", 200)
    assert not [name for name in zoom.headers if name.startswith("X-RateLimit")]
    rules.per_second = {"Light": 0}
    await zoom.call("GET", f"/meetings/{meeting['id']}", 429)
    assert [name for name in zoom.headers if name.startswith("X-RateLimit")] == ["X-RateLimit-Reset"]
