"""Changes of webinars and sessions: what is sent, what comes back, and what is never sent twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import OutcomeUnknown, ProviderGone, ProviderRefused
from bot.model.webinar_edit import NAMES, TextPlace, WebinarFields, difference, fields_as_read
from bot.providers.ringcentral import RingCentral
from bot.providers.ringcentral.form_rules import RULES
from sandbox.ringcentral import Rules
from tests.support.edit_samples import OTHERS
from tests.support.ringcentral import PERSON, START, UNLIMITED, Pair, fixed_response, ringcentral_pair

SESSION = {
    "id": "7",
    "scheduledStartTime": "2031-03-04T15:00:00Z",
    "scheduledDuration": 2700,
    "timeZone": "Europe/Madrid",
    "lastModifiedTime": "2030-01-01T10:00:00.000Z",
}
WEBINAR = {"id": "6", "title": "Launch day", "creationTime": "2030-01-01T10:00:00.000Z"}
REQUIRED = {
    "scheduledStartTime": "2031-03-04T15:00:00Z",
    "scheduledDuration": 2700,
    "timeZone": "Europe/Madrid",
}
FIELDS = WebinarFields(title="Launch day", start=START, length=timedelta(minutes=45), time_zone="Europe/Madrid")
ONE_SETTING = {
    "audience": {"registrationEnabled": False},
    "auto_record": {"autoRecord": True},
    "panelist_waiting_room": {"panelistWaitingRoom": True},
    "panelist_video": {"panelistVideoEnabled": False},
    "panelist_screen_sharing": {"panelistScreenSharingEnabled": False},
    "panelist_mute_control": {"panelistMuteControlEnabled": False},
    "panelist_access": {"panelistAuthentication": "AuthenticatedCoworker"},
    "attendee_access": {"attendeeAuthentication": "AuthenticatedUser"},
    "artifacts_access": {"artifactsAccessAuthentication": "Guest"},
    "phone_dial_in": {"pstnEnabled": True},
    "password": {"password": "open-sesame"},
    "qna": {"qnaEnabled": False},
    "qna_anonymous": {"qnaAnonymousEnabled": False},
    "qna_moderated": {"moderatedQnaEnabled": True},
    "redirect_uri": {"postWebinarRedirectUri": "https://acme.example/thanks"},
}
ON_WEBINAR: dict[str, dict[str, Any]] = {
    "title": {"title": "Launch week"},
    "description": {"description": "All of it"},
    **{name: {"settings": setting} for name, setting in ONE_SETTING.items()},
}
ON_SESSION: dict[str, dict[str, Any]] = {
    "length": {"scheduledDuration": 3600},
    "time_zone": {"timeZone": "Asia/Tokyo"},
    "locale_code": {"localeCode": "de-DE"},
    "panel_join_offset": {"panelJoinTimeOffset": 900},
}


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


def changed(name: str, **more: Any) -> WebinarFields:
    """The fields with one of them changed."""
    return FIELDS.model_copy(update={name: OTHERS[name], **more})


@pytest.mark.parametrize("name", ON_WEBINAR)
async def test_only_what_differs_is_sent_of_a_webinar(name: str) -> None:
    """One setting leaves all others alone; the host is never sent."""
    async with fixed_response(200, json.dumps(WEBINAR)) as (client, requests):
        await client.change_webinar("6", difference(FIELDS, changed(name)), PERSON)

        [request] = requests
        assert (request.method, request.path) == ("PATCH", "/webinar/configuration/v1/webinars/6")
        assert await request.json() == ON_WEBINAR[name]


@pytest.mark.parametrize("name", ON_SESSION)
async def test_a_session_is_sent_with_what_the_schema_requires(name: str) -> None:
    """Start, length and time zone come along unchanged; `status` never."""
    async with fixed_response(200, json.dumps(SESSION)) as (client, requests):
        read = await client.change_session("6", "7", difference(FIELDS, changed(name)), PERSON)

        [request] = requests
        assert (request.method, request.path) == ("PATCH", "/webinar/configuration/v1/webinars/6/sessions/7")
        assert await request.json() == {**REQUIRED, **ON_SESSION[name]}
        assert read.modified_at is not None


async def test_a_title_of_the_session_is_sent_to_it() -> None:
    """Together with what is required, and without the texts that stay."""
    own = FIELDS.model_copy(update={"title_at": TextPlace.SESSION})
    async with fixed_response(200, json.dumps(SESSION)) as (client, requests):
        edit = difference(own, own.model_copy(update={"title": "Launch week"}))
        await client.change_session("6", "7", edit, PERSON)

        assert await requests[0].json() == {**REQUIRED, "title": "Launch week"}


async def test_what_is_cleared_is_sent_empty() -> None:
    """An empty password removes it, an empty description too."""
    set_before = FIELDS.model_copy(update={"password": OTHERS["password"], "description": "Why"})
    async with fixed_response(200, json.dumps(WEBINAR)) as (client, requests):
        await client.change_webinar("6", difference(set_before, FIELDS), PERSON)

        assert await requests[0].json() == {"description": "", "settings": {"password": ""}}


@pytest.mark.parametrize("is_partial", [True, False])
async def test_every_field_is_changed_and_read_back(is_partial: bool) -> None:
    """By two calls, whether or not RingCentral insists on what its schema requires."""
    plenty = dict.fromkeys(("Light", "Medium", "Heavy", "Auth"), UNLIMITED)
    async with ringcentral_pair(Rules(budgets=plenty, partial_updates=is_partial)) as pair:
        client, webinar_id, session_id = await _made(pair)
        before = await _read(client, webinar_id, session_id)
        offered = {*RULES.names, *RULES.parameters.values()}
        others = {name: value for name, value in OTHERS.items() if name in offered}
        edit = difference(before, before.model_copy(update={**others, "start": START + timedelta(days=1)}))
        assert list(edit.names) == [name for name in NAMES if name in offered]

        webinar = await client.change_webinar(webinar_id, edit, PERSON)
        session = await client.change_session(webinar_id, session_id, edit, PERSON)

        now = await _read(client, webinar_id, session_id)
        assert difference(now, edit.after).names == ()
        assert fields_as_read(webinar, session) == now
        for half in ("webinar_modified_at", "session_modified_at"):
            assert getattr(now, half) > getattr(before, half)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502}, {"status": None, "cut": True}])
async def test_an_unclear_change_is_not_repeated(pair: Pair, fault: dict[str, Any]) -> None:
    """The caller looks up whether it happened."""
    client, webinar_id, session_id = await _made(pair)
    edit = difference(FIELDS, changed("title", length=timedelta(hours=1)))
    pair.vendor.fail("PATCH", "/webinars/", times=2, **fault)
    before = len(pair.vendor.calls)

    with pytest.raises(OutcomeUnknown):
        await client.change_webinar(webinar_id, edit, PERSON)
    with pytest.raises(OutcomeUnknown):
        await client.change_session(webinar_id, session_id, edit, PERSON)

    assert [call.method for call in pair.vendor.calls[before:]] == ["PATCH", "PATCH"]


async def test_a_session_that_has_started_is_not_changed(pair: Pair) -> None:
    """RingCentral refuses it, and it stays as it was."""
    client, webinar_id, session_id = await _made(pair)
    pair.vendor.begin(webinar_id)

    with pytest.raises(ProviderRefused, match="may have started"):
        await client.change_session(webinar_id, session_id, difference(FIELDS, changed("length")), PERSON)

    assert (await client.session(webinar_id, session_id, PERSON)).length == timedelta(minutes=45)


async def test_a_webinar_that_is_gone_is_not_changed(pair: Pair) -> None:
    """Both calls say so."""
    client, webinar_id, session_id = await _made(pair)
    pair.vendor.cancel(webinar_id)
    edit = difference(FIELDS, changed("title"))

    with pytest.raises(ProviderGone):
        await client.change_webinar(webinar_id, edit, PERSON)
    with pytest.raises(ProviderGone):
        await client.change_session(webinar_id, session_id, edit, PERSON)


async def _made(pair: Pair) -> tuple[RingCentral, str, str]:
    client = pair.client()
    webinar_id = pair.vendor.create("Launch day", START, settings={"registrationEnabled": True})
    pair.vendor.edit(webinar_id, scheduledDuration=2700, timeZone="Europe/Madrid")
    pair.vendor.clock.move(timedelta(minutes=1))
    [session] = await client.sessions(START, PERSON)
    return client, webinar_id, session.session_id


async def _read(client: RingCentral, webinar_id: str, session_id: str) -> WebinarFields:
    webinar = await client.webinar(webinar_id, PERSON)
    return fields_as_read(webinar, await client.session(webinar_id, session_id, PERSON))
