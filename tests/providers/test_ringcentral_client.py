"""The RingCentral client against the stand-in: requests, results and errors."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
)
from bot.model.people import Coworker, ServiceUser
from bot.model.webinar import Access, Audience, FixedOptions, Options, Preferences, Registration, SessionFacts, Status
from bot.providers.base import UPKEEP
from bot.providers.gate import LocalGate
from bot.providers.ringcentral import RingCentral
from sandbox.ringcentral import Person, Rules
from tests.support.ringcentral import (
    COMPANY,
    OWN,
    PERSON,
    START,
    TOKEN,
    WEBINARS,
    Pair,
    fixed_response,
    ringcentral_pair,
    webinar_form,
)

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
ANA = Coworker(user_id="62190101", account_id="62190000", name="Ana Ruiz", email="ana@acme.example")
PASSWORD = "open-sesame"
SERVICE_ID = "62190001"
USUAL = FixedOptions(
    recording=True,
    recording_sharing=True,
    recording_download=True,
    past_session_deletion=False,
    polls=True,
    polls_anonymous=True,
    external_livestream=True,
)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


# --- what it asks and reads ----------------------------------------------------------------------------------------


async def test_the_service_user_is_read_with_its_rights(pair: Pair) -> None:
    """Including whether it can choose the host."""
    admin = await pair.client().service_user(PERSON)
    ben = await pair.client(jwt=SecretStr(pair.vendor.jwt_for("ben@acme.example"))).service_user(PERSON)

    assert admin == ServiceUser(
        user_id=SERVICE_ID, account_id="62190000", name="Greenroom Service", may_choose_host=True
    )
    assert (ben.name, ben.may_choose_host) == ("Ben Okafor", False)


async def test_coworkers_are_all_people_with_an_address(pair: Pair) -> None:
    """From every page of the directory, without call queues and people without an address."""
    pair.vendor.company.people += [
        Person(id=str(number), first_name="Guest", email=f"p{number}@acme.example") for number in range(1000)
    ]
    pair.vendor.company.people.append(Person(id="9999", first_name="Lobby"))

    people = await pair.client().coworkers(PERSON)

    assert len(people) == 1008
    assert ANA in people
    assert [person for person in people if person.name in ("Support Line", "Lobby")] == []
    assert pair.asked("GET", "/restapi/v1.0/account/~/directory/entries") == [200, 200]


async def test_a_webinar_is_created_with_all_settings_of_the_form(pair: Pair) -> None:
    """No read-only setting is sent, and reading it back returns the same."""
    options = Options(
        auto_record=True,
        panelist_waiting_room=True,
        panelist_video=False,
        panelist_screen_sharing=False,
        panelist_mute_control=False,
        panelist_access=Access.COWORKER,
        attendee_access=Access.SIGNED_IN,
        artifacts_access=Access.GUEST,
        phone_dial_in=True,
        password=SecretStr(PASSWORD),
        qna=False,
        qna_anonymous=False,
        qna_moderated=True,
        redirect_uri="https://acme.example/thanks",
    )
    client = pair.client()

    made = await client.create_webinar(webinar_form(options=options, description="All of it"), ANA, PERSON)

    assert (made.title, made.host_user_id, made.audience) == ("Launch day", ANA.user_id, Audience.REGISTRANTS)
    assert made.options == options
    assert made.fixed == USUAL
    assert await client.webinar(made.webinar_id, PERSON) == made
    stored = pair.vendor.dump()["webinars"][made.webinar_id]["fields"]
    assert stored["description"] == "All of it"


async def test_a_plain_webinar_has_the_vendors_defaults_and_our_user_as_host(pair: Pair) -> None:
    """No password, and open to anyone with the link."""
    made = await pair.client().create_webinar(webinar_form(audience=Audience.ANYONE), None, PERSON)

    assert (made.host_user_id, made.audience, made.options) == (SERVICE_ID, Audience.ANYONE, Options())


async def test_settings_locked_by_the_account_are_read_back(pair: Pair) -> None:
    """RingCentral ignores the form's value without an error."""
    pair.vendor.company.locked_settings = {"registrationEnabled": False, "recordingEnabled": False}

    made = await pair.client().create_webinar(webinar_form(), None, PERSON)

    assert (made.audience, made.fixed.recording) == (Audience.ANYONE, False)


