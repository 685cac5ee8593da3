"""Recordings at RingCentral: whose are listed, what is read, and why a download is refused."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.errors import ProviderDown, ProviderForbidden, ProviderGone
from bot.model.recording import MediaKind, Recording, RecordingStatus, main_recording
from bot.providers.ringcentral import errors
from bot.providers.ringcentral.recordings_api import (
    COMPANY_RECORDINGS,
    GONE,
    HIDDEN,
    NO_DOWNLOAD,
    RECORDINGS,
    RecordingRecord,
)
from tests.support.ringcentral import PERSON, START, Pair, fixed_response, ringcentral_pair
from tests.support.rows import each_row

AGES_AGO, FAR_AHEAD = datetime(2001, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BEN = "ben@acme.example"


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


def record_one(pair: Pair, host: str = "", minutes: int = 30) -> str:
    """A webinar that was recorded and has ended; returns the id of its recording."""
    webinar_id = pair.vendor.create("Launch day", START, host=host)
    pair.vendor.begin(webinar_id)
    recording_id = pair.vendor.room.record(webinar_id)
    pair.vendor.clock.move(minutes * MINUTE)
    pair.vendor.finish(webinar_id)
    return recording_id


async def test_a_recording_is_processed_then_available_and_shared(pair: Pair) -> None:
    """Lists have no link; the recording alone has it, and when it stops working."""
    client = pair.client()
    recording_id = record_one(pair)

    [processing] = await client.recordings(AGES_AGO, FAR_AHEAD, PERSON)
    pair.vendor.clock.move(11 * MINUTE)
    pair.vendor.room.share_recording(processing.session_id, days=30)
    [listed] = await client.recordings(AGES_AGO, FAR_AHEAD, PERSON)
    read = await client.recording(recording_id, PERSON)

    assert (processing.status, processing.is_shared) == (RecordingStatus.PROCESSING, False)
    assert (listed.recording_id, listed.status, listed.is_shared) == (recording_id, RecordingStatus.AVAILABLE, True)
    assert listed.duration is not None
    assert round(listed.duration / MINUTE) == 30
    assert listed.link.get_secret_value() == ""
    assert read.link.get_secret_value().startswith(f"{pair.vendor.url}/w/recording/")
    assert read.shared_until is not None
    assert round((read.shared_until - pair.vendor.clock.now()) / timedelta(days=1)) == 30
    assert "/w/recording/" not in repr(read)


async def test_the_company_is_listed_where_the_service_user_may(pair: Pair) -> None:
    """Otherwise what it hosts, after one refusal that is remembered."""
    record_one(pair, BEN)
    company, alone = pair.client(), pair.client(jwt=SecretStr(pair.vendor.jwt_for(BEN)))
    promoted = pair.client(jwt=SecretStr(pair.vendor.jwt_for("igor@acme.example")))  # an admin without WebinarSettings

    assert len(await company.recordings(AGES_AGO, FAR_AHEAD, PERSON)) == 1
    assert len(await alone.recordings(AGES_AGO, FAR_AHEAD, PERSON)) == 1
    for _ in range(2):
        assert await promoted.recordings(AGES_AGO, FAR_AHEAD, PERSON) == []

    assert pair.asked("GET", COMPANY_RECORDINGS) == [200, 403]
    assert pair.asked("GET", RECORDINGS) == [200, 200, 200]


async def test_only_what_began_between_the_times_is_listed(pair: Pair) -> None:
    """The provider's `creationTime` is when the recording began."""
    record_one(pair)
    began = (await pair.client().recordings(AGES_AGO, FAR_AHEAD, PERSON))[0].began_at

    assert await pair.client().recordings(began + MINUTE, FAR_AHEAD, PERSON) == []
    assert await pair.client().recordings(AGES_AGO, began - MINUTE, PERSON) == []


async def test_a_host_reads_their_own_recording_and_nobody_elses(pair: Pair) -> None:
    """The refusal says who can."""
    bens, services = record_one(pair, BEN), record_one(pair)
    pair.vendor.clock.move(11 * MINUTE)
    ben = pair.client(jwt=SecretStr(pair.vendor.jwt_for(BEN)))

    assert (await ben.recording(bens, PERSON)).recording_id == bens
    with pytest.raises(ProviderForbidden) as refused:
        await ben.recording(services, PERSON)
    assert refused.value.sentence == HIDDEN


