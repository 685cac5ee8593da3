"""Registrants of a meeting: every field, the three lists, approval, batches, dates, room, and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.zoom.fields import EMPLOYEES, FRAMES, LANGUAGES, ROLES
from tests.sandbox.zoom_client import ANA, JANE, ZoomClient
from tests.support.rows import each_row

EVERYTHING: dict[str, Any] = {
    **JANE,
    "address": "1 Main St",
    "city": "Madrid",
    "state": "MD",
    "zip": "28001",
    "country": "ES",
    "phone": "+34 5550100",
    "comments": "Vegetarian",
    "custom_questions": [{"title": "Shirt", "value": "M"}],
    "industry": "Food",
    "job_title": "Cook",
    "no_of_employees": "21-50",
    "org": "Acme",
    "purchasing_time_frame": "1-3 months",
    "role_in_purchase_process": "Decision Maker",
}
"""Every field that is read back."""


async def test_every_field_is_stored_and_read_back(zoom: ZoomClient) -> None:
    """In the list and for one registrant; the language and the approval are not shown again."""
    meeting = await zoom.meeting()
    added = await zoom.add(meeting, **EVERYTHING, language="Tr-TR", auto_approve=True)
    assert (added["id"], added["topic"], added["start_time"]) == (meeting["id"], "Launch day", meeting["start_time"])
    assert added["join_url"].startswith(zoom.zoom.url)

    [listed] = (await zoom.call("GET", f"/meetings/{meeting['id']}/registrants", 200))["registrants"]
    one = await zoom.call("GET", f"/meetings/{meeting['id']}/registrants/{added['registrant_id']}", 200)

    assert listed == one
    assert {name: one[name] for name in EVERYTHING} == EVERYTHING
    assert (one["status"], one["join_url"]) == ("approved", added["join_url"])


@each_row(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "x" * 65),
        ("last_name", "x" * 65),
        ("email", "jane"),
        ("email", f"{'x' * 120}@x.example"),
        ("country", "Spain"),
        ("no_of_employees", "5"),
        ("purchasing_time_frame", "Soon"),
        ("role_in_purchase_process", "decision maker"),
        ("language", "tr-TR"),
        ("custom_questions", [{"title": "Shirt", "value": "x" * 129}]),
        ("auto_approve", "yes"),
        ("phone", 5550100),
    ],
)
async def test_a_wrong_value_is_refused_by_its_field(zoom: ZoomClient, field: str, value: object) -> None:
    """Lengths, fixed values as they are spelled, and types."""
    refused = await zoom.add(await zoom.meeting(), 400, **{field: value})
    assert refused["code"] == 300
    assert refused["errors"][0]["field"].startswith(field)


async def test_each_documented_value_is_accepted(zoom: ZoomClient) -> None:
    """Of every field with fixed values; empty is one of them."""
    zoom.zoom.rules.per_second = {"Light": 1000}
    meeting = await zoom.meeting()
    fields = {"no_of_employees": EMPLOYEES, "purchasing_time_frame": FRAMES, "role_in_purchase_process": ROLES}
    for name, values in {**fields, "language": LANGUAGES}.items():
        for number, value in enumerate(("", *values)):
            await zoom.add(meeting, email=f"{name}.{number}@x.example", **{name: value})
    assert len(LANGUAGES) == 14
    assert {"pl-PL", "Tr-TR"} < set(LANGUAGES)


async def test_an_address_that_is_registered_gets_its_registrant_again(zoom: ZoomClient) -> None:
    """In any case of its letters; one who canceled is registered anew."""
    meeting = await zoom.meeting()
    first = await zoom.add(meeting)
    assert (await zoom.add(meeting, email="JANE@x.example"))["registrant_id"] == first["registrant_id"]
    await _set_status(zoom, meeting, "cancel", {"email": JANE["email"]})
    assert await zoom.listed(meeting) == []

    again = await zoom.add(meeting)

    assert again["registrant_id"] != first["registrant_id"]
    assert await zoom.listed(meeting) == [JANE["email"]]


async def test_manual_approval_has_three_lists(zoom: ZoomClient) -> None:
    """Approved is the default; the link comes with the approval. `auto_approve` skips it."""
    meeting = await zoom.meeting(approval_type=1)
    waiting = await zoom.add(meeting)
    await zoom.add(meeting, email="rick@x.example")
    await zoom.add(meeting, email="iris@x.example", auto_approve=True)
    assert "join_url" not in waiting
    assert (await zoom.listed(meeting), await zoom.listed(meeting, "pending")) == (
        ["iris@x.example"],
        [JANE["email"], "rick@x.example"],
    )

    await _set_status(zoom, meeting, "approve", {"id": waiting["registrant_id"]})
    await _set_status(zoom, meeting, "deny", {"email": "RICK@x.example"}, {"id": "unknown"})

    lists = [await zoom.listed(meeting, status) for status in ("approved", "pending", "denied")]
    assert lists == [[JANE["email"], "iris@x.example"], [], ["rick@x.example"]]
    path = f"/meetings/{meeting['id']}/registrants"
    one = await zoom.call("GET", f"{path}/{waiting['registrant_id']}", 200)
    assert one["join_url"].startswith(zoom.zoom.url)
    assert (await zoom.call("GET", path, 400, status="cancelled"))["code"] == 300


async def test_a_change_of_status_takes_thirty_people(zoom: ZoomClient) -> None:
    """No more, and only the documented actions."""
    meeting = await zoom.meeting(approval_type=1)
    await _set_status(zoom, meeting, "approve", *[{"email": f"p{number}@x.example"} for number in range(30)])
    too_many = [{"email": f"p{number}@x.example"} for number in range(31)]
    assert (await _set_status(zoom, meeting, "approve", *too_many, status=400))["code"] == 300
    assert (await _set_status(zoom, meeting, "remove", status=400))["code"] == 300


async def test_a_batch_registers_thirty_people_of_a_single_meeting(zoom: ZoomClient) -> None:
    """Each with a link; a recurring meeting, registration that is off, and a meeting that is over are refused."""
    meeting = await zoom.meeting()
    people = [{**JANE, "email": f"p{number}@x.example"} for number in range(30)]
    made = await _batch(zoom, meeting, people)
    assert [one["email"] for one in made["registrants"]] == [one["email"] for one in people]
    assert len({one["join_url"] for one in made["registrants"]}) == 30
    assert len(await zoom.listed(meeting)) == 30

    assert (await _batch(zoom, meeting, [*people, JANE], 400))["code"] == 300
    assert (await _batch(zoom, meeting, [], 400))["code"] == 300
    recurring = await zoom.meeting(type=8, recurrence={"type": 1, "end_times": 2})
    assert (await _batch(zoom, recurring, people, 400))["code"] == 303
    assert (await _batch(zoom, await zoom.meeting(2), people, 400))["code"] == 404
    zoom.zoom.finish(meeting["id"])
    assert (await _batch(zoom, meeting, people, 400))["code"] == 3038


async def test_people_register_for_the_dates_they_choose(zoom: ZoomClient) -> None:
    """If the meeting has registration for each date; deleting a registrant then names the date."""
    recurrence = {"type": 1, "end_times": 3}
    meeting = await zoom.meeting(type=8, recurrence=recurrence, settings={"registration_type": 3})
    first, second, third = (one["occurrence_id"] for one in meeting["occurrences"])
    added = await zoom.add(meeting, occurrence_ids=f"{first},{third}")
    assert [one["occurrence_id"] for one in added["occurrences"]] == [first, third]
    assert await zoom.listed(meeting, occurrence_id=second) == []
    assert (await zoom.add(meeting, 400, email="rick@x.example", occurrence_ids="1"))["code"] == 300

    path = f"/meetings/{meeting['id']}/registrants/{added['registrant_id']}"
    assert (await zoom.call("DELETE", path, 400))["errors"][0]["field"] == "occurrence_id"
    await zoom.call("DELETE", path, 204, occurrence_id=first)
    assert await zoom.listed(meeting, occurrence_id=third) == [JANE["email"]]
    await zoom.call("DELETE", path, 204, occurrence_id=third)
    assert await zoom.listed(meeting) == []


async def test_one_registration_counts_for_all_dates_otherwise(zoom: ZoomClient) -> None:
    """`occurrence_ids` then choose nothing."""
    meeting = await zoom.meeting(type=8, recurrence={"type": 1, "end_times": 3})
    added = await zoom.add(meeting, occurrence_ids=meeting["occurrences"][0]["occurrence_id"])
    assert len(added["occurrences"]) == 3


async def test_mails_are_those_that_the_host_wants(zoom: ZoomClient) -> None:
    """None before the approval; the confirmation needs the notification as well; a batch says whether it wants any."""
    meeting = await zoom.meeting(approval_type=1)
    for name in ("a", "b"):
        await zoom.add(meeting, email=f"{name}@x.example")
    assert zoom.zoom.mails == []
    await _set_status(zoom, meeting, "approve", {"email": "a@x.example"})
    await _set_status(zoom, meeting, "deny", {"email": "b@x.example"})
    await _set_status(zoom, meeting, "cancel", {"email": "a@x.example"})
    assert [(one.kind, one.address) for one in zoom.zoom.mails] == [
        ("confirmation", "a@x.example"),
        ("denial", "b@x.example"),
        ("cancellation", "a@x.example"),
    ]
    zoom.zoom.mails.clear()
    for off in ("registrants_confirmation_email", "registrants_email_notification"):
        await zoom.add(await zoom.meeting(settings={off: False}), email=f"{off}@x.example")
    assert zoom.zoom.mails == []
    meeting = await zoom.meeting()
    await zoom.add(meeting)
    assert [one.kind for one in zoom.zoom.mails] == ["confirmation"]
    await _batch(zoom, meeting, [{**JANE, "email": "c@x.example"}])
    batch = {"registrants": [{**JANE, "email": "d@x.example"}], "registrants_confirmation_email": True}
    await zoom.call("POST", f"/meetings/{meeting['id']}/batch_registrants", 201, batch)
    assert [one.address for one in zoom.zoom.mails][1:] == ["d@x.example"]


async def test_a_full_meeting_refuses_more(zoom: ZoomClient) -> None:
    """Also approvals and batches; people who wait for approval need no room."""
    zoom.zoom.rules.capacity = 1
    meeting = await zoom.meeting()
    await zoom.add(meeting)
    assert (await zoom.add(meeting, 400, email="rick@x.example"))["code"] == 3043
    assert (await _batch(zoom, meeting, [{**JANE, "email": "rick@x.example"}], 400))["code"] == 3043

    manual = await zoom.meeting(approval_type=1)
    for name in ("jane", "iris"):
        await zoom.add(manual, email=f"{name}@y.example")
    await _set_status(zoom, manual, "approve", {"email": "jane@y.example"})
    assert (await _set_status(zoom, manual, "approve", {"email": "iris@y.example"}, status=400))["code"] == 3043
    assert await zoom.listed(manual, "pending") == ["iris@y.example"]


async def test_refusals_have_the_documented_codes(zoom: ZoomClient) -> None:
    """Registration that is off, a meeting and a registrant that do not exist, a host who lost the license."""
    off = await zoom.meeting(2)
    assert (await zoom.add(off, 400))["code"] == 3000
    assert (await zoom.add({"id": 1}, 404))["code"] == 1001
    path = f"/meetings/{off['id']}/registrants"
    assert (await zoom.call("GET", "/meetings/1/registrants", 404))["code"] == 3001
    assert (await zoom.call("GET", f"{path}/unknown", 400))["code"] == 3000
    assert (await zoom.call("DELETE", f"{path}/unknown", 400))["code"] == 300
    meeting = await zoom.meeting()
    zoom.zoom.world.user(ANA).is_licensed = False
    assert (await zoom.add(meeting, 400))["code"] == 200


async def test_questions_are_required_as_the_host_says(zoom: ZoomClient) -> None:
    """Standard ones and the host's own; an answer must be one of those offered."""
    meeting = await zoom.meeting()
    path = f"/meetings/{meeting['id']}/registrants/questions"
    own = {"title": "Shirt", "type": "single", "answers": ["S", "M"], "required": True}
    questions = [{"field_name": "org", "required": True}, {"field_name": "phone", "required": False}]
    await zoom.call("PATCH", path, 204, {"questions": questions})
    await zoom.call("PATCH", path, 204, {"custom_questions": [own]})
    assert await zoom.call("GET", path, 200) == {"questions": questions, "custom_questions": [own]}

    refused = await zoom.add(meeting, 400)
    assert [one["field"] for one in refused["errors"]] == ["org", "custom_questions.Shirt"]
    answer = {"org": "Acme", "custom_questions": [{"title": "Shirt", "value": "XXL"}]}
    assert (await zoom.add(meeting, 400, **answer))["errors"][0]["field"] == "custom_questions.Shirt"
    answer["custom_questions"] = [{"title": "Shirt", "value": "M"}]
    await zoom.add(meeting, **answer)
    assert (await zoom.call("PATCH", path, 400, {"questions": [{"field_name": "age"}]}))["code"] == 300


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"email": "\\ud800"}', ""])
async def test_a_body_that_is_no_json_object_is_refused(zoom: ZoomClient, body: str) -> None:
    """With code 300."""
    meeting = await zoom.meeting()
    headers = {"Authorization": f"Bearer {zoom.token}", "Content-Type": "application/json"}
    url = f"{zoom.zoom.api_url}/meetings/{meeting['id']}/registrants"
    async with zoom.http.post(url, data=body.encode(), headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 300)


async def _batch(zoom: ZoomClient, meeting: dict[str, Any], people: list[dict[str, Any]], status: int = 201) -> Any:
    return await zoom.call("POST", f"/meetings/{meeting['id']}/batch_registrants", status, {"registrants": people})


async def _set_status(
    zoom: ZoomClient, meeting: dict[str, Any], action: str, *people: dict[str, str], status: int = 204
) -> Any:
    body = {"action": action, "registrants": list(people)}
    return await zoom.call("PUT", f"/meetings/{meeting['id']}/registrants/status", status, body)