async def test_a_session_is_created_as_in_the_form(pair: Pair) -> None:
    """The date in UTC, the time zone, and the length in seconds."""
    client = pair.client()
    form = webinar_form(
        audience=Audience.ANYONE, description="Why", locale_code="es-ES", panel_join_offset=timedelta(0, 600)
    )
    webinar = await client.create_webinar(form, None, PERSON)

    session = await client.create_session(webinar.webinar_id, form, PERSON)

    assert session.host_link.get_secret_value().startswith(f"{pair.vendor.url}/w/join/")
    assert session.attendee_link.startswith(f"{pair.vendor.url}/w/a/join/")
    assert session == SessionFacts(
        webinar_id=webinar.webinar_id,
        session_id=session.session_id,
        title="",
        description="",
        start=START,
        length=timedelta(minutes=45),
        time_zone="Europe/Madrid",
        status=Status.SCHEDULED,
        host_link=session.host_link,
        attendee_link=session.attendee_link,
        panel_offset=timedelta(minutes=10),
    )
    assert pair.vendor.dump()["webinars"][webinar.webinar_id]["session"]["fields"] == {
        "scheduledStartTime": "2031-03-04T15:00:00.000Z",
        "scheduledDuration": 2700,
        "timeZone": "Europe/Madrid",
        "localeCode": "es-ES",
        "panelJoinTimeOffset": 600,
    }


async def test_a_created_session_is_found_with_its_shared_link(pair: Pair) -> None:
    """Lists do not contain the link, so the session is read as well."""
    client = pair.client()
    webinar = await client.create_webinar(webinar_form(audience=Audience.ANYONE), ANA, PERSON)
    made = await client.create_session(webinar.webinar_id, webinar_form(), PERSON)

    found = await client.find_session(webinar.webinar_id, START, PERSON)

    assert found == made.model_copy(update={"host_user_id": ANA.user_id})
    assert await client.find_session("1", START, PERSON) is None
    assert await client.find_session(webinar.webinar_id, START + timedelta(hours=1), PERSON) is None


async def test_a_webinar_is_found_by_title_and_time_of_creation(pair: Pair) -> None:
    """The oldest with that title that is not excluded."""
    client = pair.client()
    before = pair.vendor.clock.now()
    other = await client.create_webinar(webinar_form(title="Launch day 2"), None, PERSON)
    first = await client.create_webinar(webinar_form(), None, PERSON)
    pair.vendor.clock.move(timedelta(minutes=1))
    second = await client.create_webinar(webinar_form(), None, PERSON)

    assert await client.find_webinar("Launch day", before, frozenset(), PERSON) == first
    assert await client.find_webinar("Launch day", before, frozenset({first.webinar_id}), PERSON) == second
    assert await client.find_webinar("Launch day", second.created_at, frozenset(), PERSON) == second
    known = frozenset({first.webinar_id, second.webinar_id, other.webinar_id})
    assert await client.find_webinar("Launch day", before, known, PERSON) is None


async def test_all_sessions_of_the_company_are_listed_in_two_pages(pair: Pair) -> None:
    """1,001 sessions of any host take two calls; past ones are not included."""
    for number in range(1000):
        pair.vendor.create(f"Webinar {number}", START)
    theirs = pair.vendor.create("Ana's own", START, host=ANA.email, description="Hers")
    pair.vendor.create("Over", START - timedelta(days=1))

    sessions = await pair.client().sessions(START, UPKEEP)

    assert len(sessions) == 1001
    assert pair.asked("GET", COMPANY) == [200, 200]
    [ana] = [session for session in sessions if session.webinar_id == theirs]
    assert (ana.title, ana.description, ana.host_user_id) == ("Ana's own", "Hers", ANA.user_id)


