"""The history at RingCentral: a session as a whole, its participants and its registrants page by page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import HistoryForbidden, ProviderForbidden, ProviderGone
from bot.model.attendance import Participation, PastSession
from bot.model.team import Role
from bot.model.webinar import Status
from bot.providers.base import Page
from bot.providers.ringcentral import RingCentral
from tests.support.ringcentral import PERSON, START, Pair, fixed_response, ringcentral_pair
from tests.support.ringcentral_registrants import create_session, path
from tests.support.rows import each_row

PAST = "/webinar/history/v1/webinars/{}/sessions/{}"


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets, whose registration service has no delay."""
    async with ringcentral_pair() as both:
        both.vendor.rules.registration_delay = 0
        yield both


async def ids_of(pair: Pair, client: RingCentral) -> tuple[str, str]:
    """The ids of a new webinar with registration, and of its session."""
    session_id = await create_session(pair, client)
    [webinar] = pair.vendor.webinars()
    return str(webinar["webinar_id"]), session_id


async def test_a_session_and_its_participants_are_read(pair: Pair) -> None:
    """Before, while and after it takes place: one call each."""
    client = pair.client()
    both = await ids_of(pair, client)
    lena, omar = pair.vendor.register(both[1], 2)
    before = await client.past_session(*both, PERSON)
    began = pair.vendor.clock.now()
    pair.vendor.room.start(both[1], "Practice")
    pair.vendor.clock.move(timedelta(minutes=10))
    live_from = pair.vendor.clock.now()
    pair.vendor.room.go_to(both[1], "Live")
    came = pair.vendor.room.join(both[1], registrant=lena)
    pair.vendor.room.eject(pair.vendor.room.join(both[1], registrant=omar))
    while_on = await client.participants_page(*both, None, PERSON)
    pair.vendor.clock.move(timedelta(minutes=30))
    pair.vendor.finish(both[1])
    after = await client.past_session(*both, PERSON)
    listed = await client.participants_page(*both, None, PERSON)

    assert before == PastSession(status=Status.SCHEDULED, participants=0)
    assert (after.status, after.is_finished, after.participants) == (Status.FINISHED, True, 3)
    assert _near(after.start, began)
    assert _near(after.live_from, live_from)
    assert _near(after.end, live_from + timedelta(minutes=30))
    assert after.window(START, START) == (after.live_from, after.live_until)
    assert [one.role for one in listed.items] == [Role.HOST, Role.ATTENDEE, Role.ATTENDEE]
    assert [one.is_team for one in listed.items] == [True, False, False]
    host, first, second = listed.items
    assert (first.id, first.registrant_id, second.registrant_id) == (came, lena, omar)
    assert (host.invitee_id != "", host.registrant_id) == (True, "")
    assert (first.was_ejected, second.was_ejected) == (False, True)
    assert [one.left is None for one in while_on.items] == [True, True, False]
    assert _near(first.left, live_from + timedelta(minutes=30))
    assert first.user_hash not in ("", second.user_hash)
    assert listed.next_token is None
    assert pair.asked("GET", PAST.format(*both)) == [200, 200]
    assert pair.asked("GET", PAST.format(*both) + "/participants") == [200, 200]


def _near(time: datetime | None, expected: datetime) -> bool:
    return time is not None and abs(time - expected) < timedelta(seconds=30)


async def test_registrants_and_participants_come_page_by_page(pair: Pair) -> None:
    """A thousand per page; the token of one page asks for the next, also in another process."""
    client = pair.client()
    both = await ids_of(pair, client)
    ids = pair.vendor.register(both[1], 1001)
    pair.vendor.room.start(both[1])
    for one in ids:
        pair.vendor.room.join(both[1], registrant=one)

    first = await client.registrants_page(both[1], None, PERSON)
    second = await pair.client().registrants_page(both[1], first.next_token, PERSON)
    joined = await client.participants_page(*both, None, PERSON)
    rest = await client.participants_page(*both, joined.next_token, PERSON)

    assert [one.registrant_id for one in (*first.items, *second.items)] == ids
    assert (len(first.items), second.next_token) == (1000, None)
    assert (len(joined.items), len(rest.items), rest.next_token) == (1000, 2, None)
    assert pair.asked("GET", path(both[1])) == [200, 200]


