"""Dump, load, reset and restart of the RingCentral stand-in, and its change listeners."""

from __future__ import annotations

import json

import aiohttp
import pytest

from sandbox.ringcentral import ApiError
from tests.sandbox.ringcentral_client import ANA, CONFIGURATION, LONG_AGO, WEBINARS, api_client
from tests.sandbox.ringcentral_people import Team, coworker


async def test_a_dump_brings_everything_back_elsewhere() -> None:
    """Through JSON, into another stand-in: same ids and users, links with the new URL, ids continue."""
    async with api_client() as old, api_client() as new:
        webinar_id, session_id = await old.make_registrable()
        old.rc.register(session_id, 3)
        await Team(old, webinar_id, session_id).add(coworker())
        new.rc.load(json.loads(json.dumps(old.rc.dump())))
        assert new.rc.dump() == old.rc.dump()
        path = f"{WEBINARS}/{webinar_id}/sessions/{session_id}"
        before, after = (await old.call("GET", path)).body, (await new.call("GET", path)).body
        assert after == {**before, "hostJoinUri": before["hostJoinUri"].replace(old.rc.url, new.rc.url)}
        registration = await new.call("GET", f"/webinar/registration/v1/sessions/{session_id}")
        assert (registration.status, registration.body["registrantCount"]) == (200, 3)
        assert await new.make_webinar() == "510000007"
        people = [[*at.rc.invitees(session_id), *at.rc.registrants(session_id)] for at in (old, new)]
        assert (len(people[0]), json.dumps(people[0]).replace(old.rc.url, new.rc.url)) == (5, json.dumps(people[1]))
        assert new.rc.mails == []  # of the moment only


async def test_a_dump_from_before_there_were_invitees_is_read() -> None:
    """Old registrants get the fields that they need now; the host is on the team."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        at.rc.register(session_id)
        dumped = at.rc.dump()
        session = dumped["webinars"][webinar_id]["session"]
        registrant = {"id": "710000003", "first_name": "Lena", "last_name": "Berger", "email": "lena@visitor.example"}
        session["registrants"] = [{**registrant, "token": "t", "registered": "2030-01-01T00:00:00Z", "real": True}]
        assert "invitees" not in session
        at.rc.load(dumped)
        (one,) = at.rc.registrants(session_id)
        assert (one["cancellationUri"], one["registeredPostWebinar"]) == (f"{at.rc.url}/w/a/cancel/t", False)
        assert [one["role"] for one in at.rc.invitees(session_id)] == ["Host"]


async def test_a_stopped_stand_in_refuses_connections_and_goes_on_later() -> None:
    """Like a vendor outage: nothing is lost, including logins."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        await at.rc.stop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await at.call("GET", f"{WEBINARS}/{webinar_id}")
        await at.rc.start()
        assert (await at.call("GET", f"{WEBINARS}/{webinar_id}")).status == 200


async def test_a_reset_forgets_webinars_calls_faults_and_logins() -> None:
    """The rules stay."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        at.rc.register(session_id)
        at.rc.fail("GET", ".*")
        at.rc.reset()
        assert (at.rc.dump(), at.rc.calls, at.rc.faults, at.rc.webinars(), at.rc.mails) == ({}, [], [], [], [])
        assert (await at.call("GET", WEBINARS, creationTimeFrom=LONG_AGO)).status == 401
        assert at.rc.rules.budgets["Heavy"] == 100_000


async def test_listeners_hear_of_every_change() -> None:
    """Of calls, of actions in RingCentral's own app, and of external people."""
    async with api_client() as at:
        heard: list[int] = []
        at.rc.on_change.append(lambda: heard.append(len(at.rc.webinars())))
        await at.make_webinar()
        webinar_id = at.rc.create("Made there", "2031-03-04T15:00:00Z", settings={"registrationEnabled": True})
        at.rc.edit(webinar_id, title="Changed there")
        at.clock.advance(1)
        at.rc.register(str(at.rc.webinars()[0]["session_id"]))
        at.rc.begin(webinar_id)
        at.rc.attend(at.rc.registrants(webinar_id)[0]["id"])
        at.rc.finish(webinar_id)
        assert heard == [0, 0, 1, 1, 1, 1, 1, 1]


async def test_a_webinar_made_in_the_app_is_listed() -> None:
    """By default the service user's, an hour long; or any user's, with any field."""
    async with api_client() as at:
        at.rc.create("Plain", "2031-03-04T15:00:00Z")
        at.rc.create(
            "Rich",
            "2031-03-05T15:00:00Z",
            host=ANA,
            scheduledDuration=600,
            timeZone="Asia/Tokyo",
            settings={"registrationEnabled": True},
            registration={"settings": {"autoCloseLimit": 7}},
        )
        reply = await at.call("GET", f"{CONFIGURATION}/company/sessions", endTimeFrom=LONG_AGO)
        assert [
            (one["webinar"]["title"], one["webinar"]["host"]["linkedUser"]["userId"], one["scheduledDuration"])
            for one in reply.body["records"]
        ] == [("Plain", "62190001", 3600), ("Rich", "62190101", 600)]
        assert [(one["title"], one["limit"], one["registration"]) for one in at.rc.webinars()] == [
            ("Plain", None, False),
            ("Rich", 7, True),
        ]


async def test_an_edit_in_the_app_is_all_or_nothing() -> None:
    """By the API's names; an invalid part prevents the others, an unknown name is an error."""
    async with api_client() as at:
        webinar_id = at.rc.create("Old", "2031-03-04T15:00:00Z")
        with pytest.raises(ApiError, match="scheduledDuration"):
            at.rc.edit(webinar_id, title="New", scheduledDuration=5)
        with pytest.raises(ValueError, match="Cannot be edited: colour"):
            at.rc.edit(webinar_id, colour="red")
        with pytest.raises(ApiError, match="settings"):
            at.rc.create("Wrong", "2031-03-04T15:00:00Z", registration={"settings": None})
        assert [one["title"] for one in at.rc.webinars()] == ["Old"]
        at.rc.edit(webinar_id, title="New", scheduledStartTime="2031-03-06T15:00:00Z", settings={"pstnEnabled": True})
        session_id = at.rc.webinars()[0]["session_id"]
        at.rc.edit(str(session_id), registration={"registrationStatus": "Closed"})
        assert [(one["title"], one["start"]) for one in at.rc.webinars()] == [("New", 1930575600.0)]


async def test_a_canceled_webinar_is_gone() -> None:
    """There is no state for it; a started webinar cannot be canceled."""
    async with api_client() as at:
        webinar_id, other = (at.rc.create(title, "2031-03-04T15:00:00Z") for title in ("One", "Two"))
        at.rc.cancel(webinar_id)
        assert (await at.call("GET", f"{WEBINARS}/{webinar_id}")).status == 404
        at.rc.begin(other)
        with pytest.raises(ApiError, match="while the session is Active"):
            at.rc.cancel(other)