async def test_a_user_without_admin_rights_sees_the_sessions_it_hosts(pair: Pair) -> None:
    """The company's list is not requested."""
    pair.vendor.create("Ben's own", START, host="ben@acme.example")
    pair.vendor.create("Ana's own", START, host=ANA.email)
    client = pair.client(jwt=SecretStr(pair.vendor.jwt_for("ben@acme.example")))

    assert [session.title for session in await client.sessions(LONG_AGO, UPKEEP)] == ["Ben's own"]
    assert pair.asked("GET", COMPANY) == []


async def test_a_refused_company_list_is_requested_once(pair: Pair) -> None:
    """A 403 is remembered until the service user is read again."""
    client = pair.client(jwt=SecretStr(pair.vendor.jwt_for("igor@acme.example")))

    for _ in range(3):
        assert await client.sessions(LONG_AGO, UPKEEP) == []
    assert (pair.asked("GET", COMPANY), pair.asked("GET", OWN)) == ([403], [200] * 3)
    await client.service_user(PERSON)
    await client.sessions(LONG_AGO, UPKEEP)
    assert pair.asked("GET", COMPANY) == [403, 403]


async def test_registration_is_read_without_names(pair: Pair) -> None:
    """Count, limit and status; a limit of 0 means no limit; the time is the application's clock."""
    client = pair.client()
    pair.vendor.rules.registration_delay = 0
    pair.vendor.clock.move(timedelta(days=3))
    webinar_id = pair.vendor.create("Launch day", START, settings={"registrationEnabled": True})
    [session] = await client.sessions(START, UPKEEP)

    empty = await client.registration(session.session_id, PERSON)
    pair.vendor.edit(webinar_id, registration={"settings": {"autoCloseLimit": 2}})
    pair.vendor.register(session.session_id, 2)
    full = await client.registration(session.session_id, PERSON)

    assert (empty.count, empty.limit, empty.is_open, empty.has_real_registrants) == (0, None, True, False)
    assert full == Registration(
        page_uri=empty.page_uri,
        count=2,
        limit=2,
        is_open=False,
        has_real_registrants=True,
        read_at=full.read_at,
        preferences=Preferences(),
    )
    assert empty.page_uri.startswith(pair.vendor.url)
    assert timedelta() <= pair.vendor.clock.now() - full.read_at < timedelta(minutes=1)


async def test_a_registration_that_does_not_exist_yet_is_gone(pair: Pair) -> None:
    """Right after creation the registration service answers 404. It is not repeated here."""
    client = pair.client()
    pair.vendor.rules.registration_delay = 3600
    pair.vendor.create("Launch day", START)
    [session] = await client.sessions(START, UPKEEP)

    with pytest.raises(ProviderGone):
        await client.registration(session.session_id, PERSON)
    assert pair.asked("GET", f"/webinar/registration/v1/sessions/{session.session_id}") == [404]


async def test_deleting_twice_is_no_error(pair: Pair) -> None:
    """A missing webinar counts as deleted."""
    client = pair.client()
    webinar_id = pair.vendor.create("Launch day", START)

    await client.delete_webinar(webinar_id, PERSON)
    await client.delete_webinar(webinar_id, PERSON)

    assert (pair.titles(), pair.asked("DELETE", f"{WEBINARS}/{webinar_id}")) == ([], [204, 404])


