"""Webinars: their license, registrants, tracking sources and panelists, and their end."""

from __future__ import annotations

from typing import Any

from tests.sandbox.zoom_client import ANA, JANE, ZoomClient

BEN = "ben@acme.example"


async def test_a_webinar_is_created_by_a_user_with_the_license(zoom: ZoomClient) -> None:
    """With settings of its own; it is neither a meeting nor found as one."""
    made = await zoom.webinar(settings={"practice_session": True, "registrants_restrict_number": 500})
    assert (made["type"], made["settings"]["practice_session"]) == (5, True)
    assert await zoom.call("GET", f"/webinars/{made['id']}", 200) == made
    assert (await zoom.call("GET", f"/meetings/{made['id']}", 404))["code"] == 3001
    refused = await zoom.call("POST", f"/users/{BEN}/webinars", 400, {})
    assert (refused["code"], "Webinar plan" in refused["message"]) == (200, True)
    assert (await zoom.call("POST", f"/users/{ANA}/webinars", 400, {"type": 2}))["code"] == 300
    too_many = {"settings": {"registrants_restrict_number": 20_001}}
    assert (await zoom.call("POST", f"/users/{ANA}/webinars", 400, too_many))["code"] == 300


async def test_webinars_are_listed_changed_and_deleted(zoom: ZoomClient) -> None:
    """Apart from meetings, which may be made for somebody else."""
    made = await zoom.webinar()
    meeting = await zoom.meeting(schedule_for=BEN)
    assert meeting["host_email"] == BEN
    await zoom.call("PATCH", f"/webinars/{made['id']}", 204, {"topic": "Launch"})

    listed = await zoom.call("GET", f"/users/{ANA}/webinars", 200)
    assert [(one["id"], one["topic"]) for one in listed["webinars"]] == [(made["id"], "Launch")]
    assert (await zoom.call("GET", f"/users/{ANA}/meetings", 200))["meetings"] == []
    await zoom.call("DELETE", f"/webinars/{made['id']}", 204)
    assert (await zoom.call("GET", f"/webinars/{made['id']}", 404))["code"] == 3001


async def test_registrants_of_a_webinar_are_those_of_a_meeting_without_a_code(zoom: ZoomClient) -> None:
    """Added, listed, read, approved, in batches, and deleted; `auto_approve` is for meetings and batches."""
    webinar = await zoom.webinar(1)
    added = await zoom.add(webinar, auto_approve=True, org="Acme")
    assert ("join_url" in added, "participant_pin_code" in added) == (False, False)
    path = f"/webinars/{webinar['id']}/registrants"
    one = await zoom.call("GET", f"{path}/{added['registrant_id']}", 200)
    assert (one["status"], one["org"], "participant_pin_code" in one) == ("pending", "Acme", False)
    body = {"action": "approve", "registrants": [{"id": one["id"]}]}
    await zoom.call("PUT", f"{path}/status", 204, body)
    batch = {"auto_approve": True, "registrants": [{**JANE, "email": "rick@x.example"}]}
    await zoom.call("POST", f"/webinars/{webinar['id']}/batch_registrants", 201, batch)
    assert await zoom.listed(webinar) == [JANE["email"], "rick@x.example"]
    await zoom.call("DELETE", f"{path}/{one['id']}", 204)
    assert await zoom.listed(webinar) == ["rick@x.example"]


async def test_a_webinar_refuses_registrants_with_its_own_codes(zoom: ZoomClient) -> None:
    """The host, a panelist, a private address, more than its limit, after the end; an unknown one."""
    webinar = await zoom.webinar(settings={"registrants_restrict_number": 1})
    path = f"/webinars/{webinar['id']}"
    await zoom.call("POST", f"{path}/panelists", 201, {"panelists": [{"name": "Rick", "email": "rick@x.example"}]})
    assert (await zoom.add(webinar, 400, email="Ana@acme.example"))["code"] == 3027
    assert (await zoom.add(webinar, 400, email="RICK@x.example"))["code"] == 3000
    zoom.zoom.rules.work_addresses_only = True
    assert (await zoom.add(webinar, 400, email="jane@gmail.com"))["code"] == 3034
    await zoom.add(webinar)
    assert (await zoom.add(webinar, 400, email="iris@x.example"))["code"] == 3000
    batch = {"registrants": [{**JANE, "email": "iris@x.example"}]}
    assert (await zoom.call("POST", f"{path}/batch_registrants", 400, batch))["code"] == 3043
    assert (await zoom.call("GET", f"{path}/registrants/unknown", 400))["code"] == 3079
    assert (await zoom.add({"id": 1, "type": 5}, 404))["code"] == 3001
    zoom.zoom.finish(webinar["id"])
    assert (await zoom.add(webinar, 400, email="iris@x.example"))["code"] == 3038
    assert (await zoom.call("POST", f"{path}/batch_registrants", 400, batch))["code"] == 3038

    manual = await zoom.webinar(1, settings={"registrants_restrict_number": 1})
    people = [await zoom.add(manual, email=f"{name}@y.example") for name in ("a", "b")]
    chosen = [{"id": one["registrant_id"]} for one in people]
    both: dict[str, Any] = {"action": "approve", "registrants": chosen}
    assert (await zoom.call("PUT", f"/webinars/{manual['id']}/registrants/status", 400, both))["code"] == 3035

    recurring = await zoom.webinar(type=9, recurrence={"type": 1, "end_times": 2})
    assert (await zoom.call("POST", f"/webinars/{recurring['id']}/batch_registrants", 400, batch))["code"] == 300
    off = await zoom.webinar(2)
    assert (await zoom.call("POST", f"/webinars/{off['id']}/batch_registrants", 400, batch))["code"] == 3000


