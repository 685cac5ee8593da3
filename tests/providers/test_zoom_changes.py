"""Create, change, move and delete meetings and webinars of Zoom: one write each, and never twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import OutcomeUnknown, ProviderForbidden, ProviderGone, ProviderRefused
from bot.model.ability import Ability
from bot.model.people import Coworker
from bot.model.recurrence import EventForm, Every, Recurrence
from bot.model.webinar import Audience, Options, Preferences, SessionFacts
from bot.model.webinar_edit import WebinarEdit, WebinarFields, difference, fields_as_read
from bot.providers.base import RegistrationChange
from bot.providers.zoom import Zoom
from tests.support.ringcentral import webinar_form
from tests.support.zoom_client import ANA, BEN, LONG_AGO, PERSON, ZoomPair, zoom_pair

HOST = Coworker(user_id="zAna0000000000000000Q", account_id="sandbox-account", name="Ana", email=ANA)
UNLICENSED = Coworker(user_id="zEmi0000000000000000Q", account_id="sandbox-account", name="Emi", email="e@x.example")
BEN_AS_HOST = Coworker(user_id="zBen0000000000000000Q", account_id="sandbox-account", name="Ben", email="b@x.example")
WRITES = "POST", "PATCH", "DELETE"


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


def calls(pair: ZoomPair) -> list[str]:
    """The methods of the calls to the API since the last look, without logins."""
    found = [one.method for one in pair.sandbox.calls if one.path.startswith("/v2")]
    pair.sandbox.calls.clear()
    return found


async def read(client: Zoom, ref: str) -> WebinarFields:
    """What a form shows of an event."""
    webinar_id = "-".join(ref.split("-")[:2])
    return fields_as_read(await client.webinar(webinar_id, PERSON), await client.session(webinar_id, ref, PERSON))


async def edit_of(client: Zoom, ref: str, **changes: Any) -> WebinarEdit:
    """An edit of these fields."""
    before = await read(client, ref)
    return difference(before, before.model_copy(update=changes))


async def test_a_meeting_is_created_with_its_date_and_registration_by_one_call(pair: ZoomPair) -> None:
    """Both settings about mail are sent, because an account may have other defaults."""
    client = pair.client()
    await client.service_user(PERSON)
    options = Options(auto_record=True, password=SecretStr("sesame"))
    form = webinar_form(description="Bring a friend", options=options, length=timedelta(seconds=45 * 60 + 1))
    made = await client.create_webinar(form, HOST, PERSON)
    session = await client.create_session(made.webinar_id, form, PERSON)
    assert calls(pair) == ["POST"]

    assert (session.start, session.length, session.time_zone) == (form.start, timedelta(minutes=46), form.time_zone)
    assert (session.title, session.description) == (form.title, form.description)
    assert (made.host_user_id, made.audience, made.options.auto_record) == (HOST.user_id, Audience.REGISTRANTS, True)
    (event,) = pair.sandbox.state.events.values()
    settings = event.fields.settings
    assert (event.fields.type, event.fields.password, settings.approval_type) == (2, "sesame", 0)
    assert (settings.registrants_confirmation_email, settings.registrants_email_notification) == (True, True)
    assert [session] == await client.sessions(LONG_AGO, PERSON)


@pytest.mark.parametrize(
    ("kind", "switches"),
    [
        (EventForm.MEETING, ("waiting_room", "join_before_host", "host_video", "participant_video", "mute_upon_entry")),
        (EventForm.WEBINAR, ("host_video", "practice_session")),
    ],
)
async def test_an_event_is_created_with_its_settings(
    pair: ZoomPair, kind: EventForm, switches: tuple[str, ...]
) -> None:
    """What is on is sent, what is off is left to the account; what the kind does not have is never sent."""
    every = ("manual_approval", "waiting_room", "join_before_host", "host_video", "participant_video", "mute_on_entry")
    on = Options.model_validate(dict.fromkeys((*every, "practice_session"), True))
    client = pair.client()
    for options in (on, Options()):
        made = await client.create_webinar(webinar_form(kind=kind, options=options), HOST, PERSON)
        assert made.options.manual_approval is (options is on)
        assert (Ability.APPROVE in made.abilities) is (options is on)
    asked, plain = [event.fields.settings for event in pair.sandbox.state.events.values()]
    assert (asked.approval_type, plain.approval_type) == (1, 0)
    assert asked.model_fields_set - plain.model_fields_set == set(switches)
    assert {name for name in switches if getattr(asked, name)} == set(switches)


@pytest.mark.parametrize("kind", EventForm)
async def test_alternative_hosts_need_a_license(pair: ZoomPair, kind: EventForm) -> None:
    """Zoom's refusal says so, names the field, and nothing is made or changed."""
    client = pair.client()
    for addresses in ("jo@x.example", f"{BEN}, emi@acme.example"):
        options = Options(alternative_hosts=SecretStr(addresses))
        with pytest.raises(ProviderRefused, match="must be Licensed users") as refused:
            await client.create_webinar(webinar_form(kind=kind, options=options), HOST, PERSON)
        assert refused.value.parameter == "settings.alternative_hosts"
    assert pair.sandbox.state.events == {}
    made = await client.create_webinar(
        webinar_form(kind=kind, options=Options(alternative_hosts=SecretStr(BEN))), HOST, PERSON
    )
    assert made.options.alternative_hosts.get_secret_value() == BEN
    edit = await edit_of(client, made.webinar_id, alternative_hosts=SecretStr("jo@x.example"))
    with pytest.raises(ProviderRefused, match="must be Licensed users"):
        await client.change_webinar(made.webinar_id, edit, PERSON)
    gone = await edit_of(client, made.webinar_id, alternative_hosts=SecretStr(""))
    assert (await client.change_webinar(made.webinar_id, gone, PERSON)).options.alternative_hosts == SecretStr("")