async def test_a_live_webinar_is_not_deleted(pair: Pair) -> None:
    """The error gives the reason."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.begin(webinar_id)

    with pytest.raises(ProviderRefused, match="may have started or ended"):
        await pair.client().delete_webinar(webinar_id, PERSON)


async def test_ids_are_escaped_in_the_path(pair: Pair) -> None:
    """An id is always one path segment."""
    client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)
    [session] = await client.sessions(START, UPKEEP)

    with pytest.raises(ProviderGone):
        await client.webinar(f"{webinar_id}/sessions/{session.session_id}", PERSON)


# --- when things go wrong ------------------------------------------------------------------------------------------


async def test_a_webinar_created_without_an_answer_is_found(pair: Pair) -> None:
    """After a timeout the request is not repeated, the outcome is unknown, and a search finds the webinar."""
    client, before = pair.client(timeout=0.3), pair.vendor.clock.now()
    await client.service_user(PERSON)
    pair.vendor.fail("POST", "/webinars$", status=None, effect=True, hang=30)

    with pytest.raises(OutcomeUnknown):
        await client.create_webinar(webinar_form(), None, PERSON)
    found = await client.find_webinar("Launch day", before, frozenset(), PERSON)

    assert pair.titles() == ["Launch day"]
    assert found is not None
    assert found.webinar_id in pair.vendor.dump()["webinars"]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502}, {"status": None, "cut": True}, {"hang": 30}])
async def test_an_error_before_the_effect_is_an_unknown_outcome_too(pair: Pair, fault: dict[str, Any]) -> None:
    """It cannot be distinguished from one after the effect: sent once, and a search finds nothing."""
    client, before = pair.client(timeout=0.3), pair.vendor.clock.now()
    await client.service_user(PERSON)
    pair.vendor.fail("POST", "/webinars$", **fault)

    with pytest.raises(OutcomeUnknown):
        await client.create_webinar(webinar_form(), None, PERSON)

    assert await client.find_webinar("Launch day", before, frozenset(), PERSON) is None
    assert len(pair.asked("POST", WEBINARS)) == 1


async def test_a_read_is_repeated_three_times(pair: Pair) -> None:
    """After 2, 4 and 8 seconds, as the vendor advises."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("GET", "/webinars/", status=500)
    pair.vendor.fail("GET", "/webinars/", status=None, cut=True)
    pair.vendor.fail("GET", "/webinars/", status=503, retry_after=7)

    webinar = await pair.client().webinar(webinar_id, PERSON)

    assert webinar.title == "Launch day"
    assert pair.pauses == [2.0, 4.0, 8.0]
    assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [500, None, 503, 200]


async def test_a_read_fails_after_four_tries(pair: Pair) -> None:
    """With `ProviderDown`; `Retry-After` is respected."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("GET", "/webinars/", status=503, times=9, retry_after=5)

    with pytest.raises(ProviderDown) as trouble:
        await pair.client().webinar(webinar_id, PERSON)

    assert (trouble.value.status, pair.pauses) == (503, [5.0, 5.0, 8.0])
    assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [503] * 4


async def test_repeats_end_with_the_callers_patience(pair: Pair) -> None:
    """With three seconds of patience there is no pause of four."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("GET", "/webinars/", status=500, times=9)

    with pytest.raises(ProviderDown):
        await pair.client().webinar(webinar_id, replace(PERSON, patience=3.0))

    assert pair.pauses == [2.0]


async def test_a_deletion_without_an_answer_is_repeated(pair: Pair) -> None:
    """The second try finds nothing to delete, which is a success."""
    client = pair.client(timeout=0.3)
    webinar_id = pair.vendor.create("Launch day", START)
    await client.service_user(PERSON)
    pair.vendor.fail("DELETE", "/webinars/", status=None, effect=True, hang=30)

    await client.delete_webinar(webinar_id, PERSON)

    assert pair.titles() == []


async def test_a_deletion_without_any_answer_is_an_unknown_outcome(pair: Pair) -> None:
    """After all tries failed."""
    webinar_id = pair.vendor.create("Launch day", START)
    pair.vendor.fail("DELETE", "/webinars/", status=500, times=9)

    with pytest.raises(OutcomeUnknown):
        await pair.client().delete_webinar(webinar_id, PERSON)


async def test_a_refused_connection_means_nothing_changed(pair: Pair) -> None:
    """For changes too, because they were not sent."""
    client = pair.client()
    await client.service_user(PERSON)
    await pair.vendor.stop()
    with pytest.raises(ProviderDown):
        await client.service_user(PERSON)  # learns that the kept connection is gone
    with pytest.raises(ProviderDown):
        await client.create_webinar(webinar_form(), None, PERSON)
    with pytest.raises(ProviderDown):
        await client.delete_webinar("1", PERSON)


