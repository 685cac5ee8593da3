"""The history of webinars and sessions: what is read, by whom, and the lists."""

from __future__ import annotations

import pytest

from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, SERVICE, START, api_client
from tests.sandbox.ringcentral_past import BEGAN, FAR_AHEAD, HISTORY, LONG_AGO, PAST, Past, after, new_past
from tests.sandbox.ringcentral_people import Team, coworker

OWN, COMPANY = f"{HISTORY}/sessions", f"{HISTORY}/company/sessions"


async def listed(past: Past, path: str = OWN, who: str = SERVICE, **query: str) -> list[str]:
    """Ids of the listed sessions."""
    reply = await past.at.call("GET", path, who=who, **{**PAST, **query})
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.body["records"]]


async def test_a_session_says_when_it_really_took_place() -> None:
    """Beside its plan: started in practice, live in between, finished."""
    async with api_client() as at:
        past = await new_past(at)
        planned = await past.session()
        assert planned["status"] == "Scheduled"
        assert not {"startTime", "endTime", "duration", "runtimeStatus", "broadcastingStartTime"} & set(planned)
        past.room.start(past.id, "Practice")
        past.wait(10)
        past.room.go_to(past.id, "Live")
        past.wait(30)
        past.room.go_to(past.id, "Debrief")
        past.wait(5)
        past.room.finish(past.id)
        took_place = await past.session()
        assert took_place == {
            "id": past.id,
            "creationTime": planned["creationTime"],
            "lastModifiedTime": after(45),
            "title": "Launch day",
            "scheduledStartTime": START,
            "scheduledDuration": 3600,
            "timeZone": "Europe/Madrid",
            "localeCode": "en-US",
            "panelJoinTimeOffset": 0,
            "status": "Finished",
            "startTime": BEGAN,
            "endTime": after(45),
            "duration": 2700,
            "broadcastingStartTime": after(10),
            "broadcastingEndTime": after(40),
            "participantCount": 1,
            "attendeeCount": 0,
            "uniqueParticipantCount": 1,
            "uniqueAttendeeCount": 0,
            "videoBridgeId": planned["videoBridgeId"],
        }


