"""Meetings: created with or without registration, changed, listed, recurring, and deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.sandbox.zoom_client import ANA, EMI, ZoomClient
from tests.support.rows import each_row

DAY = timedelta(days=1)


async def test_a_meeting_has_a_large_id_and_no_registration_by_default(zoom: ZoomClient) -> None:
    """The id is an integer of more than 32 bits; the registration page exists only with registration."""
    made = await zoom.call(
        "POST", f"/users/{ANA}/meetings", 201, {"topic": "Stand-up", "start_time": "2027-03-01T10:00:00Z"}
    )
    assert made["id"] > 2**32
    assert (made["type"], made["duration"], made["settings"]["approval_type"]) == (2, 60, 2)
    assert made["start_time"] == "2027-03-01T10:00:00Z"
    assert "registration_url" not in made
    assert await zoom.call("GET", f"/meetings/{made['id']}", 200) == made

    with_registration = await zoom.meeting()
    assert with_registration["registration_url"].startswith(zoom.zoom.url)


async def test_local_times_are_read_in_their_zone(zoom: ZoomClient) -> None:
    """Or in the zone of the host."""
    made = await zoom.meeting(start_time="2027-07-01T10:00:00", timezone="America/New_York")
    assert (made["start_time"], made["timezone"]) == ("2027-07-01T14:00:00Z", "America/New_York")
    made = await zoom.meeting(start_time="2027-07-01T10:00:00")
    assert (made["start_time"], made["timezone"]) == ("2027-07-01T08:00:00Z", "Europe/Madrid")


@each_row(
    ("field", "value"),
    [
        ("topic", "x" * 201),
        ("type", 5),
        ("duration", 0),
        ("duration", "45"),
        ("start_time", "tomorrow"),
        ("timezone", "Mars/Olympus"),
        ("settings", {"approval_type": 3}),
        ("settings", {"registration_type": 0}),
        ("settings", {"alternative_hosts": "emi@acme.example"}),
        ("password", "x" * 11),
    ],
)
async def test_an_invalid_field_is_named(zoom: ZoomClient, field: str, value: object) -> None:
    """With code 300."""
    refused = await zoom.call(
        "POST", f"/users/{ANA}/meetings", 400, {"start_time": "2027-03-01T10:00:00Z", field: value}
    )
    assert refused["code"] == 300
    assert refused["errors"][0]["field"].startswith(field)


async def test_a_change_keeps_what_is_not_given(zoom: ZoomClient) -> None:
    """Also each setting by itself; registration can be opened later."""
    made = await zoom.meeting(2, agenda="All of it", settings={"waiting_room": True})
    await zoom.call("PATCH", f"/meetings/{made['id']}", 204, {"topic": "Launch", "settings": {"approval_type": 1}})

    now = await zoom.call("GET", f"/meetings/{made['id']}", 200)

    assert (now["topic"], now["agenda"], now["start_time"]) == ("Launch", "All of it", made["start_time"])
    assert (now["settings"]["approval_type"], now["settings"]["waiting_room"]) == (1, True)
    assert (await zoom.call("PATCH", f"/meetings/{made['id']}", 400, {"duration": -1}))["code"] == 300


async def test_meetings_are_listed_in_pages(zoom: ZoomClient) -> None:
    """By start; a token leads to the next page, and is valid for a quarter of an hour."""
    base = zoom.zoom.clock.now()
    ids = []
    for days in (5, 3, 4):
        start = (base + days * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
        ids.append((await zoom.meeting(start_time=start))["id"])
    path = f"/users/{ANA}/meetings"

    first = await zoom.call("GET", path, 200, page_size="2")
    second = await zoom.call("GET", path, 200, page_size="2", next_page_token=first["next_page_token"])

    assert [one["id"] for one in first["meetings"]] == [ids[1], ids[2]]
    assert ([one["id"] for one in second["meetings"]], second["next_page_token"]) == ([ids[0]], "")
    assert (first["total_records"], first["page_count"], second["page_number"]) == (3, 2, 2)
    zoom.zoom.rules.page_token_seconds = -1
    outdated = (await zoom.call("GET", path, 200, page_size="2"))["next_page_token"]
    assert "expired" in (await zoom.call("GET", path, 400, next_page_token=outdated))["message"]
    assert (await zoom.call("GET", path, 400, type="all"))["code"] == 300
    assert (await zoom.call("GET", path, 400, page_size="0"))["code"] == 300


async def test_live_and_past_meetings_have_lists_of_their_own(zoom: ZoomClient) -> None:
    """The host starts and ends one."""
    made = await zoom.meeting()

    async def listed(kind: str) -> list[int]:
        page = await zoom.call("GET", f"/users/{ANA}/meetings", 200, type=kind)
        return [one["id"] for one in page["meetings"]]

    zoom.zoom.begin(made["id"])
    assert (await listed("live"), await listed("previous_meetings")) == ([made["id"]], [])
    zoom.zoom.finish(made["id"])
    assert (await listed("live"), await listed("previous_meetings"), await listed("upcoming")) == ([], [made["id"]], [])


async def test_a_recurring_meeting_has_dates_at_one_local_time(zoom: ZoomClient) -> None:
    """Across a clock change; one date can be deleted."""
    weekly = {"type": 2, "weekly_days": "1,4", "end_times": 4}
    made = await zoom.meeting(type=8, recurrence=weekly, start_time="2027-03-24T10:00:00", timezone="Europe/Madrid")
    starts = [one["start_time"] for one in made["occurrences"]]
    assert starts == [f"2027-03-{day}:00:00Z" for day in ("24T09", "28T08", "31T08")] + ["2027-04-04T08:00:00Z"]
    first = made["occurrences"][0]["occurrence_id"]
    assert first == str(int(datetime(2027, 3, 24, 9, tzinfo=UTC).timestamp()) * 1000)

    await zoom.call("DELETE", f"/meetings/{made['id']}", 204, occurrence_id=first)
    now = await zoom.call("GET", f"/meetings/{made['id']}", 200)

    assert [one["status"] for one in now["occurrences"]] == ["deleted", "available", "available", "available"]
    assert (await zoom.call("DELETE", f"/meetings/{made['id']}", 400, occurrence_id=first))["code"] == 300


@each_row(
    ("recurrence", "starts"),
    [
        ({"type": 1, "repeat_interval": 2, "end_times": 3}, ["03-01", "03-03", "03-05"]),
        ({"type": 3, "monthly_day": 31, "end_times": 2}, ["03-31", "05-31"]),
        ({"type": 1, "end_date_time": "2027-03-02T23:59:00Z"}, ["03-01", "03-02"]),
    ],
)
async def test_each_kind_of_recurrence(zoom: ZoomClient, recurrence: dict[str, object], starts: list[str]) -> None:
    """Daily and monthly; up to a number of dates or to a time."""
    made = await zoom.meeting(type=8, recurrence=recurrence, start_time="2027-03-01T10:00:00Z", timezone="UTC")
    assert [one["start_time"][5:10] for one in made["occurrences"]] == starts


async def test_a_host_without_a_license_cannot_have_registration(zoom: ZoomClient) -> None:
    """And neither a stranger nor `me` is a host here."""
    path, start = f"/users/{EMI}/meetings", "2027-03-01T10:00:00Z"
    await zoom.call("POST", path, 201, {"start_time": start})
    refused = await zoom.call("POST", path, 400, {"start_time": start, "settings": {"approval_type": 0}})
    assert refused["code"] == 3161
    for user in ("me", "nobody@acme.example"):
        assert (await zoom.call("POST", f"/users/{user}/meetings", 404, {}))["code"] == 1001


async def test_a_deleted_meeting_does_not_exist(zoom: ZoomClient) -> None:
    """As one that never did."""
    made = await zoom.meeting()
    await zoom.call("DELETE", f"/meetings/{made['id']}", 204)
    for path in (f"/meetings/{made['id']}", "/meetings/1", "/meetings/abc"):
        assert (await zoom.call("GET", path, 404))["code"] == 3001


async def test_one_date_of_a_recurring_meeting_can_be_moved(zoom: ZoomClient) -> None:
    """It keeps its id; the other dates stay, and an unknown date is refused."""
    recurrence = {"type": 1, "end_times": 3}
    made = await zoom.meeting(type=8, recurrence=recurrence, start_time="2027-03-01T10:00:00Z")
    first, second, third = made["occurrences"]
    path = f"/meetings/{made['id']}"
    change = {"start_time": "2027-03-02T15:00:00Z", "duration": 90}
    await zoom.call("PATCH", path, 204, change, occurrence_id=second["occurrence_id"])

    moved = {**second, **change}
    assert (await zoom.call("GET", path, 200))["occurrences"] == [first, moved, third]
    assert (await zoom.call("PATCH", path, 400, change, occurrence_id="1"))["code"] == 300
    wrong = await zoom.call("PATCH", path, 400, {"duration": 0}, occurrence_id=second["occurrence_id"])
    assert wrong["errors"][0]["field"] == "duration"