async def test_a_missing_permission_is_named(pair: Pair) -> None:
    """The app's permission, or the host's license."""
    client = pair.client()
    noor = ANA.model_copy(update={"user_id": "62190106"})
    with pytest.raises(ProviderForbidden, match="Webinar licence"):
        await client.create_webinar(webinar_form(), noor, PERSON)
    pair.vendor.rules.app_permissions = ["ReadAccounts", "ReadWebinars"]
    with pytest.raises(ProviderForbidden, match="lacks the permission EditWebinars"):
        await client.create_webinar(webinar_form(), None, PERSON)
    pair.vendor.rules.app_permissions = []
    with pytest.raises(ProviderForbidden, match="lacks the permission ReadWebinars"):
        await client.webinar("1", PERSON)
    with pytest.raises(ProviderForbidden, match="lacks the permission ReadAccounts"):
        await client.coworkers(PERSON)


async def test_a_refused_field_is_named(pair: Pair) -> None:
    """In the form's words in the sentence, and by the vendor's name in the error."""
    client = pair.client()
    webinar = await client.create_webinar(webinar_form(), None, PERSON)

    with pytest.raises(ProviderRefused) as refusal:
        await client.create_session(webinar.webinar_id, webinar_form(time_zone="Mars/Olympus"), PERSON)

    assert (refusal.value.status, refusal.value.code, refusal.value.parameter) == (400, "CMN-101", "timeZone")
    assert refusal.value.sentence.startswith("RingCentral does not accept the time zone.")


# --- the budget ----------------------------------------------------------------------------------------------------


def short(**budgets: int) -> Rules:
    """Rules with windows and penalties of one second."""
    plenty = {"Light": 1000, "Medium": 1000, "Heavy": 1000, "Auth": 1000}
    return Rules(window=1, penalty=1, budgets={**plenty, **budgets})


async def test_a_throttled_change_is_sent_again_and_done_once(pair: Pair) -> None:
    """A 429 had no effect; the wait is reported to the user."""
    told: list[float] = []

    async def on_wait(seconds: float) -> None:
        told.append(seconds)

    pair.vendor.fail("POST", "/webinars$", status=429, retry_after=1)
    client = pair.client()

    await client.create_webinar(webinar_form(), None, replace(PERSON, on_wait=on_wait))

    assert (pair.titles(), pair.asked("POST", WEBINARS)) == (["Launch day"], [429, 201])
    assert told == pytest.approx([1.25], abs=0.05)


async def test_a_throttled_change_fails_if_the_wait_exceeds_the_patience(pair: Pair) -> None:
    """The error says when to retry, and nothing was created."""
    pair.vendor.fail("POST", "/webinars$", status=429, retry_after=600)

    with pytest.raises(ProviderBusy, match="Nothing has changed; please try again in 11 minutes"):
        await pair.client().create_webinar(webinar_form(), None, PERSON)

    assert (pair.titles(), pair.asked("POST", WEBINARS)) == ([], [429])


async def test_patience_covers_all_tries_together(pair: Pair) -> None:
    """Two waits of more than a second exceed a patience of two."""
    pair.vendor.fail("POST", "/webinars$", status=429, retry_after=1, times=9)

    with pytest.raises(ProviderBusy):
        await pair.client().create_webinar(webinar_form(), None, replace(PERSON, patience=2.0))

    assert pair.asked("POST", WEBINARS) == [429, 429]


async def test_a_request_fails_after_five_429_answers(pair: Pair) -> None:
    """However short their waits."""
    pair.vendor.fail("GET", "/webinars/", status=429, times=99, retry_after=0)

    with pytest.raises(ProviderBusy):
        await pair.client().webinar("1", PERSON)

    assert pair.asked("GET", f"{WEBINARS}/1") == [429] * 5


