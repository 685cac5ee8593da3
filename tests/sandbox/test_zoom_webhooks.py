"""Webhooks: validation of an address, signatures, the events and their shapes, retries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.zoom.event_bodies import CONVERSIONS, COURSE, EVENTS
from tests.sandbox.zoom_client import ANA, JANE, ZoomClient
from tests.sandbox.zoom_receiver import Receiver, zoom_receiver

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def hook(zoom: ZoomClient) -> AsyncIterator[Receiver]:
    """A started receiver, not subscribed yet."""
    async with zoom_receiver(zoom.zoom.webhook_secret) as receiver:
        yield receiver


async def test_an_address_is_validated_first_and_every_three_days(zoom: ZoomClient, hook: Receiver) -> None:
    """One that does not know the secret gets nothing, also later."""
    hook.secret = "another"
    with pytest.raises(ValueError, match="validation"):
        await zoom.zoom.webhooks.subscribe(hook.url)
    hook.secret = zoom.zoom.webhook_secret
    with pytest.raises(ValueError, match="There are no such events"):
        await zoom.zoom.webhooks.subscribe(hook.url, "meeting.moved")
    subscriber = await zoom.zoom.webhooks.subscribe(hook.url)

    hook.secret = "another"
    zoom.zoom.clock.move(72 * HOUR)
    await zoom.zoom.webhooks.tick()
    await zoom.meeting()
    await zoom.zoom.webhooks.settle()

    assert not subscriber.is_active
    assert hook.take() == []


async def test_each_delivery_is_signed_over_its_bytes(zoom: ZoomClient, hook: Receiver) -> None:
    """With the time of the machine."""
    await zoom.zoom.webhooks.subscribe(hook.url)
    await zoom.meeting(topic="Größe")
    await zoom.zoom.webhooks.settle()

    for signature, stamp, raw in hook.signatures:
        assert signature == f"v0={hook.digest(f'v0:{stamp}:'.encode() + raw)}"
        assert abs(int(stamp) - zoom.zoom.clock.machine().timestamp()) < 60
    assert len(hook.signatures) == 2


async def test_every_change_is_an_event(zoom: ZoomClient, hook: Receiver) -> None:
    """Of meetings and registrations, in the order of the calls; the account and who did it are named."""
    await zoom.zoom.webhooks.subscribe(hook.url)
    meeting = await zoom.meeting(approval_type=1)
    await zoom.zoom.webhooks.settle()
    await zoom.call("PATCH", f"/meetings/{meeting['id']}", 204, {"topic": "Launch"})
    await zoom.zoom.webhooks.settle()
    for name in ("a", "b"):
        await zoom.add(meeting, email=f"{name}@x.example")
        await zoom.zoom.webhooks.settle()
    for action, name in (("approve", "a"), ("deny", "b"), ("cancel", "a")):
        body = {"action": action, "registrants": [{"email": f"{name}@x.example"}]}
        await zoom.call("PUT", f"/meetings/{meeting['id']}/registrants/status", 204, body)
        await zoom.zoom.webhooks.settle()
    await zoom.call("DELETE", f"/meetings/{meeting['id']}", 204)
    await zoom.zoom.webhooks.settle()

    by_name = {body["event"]: body["payload"] for body in hook.bodies}
    registration = [f"registration_{one}" for one in ("created", "created", "approved", "denied", "cancelled")]
    assert hook.take() == [f"meeting.{one}" for one in ("created", "updated", *registration, "deleted")]
    assert {payload["account_id"] for payload in by_name.values()} == {zoom.zoom.account_id}
    assert {type(payload["object"]["id"]) for payload in by_name.values()} == {int}
    created = by_name["meeting.registration_created"]["object"]["registrant"]
    assert (created["status"], created["join_url"], created["email"]) == ("pending", "", "b@x.example")
    approved = by_name["meeting.registration_approved"]
    assert approved["object"]["registrant"]["join_url"].startswith(zoom.zoom.url)
    assert approved["operator"] == ANA
    assert by_name["meeting.updated"]["old_object"]["topic"] == "Launch day"


async def test_the_course_of_a_meeting_is_events_with_the_id_as_text(zoom: ZoomClient, hook: Receiver) -> None:
    """People who registered are named by their registrant's id, others without an address."""
    await zoom.zoom.webhooks.subscribe(hook.url)
    meeting = await zoom.meeting()
    added = await zoom.add(meeting)
    await zoom.zoom.webhooks.settle()
    zoom.zoom.begin(meeting["id"])
    await zoom.zoom.webhooks.settle()
    for registrant_id in (added["registrant_id"], ""):
        zoom.zoom.room.join(meeting["id"], registrant_id)
        await zoom.zoom.webhooks.settle()
    zoom.zoom.finish(meeting["id"])
    await zoom.zoom.webhooks.settle()

    course = [body["payload"]["object"] for body in hook.bodies[2:]]
    names = [body["event"].removeprefix("meeting.") for body in hook.bodies[2:]]
    assert (names[:3], names.count("participant_left"), "ended" in names) == (
        ["started", "participant_joined", "participant_joined"],
        3,
        True,
    )
    assert {one["id"] for one in course} == {str(meeting["id"])}
    host, jane, guest = (one["participant"] for one in course[1:4])
    assert (host["user_name"], host["email"], host["id"]) == ("Ana Ruiz", ANA, meeting["host_id"])
    assert (jane["registrant_id"], jane["user_name"], jane["email"]) == (
        added["registrant_id"],
        "Jane Doe",
        JANE["email"],
    )
    assert ("registrant_id" in guest, guest["email"]) == (False, "")