async def test_a_file_is_downloaded_unless_the_company_forbids_it(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """A host learns who can; an administrator may. The address of the file is in no log."""
    caplog.set_level(logging.DEBUG)
    recording_id = record_one(pair, BEN)
    admin, ben = pair.client(), pair.client(jwt=SecretStr(pair.vendor.jwt_for(BEN)))
    with pytest.raises(ProviderGone) as early:
        await ben.recording_download(recording_id, MediaKind.VIDEO, PERSON)
    pair.vendor.clock.move(11 * MINUTE)

    video = await ben.recording_download(recording_id, MediaKind.VIDEO, PERSON)
    audio = await ben.recording_download(recording_id, MediaKind.AUDIO, PERSON)
    pair.vendor.company.locked_settings["recordingDownloadEnabled"] = False
    with pytest.raises(ProviderForbidden) as refused:
        await ben.recording_download(recording_id, MediaKind.VIDEO, PERSON)

    assert early.value.sentence == GONE
    assert (video.kind, audio.kind, audio.size < video.size) == (MediaKind.VIDEO, MediaKind.AUDIO, True)
    assert (await pair.http.get(video.link.get_secret_value())).status == 200
    assert refused.value.sentence == NO_DOWNLOAD
    assert (await admin.recording_download(recording_id, MediaKind.VIDEO, PERSON)).size == video.size
    assert "/w/recording/" not in caplog.text + repr(video)


REFUSALS = [
    ("by the company", 403, {"errorCode": "CMN-109", "parameterName": "recordingDownloadEnabled"}, NO_DOWNLOAD),
    ("without a code", 403, {}, NO_DOWNLOAD),
    ("for want of a right", 403, {"errorCode": "CMN-408", "permissionName": "WebinarSettings"}, HIDDEN),
    ("gone", 404, {"errorCode": "CMN-102"}, GONE),
    ("permission of the app", 403, {"errorCode": "CMN-401"}, errors.APP_PERMISSION.format("Read Webinars")),
]


@each_row(("case", "status", "error", "sentence"), REFUSALS)
async def test_each_refused_download_is_explained(case: str, status: int, error: dict[str, str], sentence: str) -> None:
    """By the company, for want of a right, or because it is gone; a missing permission of the app stays what it is."""
    async with fixed_response(status, json.dumps({"errors": [error]})) as (client, _):
        with pytest.raises((ProviderForbidden, ProviderGone)) as refused:
            await client.recording_download("r1", MediaKind.VIDEO, PERSON)

    assert refused.value.sentence == sentence


async def test_a_malformed_recording_is_trouble_at_the_provider() -> None:
    """A file without its address is no answer; an unknown status of a recording may still change."""
    unknown = {"id": "r1", "status": "Brewing", "creationTime": "2030-01-01T00:00:00Z"}
    async with fixed_response(200, json.dumps(unknown)) as (client, _):
        with pytest.raises(ProviderDown):
            await client.recording_download("r1", MediaKind.VIDEO, PERSON)

    assert RecordingRecord.model_validate(unknown).recording().status is RecordingStatus.PROCESSING


def recording(status: str, minutes: int = 30) -> Recording:
    """A recording of this status and length."""
    return Recording(
        recording_id=f"{status}{minutes}",
        session_id="s1",
        status=RecordingStatus(status),
        began_at=START,
        duration=minutes * MINUTE,
    )


MAIN = [
    ([], None),
    ([("Failed", 60), ("Available", 5)], "Available5"),
    ([("Purged", 60), ("Processing", 5)], "Processing5"),
    ([("Available", 5), ("Available", 60), ("Available", 10)], "Available60"),
]


@each_row(("found", "wanted"), MAIN)
def test_the_recording_that_people_want_is_chosen(found: list[tuple[str, int]], wanted: str | None) -> None:
    """One that can be watched or may be soon, and then the longest."""
    chosen = main_recording(recording(*one) for one in found)
    assert (chosen.recording_id if chosen else None) == wanted