async def test_thirty_callers_never_exceed_a_budget() -> None:
    """With twelve calls a second, all succeed without a 429."""
    async with ringcentral_pair(short(Heavy=12)) as pair:
        client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)

        await asyncio.gather(*(client.webinar(webinar_id, PERSON) for _ in range(30)))

        assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [200] * 30
        assert (pair.vendor.penalties, pair.vendor.throttled) == (0, 0)


async def test_thirty_callers_wait_in_a_penalty() -> None:
    """Another program has caused it: one call gets a 429, and no other is sent until it is over."""
    async with ringcentral_pair(short(Heavy=20)) as pair:
        client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)
        await exceed_budget(pair, f"{WEBINARS}/{webinar_id}")
        pair.vendor.calls.clear()
        throttled = pair.vendor.throttled

        await asyncio.gather(*(client.webinar(webinar_id, PERSON) for _ in range(30)))

        assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [429] + [200] * 30
        assert pair.vendor.throttled == throttled + 1
        first, second = [call.at for call in pair.vendor.calls if call.path.startswith(WEBINARS)][:2]
        assert second - first > timedelta(seconds=1)


async def exceed_budget(pair: Pair, path: str) -> None:
    """Exceed the service user's budget, as another program might."""
    basic = {"Authorization": aiohttp.encode_basic_auth(pair.vendor.client_id, pair.vendor.client_secret)}
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": pair.vendor.jwt}
    async with pair.http.post(pair.vendor.url + TOKEN, data=form, headers=basic) as response:
        headers = {"Authorization": f"Bearer {(await response.json())['access_token']}"}
    for _ in range(21):
        async with pair.http.get(pair.vendor.url + path, headers=headers) as response:
            await response.read()


async def test_a_user_overtakes_the_sweep() -> None:
    """The next slot goes to the user who came later."""
    async with ringcentral_pair(short(Heavy=2)) as pair:
        client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)
        for _ in range(2):
            await client.webinar(webinar_id, PERSON)
        pair.vendor.calls.clear()
        waits = asyncio.Event()

        async def on_wait(seconds: float) -> None:
            waits.set()

        sweep = asyncio.ensure_future(client.sessions(LONG_AGO, replace(UPKEEP, on_wait=on_wait)))
        await waits.wait()
        await client.webinar(webinar_id, PERSON)
        await sweep

        heavy = [call.path for call in pair.vendor.calls if call.group == "Heavy"]
        assert (heavy, pair.vendor.throttled) == ([f"{WEBINARS}/{webinar_id}", COMPANY], 0)


async def test_two_clients_share_a_gate() -> None:
    """One user, one gate: a second client uses the same budget."""
    async with ringcentral_pair(short(Heavy=4)) as pair:
        gate, webinar_id = LocalGate(), pair.vendor.create("Launch day", START)
        clients = [pair.client(gate=gate) for _ in range(2)]

        await asyncio.gather(*(client.webinar(webinar_id, PERSON) for client in clients * 4))

        assert pair.vendor.throttled == 0


# --- nothing leaks -------------------------------------------------------------------------------------------------


