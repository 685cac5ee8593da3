"""Who attended: participants, reports and absentees, once a meeting or webinar has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.zoom_client import ANA, JANE, ZoomClient

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def _held(zoom: ZoomClient, event: dict[str, Any]) -> dict[str, str]:
    """Jane comes for ten minutes and again for five, Rick does not come, and a guest stays; returns their ids."""
    ids = {name: (await zoom.add(event, email=f"{name}@x.example"))["registrant_id"] for name in ("jane", "rick")}
    room = zoom.zoom.room
    zoom.zoom.begin(event["id"])
    room.join(event["id"], name="Guest")
    for minutes in (10, 5):
        stay = room.join(event["id"], ids["jane"])
        zoom.zoom.clock.move(minutes * MINUTE)
        room.leave(event["id"], stay)
    zoom.zoom.finish(event["id"])
    return ids


async def test_each_stay_of_a_participant_is_listed(zoom: ZoomClient) -> None:
    """The host's as well; with the id of the registrant; people from outside have no address."""
    meeting = await zoom.meeting()
    assert (await zoom.call("GET", f"/past_meetings/{meeting['id']}/participants", 404))["code"] == 3001
    ids = await _held(zoom, meeting)

    page = await zoom.call("GET", f"/past_meetings/{meeting['id']}/participants", 200)

    stays = [(one["name"], one.get("registrant_id", ""), one["user_email"]) for one in page["participants"]]
    jane = ("Jane Doe", ids["jane"], JANE["email"])
    assert stays == [("Ana Ruiz", "", ANA), ("Guest", "", ""), jane, jane]
    assert [one["duration"] // 60 for one in page["participants"]] == [15, 15, 10, 5]
    assert page["total_records"] == 4


async def test_a_meeting_is_found_by_its_uuid_as_well(zoom: ZoomClient) -> None:
    """Encoded twice, because it may have slashes; in pages."""
    meeting = await zoom.meeting()
    await _held(zoom, meeting)
    zoom.zoom.world.events[meeting["id"]].uuid = "/aB//c=="
    path = f"/past_meetings/{quote(quote('/aB//c==', safe=''), safe='')}/participants"

    first = await zoom.call("GET", path, 200, page_size="2")

    assert len(first["participants"]) == 2
    second = await zoom.call("GET", path, 200, page_size="2", next_page_token=first["next_page_token"])
    assert (len(second["participants"]), second["next_page_token"]) == (2, "")


async def test_absentees_are_the_registrants_who_did_not_come(zoom: ZoomClient) -> None:
    """Of a webinar."""
    webinar = await zoom.webinar()
    await _held(zoom, webinar)

    absent = await zoom.call("GET", f"/past_webinars/{webinar['id']}/absentees", 200)
    came = await zoom.call("GET", f"/past_webinars/{webinar['id']}/participants", 200)

    assert [one["email"] for one in absent["registrants"]] == ["rick@x.example"]
    assert len(came["participants"]) == 4


async def test_a_report_has_the_registrants_id_on_request(zoom: ZoomClient) -> None:
    """For meetings and webinars; after a year there is none."""
    for kind, event in (("meetings", await zoom.meeting()), ("webinars", await zoom.webinar())):
        zoom.zoom.rules.adds_per_address = 100
        ids = await _held(zoom, event)
        path = f"/report/{kind}/{event['id']}/participants"
        plain = await zoom.call("GET", path, 200)
        asked = await zoom.call("GET", path, 200, include_fields="registrant_id")
        assert not any("registrant_id" in one for one in plain["participants"])
        assert [one.get("registrant_id") for one in asked["participants"]] == [None, None, ids["jane"], ids["jane"]]
        assert (await zoom.call("GET", path, 400, include_fields="name"))["code"] == 300
        zoom.zoom.clock.move(366 * DAY)
        assert (await zoom.call("GET", path, 400))["code"] == 12702


async def test_a_webinar_has_a_report_of_its_own(zoom: ZoomClient) -> None:
    """People count once, their minutes together; none before the end."""
    webinar = await zoom.webinar()
    path = f"/report/webinars/{webinar['id']}"
    assert (await zoom.call("GET", path, 404))["code"] == 3001
    await _held(zoom, webinar)

    report = await zoom.call("GET", path, 200)

    assert (report["topic"], report["user_email"], report["duration"]) == ("Launch day", ANA, 15)
    assert (report["participants_count"], report["total_minutes"]) == (3, 15 + 15 + 10 + 5)


async def test_a_recording_is_read_once_it_is_processed(zoom: ZoomClient) -> None:
    """One that starts by itself as well; then its event has the same files, and a token."""
    events: list[dict[str, Any]] = []
    zoom.zoom.world.on_event.append(lambda name, body: events.append(body) if name == "recording.completed" else None)
    for event in (await zoom.meeting(settings={"auto_recording": "cloud"}), await zoom.webinar()):
        path = f"/meetings/{event['id']}/recordings"
        zoom.zoom.begin(event["id"])
        zoom.zoom.room.record(event["id"])
        zoom.zoom.clock.move(10 * MINUTE)
        assert (await zoom.call("GET", path, 404))["code"] == 3301
        with pytest.raises(ValueError, match="no recording that has ended"):
            zoom.zoom.room.publish(event["id"])
        zoom.zoom.finish(event["id"])
        assert (await zoom.call("GET", path, 404))["code"] == 3301
        zoom.zoom.room.publish(event["id"])
        shown = await zoom.call("GET", path, 200)
        assert shown["share_url"].startswith(zoom.zoom.url)
        assert ([one["file_type"] for one in shown["recording_files"]], shown["duration"]) == (["MP4", "M4A"], 10)
        uuid = quote(quote(event["uuid"], safe=""), safe="")
        assert (await zoom.call("GET", f"/meetings/{uuid}/recordings", 200))["id"] == event["id"]
        assert events[-1]["object"]["recording_files"] == shown["recording_files"]
    assert (await zoom.call("GET", "/meetings/1/recordings", 404))["code"] == 3001


async def test_durations_may_come_later(zoom: ZoomClient) -> None:
    """As after large meetings: 0 at first."""
    zoom.zoom.rules.report_minutes = 30
    meeting = await zoom.meeting()
    await _held(zoom, meeting)
    path = f"/report/meetings/{meeting['id']}/participants"
    assert {one["duration"] for one in (await zoom.call("GET", path, 200))["participants"]} == {0}
    zoom.zoom.clock.move(30 * MINUTE)
    assert 0 not in {one["duration"] for one in (await zoom.call("GET", path, 200))["participants"]}