async def test_a_webinar_has_a_practice_session(pair: ZoomPair) -> None:
    """And what only meetings have is not sent."""
    ref, client = f"zoom-{pair.event('webinar')}", pair.client()
    edit = await edit_of(client, ref, practice_session=True, waiting_room=True)
    changed = await client.change_webinar(ref, edit, PERSON)
    assert (changed.options.practice_session, changed.options.waiting_room) == (True, False)


async def test_without_registration_nobody_is_approved_and_back(pair: ZoomPair) -> None:
    """Both fields are one setting at Zoom: each of them alone is sent with the other as it should be."""
    ref, client = f"zoom-{pair.event(settings={'approval_type': 1})}", pair.client()
    off = await client.change_webinar(ref, await edit_of(client, ref, audience=Audience.ANYONE), PERSON)
    assert (off.audience, off.options.manual_approval) == (Audience.ANYONE, False)
    edit = await edit_of(client, ref, audience=Audience.REGISTRANTS, manual_approval=True)
    on = await client.change_webinar(ref, edit, PERSON)
    assert (on.audience, on.options.manual_approval) == (Audience.REGISTRANTS, True)
    assert Ability.APPROVE in on.abilities


async def test_a_meeting_without_registration_is_for_anyone_with_the_link(pair: ZoomPair) -> None:
    """The adapter of another process reads what this one has made."""
    form = webinar_form(audience=Audience.ANYONE)
    made = await pair.client().create_webinar(form, HOST, PERSON)
    session = await pair.client().create_session(made.webinar_id, form, PERSON)

    assert (made.audience, session.attendee_link[-2:]) == (Audience.ANYONE, made.webinar_id[-2:])