async def test_tracking_sources_count_their_registrants(zoom: ZoomClient) -> None:
    """A registrant names one that the host has set up; the list can be limited to it."""
    webinar = await zoom.webinar()
    mail = zoom.zoom.add_source(webinar["id"], "Mail")
    fair = zoom.zoom.add_source(webinar["id"], "Fair")
    await zoom.add(webinar, source_id=mail)
    await zoom.add(webinar, email="rick@x.example")
    assert (await zoom.add(webinar, 400, email="iris@x.example", source_id="nowhere"))["code"] == 300

    found = await zoom.call("GET", f"/webinars/{webinar['id']}/tracking_sources", 200)

    counts = {one["source_name"]: one["registration_count"] for one in found["tracking_sources"]}
    assert (counts, found["total_records"]) == ({"Mail": 1, "Fair": 0}, 2)
    assert len({one["tracking_url"] for one in found["tracking_sources"]}) == 2
    assert await zoom.listed(webinar, tracking_source_id=mail) == [JANE["email"]]
    assert await zoom.listed(webinar, tracking_source_id=fair) == []


async def test_panelists_are_invited_thirty_at_once_and_listed_with_links(zoom: ZoomClient) -> None:
    """The answer to an invitation has no links; one who is there already stays."""
    webinar = await zoom.webinar()
    path = f"/webinars/{webinar['id']}/panelists"
    people = [{"name": f"P {number}", "email": f"p{number}@x.example"} for number in range(31)]
    assert (await zoom.call("POST", path, 400, {"panelists": people}))["code"] == 300
    made = await zoom.call("POST", path, 201, {"panelists": people[:30]})
    assert (made["id"], set(made)) == (str(webinar["id"]), {"id", "updated_at"})
    await zoom.call("POST", path, 201, {"panelists": [{"name": "Again", "email": "P0@x.example"}, people[30]]})

    listed = await zoom.call("GET", path, 200)

    assert [one["name"] for one in listed["panelists"]] == [one["name"] for one in people]
    assert (listed["total_records"], len({one["join_url"] for one in listed["panelists"]})) == (31, 31)
    zoom.zoom.rules.panelists = 31
    more = {"panelists": [{"name": "More", "email": "more@x.example"}]}
    assert (await zoom.call("POST", path, 400, more))["code"] == 3000


async def test_panelists_are_removed_one_by_one_or_all(zoom: ZoomClient) -> None:
    """An unknown one is refused."""
    webinar = await zoom.webinar()
    path = f"/webinars/{webinar['id']}/panelists"
    people = [{"name": name, "email": f"{name}@x.example"} for name in ("a", "b", "c")]
    await zoom.call("POST", path, 201, {"panelists": people})
    first = (await zoom.call("GET", path, 200))["panelists"][0]
    await zoom.call("DELETE", f"{path}/{first['id']}", 204)
    assert (await zoom.call("DELETE", f"{path}/{first['id']}", 400))["code"] == 300
    assert [one["name"] for one in (await zoom.call("GET", path, 200))["panelists"]] == ["b", "c"]
    await zoom.call("DELETE", path, 204)
    assert (await zoom.call("GET", path, 200))["total_records"] == 0


async def test_a_running_webinar_can_be_ended(zoom: ZoomClient) -> None:
    """And only that."""
    webinar = await zoom.webinar()
    path = f"/webinars/{webinar['id']}/status"
    assert (await zoom.call("PUT", path, 400, {"action": "end"}))["code"] == 300
    zoom.zoom.begin(webinar["id"])
    assert (await zoom.call("PUT", path, 400, {"action": "start"}))["code"] == 300
    await zoom.call("PUT", path, 200, {"action": "end"})
    assert (await zoom.add(webinar, 400))["code"] == 3038


async def test_a_webinar_has_its_own_types_of_questions(zoom: ZoomClient) -> None:
    """One that a meeting has is refused, and the other way round."""
    webinar, meeting = await zoom.webinar(), await zoom.meeting()
    own = {"title": "Shirt", "type": "single_radio", "answers": ["S", "M"], "required": True}
    path, body = f"/webinars/{webinar['id']}/registrants/questions", {"custom_questions": [own]}
    await zoom.call("PATCH", path, 204, body)
    assert (await zoom.call("GET", path, 200))["custom_questions"] == [own]
    assert (await zoom.add(webinar, 400))["errors"][0]["field"] == "custom_questions.Shirt"
    assert (await zoom.call("PATCH", f"/meetings/{meeting['id']}/registrants/questions", 400, body))["code"] == 300
    single = {"custom_questions": [{**own, "type": "single"}]}
    assert (await zoom.call("PATCH", path, 400, single))["code"] == 300