async def test_webinars_have_the_same_events(zoom: ZoomClient, hook: Receiver) -> None:
    """With the ids as in those of meetings."""
    await zoom.zoom.webhooks.subscribe(hook.url)
    webinar = await zoom.webinar(1)
    path = f"/webinars/{webinar['id']}"
    await zoom.call("PATCH", path, 204, {"topic": "Launch"})
    added = [await zoom.add(webinar, email=f"{name}@x.example") for name in ("a", "b")]
    for action, one in (("approve", added[0]), ("deny", added[1]), ("cancel", added[1])):
        body = {"action": action, "registrants": [{"id": one["registrant_id"]}]}
        await zoom.call("PUT", f"{path}/registrants/status", 204, body)
    zoom.zoom.begin(webinar["id"])
    zoom.zoom.room.join(webinar["id"], added[0]["registrant_id"])
    zoom.zoom.finish(webinar["id"])
    await zoom.call("DELETE", path, 204)
    await zoom.zoom.webhooks.settle()

    assert {body["event"] for body in hook.bodies} == {
        one for one in EVENTS if one.startswith("webinar.") and one not in CONVERSIONS
    }
    texts = {body["event"] for body in hook.bodies if isinstance(body["payload"]["object"]["id"], str)}
    assert texts == {f"webinar.{one}" for one in COURSE}


async def test_a_meeting_can_become_a_webinar_and_back(zoom: ZoomClient, hook: Receiver) -> None:
    """Under one id, with its registrants; the panelists are gone afterwards."""
    await zoom.zoom.webhooks.subscribe(hook.url, *CONVERSIONS)
    meeting = await zoom.meeting()
    await zoom.add(meeting)
    zoom.zoom.convert(meeting["id"])
    webinar = await zoom.call("GET", f"/webinars/{meeting['id']}", 200)
    assert (webinar["type"], webinar["topic"], await zoom.listed(webinar)) == (5, meeting["topic"], [JANE["email"]])
    assert (await zoom.call("GET", f"/meetings/{meeting['id']}", 404))["code"] == 3001
    await zoom.zoom.webhooks.settle()
    zoom.zoom.convert(meeting["id"])
    await zoom.zoom.webhooks.settle()

    assert (await zoom.call("GET", f"/meetings/{meeting['id']}", 200))["type"] == 2
    assert hook.take() == list(CONVERSIONS)
    instant = await zoom.meeting(2, type=1)
    with pytest.raises(ValueError, match="Only a scheduled"):
        zoom.zoom.convert(instant["id"])


async def test_what_is_not_accepted_is_sent_three_more_times(zoom: ZoomClient, hook: Receiver) -> None:
    """After five, twenty and sixty minutes; a subscriber gets the events it chose."""
    await zoom.zoom.webhooks.subscribe(hook.url, "meeting.created")
    hook.status = 500
    await zoom.add(await zoom.meeting())
    await zoom.zoom.webhooks.settle()
    assert zoom.zoom.webhooks.waiting == ["meeting.created"]
    for wait in (5, 20, 60):
        zoom.zoom.clock.move((wait - 1) * MINUTE)
        await zoom.zoom.webhooks.tick()
        tried = len(zoom.zoom.webhooks.attempts)
        zoom.zoom.clock.move(MINUTE)
        await zoom.zoom.webhooks.tick()
        assert len(zoom.zoom.webhooks.attempts) == tried + 1

    assert (zoom.zoom.webhooks.waiting, hook.take()) == ([], ["meeting.created"] * 4)
    assert [(one.number, one.status) for one in zoom.zoom.webhooks.attempts] == [(n, 500) for n in (1, 2, 3, 4)]


async def test_events_can_arrive_twice_or_not_at_all(zoom: ZoomClient, hook: Receiver) -> None:
    """Nothing identifies a delivery; an address that does not answer in time is tried again."""
    await zoom.zoom.webhooks.subscribe(hook.url)
    zoom.zoom.rules.deliver_twice = True
    await zoom.meeting()
    await zoom.zoom.webhooks.settle()
    assert hook.take() == ["meeting.created"] * 2

    zoom.zoom.rules.deliver_twice, zoom.zoom.rules.webhook_timeout = False, 1e-9
    await zoom.meeting()
    await zoom.zoom.webhooks.settle()
    assert zoom.zoom.webhooks.attempts[-1].status is None
    assert zoom.zoom.webhooks.waiting == ["meeting.created"]