@each_row(
    ("body", "session"),
    [
        ({}, PastSession(status=Status.SCHEDULED)),
        ({"status": "finished"}, PastSession(status=Status.FINISHED)),
        ({"status": "Active", "endTime": None}, PastSession(status=Status.ACTIVE)),
        ({"endTime": "2031-03-04T16:00:00Z"}, PastSession(status=Status.FINISHED, end=START + timedelta(hours=1))),
        ({"status": "Finished", "participantCount": 7, "mood": "new"}, PastSession(status="Finished", participants=7)),
    ],
)  # fmt: skip
async def test_a_session_is_parsed_tolerantly(body: dict[str, Any], session: PastSession) -> None:
    """No field of it that we use is required by the reference."""
    async with fixed_response(200, json.dumps(body)) as (client, _):
        assert await client.past_session("1", "2", PERSON) == session


async def test_a_participant_is_parsed_tolerantly() -> None:
    """Roles in any case, unknown ones as the audience; the original role decides, where there is one."""
    records = [
        {"id": 7, "role": "Panelist", "originalRole": "attendee", "joinTime": "2031-03-04T15:00:00Z"},
        {"id": "8", "role": "Cohost", "originalRole": "COHOST", "type": "Room"},
        {"role": "Interpreter", "originalRole": "Interpreter", "type": "User", "uniqueUserHash": "h"},
        {"role": "Panelist"},
    ]  # fmt: skip
    async with fixed_response(200, json.dumps({"records": records})) as (client, requests):
        page = await client.participants_page("1", "2", "abc", PERSON)

        assert [dict(one.query) for one in requests] == [{"perPage": "1000", "pageToken": "abc"}]
    assert page == Page(
        (
            Participation(id="7", role=Role.ATTENDEE, joined=datetime(2031, 3, 4, 15, 0, tzinfo=UTC)),
            Participation(id="8", role=Role.COHOST),
            Participation(id="", role=Role.ATTENDEE, user_hash="h"),
            Participation(id="", role=Role.PANELIST),
        )
    )


@each_row(
    ("error", "kind", "words"),
    [
        ({"errorCode": "CMN-408", "permissionName": "WebinarSettings"}, HistoryForbidden, "host, the co-hosts"),
        ({"errorCode": "CMN-402"}, HistoryForbidden, "host, the co-hosts"),
        ({}, HistoryForbidden, "host, the co-hosts"),
        ({"errorCode": "CMN-401", "permissionName": "ReadWebinars"}, ProviderForbidden, "Greenroom's RingCentral app"),
        ({"errorCode": "CMN-109"}, ProviderForbidden, "plan of the host"),
    ],
)
async def test_a_forbidden_history_has_its_own_words(error: dict[str, str], kind: type[Exception], words: str) -> None:
    """Not a permission of the app, and not the plan: Greenroom's user is no host and no co-host."""
    async with fixed_response(403, json.dumps({"errors": [error] if error else []})) as (client, _):
        for reading in (client.past_session("1", "2", PERSON), client.participants_page("1", "2", None, PERSON)):
            with pytest.raises(ProviderForbidden, match=words) as refused:
                await reading
            assert type(refused.value) is kind


async def test_the_history_of_others_is_forbidden_and_a_deleted_one_gone(pair: Pair) -> None:
    """By the stand-in's rule: host, co-hosts, administrators."""
    client = pair.client()
    both = await ids_of(pair, client)

    with pytest.raises(ProviderGone):
        await client.past_session(both[0], "999", PERSON)
    with pytest.raises(ProviderGone):
        await client.participants_page("999", both[1], None, PERSON)


@each_row(
    ("times", "expected"),
    [
        ({}, (0, 45)),
        ({"start": 5}, (5, 45)),
        ({"start": 5, "end": 50}, (5, 50)),
        ({"start": 5, "live_from": 15, "live_until": 40, "end": 50}, (15, 40)),
        ({"start": 5, "live_from": 15, "end": 50}, (15, 50)),
        ({"start": 60}, (60, 60)),
    ],
)
def test_the_time_in_which_the_audience_could_watch(times: dict[str, int], expected: tuple[int, int]) -> None:
    """Live if known, else as it took place, else as planned; never negative."""
    session = PastSession(status=Status.FINISHED, **{name: _at(minutes) for name, minutes in times.items()})

    assert session.window(START, _at(45)) == tuple(map(_at, expected))


def _at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)