@pytest.mark.parametrize(
    ("kind", "every", "of_type", "recurrence"),
    [
        (EventForm.MEETING, Every.DAY, 8, {"type": 1}),
        (EventForm.MEETING, Every.WEEK, 8, {"type": 2, "weekly_days": "3"}),
        (EventForm.WEBINAR, Every.MONTH, 9, {"type": 3, "monthly_day": 4}),
    ],
)
async def test_an_event_with_several_dates_recurs_from_its_first_one(
    pair: ZoomPair, kind: EventForm, every: Every, of_type: int, recurrence: dict[str, object]
) -> None:
    """On its weekday or its day, at its local time."""
    form = webinar_form(kind=kind, recurrence=Recurrence(every=every, interval=2, dates=3))
    client = pair.client()
    made = await client.create_webinar(form, HOST, PERSON)
    session = await client.create_session(made.webinar_id, form, PERSON)
    assert (session.start, session.webinar_id) == (form.start, made.webinar_id)
    assert len(await client.dates(made.webinar_id, PERSON)) == 3

    (event,) = pair.sandbox.state.events.values()
    stored = event.fields.recurrence
    assert event.fields.type == of_type
    assert stored is not None
    assert {name: getattr(stored, name) for name in recurrence} == recurrence
    assert (stored.repeat_interval, stored.end_times) == (2, 3)


async def test_a_webinar_is_created_where_the_host_is_licensed_for_it(pair: ZoomPair) -> None:
    """Otherwise Zoom's plan is explained."""
    form, client = webinar_form(kind=EventForm.WEBINAR), pair.client()
    made = await client.create_webinar(form, HOST, PERSON)
    assert Ability.INVITE_PANELIST in (await client.create_session(made.webinar_id, form, PERSON)).abilities
    with pytest.raises(ProviderForbidden, match="Webinars add-on"):
        await client.create_webinar(form, BEN_AS_HOST, PERSON)


async def test_a_host_must_be_licensed(pair: ZoomPair) -> None:
    """Somebody without a user, or without a license, gets a sentence, and nothing is made."""
    client = pair.client()
    for host, words in ((None, "needs a Licensed user as the host"), (UNLICENSED, "that needs a Licensed user")):
        with pytest.raises(ProviderForbidden, match=words):
            await client.create_webinar(webinar_form(), host, PERSON)
    assert pair.sandbox.state.events == {}


async def test_a_creation_without_an_answer_is_found_again(pair: ZoomPair) -> None:
    """By its title and when it was created; it is never sent twice."""
    client, began = pair.client(), pair.sandbox.zoom.clock.now()
    pair.event(topic="Other day")
    for fault in ({"cut": True}, {"status": 500}):
        pair.sandbox.fault("POST", "/meetings$", effect=True, **fault)
        with pytest.raises(OutcomeUnknown):
            await client.create_webinar(webinar_form(), HOST, PERSON)

    first = await client.find_webinar("Launch day", began, frozenset(), PERSON)
    assert first is not None
    second = await client.find_webinar("Launch day", began, frozenset({first.webinar_id}), PERSON)
    assert second is not None
    both = frozenset({first.webinar_id, second.webinar_id})
    assert await client.find_webinar("Launch day", began, both, PERSON) is None
    assert await client.find_webinar("Launch day", began + timedelta(minutes=9), frozenset(), PERSON) is None
    found = await client.find_session(first.webinar_id, webinar_form().start, PERSON)
    assert found is not None
    assert found.webinar_id == first.webinar_id
    assert await client.find_session("zoom-404", webinar_form().start, PERSON) is None


