"""Participants of the RingCentral stand-in: joining, leaving, returning, and what the history says of them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ringcentral import ApiError
from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, api_client
from tests.sandbox.ringcentral_past import BEGAN, Past, after, new_past
from tests.sandbox.ringcentral_people import LENA, Seats, Team, coworker


def attendees(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who are not on the team."""
    return [one for one in people if one["originalRole"] == "Attendee"]


def is_refused(past: Past, act: str, *given: Any, **more: Any) -> tuple[int, str]:
    """The status and the parameter of an act that is not possible."""
    with pytest.raises(ApiError) as refused:
        getattr(past.room, act)(*given, **more)
    return refused.value.status, refused.value.errors[0]["parameterName"]


async def test_a_registrant_who_leaves_and_returns_is_one_participant() -> None:
    """With the earliest time of joining, and the latest of leaving once they are gone."""
    async with api_client() as at:
        past = await new_past(at)
        lena = (await Seats(at, past.id).create()).body["id"]
        past.room.start(past.id)
        past.wait(5)
        came = past.room.join(past.id, registrant=lena)
        past.wait(5)
        past.room.leave(came)
        (left,) = attendees(await past.people())
        assert (left["joinTime"], left["leaveTime"]) == (after(5), after(10))
        past.wait(5)
        assert past.room.join(past.id, registrant=lena) == came
        (back,) = attendees(await past.people())
        assert "leaveTime" not in back
        past.wait(5)
        past.room.leave(came)
        (gone,) = attendees(await past.people())
        assert len(gone.pop("uniqueUserHash")) == 32
        assert gone == {
            "id": came,
            "firstName": "Lena",
            "lastName": "Berger",
            "email": LENA["email"],
            "role": "Attendee",
            "originalRole": "Attendee",
            "type": "User",
            "qnaBlocked": False,
            "joinTime": after(5),
            "leaveTime": after(20),
            "wasEjected": False,
            "registrantId": lena,
        }


async def test_attending_sets_the_participant_of_a_registrant() -> None:
    """Those who did not come have none, so the two lists can be compared."""
    async with api_client() as at:
        past = await new_past(at)
        there, absent = at.rc.register(past.id, 2)
        past.room.start(past.id)
        came = past.room.join(past.id, registrant=there)
        registrants = {one["id"]: one.get("participantId") for one in at.rc.registrants(past.id)}
        assert registrants == {there: came, absent: None}
        assert [one["registrantId"] for one in attendees(await past.people())] == [there]
        assert is_refused(past, "join", past.id, registrant="1") == (404, "registrantId")


async def test_a_second_device_is_a_participant_of_the_same_person() -> None:
    """Counted once among the unique ones, and refused where the host allows one device."""
    async with api_client() as at:
        past = await new_past(at)
        lena, omar = at.rc.register(past.id, 2)
        past.room.start(past.id)
        first = past.room.join(past.id, registrant=lena)
        second = past.room.join(past.id, registrant=lena, other_device=True)
        past.room.join(past.id, registrant=omar)
        hashes = {one["id"]: one["uniqueUserHash"] for one in attendees(await past.people())}
        assert len(hashes) == 3
        assert hashes[first] == hashes[second]
        assert len(set(hashes.values())) == 2
        counts = await past.session()
        assert [counts[name] for name in ("participantCount", "attendeeCount")] == [4, 3]
        assert [counts[name] for name in ("uniqueParticipantCount", "uniqueAttendeeCount")] == [3, 2]
        assert {one.get("participantId") for one in at.rc.registrants(past.id)} >= {first}
        at.rc.edit(past.id, registration={"settings": {"preventMultipleDeviceJoins": True}})
        refused = is_refused(past, "join", past.id, registrant=lena, other_device=True)
        assert refused == (403, "preventMultipleDeviceJoins")


async def test_the_host_takes_part_from_beginning_to_end() -> None:
    """As the invitee who is always listed; the host's own record has no registrant."""
    async with api_client() as at:
        past = await new_past(at)
        host = at.rc.invitees(past.id)[0]["id"]
        assert await past.people() == []
        past.room.start(past.id, "Practice")
        past.wait(60)
        past.room.finish(past.id)
        (only,) = await past.people()
        assert (only["role"], only["originalRole"], only["inviteeId"]) == ("Host", "Host", host)
        assert (only["joinTime"], only["leaveTime"]) == (BEGAN, after(60))
        assert only["linkedUser"]["userId"] == "62190001"
        assert "registrantId" not in only
        me = await at.call("GET", f"{past.path}/participants/self")
        assert (me.status, me.body["id"], me.body["role"]) == (200, only["id"], "Host")
        assert set(me.body) == {"id", "firstName", "lastName", "role", "originalRole", "linkedUser", "type"}


async def test_a_coworker_reads_their_own_participation_only() -> None:
    """A panelist is no host; who did not take part has none."""
    async with api_client() as at:
        past = await new_past(at)
        (ben,) = await Team(at, past.webinar_id, past.id).add(coworker(role="Panelist"))
        past.room.start(past.id)
        assert (await at.call("GET", f"{past.path}/participants/self", who=BEN)).status == 404
        past.room.join(past.id, invitee=ben)
        mine = await at.call("GET", f"{past.path}/participants/self", who=BEN)
        assert (mine.status, mine.body["firstName"], mine.body["role"]) == (200, "Ben", "Panelist")
        assert (await at.call("GET", f"{past.path}/participants", who=BEN)).status == 403
        assert (await at.call("GET", f"{past.path}/participants/self", who=CHLOE)).status == 404
        assert (await at.call("GET", f"{past.path}1/participants/self", who=BEN)).parameters == ["sessionId"]


