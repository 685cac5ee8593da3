"""Reads are repeated, writes never blindly; limits are waited for; ids and pages are as Zoom wants them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import machine_now
from bot.errors import OutcomeUnknown, ProviderBusy, ProviderDown, ProviderGone
from bot.providers.zoom.limits import Label
from bot.providers.zoom.request import ZoomAnswer, ZoomRequest, encoded_id
from bot.providers.zoom.times import format_local, format_utc, read_time
from tests.support.zoom_client import ANA, PERSON, ZoomPair, fixed_answer, zoom_pair

MEETING = "^/v2/meetings/"


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


async def test_reads_are_repeated_and_given_up(pair: ZoomPair) -> None:
    """After an error or no answer, three times with growing pauses."""
    event_id, client = pair.event(), pair.client()
    pair.sandbox.fault("GET", MEETING, status=502)
    pair.sandbox.fault("GET", MEETING, cut=True)
    assert (await client.webinar(f"zoom-{event_id}", PERSON)).title == "Launch day"
    assert (pair.asked("GET", MEETING), pair.pauses) == ([502, None, 200], [1.0, 2.0])

    pair.sandbox.calls.clear()
    pair.sandbox.fault("GET", MEETING, status=503, times=9)
    with pytest.raises(ProviderDown, match="Zoom can't be reached"):
        await client.webinar(f"zoom-{event_id}", PERSON)
    assert pair.asked("GET", MEETING) == [503] * 4


@pytest.mark.parametrize(("fault", "error"), [({"status": 500}, OutcomeUnknown), ({"cut": True}, OutcomeUnknown)])
async def test_a_write_is_sent_once(pair: ZoomPair, fault: dict[str, object], error: type[Exception]) -> None:
    """Whether it took effect is for the caller to look up."""
    client, body = pair.client(), {"topic": "Launch", "type": 2}
    pair.sandbox.fault("POST", "/users/", effect=True, **fault)

    with pytest.raises(error, match="may or may not be done"):
        await client._request(
            "POST", "/users/{u}/meetings", label=Label.LIGHT, caller=PERSON, changes=True, ids={"u": ANA}, json=body
        )

    assert len(pair.asked("POST", "/users/")) == 1
    assert pair.pauses == []


async def test_a_write_that_was_never_sent_says_so(pair: ZoomPair) -> None:
    """Nothing listens: there is nothing to look up."""
    client = pair.client(api_url="https://127.0.0.1:1/v2")

    with pytest.raises(ProviderDown, match="othing was changed"):
        await client._request(
            "DELETE", "/meetings/{id}", label=Label.LIGHT, caller=PERSON, changes=True, ids={"id": "1"}
        )


async def test_a_limit_has_no_effect_so_the_call_passes_the_gate_again(pair: ZoomPair) -> None:
    """Also a write; up to five times."""
    event_id, client = pair.event(), pair.client()
    pair.sandbox.fault("GET", MEETING, status=429, times=2)
    await client.webinar(f"zoom-{event_id}", PERSON)
    assert pair.gate.answers == [429, 429, 200]

    pair.sandbox.fault("GET", MEETING, status=429, times=9)
    with pytest.raises(ProviderBusy, match="limit of calls"):
        await client.webinar(f"zoom-{event_id}", PERSON)
    assert pair.gate.answers == [429, 429, 200, *[429] * 5]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"X-RateLimit-Type": "QPS"}, timedelta(seconds=1)),
        ({"X-RateLimit-Type": "QPS", "X-RateLimit-Reset": "{unix}"}, timedelta(seconds=5)),
    ],
)
def test_a_refusal_says_when_to_try_again(headers: dict[str, str], wait: timedelta) -> None:
    """`Retry-After` is seconds or a date, `Reset` a Unix time."""
    now = machine_now()
    unix = str(int((now + timedelta(seconds=5)).timestamp()))
    sent = {name: value.format(unix=unix) for name, value in headers.items()}

    error = ZoomAnswer(429, sent, {"code": 429}).error(ZoomRequest("GET", "/meetings/{id}", Label.LIGHT))

    assert isinstance(error, ProviderBusy)
    assert abs(error.ready_at - now - wait) < timedelta(seconds=1.5)


def test_a_refusal_of_a_day_ends_at_its_date_or_at_midnight() -> None:
    """Refusals for a host or a registrant have neither a type nor a time."""
    request = ZoomRequest("POST", "/meetings/{id}/registrants", Label.LIGHT)
    dated = ZoomAnswer(429, {"Retry-After": "2031-03-04T00:00:00Z"}, None).error(request)
    bare = ZoomAnswer(429, {}, {"code": 429}).error(request)

    assert isinstance(dated, ProviderBusy)
    assert dated.ready_at == datetime(2031, 3, 4, tzinfo=UTC)
    assert isinstance(bare, ProviderBusy)
    assert timedelta() < bare.ready_at - machine_now() <= timedelta(days=1)
    assert bare.ready_at.strftime("%H:%M") == "00:00"


async def test_pages_are_read_to_their_end(pair: ZoomPair) -> None:
    """300 at once; the token of the last page is empty."""
    ids = {pair.event() for _ in range(4)}
    items = pair.client()._items(
        "/users/{u}/meetings", "meetings", label=Label.MEDIUM, caller=PERSON, ids={"u": ANA}, query={"page_size": "3"}
    )

    assert {str(item["id"]) async for item in items} == ids
    assert len(pair.asked("GET", "/users/")) == 2


@pytest.mark.parametrize("body", ["[]", "<html>", '{"meetings": 3}', '{"next_page_token": {}}', "[" * 20_000])
async def test_an_answer_that_is_no_list_ends_the_reading(body: str) -> None:
    """As no answer, or as a list without items."""
    async with fixed_answer(200, body) as (client, _):
        items = client._items("/users/{u}/meetings", "meetings", label=Label.MEDIUM, caller=PERSON, ids={"u": "1"})
        if body == '{"meetings": 3}':
            assert [item async for item in items] == []
        else:
            with pytest.raises(ProviderDown):
                [item async for item in items]


@pytest.mark.parametrize(
    ("given", "path"),
    [("84700000001", "84700000001"), ("a+b=", "a%2Bb%3D"), ("/ab/c=", "%252Fab%252Fc%253D"), ("a//b", "a%252F%252Fb")],
)
def test_a_uuid_with_slashes_is_encoded_twice(given: str, path: str) -> None:
    """Only one that begins with a slash or has two in a row."""
    assert encoded_id(given) == path


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2031-03-04T15:00:00Z", "Europe/Madrid", datetime(2031, 3, 4, 15, tzinfo=UTC)),
        ("2031-03-04T15:00:00", "Europe/Madrid", datetime(2031, 3, 4, 14, tzinfo=UTC)),
        ("2031-07-04T15:00:00", "America/New_York", datetime(2031, 7, 4, 19, tzinfo=UTC)),
        ("2031-03-04T15:00:00", "No/Where", datetime(2031, 3, 4, 15, tzinfo=UTC)),
        ("2031-03-04T15:00:00", "../etc", datetime(2031, 3, 4, 15, tzinfo=UTC)),
        ("2031-03-04T15:00:00+02:00", "UTC", datetime(2031, 3, 4, 13, tzinfo=UTC)),
        ("soon", "UTC", None),
        ("", "UTC", None),
        ("0001-01-01T00:00:00+14:00", "UTC", None),
    ],
)
def test_times_have_a_z_or_a_time_zone_beside_them(text: str, zone: str, moment: datetime | None) -> None:
    """A zone that is not known counts as UTC; what is no time is none."""
    assert read_time(text, zone) == moment


def test_times_are_written_as_zoom_reads_them() -> None:
    """In UTC with Z, or local without it."""
    moment = datetime(2031, 3, 4, 15, 30, 7, 999, tzinfo=UTC)

    assert (format_utc(moment), format_local(moment, "Europe/Madrid")) == (
        "2031-03-04T15:30:07Z",
        "2031-03-04T16:30:07",
    )


async def test_calls_are_counted_by_operation_and_never_by_id(pair: ZoomPair) -> None:
    """For metrics and logs, which must not hold an id or an address."""
    client = pair.client()
    await client.find_coworker(ANA, PERSON)
    with pytest.raises(ProviderGone):
        await client.webinar("zoom-404", replace(PERSON, patience=5.0))

    assert {(call.method, call.path, call.status) for call in client.calls} == {
        ("POST", "/oauth/token", 200),
        ("GET", "/users/{user_id}", 200),
        ("GET", "/meetings/{event_id}", 404),
        ("GET", "/webinars/{event_id}", 404),
    }