async def test_the_phase_of_a_running_session_is_read() -> None:
    """Practice, going live, live, a break, live again, debrief; before and after there is none."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.start(past.id, "Practice")
        seen = [(await past.session())["runtimeStatus"]]
        for phase in ("GoingLive", "Live", "Break", "Live", "Debrief"):
            past.room.go_to(past.id, phase)
            seen.append((await past.session())["runtimeStatus"])
        assert seen == ["Practice", "GoingLive", "Live", "Break", "Live", "Debrief"]
        past.room.finish(past.id)
        assert "runtimeStatus" not in await past.session()


async def test_a_webinar_is_read_with_host_and_settings() -> None:
    """As it is configured."""
    async with api_client() as at:
        past = await new_past(at, pstnEnabled=True)
        body = (await at.call("GET", f"{HISTORY}/webinars/{past.webinar_id}")).body
        configured = (await at.call("GET", f"/webinar/configuration/v1/webinars/{past.webinar_id}")).body
        assert body["settings"] == configured["settings"]
        linked = {"userId": "62190001", "accountId": "62190000", "domain": "pbx"}
        assert body["host"] == {"firstName": "Greenroom", "lastName": "Service", "linkedUser": linked}
        assert {name: body[name] for name in ("id", "title")} == {"id": past.webinar_id, "title": "Launch day"}


@pytest.mark.parametrize("below", ["", "/invitees", "/participants"])
async def test_the_history_is_for_host_co_hosts_and_admins(below: str) -> None:
    """By their original role; Ana is an admin with WebinarSettings."""
    async with api_client() as at:
        past = await new_past(at, BEN)
        await Team(at, past.webinar_id, past.id).add(coworker("62190103"), coworker("62190104", role="Panelist"))
        read = {
            who: (await at.call("GET", past.path + below, who=who)).status
            for who in (BEN, CHLOE, ANA, "dev@acme.example", "emi@acme.example", "igor@acme.example")
        }
        assert list(read.values()) == [200, 200, 200, 403, 403, 403]
        assert (await at.call("GET", f"{HISTORY}/webinars/{past.webinar_id}", who=CHLOE)).status == 200
        assert (await at.call("GET", f"{HISTORY}/webinars/1/sessions/1{below}")).parameters == ["webinarId"]
        assert (await at.call("GET", f"{past.path}1{below}")).parameters == ["sessionId"]


async def test_invitees_say_who_joined() -> None:
    """The host first; one of them can be read."""
    async with api_client() as at:
        past = await new_past(at)
        outside = {"firstName": "Mary", "lastName": "Shelley", "email": "mary@visitor.example", "role": "Panelist"}
        ben, mary = await Team(at, past.webinar_id, past.id).add(coworker(), outside)
        past.room.start(past.id)
        past.room.join(past.id, invitee=mary)
        people = (await at.call("GET", f"{past.path}/invitees")).body["records"]
        shown = [(one["role"], one["originalRole"], one["joined"]) for one in people]
        assert shown == [("Host", "Host", True), ("CoHost", "CoHost", False), ("Panelist", "Panelist", True)]
        single = await at.call("GET", f"{past.path}/invitees/{mary}")
        assert single.body == people[2]
        assert single.body == {
            "id": mary,
            "firstName": "Mary",
            "lastName": "Shelley",
            "email": "mary@visitor.example",
            "role": "Panelist",
            "originalRole": "Panelist",
            "type": "User",
            "qnaBlocked": False,
            "sendInvite": True,
            "joined": True,
        }
        only = (await at.call("GET", f"{past.path}/invitees", role="CoHost")).body["records"]
        assert [one["id"] for one in only] == [ben]
        assert (await at.call("GET", f"{past.path}/invitees/1")).parameters == ["inviteeId"]


async def test_the_lists_need_both_ends_of_a_period() -> None:
    """A session counts by its real end, a planned one by its planned end."""
    async with api_client() as at:
        past = await new_past(at)
        planned = await new_past(at)
        past.room.start(past.id)
        past.wait(40)
        past.room.finish(past.id)
        for path in (OWN, COMPANY):
            assert (await at.call("GET", path)).parameters == ["endTimeFrom", "endTimeTo"]
            assert await listed(past, path) == [past.id, planned.id]
            assert await listed(past, path, endTimeFrom=after(40), endTimeTo=after(40)) == [past.id]
            assert await listed(past, path, endTimeFrom=after(41)) == [planned.id]
            assert await listed(past, path, endTimeTo=after(39)) == []
            assert await listed(past, path, status="Finished") == [past.id]
            assert await listed(past, path, endTimeFrom=FAR_AHEAD, endTimeTo=LONG_AGO) == []


async def test_the_own_list_is_the_hosts_and_the_company_list_is_for_admins() -> None:
    """Filtered by part of the title, or by host."""
    async with api_client() as at:
        bens, services = await new_past(at, BEN), await new_past(at)
        at.rc.edit(bens.id, title="Quarterly numbers")
        assert await listed(bens, who=BEN) == [bens.id]
        assert await listed(bens, who=BEN, nameFragment="QUARTER") == [bens.id]
        assert await listed(bens, who=BEN, nameFragment="launch") == []
        assert await listed(bens, COMPANY) == [bens.id, services.id]
        assert await listed(bens, COMPANY, hostUserId="62190102,62190103") == [bens.id]
        refused = await at.call("GET", COMPANY, who=BEN, **PAST)
        assert (refused.status, refused.codes) == (403, ["CMN-408"])
        (entry,) = (await at.call("GET", OWN, who=BEN, **PAST)).body["records"]
        assert (entry["webinar"]["id"], entry["webinar"]["host"]["firstName"]) == (bens.webinar_id, "Ben")


async def test_history_is_charged_as_heavy_and_read_in_pages() -> None:
    """Like the other lists, with the app permission ReadWebinars."""
    async with api_client() as at:
        past = await new_past(at)
        other = await new_past(at)
        first = await at.call("GET", OWN, perPage="1", **PAST)
        assert first.headers["X-Rate-Limit-Group"] == "Heavy"
        assert (first.body["records"][0]["id"], first.body["paging"]["nextPageToken"]) == (past.id, "2")
        second = await at.call("GET", OWN, perPage="1", pageToken="2", **PAST)
        assert [one["id"] for one in second.body["records"]] == [other.id]
        at.rc.rules.app_permissions = ["ReadAccounts"]
        assert (await at.call("GET", OWN, **PAST)).codes == ["CMN-401"]
