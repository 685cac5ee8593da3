"""The pages of the Zoom stand-in: registration, and what is behind its links."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.sandbox.zoom_client import ZoomClient

ASKED: dict[str, Any] = {
    "questions": [{"field_name": "org", "required": True}, {"field_name": "no_of_employees", "required": False}],
    "custom_questions": [
        {"title": "Why?", "type": "short", "required": True},
        {"title": "Shirt", "type": "single", "answers": ["M", "L"]},
    ],
}
DAILY: dict[str, Any] = {"type": 1, "end_times": 3}


async def opened(zoom: ZoomClient, url: str, status: int = 200, form: dict[str, str] | None = None) -> str:
    """The text of a page, or of the answer to its form."""
    sent = zoom.http.get(url) if form is None else zoom.http.post(url, data=form)
    async with sent as answer:
        assert answer.status == status
        return html.unescape(await answer.text())


async def test_people_register_on_the_page_with_the_hosts_questions(zoom: ZoomClient) -> None:
    """What is missing or wrong is named beside its field, nothing typed is lost, and the link is shown, also again."""
    start = zoom.zoom.clock.now()
    for kind, single in (("meeting", 2), ("webinar", 5)):
        asked = ASKED if kind == "meeting" else {"questions": ASKED["questions"]}
        number = zoom.zoom.create("A & B", start, kind=kind, type=single, settings={"approval_type": 0}, **asked)  # type: ignore[arg-type]
        zoom.zoom.world.events[number].uuid = "/aB//c=="
        url = next(one["registration_url"] for one in zoom.zoom.meetings() if one["id"] == str(number))
        shown = await opened(zoom, url)
        assert re.findall(r'name="(\w+)"', shown)[1:5] == ["first_name", "last_name", "email", "org"]
        assert 'value="21-50"' in shown
        person = {"first_name": "Noor", "email": "noor@", "org": "Globex", "own0": "To learn", "own1": "XL"}
        missing = await opened(zoom, url, 400, {**person, "org": ""})
        assert ("Org is missing." in missing, 'value="noor@"' in missing) == (True, True)
        assert "not valid" in await opened(zoom, url, 400, person)
        person["email"] = "noor@globex.example"
        if kind == "meeting":
            assert 'id="own1-wrong"' in await opened(zoom, url, 400, person)
        person["own1"] = "M"
        done = await opened(zoom, url, 200, person)
        link = re.findall(r'href="([^"]+)"', done)[0]
        assert "You are registered, Noor." in done
        assert link in await opened(zoom, url, 200, person)
        [one] = zoom.zoom.world.events[number].registrants.values()
        assert (one.fields.org, one.status) == ("Globex", "approved")
        await opened(zoom, url.replace(f"/{kind}/", "/party/"), 404)
        zoom.zoom.delete(number)
    assert zoom.zoom.calls[-1].status == 404


async def test_registration_pages_say_why_not_and_who_decides(zoom: ZoomClient) -> None:
    """Without registration, full, or with approval by the host; people choose a date."""
    start = zoom.zoom.clock.now()
    number = zoom.zoom.create("Council", start, settings={"approval_type": 1})
    url = zoom.zoom.meetings()[0]["registration_url"]
    person = {"first_name": "Noor", "email": "noor@globex.example"}
    assert "The host decides" in await opened(zoom, url, 200, person)
    zoom.zoom.edit(number, settings={"approval_type": 0})
    zoom.zoom.rules.capacity = 0
    assert "capacity" in await opened(zoom, url, 400, {**person, "email": "b@globex.example"})
    zoom.zoom.edit(number, settings={"approval_type": 2})
    assert "has not been enabled" in await opened(zoom, url)
    zoom.zoom.delete(number)
    assert "no such page" in await opened(zoom, url, 404)

    zoom.zoom.rules.capacity = 100
    dates = zoom.zoom.create(
        "Daily", start, type=8, recurrence=DAILY, settings={"approval_type": 0, "registration_type": 2}
    )
    url = zoom.zoom.meetings()[0]["registration_url"]
    offered = re.findall(r'<option value="(\d+)"', await opened(zoom, url))
    assert len(offered) == 2  # the first has begun
    await opened(zoom, url, 400, person)
    await opened(zoom, url, 200, {**person, "occurrence": offered[0]})
    [one] = zoom.zoom.world.events[dates].registrants.values()
    assert one.occurrence_ids == offered[:1]


async def test_links_open_pages(zoom: ZoomClient) -> None:
    """Those of the meeting, the host, a registrant who joins there, a panelist, a recording; others do not exist."""
    webinar = await zoom.webinar()
    people = {"panelists": [{"name": "Bo", "email": "bo@x.example"}]}
    await zoom.call("POST", f"/webinars/{webinar['id']}/panelists", 201, people)
    [bo] = (await zoom.call("GET", f"/webinars/{webinar['id']}/panelists", 200))["panelists"]
    jane = await zoom.add(webinar)
    assert "must register" in await opened(zoom, webinar["join_url"])
    assert "starts the meeting" in await opened(zoom, webinar["start_url"])
    assert "Bo, a panelist" in await opened(zoom, bo["join_url"])
    shown = await opened(zoom, jane["join_url"])
    assert ("belongs to Jane Doe" in shown, "Join</button>" in shown) == (True, False)
    await opened(zoom, jane["join_url"], 404, {})
    zoom.zoom.begin(webinar["id"])
    zoom.zoom.room.record(webinar["id"])
    assert "Join</button>" in await opened(zoom, jane["join_url"])
    assert "You are in the meeting." in await opened(zoom, jane["join_url"], 200, {})
    assert zoom.zoom.meetings()[0]["present"] == 2
    zoom.zoom.finish(webinar["id"])
    assert "It has ended." in await opened(zoom, jane["join_url"])
    zoom.zoom.room.publish(webinar["id"])
    recording = await zoom.call("GET", f"/meetings/{webinar['id']}/recordings", 200)
    for url in (recording["share_url"], recording["recording_files"][0]["play_url"]):
        assert "recording would be played" in await opened(zoom, url)
    for path in ("/j/1", "/s/1", "/w/1", f"/w/{webinar['id']}?tk=x", "/rec/play/x"):
        assert "no such page" in await opened(zoom, f"{zoom.zoom.url}{path}", 404)
