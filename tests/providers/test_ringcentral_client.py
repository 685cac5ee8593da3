"""The RingCentral client against the stand-in: requests and results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.errors import ProviderGone, ProviderRefused
from bot.model.people import Coworker, ServiceUser
from bot.model.webinar import Access, Audience, FixedOptions, Options, Preferences, Registration, SessionFacts, Status
from bot.providers.base import UPKEEP
from sandbox.ringcentral import Person
from tests.support.ringcentral import COMPANY, OWN, PERSON, START, WEBINARS, Pair, ringcentral_pair, webinar_form

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
        locale_code="es-ES",
        modified_at=pair.vendor.dump()["webinars"][webinar.webinar_id]["session"]["modified"],
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
