"""Control routes of the Zoom stand-in: what people do without the API, rules, faults, webhooks, the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.clock import SandboxClock
from sandbox.zoom import Zoom
from tests.sandbox.zoom_client import ANA, ZoomClient
from tests.sandbox.zoom_receiver import zoom_receiver

MEETINGS = "/sandbox/meetings"
ASKED: dict[str, Any] = {
    "questions": [{"field_name": "country", "required": True}],
    "custom_questions": [{"title": "Shirt", "type": "single", "answers": ["M", "L"], "required": True}],
}


async def control(
    zoom: ZoomClient, method: str, path: str, status: int = 200, body: Any = None, /, **query: str
) -> dict[str, Any]:
    """Call a control route."""
    async with zoom.http.request(method, f"{zoom.zoom.url}{path}", json=body, params=query) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == status, found
    return found


async def planned(zoom: ZoomClient, approval: int = 0, **fields: Any) -> str:
    """A meeting that the host planned on Zoom's page, three days ahead; returns its path."""
    start = (zoom.zoom.clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    settings = {"approval_type": approval}
    body = {"topic": "Launch day", "start_time": start, "settings": settings, **fields}
    return f"{MEETINGS}/{(await control(zoom, 'POST', MEETINGS, 200, body))['id']}"


def api(path: str) -> str:
    """The path of the same meeting in the API."""
    return path.replace("/sandbox", "")


async def test_hosts_plan_change_and_delete_without_the_api(zoom: ZoomClient) -> None:
    """Each is an event, and no call; what is wrong is refused with the error of the API."""
    events: list[str] = []
    zoom.zoom.world.on_event.append(lambda name, _: events.append(name))
    path = await planned(zoom, **ASKED)
    made = await zoom.call("GET", api(path), 200)
    assert (made["topic"], made["host_email"], made["creation_source"]) == ("Launch day", ANA, "web_portal")
    questions = await zoom.call("GET", f"{api(path)}/registrants/questions", 200)
    assert [one["title"] for one in questions["custom_questions"]] == ["Shirt"]
    zoom.zoom.calls.clear()

    await control(zoom, "PATCH", path, 200, {"topic": "Launch", "settings": {"approval_type": 1}})
    refused = await control(zoom, "PATCH", path, 400, {"settings": {"approval_type": 9}})
    assert "Validation" in refused["error"]
    await control(zoom, "POST", MEETINGS, 400, {"kind": "party"})
    await control(zoom, "POST", MEETINGS, 404, {"host": "nobody"})
    await control(zoom, "DELETE", path)
    for wrong in (path, f"{MEETINGS}/x"):
        assert "does not exist" in (await control(zoom, "DELETE", wrong, 404))["error"]

    assert zoom.zoom.calls == []
    assert events == ["meeting.created", "meeting.updated", "meeting.deleted"]


async def test_a_date_of_a_recurring_meeting_can_be_deleted(zoom: ZoomClient) -> None:
    """The others stay; guests register for the next one if people choose their dates."""
    daily: dict[str, Any] = {"type": 8, "recurrence": {"type": 1, "end_times": 3}}
    path = await planned(zoom, **daily, settings={"approval_type": 0, "registration_type": 2})
    dates = (await zoom.call("GET", api(path), 200))["occurrences"]
    await control(zoom, "DELETE", path, 200, None, occurrence_id=dates[0]["occurrence_id"])
    await control(zoom, "POST", f"{path}/register")

    after = await zoom.call("GET", api(path), 200)
    assert [one["status"] for one in after["occurrences"]] == ["deleted", "available", "available"]
    meeting = {"id": path.rpartition("/")[2]}
    listed = [await zoom.listed(meeting, occurrence_id=one["occurrence_id"]) for one in dates]
    assert [len(one) for one in listed] == [0, 1, 0]


async def test_outside_people_register_with_answers_up_to_the_limit(zoom: ZoomClient) -> None:
    """Without a call of the API; without registration it is refused."""
    zoom.zoom.rules.capacity = 3
    path = await planned(zoom, **ASKED)
    assert len((await control(zoom, "POST", f"{path}/register", 200, {"count": 5}))["ids"]) == 3
    people = (await control(zoom, "GET", f"{path}/registrants"))["registrants"]
    assert {(one["country"], one["custom_questions"][0]["value"], one["status"]) for one in people} == {
        ("ES", "M", "approved")
    }
    assert len({one["email"] for one in people}) == 3

    closed = await planned(zoom, approval=2)
    assert "has not been enabled" in (await control(zoom, "POST", f"{closed}/register", 400))["error"]


async def test_the_host_decides_about_people_who_wait(zoom: ZoomClient) -> None:
    """Some by id or address, or the first of them; approval needs room."""
    path = await planned(zoom, approval=1)
    ids = (await control(zoom, "POST", f"{path}/register", 200, {"count": 4}))["ids"]
    assert (await control(zoom, "POST", f"{path}/decide", 200, {"action": "approve", "count": 2}))["ids"] == ids[:2]
    await control(zoom, "POST", f"{path}/decide", 200, {"action": "deny", "registrants": [ids[3]]})
    await control(zoom, "POST", f"{path}/decide", 200, {"action": "cancel"})
    people = (await control(zoom, "GET", f"{path}/registrants"))["registrants"]
    assert [one["status"] for one in people] == ["cancelled", "approved", "pending", "denied"]

    zoom.zoom.rules.capacity = 1
    await control(zoom, "POST", f"{path}/decide", 400, {"action": "approve"})
    assert "Known are" in (await control(zoom, "POST", f"{path}/decide", 400, {"action": "promote"}))["error"]
    nobody = {"action": "deny", "registrants": ["nobody@x.example"]}
    assert "None of these" in (await control(zoom, "POST", f"{path}/decide", 400, nobody))["error"]


async def test_a_meeting_takes_its_course(zoom: ZoomClient) -> None:
    """Registrants and strangers come and go; the state counts them; it is recorded, and the recording appears."""
    path = await planned(zoom, approval=1)
    [known, waiting] = (await control(zoom, "POST", f"{path}/register", 200, {"count": 2}))["ids"]
    await control(zoom, "POST", f"{path}/decide", 200, {"action": "approve", "registrants": [known]})
    assert "running" in (await control(zoom, "POST", f"{path}/record", 400))["error"]
    await control(zoom, "POST", f"{path}/start")
    assert "already" in (await control(zoom, "POST", f"{path}/start", 400))["error"]
    await control(zoom, "POST", f"{path}/record")
    assert len((await control(zoom, "POST", f"{path}/join", 200, {"count": 5}))["user_ids"]) == 1
    await control(zoom, "POST", f"{path}/join", 400, {"registrant_id": waiting})
    [stranger] = (await control(zoom, "POST", f"{path}/join", 200, {"name": "Sam"}))["user_ids"]
    await control(zoom, "POST", f"{path}/leave", 200, {"user_id": stranger})
    await control(zoom, "POST", f"{path}/leave", 400, {"user_id": stranger})
    [row] = (await control(zoom, "GET", "/sandbox/state"))["meetings"]
    assert (row["status"], row["present"], row["participants"], row["recording"]) == ("Started", 2, 3, "running")
    assert (row["approved"], row["pending"], row["seats"]) == (1, 1, 100)
    assert len((await control(zoom, "POST", f"{path}/leave", 200, {"count": 5}))["user_ids"]) == 1
    await control(zoom, "POST", f"{path}/publish", 400)
    await control(zoom, "POST", f"{path}/end")
    await control(zoom, "POST", f"{path}/publish")
    [row] = (await control(zoom, "GET", "/sandbox/state"))["meetings"]
    assert (row["status"], row["present"], row["recording"]) == ("Ended", 0, "available")


async def test_a_meeting_becomes_a_webinar_with_tracking_sources(zoom: ZoomClient) -> None:
    """As its host does on Zoom's page."""
    path = await planned(zoom)
    await control(zoom, "POST", f"{path}/convert")
    await control(zoom, "POST", f"{path}/sources", 200, {"name": "Mail"})
    webinar = api(path).replace("meetings", "webinars")
    assert (await zoom.call("GET", webinar, 200))["type"] == 5
    sources = await zoom.call("GET", f"{webinar}/tracking_sources", 200)
    assert [one["source_name"] for one in sources["tracking_sources"]] == ["Mail"]


@pytest.mark.parametrize(
    ("limit", "words", "headers"),
    [
        ("second", "per-second", {"X-RateLimit-Type": "QPS", "X-RateLimit-Reset": ""}),
        ("day", "maximum daily", {"X-RateLimit-Type": "Daily-limit", "Retry-After": ""}),
        ("host", "(100) of Meeting Create/Update", {"X-RateLimit-Category": "Light"}),
        ("address", "(3) of Add meeting registrant", {"X-RateLimit-Category": "Light"}),
        ("registrant", "(10) of Update registrant status", {"X-RateLimit-Category": "Light"}),
        ("delete", "concurrent", {"X-RateLimit-Category": "Light"}),
    ],
)
async def test_each_limit_can_be_met_at_once(zoom: ZoomClient, limit: str, words: str, headers: dict[str, str]) -> None:
    """As Zoom refuses it, or without any header."""
    path = await planned(zoom)
    fault = {"method": "GET", "path_regex": "^/v2/", "limit": limit}
    await control(zoom, "POST", "/sandbox/faults", 200, fault)
    refused = await zoom.call("GET", api(path), 429)
    assert words in refused["message"]
    assert {name: zoom.headers.get(name) for name, value in headers.items() if value} == {
        name: value for name, value in headers.items() if value
    }
    assert set(headers) <= set(zoom.headers)
    if limit not in ("second", "day"):
        assert not {"X-RateLimit-Type", "Retry-After", "X-RateLimit-Reset"} & set(zoom.headers)

    await control(zoom, "POST", "/sandbox/faults", 200, {**fault, "bare": True, "code": 200, "retry_after": "30"})
    assert (await zoom.call("GET", api(path), 429))["code"] == 200
    assert {name for name in zoom.headers if name.startswith("X-RateLimit")} == set()
    assert zoom.headers["Retry-After"] == "30"


async def test_calls_faults_rules_and_mails_are_shown(zoom: ZoomClient) -> None:
    """And changed; a wrong one is refused with a sentence."""
    path = await planned(zoom)
    await control(zoom, "POST", f"{path}/register")
    await control(zoom, "POST", "/sandbox/faults", 200, {"method": "GET", "path_regex": "^/v2/", "status": 502})
    await control(zoom, "POST", "/sandbox/faults", 400, {"method": "GET", "path_regex": "^/v2/", "limit": "year"})
    await control(zoom, "POST", "/sandbox/faults", 400, {"method": "GET", "path_regex": "("})
    assert len((await control(zoom, "GET", "/sandbox/faults"))["faults"]) == 1
    assert (await control(zoom, "DELETE", "/sandbox/faults"))["faults"] == []
    await zoom.call("GET", api(path), 200)
    paid = {
        "method": "POST",
        "path_regex": "/registrants$",
        "status": 400,
        "code": 3000,
        "message": "Paid registration.",
    }
    await control(zoom, "POST", "/sandbox/faults", 200, {"method": "POST", "path_regex": "/registrants$", **paid})
    refused = await zoom.add({"id": path.rpartition("/")[2]}, 400)
    assert (refused["code"], refused["message"]) == (3000, "Paid registration.")
    await zoom.call("GET", api(path), 200)
    last = (await control(zoom, "GET", "/sandbox/calls"))["calls"][-1]
    assert (last["method"], last["label"], last["status"]) == ("GET", "Light", 200)
    [mail] = (await control(zoom, "GET", "/sandbox/mails"))["mails"]
    assert mail["kind"] == "confirmation"

    assert (await control(zoom, "PATCH", "/sandbox/rules", 200, {"plan": "Free"}))["plan"] == "Free"
    assert (await control(zoom, "GET", "/sandbox/rules"))["plan"] == "Free"
    await control(zoom, "PATCH", "/sandbox/rules", 400, {"plan": "Golden"})
    limits = (await control(zoom, "GET", "/sandbox/state"))["limits"]
    [light] = [one for one in limits["labels"] if one["label"] == "Light"]
    assert (light["per_second"], light["per_day"], light["today"] > 0) == (4, 6000, True)

    await control(zoom, "POST", "/sandbox/tokens/expire")
    await zoom.call("GET", api(path), 401)
    await control(zoom, "POST", "/sandbox/reset")
    assert (await control(zoom, "GET", "/sandbox/state"))["meetings"] == []


async def test_an_address_is_subscribed_and_hears_again_later(zoom: ZoomClient) -> None:
    """It is validated at once and every 72 hours of the stand-in's clock; what fails is sent again."""
    async with zoom_receiver(zoom.zoom.webhook_secret) as hook:
        await control(zoom, "POST", "/sandbox/webhooks", 200, {"url": hook.url, "events": ["meeting.created"]})
        hook.status = 500
        await planned(zoom)
        await zoom.zoom.webhooks.settle()
        shown = await control(zoom, "GET", "/sandbox/webhooks")
        assert (shown["subscribers"][0]["active"], shown["waiting"]) == (True, ["meeting.created"])
        hook.status = 200
        await control(zoom, "POST", "/sandbox/clock", 200, {"seconds": 300})
        assert len(hook.bodies) == 2
        validations = len(hook.signatures) - 2
        await control(zoom, "POST", "/sandbox/clock", 200, {"seconds": 72 * 3600})
        assert len(hook.signatures) == validations + 1 + 2
        assert (await control(zoom, "DELETE", "/sandbox/webhooks"))["subscribers"] == []
        hook.secret = "another"
        assert "validation" in (await control(zoom, "POST", "/sandbox/webhooks", 400, {"url": hook.url}))["error"]
    await control(zoom, "POST", "/sandbox/clock", 400, {"seconds": -1})


async def test_a_dump_restores_everything_that_people_see(zoom: ZoomClient) -> None:
    """Meetings, webinars, dates, people with their answers, questions, panelists, sources, stays and recordings."""
    path = await planned(zoom, approval=1, **ASKED, type=8, recurrence={"type": 1, "end_times": 3})
    await control(zoom, "POST", f"{path}/register", 200, {"count": 3})
    await control(zoom, "POST", f"{path}/decide", 200, {"action": "approve"})
    for what in ("start", "record", "join", "end", "publish"):
        await control(zoom, "POST", f"{path}/{what}")
    webinar = await zoom.webinar()
    zoom.zoom.add_source(webinar["id"], "Mail")
    people = {"panelists": [{"name": "Bo", "email": "bo@x.example"}]}
    await zoom.call("POST", f"/webinars/{webinar['id']}/panelists", 201, people)

    again = Zoom(SandboxClock())
    again.load(zoom.zoom.dump())
    again.world.url = zoom.zoom.url

    assert again.world.events == zoom.zoom.world.events
    assert again.meetings() == zoom.zoom.meetings()
    assert again.create("Another") not in zoom.zoom.world.events
