"""Who took part in meetings and webinars of Zoom: pages, roles, what is missing, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import pytest
from pydantic import SecretStr

from bot.errors import HistoryForbidden, ProviderForbidden, ProviderGone, ProviderRefused
from bot.model.team import Role
from bot.model.webinar import Status
from bot.providers.zoom.history_api import StayRecord
from bot.providers.zoom.limits import Label
from sandbox.zoom.rules import SCOPES
from tests.support.zoom_client import ANA, BEN, PERSON, ZoomPair, zoom_pair

PAST, REPORT = "^/v2/past_", "^/v2/report/.*/participants$"
HOUR = timedelta(hours=1)


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


def hold(pair: ZoomPair, kind: str = "meeting", people: int = 2) -> str:
    """Hold an event: of the people who registered, all but one come, and a guest, a panelist and a coworker too."""
    zoom = pair.sandbox.zoom
    event_id = pair.event("webinar" if kind == "webinar" else "meeting", days=0.01)
    zoom.edit(int(event_id), settings={"alternative_hosts": BEN})
    zoom.register(int(event_id), people)
    zoom.clock.move(timedelta(minutes=20))
    zoom.begin(int(event_id))
    zoom.come(int(event_id), people - 1)
    zoom.room.join(int(event_id), name="Guest")
    zoom.room.join(int(event_id), name="Ben Okafor", email=BEN)
    zoom.clock.move(timedelta(minutes=50))
    zoom.finish(int(event_id))
    return f"zoom-{event_id}"


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
async def test_participants_have_their_registrant_their_times_and_a_role(pair: ZoomPair, kind: str) -> None:
    """The role follows from who they are, because Zoom reports none."""
    ref, client = hold(pair, kind), pair.client()
    session = await client.past_session(ref, ref, PERSON)
    assert (session.status, session.are_joins_registered, session.participants) == (Status.FINISHED, False, None)
    page = await client.participants_page(ref, ref, None, PERSON)
    assert page.next_token is None

    roles = {f"{one.first_name} {one.last_name}".strip(): one.role for one in page.items}
    assert (roles.pop("Ana Ruiz"), roles.pop("Ben Okafor"), roles.pop("Guest")) == (
        Role.HOST,
        Role.COHOST,
        Role.ATTENDEE,
    )
    assert list(roles.values()) == [Role.ATTENDEE]
    (came,) = (one for one in page.items if one.registrant_id)
    assert came.joined is not None
    assert came.left is not None
    assert abs(came.left - came.joined - timedelta(minutes=50)) < timedelta(seconds=9)
    assert len({one.id for one in page.items}) == 4
    guest = next(one for one in page.items if one.first_name == "Guest")
    assert (guest.email, guest.user_hash) == ("", "")
    assert "@" not in came.user_hash
    known = {BEN, ANA, came.registrant_id, "zBen0000000000000000Q", "zAna0000000000000000Q"}
    guessed = {sha256(one.encode()).hexdigest()[:20] for one in known}
    assert not guessed & {one.user_hash for one in page.items}, "nobody who reads the table can guess an address"
    assert bool(session.start) is (kind == "webinar")  # only webinars have a report on the whole
    assert pair.asked("GET", REPORT) == []  # the list of past participants costs less


async def test_a_panelist_is_recognized_by_the_address(pair: ZoomPair) -> None:
    """Without one, somebody from outside counts as the audience."""
    ref, client = f"zoom-{pair.event('webinar', days=0.01)}", pair.client()
    event_id = int(ref.removeprefix("zoom-"))
    await client._request(
        "POST",
        f"/webinars/{event_id}/panelists",
        label=Label.MEDIUM,
        caller=PERSON,
        changes=True,
        json={"panelists": [{"name": "Emi", "email": "emi@acme.example"}]},
    )
    pair.sandbox.zoom.clock.move(timedelta(minutes=20))
    pair.sandbox.zoom.begin(event_id)
    pair.sandbox.zoom.room.join(event_id, name="Emi Sato", email="emi@acme.example")
    pair.sandbox.zoom.clock.move(HOUR)
    pair.sandbox.zoom.finish(event_id)

    page = await client.participants_page(ref, ref, None, PERSON)
    assert sorted(one.role for one in page.items) == [Role.HOST, Role.PANELIST]


async def test_the_report_is_read_if_the_app_may_read_only_that(pair: ZoomPair) -> None:
    """With the registrant's id, which it has on request; pages go on where they began."""
    ref, client = hold(pair, people=5), pair.client()
    pair.sandbox.zoom.rules.scopes = tuple(one for one in SCOPES if "list_past_participants" not in one)
    page = await client.participants_page(ref, ref, None, PERSON)
    assert sum(bool(one.registrant_id) for one in page.items) == 4
    assert (pair.asked("GET", PAST), pair.asked("GET", REPORT)) == ([400], [200])

    pair.sandbox.zoom.rules.scopes = tuple(one for one in SCOPES if "participants" not in one)
    with pytest.raises(ProviderForbidden, match="lacks the scope meeting:read:list_past_participants:admin"):
        await pair.client().participants_page(ref, ref, None, PERSON)