async def test_an_edit_is_one_change_with_only_what_differs(pair: ZoomPair) -> None:
    """Title and start are of two objects in the model, and of one at Zoom."""
    ref, client = f"zoom-{pair.event('webinar', settings={'approval_type': 1})}", pair.client()
    edit = await edit_of(client, ref, title="New title", start=(await read(client, ref)).start + timedelta(hours=1))
    calls(pair)
    seen = next(iter(pair.sandbox.state.events.values())).fields.model_dump()

    webinar = await client.change_webinar(ref, edit, PERSON)
    session = await client.change_session(ref, ref, edit, PERSON)

    assert calls(pair) == ["GET", "PATCH", "GET"]  # the first one, because this process has not listed it yet
    assert (webinar.title, session.title, session.start) == ("New title", "New title", edit.after.start)
    now = next(iter(pair.sandbox.state.events.values())).fields.model_dump()
    assert {name for name in now if now[name] != seen[name]} == {"topic", "start_time"}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"description": ""}, "agenda", ""),
        ({"length": timedelta(minutes=90)}, "duration", 90),
        ({"time_zone": "America/New_York"}, "timezone", "America/New_York"),
        ({"password": SecretStr("sesame")}, "password", "sesame"),
        ({"auto_record": True}, "settings.auto_recording", "cloud"),
        ({"audience": Audience.ANYONE}, "settings.approval_type", 2),
        ({"manual_approval": True}, "settings.approval_type", 1),
        ({"waiting_room": True}, "settings.waiting_room", True),
        ({"join_before_host": True}, "settings.join_before_host", True),
        ({"host_video": True}, "settings.host_video", True),
        ({"participant_video": True}, "settings.participant_video", True),
        ({"mute_on_entry": True}, "settings.mute_upon_entry", True),
        ({"alternative_hosts": SecretStr(BEN)}, "settings.alternative_hosts", BEN),
        ({"alternative_hosts": SecretStr(f"{BEN}, {ANA}")}, "settings.alternative_hosts", f"{BEN};{ANA}"),
    ],
)
async def test_each_field_can_be_changed(pair: ZoomPair, changes: dict[str, Any], field: str, value: object) -> None:
    """And the result is read from Zoom."""
    ref, client = f"zoom-{pair.event(agenda='Bring a friend')}", pair.client()
    edit = await edit_of(client, ref, **changes)
    if edit.webinar_names:
        await client.change_webinar(ref, edit, PERSON)
    if edit.session_names:
        await client.change_session(ref, ref, edit, PERSON)

    (event,) = pair.sandbox.state.events.values()
    found: Any = event.fields.model_dump()
    for part in field.split("."):
        found = found[part]
    assert found == value
    after = await read(pair.client(), ref)
    assert {name: getattr(after, name) for name in changes} == changes


async def test_a_change_without_an_answer_is_not_sent_again(pair: ZoomPair) -> None:
    """Nor does one count as failed that was made, but could not be read afterwards."""
    ref, client = f"zoom-{pair.event()}", pair.client()
    edit = await edit_of(client, ref, title="New title")
    pair.sandbox.fault("PATCH", "/meetings/", effect=True, cut=True)
    with pytest.raises(OutcomeUnknown):
        await client.change_webinar(ref, edit, PERSON)
    assert pair.asked("PATCH") == [None]

    await client.sessions(LONG_AGO, PERSON)
    pair.sandbox.fault("GET", "/meetings/", status=500, times=4)
    with pytest.raises(OutcomeUnknown):
        await client.change_webinar(ref, edit, PERSON)
    assert (await read(client, ref)).title == "New title"


async def test_a_change_of_what_was_deleted_says_so(pair: ZoomPair) -> None:
    """After one look at either kind."""
    event_id = pair.event()
    ref, client = f"zoom-{event_id}", pair.client()
    edit = await edit_of(client, ref, title="New title")
    pair.sandbox.zoom.delete(int(event_id))

    with pytest.raises(ProviderGone):
        await client.change_webinar(ref, edit, PERSON)


async def test_a_refused_value_is_named(pair: ZoomPair) -> None:
    """And nothing has changed."""
    ref, client = f"zoom-{pair.event()}", pair.client()
    edit = await edit_of(client, ref, title="x" * 201)

    with pytest.raises(ProviderRefused, match="doesn't accept the title"):
        await client.change_webinar(ref, edit, PERSON)


async def test_an_event_is_deleted_once_and_its_registrants_get_mail(pair: ZoomPair) -> None:
    """Deleting what is gone is no error, so it can be repeated."""
    for kind in ("meeting", "webinar"):
        event_id, client = pair.event("webinar" if kind == "webinar" else "meeting"), pair.client()
        await client.session(f"zoom-{event_id}", f"zoom-{event_id}", PERSON)
        calls(pair)
        pair.sandbox.fault("DELETE", "^/v2/", effect=True, cut=True)
        await client.delete_webinar(f"zoom-{event_id}", PERSON)
        await client.delete_webinar(f"zoom-{event_id}", PERSON)
        assert [one for one in calls(pair) if one in WRITES] == ["DELETE"] * 2
        assert pair.sandbox.state.events == {}