async def test_no_secret_is_logged_or_raised(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, with every kind of failure: no credential, token, link, address or password appears."""
    caplog.set_level(logging.DEBUG)
    client, said = pair.client(timeout=0.3), []
    form = webinar_form(options=Options(password=SecretStr(PASSWORD)))
    webinar = await client.create_webinar(form, ANA, PERSON)
    session = await client.create_session(webinar.webinar_id, form, PERSON)
    people = await client.coworkers(PERSON)
    token = client._login._token
    assert token is not None
    for fault in ({"status": 500}, {"status": 400}, {"status": 429, "retry_after": 999}, {"cut": True}, {"hang": 30}):
        pair.vendor.fail("POST", "/webinars$", **fault)
        with pytest.raises(ProviderError) as failure:
            await client.create_webinar(form, ANA, replace(PERSON, patience=1.0))
        said.append(repr(failure.getrepr(showlocals=False, chain=True)) + repr(failure.value) + str(failure.value))
        client = pair.client(timeout=0.3)
        await client.service_user(PERSON)
    await client.close()

    shown = "\n".join([*said, *(str(record.__dict__) for record in caplog.records), repr(vars(client)), repr(people)])
    secrets = {
        "client secret": pair.vendor.client_secret,
        "jwt": pair.vendor.jwt,
        "token": token.access.get_secret_value(),
        "host link": session.host_link.get_secret_value(),
        "password": PASSWORD,
        "address": ANA.email,
    }
    assert [name for name, secret in secrets.items() if secret in shown] == []


async def test_each_request_logs_one_line(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """Method, path template, status and milliseconds; no id, no query."""
    caplog.set_level(logging.DEBUG, logger="bot.providers.ringcentral.transport")
    await pair.client().delete_webinar("12345", PERSON)

    lines = [record.__dict__ for record in caplog.records if record.message == "ringcentral.request"]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", TOKEN, 200),
        ("DELETE", f"{WEBINARS}/{{webinar_id}}", 404),
    ]
    assert all(0 <= line["ms"] < 5000 for line in lines)


# --- answers that no stand-in gives --------------------------------------------------------------------------------


async def test_a_webinar_is_parsed_tolerantly() -> None:
    """Unknown keys, nulls, missing settings, enum values in another case or unknown, numbers as ids."""
    body = {
        "id": 7,
        "title": "Launch day",
        "creationTime": "2026-03-02T12:00:00Z",
        "mood": "new in this version",
        "host": {"userId": 5, "linkedUser": None},
        "settings": {
            "registrationEnabled": True,
            "panelistAuthentication": "GUEST",
            "attendeeAuthentication": "AuthenticatedByIris",
            "qnaEnabled": None,
        },
    }
    async with fixed_response(200, json.dumps(body)) as (client, requests):
        webinar = await client.webinar("7", PERSON)

        assert requests[0].headers["User-Agent"] == "Greenroom/1.2.3"
    assert (webinar.webinar_id, webinar.host_user_id, webinar.fixed) == ("7", "5", USUAL)
    assert webinar.options == Options(attendee_access=Access.COWORKER)


@pytest.mark.parametrize("body", ["", "<html>maintenance</html>", "[]", '{"id": "7"}', '{"errors": "many"}'])
async def test_an_invalid_success_is_an_unknown_outcome(body: str, caplog: pytest.LogCaptureFixture) -> None:
    """`ProviderDown` for a read. Only the names of the invalid fields are logged."""
    async with fixed_response(200, body) as (client, requests):
        with pytest.raises(ProviderDown):
            await client.webinar("7", PERSON)
        with pytest.raises(OutcomeUnknown):
            await client.create_webinar(webinar_form(), None, PERSON)

        assert [request.method for request in requests] == ["GET", "POST"]
    assert {record.message for record in caplog.records} == {"ringcentral.invalid_answer"}


async def test_a_redirect_is_not_followed() -> None:
    """The token is sent to the configured server only."""
    async with fixed_response(302, "", Location="http://127.0.0.1:1/elsewhere") as (client, requests):
        with pytest.raises(ProviderDown):
            await client.webinar("7", PERSON)

        assert len(requests) == 1


async def test_a_canceled_request_does_not_block_the_next(pair: Pair) -> None:
    """It counts in the budget."""
    client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)
    arrived = asyncio.Event()
    pair.vendor.fail("GET", "/webinars/", effect=True, hang=30)
    await client.service_user(PERSON)
    pair.vendor.on_change.append(arrived.set)
    asking = asyncio.ensure_future(client.webinar(webinar_id, PERSON))
    await arrived.wait()

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    webinar = await client.webinar(webinar_id, PERSON)

    assert webinar.webinar_id == webinar_id


def test_the_client_is_a_webinar_provider() -> None:
    """Its name and abilities."""
    assert (RingCentral.name, sorted(RingCentral.abilities)) == (
        "ringcentral",
        ["cancel", "choose_host", "create", "invite", "registrants", "registration"],
    )