async def test_people_with_the_shared_link_are_anonymous() -> None:
    """Without registration: under any name or none, each time somebody new unless they come back as themselves."""
    async with api_client() as at:
        past = await new_past(at, registrationEnabled=False)
        past.room.start(past.id)
        named = past.room.join(past.id, name=("Ada", "Lovelace"))
        nameless = past.room.join(past.id)
        past.room.leave(named)
        past.room.come_back(named)
        people = attendees(await past.people())
        assert [one["id"] for one in people] == [named, nameless]
        assert [one.get("firstName") for one in people] == ["Ada", None]
        assert all("registrantId" not in one and "inviteeId" not in one and "email" not in one for one in people)
        assert len({one["uniqueUserHash"] for one in people}) == 2


async def test_nobody_comes_with_a_shared_link_where_people_register() -> None:
    """There is no such link then."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.start(past.id)
        assert is_refused(past, "join", past.id, name=("Ada", "Lovelace")) == (400, "registrantId")


async def test_the_end_takes_everybody_along() -> None:
    """Who is present leaves with it, who left before stays as they were, and nobody joins any more."""
    async with api_client() as at:
        past = await new_past(at)
        early, late = at.rc.register(past.id, 2)
        past.room.start(past.id)
        first, second = (past.room.join(past.id, registrant=one) for one in (early, late))
        past.wait(10)
        past.room.leave(first)
        past.wait(35)
        past.room.finish(past.id)
        left = {one["id"]: one["leaveTime"] for one in attendees(await past.people())}
        assert left == {first: after(10), second: after(45)}
        assert is_refused(past, "join", past.id, registrant=early) == (403, "status")
        assert is_refused(past, "come_back", first) == (403, "status")
        assert is_refused(past, "leave", first) == (403, "participantId")
        assert is_refused(past, "leave", "1") == (404, "participantId")


async def test_a_removed_participant_cannot_come_back() -> None:
    """And the history says so."""
    async with api_client() as at:
        past = await new_past(at)
        (lena,) = at.rc.register(past.id)
        past.room.start(past.id)
        came = past.room.join(past.id, registrant=lena)
        past.wait(1)
        past.room.eject(came)
        (removed,) = attendees(await past.people())
        assert (removed["wasEjected"], removed["leaveTime"]) == (True, after(1))
        assert is_refused(past, "join", past.id, registrant=lena) == (403, "participantId")


async def test_attendees_wait_until_they_are_let_in() -> None:
    """The team can practice and talk afterwards without them."""
    async with api_client() as at:
        past = await new_past(at)
        (ben,) = await Team(at, past.webinar_id, past.id).add(coworker(role="Panelist"))
        (lena,) = at.rc.register(past.id)
        assert is_refused(past, "join", past.id, invitee=ben) == (403, "status")
        past.room.start(past.id, "Practice")
        past.room.join(past.id, invitee=ben)
        assert is_refused(past, "join", past.id, registrant=lena) == (403, "status")
        past.room.go_to(past.id, "GoingLive")
        past.room.join(past.id, registrant=lena)
        past.room.go_to(past.id, "Live")
        past.wait(30)
        past.room.go_to(past.id, "Debrief")
        present = [one["originalRole"] for one in await past.people() if "leaveTime" not in one]
        assert present == ["Host", "Panelist"]
        assert is_refused(past, "join", past.id, registrant=lena) == (403, "status")


async def test_a_role_in_the_session_leaves_the_original_one() -> None:
    """Both can be filtered by, one at a time or several."""
    async with api_client() as at:
        past = await new_past(at)
        lena, omar = at.rc.register(past.id, 2)
        past.room.start(past.id)
        promoted = past.room.join(past.id, registrant=lena)
        other = past.room.join(past.id, registrant=omar)
        past.room.change_role(promoted, "Panelist")

        async def ids(**query: str) -> list[str]:
            return [one["id"] for one in await past.people(**query)]

        assert await ids(role="Panelist") == [promoted]
        assert await ids(originalRole="Attendee") == [promoted, other]
        assert await ids(role="Attendee", originalRole="Attendee") == [other]
        assert len(await ids(role="Host,Panelist")) == 2
        assert is_refused(past, "change_role", other, "Host") == (400, "role")
        assert is_refused(past, "change_role", other, "CoHost") == (400, "role")
        past.room.finish(past.id)
        assert is_refused(past, "change_role", other, "Panelist") == (403, "status")


async def test_participants_come_in_pages() -> None:
    """In the order in which they first joined."""
    async with api_client() as at:
        past = await new_past(at, registrationEnabled=False)
        past.room.start(past.id)
        ids = []
        for _ in range(5):
            past.wait(1)
            ids.append(past.room.join(past.id))
        first = await at.call("GET", f"{past.path}/participants", perPage="4")
        assert first.body["paging"] == {"pageToken": "1", "perPage": 4, "nextPageToken": "2"}
        second = await at.call("GET", f"{past.path}/participants", perPage="4", pageToken="2")
        assert "nextPageToken" not in second.body["paging"]
        assert [one["id"] for one in (*first.body["records"], *second.body["records"])][1:] == ids


async def test_participants_outlive_a_restart() -> None:
    """A dump holds who was there, who is there, and who is going to come."""
    async with api_client() as at:
        past = await new_past(at, registrationEnabled=False)
        past.room.start(past.id)
        past.room.leave(past.room.join(past.id))
        past.room.send_crowd(past.id, 3, 3600)
        before = at.rc.dump()
        at.rc.reset()
        at.rc.load(before)
        at.tokens.clear()
        assert at.rc.dump() == before
        past.wait(60)
        assert len(attendees(await past.people())) == 4
        assert (await at.call("GET", past.path, who=ANA)).body["status"] == "Active"