async def test_of_several_dates_only_one_is_moved(pair: ZoomPair) -> None:
    """It keeps its id, so it stays the same webinar here; the title is that of all dates."""
    event_id, client = pair.weekly(dates=3), pair.client()
    ref = f"zoom-{event_id}"
    first, second, third = sorted(await client.dates(ref, PERSON), key=lambda one: one.start)
    start = second.start + timedelta(hours=2)
    edit = await edit_of(client, second.session_id, title="New title", start=start, length=timedelta(minutes=90))
    calls(pair)

    webinar = await client.change_webinar(ref, edit, PERSON)
    moved = await client.change_session(ref, second.session_id, edit, PERSON)

    assert [one for one in calls(pair) if one in WRITES] == ["PATCH", "PATCH"]  # of all dates, and of one
    assert (webinar.title, moved.title) == ("New title", "New title")
    assert (moved.session_id, moved.start, moved.length) == (second.session_id, start, timedelta(minutes=90))
    dates = {one.session_id: (one.start, one.length) for one in await client.dates(ref, PERSON)}
    assert dates == {
        first.session_id: (first.start, first.length),
        second.session_id: (start, timedelta(minutes=90)),
        third.session_id: (third.start, third.length),
    }


async def test_of_several_dates_only_one_is_canceled(pair: ZoomPair) -> None:
    """The others stay as they are."""
    event_id, client = pair.weekly(dates=3), pair.client()

    def by_start(sessions: list[SessionFacts]) -> list[SessionFacts]:
        return sorted(sessions, key=lambda one: one.start)

    dates = by_start(await client.dates(f"zoom-{event_id}", PERSON))
    await client.delete_webinar(f"zoom-{event_id}", PERSON, dates[1].session_id)
    await client.delete_webinar(f"zoom-{event_id}", PERSON, dates[1].session_id)

    assert by_start(await client.dates(f"zoom-{event_id}", PERSON)) == [dates[0], dates[2]]


async def test_only_the_limit_of_a_webinar_can_change(pair: ZoomPair) -> None:
    """What Zoom does not have is declined with the reason, before any write."""
    meeting, webinar, client = f"zoom-{pair.event()}", f"zoom-{pair.event('webinar')}", pair.client()
    limited = await client.change_registration(webinar, RegistrationChange(is_open=True, limit=7), PERSON)
    assert (limited.limit, limited.is_open) == (7, True)
    assert (
        await client.change_registration(webinar, RegistrationChange(is_open=True, limit=None), PERSON)
    ).limit is None
    assert (await client.change_registration(meeting, RegistrationChange(is_open=True), PERSON)).is_open
    patches = len(pair.asked("PATCH"))

    refused = (
        (meeting, RegistrationChange(is_open=True, limit=7), "no limit of its own"),
        (meeting, RegistrationChange(is_open=False), "can't close a registration"),
        (webinar, RegistrationChange(is_open=False), "can't close a registration"),
        (webinar, RegistrationChange(is_open=True, preferences=Preferences()), "doesn't have these registration"),
    )
    for ref, change, words in refused:
        with pytest.raises(ProviderRefused, match=words):
            await client.change_registration(ref, change, PERSON)
    assert len(pair.asked("PATCH")) == patches == 2


async def test_creations_and_changes_count_for_their_host(pair: ZoomPair) -> None:
    """Zoom allows a hundred a day for each host."""
    client = pair.client()
    made = await client.create_webinar(webinar_form(), HOST, PERSON)
    await client.change_webinar(made.webinar_id, await edit_of(client, made.webinar_id, title="New"), PERSON)

    counted = [keys for keys in pair.gate.keys if HOST.user_id in str(keys)]
    assert len(counted) == 2