async def test_pages_go_on_where_they_began(pair: ZoomPair) -> None:
    """With either operation; an expired page is named as the readers of lists know it."""
    pair.sandbox.zoom.rules.capacity = 400
    ref = hold(pair, people=320)
    client = pair.client()
    for scopes in (SCOPES, tuple(one for one in SCOPES if "list_past_participants" not in one)):
        pair.sandbox.zoom.rules.scopes = scopes
        first = await client.participants_page(ref, ref, None, PERSON)
        second = await client.participants_page(ref, ref, first.next_token, PERSON)
        assert (len(first.items), second.next_token) == (300, None)
        assert len({one.id for one in (*first.items, *second.items)}) == 322
    pair.sandbox.zoom.rules.scopes = SCOPES
    with pytest.raises(ProviderRefused) as refusal:
        await client.participants_page(ref, ref, "bm90IGE=", PERSON)
    assert refusal.value.parameter == "pageToken"


async def test_what_has_not_taken_place_is_not_finished(pair: ZoomPair) -> None:
    """Before it, while it runs, and if nobody started it."""
    clock, client = pair.sandbox.zoom.clock, pair.client()
    event_id = pair.event(days=0.01)
    ref = f"zoom-{event_id}"
    assert (await client.past_session(ref, ref, PERSON)).status is Status.SCHEDULED
    clock.move(timedelta(minutes=20))
    pair.sandbox.zoom.begin(int(event_id))
    assert (await client.past_session(ref, ref, PERSON)).status is Status.ACTIVE

    for kind in ("meeting", "webinar"):
        other = f"zoom-{pair.event('webinar' if kind == 'webinar' else 'meeting', days=0.01)}"
        clock.move(2 * HOUR)
        assert not (await client.past_session(other, other, PERSON)).is_finished
    with pytest.raises(ProviderGone):
        await client.past_session("zoom-404", "zoom-404", PERSON)


async def test_zoom_keeps_the_history_for_a_year(pair: ZoomPair) -> None:
    """A sentence, whichever operation refuses."""
    for kind in ("meeting", "webinar"):
        ref, client = hold(pair, kind), pair.client()
        pair.sandbox.zoom.clock.move(timedelta(days=400))
        with pytest.raises(HistoryForbidden, match="for a year"):
            await client.past_session(ref, ref, PERSON)
        with pytest.raises(HistoryForbidden, match="for a year"):
            await client.participants_page(ref, ref, None, PERSON)


async def test_of_a_recurring_meeting_only_the_latest_date_has_a_history(pair: ZoomPair) -> None:
    """An id names the latest instance, so the history of an earlier date would be somebody else's."""
    event_id, client = pair.weekly(dates=2, days=0.01), pair.client()
    first, second = sorted(await client.dates(f"zoom-{event_id}", PERSON), key=lambda one: one.start)
    pair.sandbox.zoom.clock.move(timedelta(minutes=20))
    pair.sandbox.zoom.begin(int(event_id))
    pair.sandbox.zoom.clock.move(HOUR)
    pair.sandbox.zoom.finish(int(event_id))
    assert len((await client.participants_page(first.webinar_id, first.session_id, None, PERSON)).items) == 1

    pair.sandbox.zoom.clock.move(timedelta(days=1))
    with pytest.raises(HistoryForbidden, match="latest date"):
        await client.participants_page(first.webinar_id, first.session_id, None, PERSON)
    assert not (await client.past_session(second.webinar_id, second.session_id, PERSON)).is_finished


@pytest.mark.parametrize(
    ("stay", "is_known"),
    [
        ({"leave_time": "2031-03-04T15:45:00Z", "duration": 2700}, True),
        ({"leave_time": "2031-03-04T15:45:00Z"}, True),
        ({"leave_time": "2031-03-04T15:00:00Z", "duration": 0}, True),
        ({"leave_time": "2031-03-04T15:45:00Z", "duration": 0}, False),
        ({"duration": 0}, False),
        ({}, False),
    ],
)
def test_a_duration_of_zero_is_not_ready_yet(stay: dict[str, object], *, is_known: bool) -> None:
    """After a large event: the report counts as incomplete, and is read again."""
    record = StayRecord.model_validate({"user_id": 16778240, "join_time": "2031-03-04T15:00:00Z", **stay})

    assert (record.participation(Role.ATTENDEE, SecretStr("key")).left is not None) is is_known
