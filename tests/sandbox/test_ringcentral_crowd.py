"""People who come to a webinar of the RingCentral stand-in over time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.ringcentral import ApiError
from tests.sandbox.ringcentral_client import api_client
from tests.sandbox.ringcentral_past import BEGAN, Past, after, new_past


async def attendees(past: Past) -> list[dict[str, Any]]:
    """Everybody but the team, in the order in which they first joined."""
    return [one for one in await past.people() if one["originalRole"] == "Attendee"]


async def test_thirty_people_come_over_the_hour() -> None:
    """One every two minutes at the sandbox's time, not when somebody looks; registered first."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.start(past.id)
        assert past.room.send_crowd(past.id, 30) == 30
        assert len(at.rc.registrants(past.id)) == 30
        assert [one["joinTime"] for one in await attendees(past)] == [BEGAN]
        past.wait(29)
        assert len(await attendees(past)) == 15
        past.wait(31)
        people = await attendees(past)
        assert [one["joinTime"] for one in people] == [after(2 * number) for number in range(30)]
        assert {one["registrantId"] for one in people} == {one["id"] for one in at.rc.registrants(past.id)}


async def test_some_leave_early_and_some_return() -> None:
    """The fifth is away for five minutes, the third leaves for good, the first stays to the end."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.start(past.id)
        past.room.send_crowd(past.id, 6, seconds=3600)
        past.wait(51)
        first, _, third, _, fifth, _ = await attendees(past)
        assert ("leaveTime" in first, third["leaveTime"], fifth["leaveTime"]) == (False, after(40), after(50))
        past.wait(4)
        fifth = (await attendees(past))[4]
        assert ("leaveTime" in fifth, fifth["joinTime"]) == (False, after(40))
        past.wait(5)
        past.room.finish(past.id)
        left = [one["leaveTime"] for one in await attendees(past)]
        assert (left[0], left[2], left[4]) == (after(60), after(40), after(60))


async def test_registrants_come_before_anybody_registers() -> None:
    """Who has come already does not come twice, and a full webinar lets in those who are registered."""
    async with api_client() as at:
        past = await new_past(at)
        ids = at.rc.register(past.id, 3)
        past.room.start(past.id)
        past.room.join(past.id, registrant=ids[0])
        at.rc.edit(past.id, registration={"settings": {"autoCloseLimit": 4}})
        assert past.room.send_crowd(past.id, 5, seconds=60) == 3
        past.wait(1)
        assert len(await attendees(past)) == 4
        assert past.room.send_crowd(past.id, 5, seconds=60) == 0


async def test_people_come_to_a_webinar_without_registration() -> None:
    """Under names of their own, without an address."""
    async with api_client() as at:
        past = await new_past(at, registrationEnabled=False)
        past.room.start(past.id)
        assert past.room.send_crowd(past.id, 12, seconds=600) == 12
        past.wait(10)
        people = await attendees(past)
        assert len({(one["firstName"], one["lastName"]) for one in people}) == 12
        assert not any("email" in one for one in people)


async def test_people_who_come_early_wait() -> None:
    """They are let in when the host goes live, at that time."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.send_crowd(past.id, 4, seconds=1200)
        past.wait(6)
        past.room.start(past.id, "Practice")
        assert await attendees(past) == []
        past.wait(6)
        past.room.go_to(past.id, "Live")
        assert [one["joinTime"] for one in await attendees(past)] == [after(12)] * 3
        past.wait(3)
        assert [one["joinTime"] for one in await attendees(past)] == [after(12)] * 3 + [after(15)]


async def test_the_end_sends_those_away_who_have_not_come() -> None:
    """Nobody joins a finished webinar, whatever the clock says, and nobody can be sent there."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.start(past.id)
        past.room.send_crowd(past.id, 10, seconds=3600)
        past.wait(18)
        past.room.finish(past.id)
        past.wait(60)
        people = await attendees(past)
        assert [one["leaveTime"] for one in people if one["joinTime"] != after(12)] == [after(18)] * 3
        assert len(people) == 4
        assert "plans" not in json.dumps(at.rc.dump())
        with pytest.raises(ApiError, match="Finished"):
            past.room.send_crowd(past.id, 10)


async def test_a_canceled_registration_and_a_removed_person_do_not_come() -> None:
    """The others do."""
    async with api_client() as at:
        past = await new_past(at)
        stays, cancels = at.rc.register(past.id, 2)
        past.room.start(past.id)
        past.room.send_crowd(past.id, 2, seconds=1200)
        path = f"/webinar/registration/v1/sessions/{past.id}/registrants/{cancels}"
        assert (await at.call("DELETE", path)).status == 204
        past.wait(20)
        assert [one["registrantId"] for one in await attendees(past)] == [stays]
