"""Recordings of the RingCentral stand-in: their life, who may see them, downloads, and watching after the end."""

from __future__ import annotations

import pytest

from sandbox.ringcentral import ApiError
from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, SERVICE, ApiClient, api_client, read
from tests.sandbox.ringcentral_past import BEGAN, HISTORY, RECORDED, Past, after, new_past
from tests.sandbox.ringcentral_people import Seats, Team, coworker

OWN, COMPANY = f"{HISTORY}/recordings", f"{HISTORY}/company/recordings"
YEAR = 365 * 24 * 60


async def recorded(at: ApiClient, who: str = SERVICE, minutes: float = 30) -> Past:
    """A webinar that recorded itself and is over."""
    past = await new_past(at, who, autoRecord=True)
    past.room.start(past.id)
    past.wait(minutes)
    past.room.finish(past.id)
    return past


async def test_a_recording_is_processed_then_available_then_purged() -> None:
    """By the sandbox's clock; the list shows all of them."""
    async with api_client() as at:
        past = await new_past(at, autoRecord=True)
        past.room.start(past.id)
        running = await past.recording()
        assert running["status"] == "Processing"
        assert "duration" not in running
        past.wait(30)
        past.room.finish(past.id)
        seen = [await past.recording()]
        past.wait(9.9)
        seen.append(await past.recording())
        past.wait(0.1)
        seen.append(await past.recording())
        past.wait(YEAR)
        seen.append(await past.recording())
        assert [one["status"] for one in seen] == ["Processing", "Processing", "Available", "Purged"]
        assert {(one["creationTime"], one["duration"]) for one in seen} == {(BEGAN, 1800)}
        assert [one["lastModifiedTime"] for one in seen[:3]] == [after(30), after(30), after(40)]
        assert seen[0]["session"]["webinar"]["id"] == past.webinar_id
        assert (seen[0]["session"]["startTime"], seen[0]["session"]["endTime"]) == (BEGAN, after(30))


async def test_times_of_a_recording_can_be_set() -> None:
    """An app's test need not wait a year."""
    async with api_client() as at:
        at.rc.rules.recording_processing, at.rc.rules.recording_days = 0, 1
        past = await recorded(at)
        assert (await past.recording())["status"] == "Available"
        past.wait(24 * 60)
        assert (await past.recording())["status"] == "Purged"


async def test_a_recording_can_fail_while_it_is_processed() -> None:
    """It stays failed, with a reason, and there is nothing to download."""
    async with api_client() as at:
        past = await new_past(at, autoRecord=True)
        past.room.start(past.id)
        with pytest.raises(ApiError, match="CMN-101"):
            past.room.fail_recording(past.id)
        past.room.finish(past.id)
        past.room.fail_recording(past.id)
        past.wait(YEAR * 2)
        failed = await past.recording()
        assert (failed["status"], failed["failureReason"]["errorCode"]) == ("Failed", "CMN-203")
        assert (await past.download()).status == 404
        other = await recorded(at)
        other.wait(10)
        with pytest.raises(ApiError, match="CMN-101"):
            other.room.fail_recording(other.id)


async def test_a_host_records_by_hand() -> None:
    """While it is live; only what is recorded has a recording, and the company can forbid it."""
    async with api_client() as at:
        past = await new_past(at)
        past.room.start(past.id, "Practice")
        with pytest.raises(ApiError, match="Practice"):
            past.room.record(past.id)
        past.room.go_to(past.id, "Live")
        assert "recording" not in await past.session()
        past.wait(5)
        first = past.room.record(past.id)
        assert past.room.record(past.id) == first
        past.wait(5)
        past.room.go_to(past.id, "Debrief")
        past.wait(5)
        past.room.finish(past.id)
        assert (await past.recording())["duration"] == 300
        at.rc.company.locked_settings["recordingEnabled"] = False
        other = await new_past(at, autoRecord=True)
        other.room.start(other.id)
        assert "recording" not in await other.session()
        with pytest.raises(ApiError, match="CMN-109"):
            other.room.record(other.id)


async def test_a_session_shows_its_recording() -> None:
    """With the link in the session's own read, without it in lists."""
    async with api_client() as at:
        past = await recorded(at)
        shown = (await past.session())["recording"]
        assert shown["recordingSharedUri"].startswith(f"{at.rc.url}/w/recording/")
        single = (await at.call("GET", f"{OWN}/{shown['id']}")).body
        assert {name: value for name, value in single.items() if name != "session"} == shown
        (entry,) = (await at.call("GET", f"{HISTORY}/sessions", endTimeFrom=BEGAN, endTimeTo=after(60))).body["records"]
        assert "recordingSharedUri" not in entry["recording"]
        assert "recordingSharedUri" not in await past.recording()


