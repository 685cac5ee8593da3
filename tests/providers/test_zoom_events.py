"""Meetings and webinars of Zoom as sessions: lists, kinds, dates, registration, abilities."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.errors import ProviderError, ProviderForbidden, ProviderGone, RegistrationFull
from bot.model.ability import Ability
from bot.model.webinar import Audience, SessionFacts, Status
from bot.providers.zoom.deliveries import MARK
from bot.providers.zoom.event_reads import MOST_COURSES
from bot.providers.zoom.limits import Label
from bot.providers.zoom.lists_api import READS_A_LIST
from sandbox.zoom.rules import SCOPES
from tests.support.zoom_client import ANA, BEN, EMI, LONG_AGO, PERSON, ZoomPair, fixed_answer, zoom_pair

LISTS, ONE = "^/v2/users/[^/]+/(meetings|webinars)$", "^/v2/(meetings|webinars)/[0-9]+$"


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


def ids(sessions: list[SessionFacts]) -> list[str]:
    """The ids of these sessions, sorted."""
    return sorted(session.session_id for session in sessions)


async def test_the_licensed_users_are_the_coworkers(pair: ZoomPair) -> None:
    """By name and address; nobody who cannot host is one, whether listed or looked up."""
    client = pair.client()
    listed = await client.coworkers(PERSON)

    assert {one.email for one in listed} == {ANA, BEN}
    assert await client.find_coworker(ANA.upper(), PERSON) == next(one for one in listed if one.email == ANA)
    assert [await client.find_coworker(one, PERSON) for one in (EMI, "zAna0000000000000000Q", "x@x.example")] == [
        None
    ] * 3
    assert (await client.service_user(PERSON)).name == "the Zoom account"


async def test_events_with_registration_are_listed_and_each_is_read_once(pair: ZoomPair) -> None:
    """Of every licensed user. Lists do not show registration, so each event is read alone when it is new or changed."""
    known = [pair.event(), pair.event("webinar"), pair.event(host=BEN, agenda="Bring a friend")]
    pair.event(settings={"approval_type": 2})
    client = pair.client()

    sessions = await client.sessions(LONG_AGO, PERSON)
    assert ids(sessions) == sorted(f"zoom-{one}" for one in known)
    bens = next(session for session in sessions if session.session_id == f"zoom-{known[2]}")
    assert (bens.title, bens.description, bens.length) == ("Launch day", "Bring a friend", timedelta(minutes=45))
    assert (bens.webinar_id, bens.time_zone, bens.status) == (bens.session_id, "Europe/Madrid", Status.SCHEDULED)
    assert (bens.attendee_link, bens.host_user_id) == ("", "zBen0000000000000000Q")
    assert "zak" not in bens.host_link.get_secret_value()
    assert (pair.asked("GET", LISTS), len(pair.asked("GET", ONE))) == ([200] * 4, 4)

    pair.sandbox.calls.clear()
    pair.sandbox.zoom.move(int(known[0]), timedelta(hours=1))
    moved = await client.sessions(LONG_AGO, PERSON)
    assert ids(moved) == ids(sessions)
    assert [one.start for one in moved] != [one.start for one in sessions]
    assert (pair.asked("GET", LISTS), pair.asked("GET", ONE)) == ([200] * 4, [200])

    pair.sandbox.zoom.delete(int(known[1]))
    assert f"zoom-{known[1]}" not in ids(await client.sessions(LONG_AGO, PERSON))


async def test_a_large_account_is_read_over_several_lists(pair: ZoomPair) -> None:
    """The next events first; what a list has not read yet is in the following one."""
    later = {pair.event(days=9) for _ in range(5)}
    soon = {pair.event(days=2) for _ in range(READS_A_LIST)}
    client = pair.client()

    assert ids(await client.sessions(LONG_AGO, PERSON)) == sorted(f"zoom-{one}" for one in soon)
    assert ids(await client.sessions(LONG_AGO, PERSON)) == sorted(f"zoom-{one}" for one in soon | later)
    assert len(pair.asked("GET", ONE)) == READS_A_LIST + 5


async def test_an_event_without_registration_is_listed_once_it_was_asked_for(pair: ZoomPair) -> None:
    """Anyone can join it with one link, which only then is reported."""
    event_id, client = pair.event(settings={"approval_type": 2}), pair.client()
    assert await client.sessions(LONG_AGO, PERSON) == []

    asked = await client.session(f"zoom-{event_id}", f"zoom-{event_id}", PERSON)
    assert asked.attendee_link.endswith(f"/j/{event_id}")
    assert ids(await client.sessions(LONG_AGO, PERSON)) == [f"zoom-{event_id}"]
    assert (await client.webinar(f"zoom-{event_id}", PERSON)).audience is Audience.ANYONE
    with pytest.raises(ProviderGone, match="no registration"):
        await client.registration(f"zoom-{event_id}", PERSON)


async def test_the_kind_of_an_event_is_found_out_and_may_change(pair: ZoomPair) -> None:
    """A meeting that became a webinar keeps its id and its registrants; so does one that is turned back."""
    event_id, client = pair.event(), pair.client()
    ref = f"zoom-{event_id}"
    pair.sandbox.zoom.register(int(event_id), 2)
    assert (await client.registration(ref, PERSON)).count == 2
    for ability in (True, False):
        pair.sandbox.zoom.convert(int(event_id))
        body = await client._on_event("GET", "/registrants", event_id, label=Label.MEDIUM, caller=PERSON)
        assert body["total_records"] == 2
        assert (Ability.INVITE_PANELIST in (await client.session(ref, ref, PERSON)).abilities) is ability
        assert ids(await client.sessions(LONG_AGO, PERSON)) == [ref]

    pair.sandbox.zoom.delete(int(event_id))
    with pytest.raises(ProviderGone, match="no longer has this meeting or webinar"):
        await client._on_event("GET", "/registrants", event_id, label=Label.MEDIUM, caller=PERSON)
    assert pair.asked("GET", ONE)[-2:] == [404, 404]  # each kind once, and no more


async def test_a_webinar_is_recognized_by_every_refusal_of_a_meeting(pair: ZoomPair) -> None:
    """Zoom answers 3000 or 3001, in whatever status, when asked for a webinar as a meeting."""
    event_id = pair.event("webinar")
    for status, code in ((400, 3000), (404, 3001), (400, 300)):
        pair.sandbox.fault("GET", "^/v2/meetings/", status=status, code=code)
        assert (await pair.client().webinar(f"zoom-{event_id}", PERSON)).title == "Launch day"


async def test_an_account_without_webinars_still_has_its_meetings(pair: ZoomPair) -> None:
    """Neither a missing scope nor a missing license hides them; a missing scope for meetings is an error."""
    event_id, client = pair.event(), pair.client()
    pair.sandbox.fault("GET", "/webinars$", status=400, code=200, times=2)
    for _ in range(2):  # who has no webinars is not asked again until the users are read again
        assert ids(await client.sessions(LONG_AGO, PERSON)) == [f"zoom-{event_id}"]
    assert pair.asked("GET", "/webinars$") == [400, 400]
    pair.sandbox.zoom.rules.scopes = tuple(one for one in SCOPES if not one.startswith("webinar"))
    assert ids(await pair.client().sessions(LONG_AGO, PERSON)) == [f"zoom-{event_id}"]

    pair.sandbox.zoom.rules.scopes = tuple(one for one in SCOPES if "list_meetings" not in one)
    with pytest.raises(ProviderForbidden, match="lacks the scope meeting:read:list_meetings:admin"):
        await pair.client().sessions(LONG_AGO, PERSON)


async def test_each_date_of_a_recurring_event_is_a_session(pair: ZoomPair) -> None:
    """With one webinar; a canceled date is gone, the others stay."""
    event_id, client = pair.weekly(dates=3, settings={"registration_type": 2}), pair.client()
    sessions = await client.sessions(LONG_AGO, PERSON)
    assert {one.webinar_id for one in sessions} == {f"zoom-{event_id}"}
    assert len({one.session_id for one in sessions}) == 3
    assert all(len(one.session_id) <= 32 and Ability.OCCURRENCES in one.abilities for one in sessions)

    second = sorted(sessions, key=lambda one: one.start)[1]
    pair.sandbox.zoom.delete(int(event_id), second.session_id.rpartition("-")[2])
    with pytest.raises(ProviderGone):
        await client.session(second.webinar_id, second.session_id, PERSON)
    with pytest.raises(ProviderGone):
        await client.session(second.webinar_id, second.webinar_id, PERSON)
    assert len(await pair.client().sessions(LONG_AGO, PERSON)) == 2
    others = [one for one in sessions if one != second]
    assert [await client.session(one.webinar_id, one.session_id, PERSON) for one in others] == others


async def test_a_meeting_is_live_while_zoom_says_so(pair: ZoomPair) -> None:
    """A list reads those around their start again; one that is over stays listed for a while."""
    clock, client = pair.sandbox.zoom.clock, pair.client()
    event_id, webinar_id = pair.event(days=0.01), pair.event("webinar", days=0.01)
    ref, webinar = f"zoom-{event_id}", f"zoom-{webinar_id}"

    async def statuses() -> dict[str, Status]:
        return {one.session_id: one.status for one in await client.sessions(clock.now() - timedelta(days=1), PERSON)}

    assert await statuses() == {ref: Status.SCHEDULED, webinar: Status.SCHEDULED}
    clock.move(timedelta(minutes=20))
    pair.sandbox.zoom.begin(int(event_id))
    assert await statuses() == {ref: Status.ACTIVE, webinar: Status.SCHEDULED}
    client.note_course(webinar, is_live=True)
    assert (await client.session(webinar, webinar, PERSON)).status is Status.ACTIVE
    client.note_course(webinar, is_live=False)
    assert (await client.session(webinar, webinar, PERSON)).status is Status.FINISHED

    clock.move(timedelta(minutes=60))
    pair.sandbox.zoom.finish(int(event_id))
    assert (await client.session(ref, ref, PERSON)).status is Status.FINISHED
    assert (await statuses())[ref] is Status.FINISHED


async def test_a_registration_has_its_page_its_count_and_what_limits_it(pair: ZoomPair) -> None:
    """Without names: one call for the settings and one for the number. Only a webinar has a limit of its own."""
    meeting = pair.event()
    webinar = pair.event("webinar", settings={"registrants_restrict_number": 2})
    client = pair.client()
    for event_id, limit in ((meeting, None), (webinar, 2)):
        pair.sandbox.zoom.register(int(event_id), 2)
        read = await client.registration(f"zoom-{event_id}", PERSON)
        assert (read.count, read.limit, read.is_open, read.has_real_registrants) == (2, limit, limit is None, True)
        assert "/register/" in read.page_uri
    assert len(pair.asked("GET", "/registrants$")) == 2


async def test_a_full_meeting_is_known_by_its_refusal(pair: ZoomPair) -> None:
    """No operation reads the room of a plan. It is open again when somebody leaves, or when somebody gets in."""
    pair.sandbox.zoom.rules.capacity = 2
    event_id, client = pair.event(), pair.client()
    people = pair.sandbox.zoom.register(int(event_id), 2)

    async def add(name: str) -> None:
        person = {"first_name": name, "email": f"{name}@x.example"}
        parts = {"changes": True, "json": person, "address": person["email"]}
        await client._on_event("POST", "/registrants", event_id, label=Label.LIGHT, caller=PERSON, **parts)

    async def limit() -> int | None:
        return (await client.registration(f"zoom-{event_id}", PERSON)).limit

    assert await limit() is None
    with pytest.raises(RegistrationFull):
        await add("jo")
    assert await limit() == 2
    assert await limit() == 2
    pair.sandbox.zoom.rules.capacity = 3
    await add("jo")
    assert await limit() is None
    with pytest.raises(RegistrationFull):
        await add("al")
    assert await limit() == 3
    pair.sandbox.zoom.decide(int(event_id), "cancel", people[0])
    assert await limit() is None
    assert pair.asked("POST", "/registrants$") == [400, 201, 400]


@pytest.mark.parametrize(
    ("kind", "settings", "more", "less"),
    [
        (
            "meeting",
            {},
            "registration registrants questions batch_register own_pages",
            "limit source own_links approve",
        ),
        ("meeting", {"approval_type": 1}, "approve batch_register", "shared_link open_close occurrences"),
        (
            "meeting",
            {"approval_type": 2},
            "shared_link edit cancel",
            "registration registrants questions batch_register",
        ),
        ("webinar", {}, "limit source invite_panelist batch_register", "invite_cohost preferences external_id approve"),
        ("webinar", {"approval_type": 2}, "invite_panelist shared_link", "limit source registration own_pages"),
    ],
)
async def test_each_event_says_what_it_supports(
    pair: ZoomPair, kind: str, settings: dict[str, int], more: str, less: str
) -> None:
    """By its kind, whether it has registration, and how that is approved."""
    ref = f"zoom-{pair.event('webinar' if kind == 'webinar' else 'meeting', settings=settings)}"
    abilities = (await pair.client().session(ref, ref, PERSON)).abilities

    assert {Ability(one) for one in more.split()} <= abilities
    assert not {Ability(one) for one in less.split()} & abilities


@pytest.mark.parametrize(
    "fields",
    [
        '"id": 9007199254740993, "type": 2, "start_time": "2031-03-04T15:00:00Z", "timezone": "Europe/Madrid"',
        '"id": "9007199254740993", "type": 2, "start_time": "2031-03-04T16:00:00", "timezone": "Europe/Madrid"',
        '"id": 9007199254740993, "type": 2, "start_time": "2031-03-04T15:00:00Z", "agenda": null, "settings": null',
    ],
)
async def test_ids_are_numbers_or_texts_and_times_local_or_not(fields: str) -> None:
    """A 64-bit id loses no digit."""
    async with fixed_answer(200, "{" + fields + "}") as (client, _):
        session = await client.session("zoom-9007199254740993", "", PERSON)

    assert session.session_id == "zoom-9007199254740993"
    assert session.start.isoformat() == "2031-03-04T15:00:00+00:00"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://us02web.zoom.us/j/812?pwd=Zm9v.1", "https://us02web.zoom.us/j/812"),
        ("https://acme.zoom.us/w/812?tk=a&pwd=Zm9v.1#success", "https://acme.zoom.us/w/812"),
        ("https://zoom.us/j/812#pwd=Zm9v.1", "https://zoom.us/j/812"),
        ("https://zoom.us/j/812", "https://zoom.us/j/812"),
    ],
)
async def test_the_shared_link_has_no_password(link: str, kept: str) -> None:
    """It may appear on a card, where everybody in the channel sees it."""
    body = {"id": 812, "type": 2, "start_time": "2031-03-04T15:00:00Z", "duration": 45, "join_url": link}
    async with fixed_answer(200, json.dumps({**body, "settings": {"approval_type": 2}})) as (client, _):
        assert (await client.session("zoom-812", "zoom-812", PERSON)).attendee_link == kept


async def test_only_the_latest_starts_are_remembered() -> None:
    """Webhooks report every meeting of the account, which must not fill the memory."""
    body = {
        "id": 812,
        "type": 5,
        "start_time": "2031-03-04T15:00:00Z",
        "duration": 45,
        "settings": {"approval_type": 0},
    }
    async with fixed_answer(200, json.dumps(body)) as (client, _):

        def started(*numbers: int) -> None:
            for number in numbers:
                client.read_delivery(MARK + json.dumps({"event": "webinar.started", "at": "1", "id": number}).encode())

        for others, status in ((0, Status.ACTIVE), (MOST_COURSES - 1, Status.ACTIVE), (MOST_COURSES, Status.SCHEDULED)):
            started(812, *range(1_000, 1_000 + others))
            assert (await client.session("zoom-812", "zoom-812", PERSON)).status is status


@pytest.mark.parametrize("kind", [1, 3, 4, 6, 10])
async def test_an_event_without_a_date_says_so(kind: int) -> None:
    """Instant, at no fixed time, personal: it can be no webinar here."""
    async with fixed_answer(200, f'{{"id": 1, "type": {kind}}}') as (client, _):
        with pytest.raises(ProviderGone, match="has no date at Zoom"):
            await client.session("zoom-1", "zoom-1", PERSON)


@pytest.mark.parametrize("body", ["{}", '{"id": {}}', "[]", "x"])
async def test_an_answer_that_is_no_event_counts_as_none(body: str) -> None:
    """It may be answered again; nothing is taken from it."""
    async with fixed_answer(200, body) as (client, _):
        with pytest.raises(ProviderError, match="can't be reached"):
            await client.session("zoom-1", "zoom-1", PERSON)


async def test_one_event_is_read_with_all_its_dates(pair: ZoomPair) -> None:
    """One call, or two for a webinar at first; whether it is listed or has registration does not matter."""
    single, client = pair.event("webinar", settings={"approval_type": 2}), pair.client()
    for calls in (2, 1):
        pair.sandbox.calls.clear()
        [date] = await client.dates(f"zoom-{single}", PERSON)
        assert (date.session_id, Ability.REGISTRATION in date.abilities) == (f"zoom-{single}", False)
        assert len(pair.asked("GET", ONE)) == calls
    assert await client.sessions(LONG_AGO, PERSON) == []
    with pytest.raises(ProviderGone):
        await client.dates("zoom-99999999999", PERSON)


async def test_a_webhook_says_whether_a_webinar_is_live(pair: ZoomPair) -> None:
    """The read that follows cannot: Zoom tells of meetings only. A participant's event that is late changes nothing."""
    event_id, client = pair.event("webinar", days=0.01), pair.client()
    pair.sandbox.zoom.clock.move(timedelta(days=0.011))
    course = (
        ("participant_left", Status.SCHEDULED),
        ("participant_joined", Status.ACTIVE),
        ("started", Status.ACTIVE),
        ("ended", Status.FINISHED),
        ("participant_joined", Status.FINISHED),
    )
    for change, status in course:
        kept = {"event": f"webinar.{change}", "id": event_id}
        assert client.read_delivery(MARK + json.dumps(kept).encode()).event_id == f"zoom-{event_id}"
        [date] = await client.dates(f"zoom-{event_id}", PERSON) or []
        assert date.status is status