async def test_recordings_are_listed_by_host_status_and_time() -> None:
    """The company's for WebinarSettings only."""
    async with api_client() as at:
        bens = await recorded(at, BEN)
        services = await recorded(at)

        async def ids(path: str, who: str = SERVICE, **query: str) -> list[str]:
            reply = await at.call("GET", path, who=who, **{**RECORDED, **query})
            assert reply.status == 200, reply.body
            return [one["session"]["id"] for one in reply.body["records"]]

        assert await ids(OWN) == [services.id]
        assert await ids(OWN, BEN) == [bens.id]
        assert await ids(COMPANY) == [bens.id, services.id]
        assert await ids(COMPANY, hostUserId="62190102") == [bens.id]
        assert await ids(COMPANY, nameFragment="LAUNCH", perPage="1", pageToken="2") == [services.id]
        assert await ids(COMPANY, nameFragment="lunch") == []
        assert await ids(COMPANY, creationTimeFrom=after(30)) == [services.id]
        assert await ids(COMPANY, creationTimeTo=after(29)) == [bens.id]
        assert await ids(COMPANY, status="Available") == [bens.id]
        assert await ids(COMPANY, status="Processing") == [services.id]
        services.wait(10)
        assert await ids(COMPANY, status="Available,Purged") == [bens.id, services.id]
        assert (await at.call("GET", COMPANY, who=BEN, **RECORDED)).codes == ["CMN-408"]
        assert (await at.call("GET", OWN)).parameters == ["creationTimeFrom", "creationTimeTo"]


async def test_a_recording_is_read_by_those_who_read_the_history() -> None:
    """Host, co-host, and admins with WebinarSettings."""
    async with api_client() as at:
        past = await new_past(at, BEN, autoRecord=True)
        await Team(at, past.webinar_id, past.id).add(coworker("62190103"))
        past.room.start(past.id)
        past.room.finish(past.id)
        (found,) = (await at.call("GET", COMPANY, **RECORDED)).body["records"]
        path = f"/{found['id']}"
        read_own = [(await at.call("GET", OWN + path, who=who)).status for who in (BEN, CHLOE, ANA, "dev@acme.example")]
        assert read_own == [200, 200, 200, 403]
        company = [(await at.call("GET", COMPANY + path, who=who)).status for who in (BEN, ANA)]
        assert company == [403, 200]
        assert (await at.call("GET", f"{OWN}/1")).parameters == ["recordingId"]
        assert (await at.call("GET", f"{COMPANY}/1")).parameters == ["recordingId"]


async def test_an_available_recording_is_downloaded() -> None:
    """As video or audio, with the size of the file that its address serves."""
    async with api_client() as at:
        past = await recorded(at, minutes=2)
        assert (await past.download()).status == 404
        past.wait(10)
        for query, kind in (({}, "video/mp4"), ({"recordingMediaType": "Audio"}, "audio/m4a")):
            body = (await past.download(**query)).body
            assert body["downloadContentType"] == kind
            async with at.http.get(body["downloadUri"]) as file:
                content = await file.read()
                assert (file.status, file.content_type, len(content)) == (200, kind, body["downloadSize"])
        past.wait(YEAR)
        assert (await past.download()).status == 404
        async with at.http.get(body["downloadUri"]) as file:
            assert file.status == 404


async def test_a_company_that_forbids_downloads_refuses_hosts() -> None:
    """An admin with WebinarSettings may always."""
    async with api_client() as at:
        past = await recorded(at, BEN)
        past.wait(10)
        (found,) = (await at.call("GET", COMPANY, **RECORDED)).body["records"]
        path = f"{OWN}/{found['id']}/download"
        assert (await at.call("GET", path, who=BEN)).status == 200
        at.rc.company.locked_settings["recordingDownloadEnabled"] = False
        refused = await at.call("GET", path, who=BEN)
        assert (refused.status, refused.codes) == (403, ["CMN-109"])
        assert (await at.call("GET", path, who=ANA)).status == 200


async def test_a_shared_recording_opens_until_its_link_expires() -> None:
    """The link is always there; people see the recording only while it is shared."""
    async with api_client() as at:
        past = await recorded(at)
        past.wait(10)
        link = (await past.session())["recording"]["recordingSharedUri"]

        async def visit() -> tuple[int, bool]:
            async with at.http.get(link) as response:
                page = await read(response)
            return page.status, "Watch the recording" in page.body

        async def sharing() -> tuple[bool, str | None]:
            shown = await past.recording()
            return shown["shared"], shown["sharedUriExpirationTime"]

        assert (await sharing(), await visit()) == ((False, None), (403, False))
        past.room.share_recording(past.id)
        assert (await sharing(), await visit()) == ((True, None), (200, True))
        past.room.share_recording(past.id, days=1)
        assert await sharing() == (True, "2030-01-02T00:40:00.000Z")
        past.wait(24 * 60)
        assert (await sharing(), await visit()) == ((False, "2030-01-02T00:40:00.000Z"), (403, False))
        past.room.unshare_recording(past.id)
        assert await sharing() == (False, None)


async def test_people_register_after_the_end_to_watch() -> None:
    """The registration knows of the recording, and a late registrant's own link leads to it."""
    async with api_client() as at:
        past = await new_past(at, autoRecord=True)
        seats = Seats(at, past.id)
        await seats.prefer(viewRecording=True, autoOpenPostWebinarRegistration=True)

        async def exists() -> bool:
            return bool((await at.call("GET", seats.session)).body["settings"]["recordingExist"])

        past.room.start(past.id)
        past.room.finish(past.id)
        assert not await exists()
        late = (await seats.create()).body
        assert late["registeredPostWebinar"] is True

        async def watch() -> bool:
            async with at.http.get(late["joinUri"]) as response:
                return "Watch the recording" in await response.text()

        assert not await watch()
        past.wait(10)
        assert (await exists(), await watch()) == (True, True)
        past.wait(YEAR)
        assert (await exists(), await watch()) == (False, False)
