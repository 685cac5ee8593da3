"""Hints are read from any delivery, whatever its body: RingCentral publishes none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.events import EventHint, EventTopic
from bot.providers.ringcentral.deliveries import MAX_IDS, read_delivery, read_ids

SESSIONS = "/webinar/configuration/v1/company/sessions"
RUNTIME = "/webinar/runtime/v1/company/sessions/state"
REGISTRATION = "/webinar/registration/v1/company/sessions/state"
REGISTRANTS = "/webinar/registration/v1/company/sessions/registrants"
KEYS = ("id", "sessionId", "webinarId", "registrantId")


def hint(topic: EventTopic, *ids: str) -> EventHint:
    """The hint with these ids."""
    return EventHint(topic, frozenset(ids))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"event": SESSIONS, "body": {"id": "61"}}, hint(EventTopic.SESSIONS, "61")),
        ({"event": f"{SESSIONS}?hostUserId=9", "body": {"sessionId": 61}}, hint(EventTopic.SESSIONS, "61")),
        ({"event": RUNTIME, "body": {"session": {"id": "61"}}}, hint(EventTopic.SESSIONS, "61")),
        ({"event": REGISTRATION, "body": [{"webinarId": "51"}, {"id": 61}]}, hint(EventTopic.REGISTRATION, "51", "61")),
        (
            {"event": REGISTRANTS, "body": {"a": [[{"registrantId": "71", "sessionId": "61"}]]}},
            hint(EventTopic.REGISTRATION, "71", "61"),
        ),
        (
            {"event": REGISTRANTS, "body": {"session_id": "61", "SessionID": "62"}},
            hint(EventTopic.REGISTRATION, "61", "62"),
        ),
        ({"event": REGISTRANTS, "body": {}}, hint(EventTopic.REGISTRATION)),
        ({"event": "/restapi/v1.0/elsewhere", "body": {"id": "61"}}, hint(EventTopic.UNKNOWN, "61")),
        ({"event": 7, "sessionId": "61"}, hint(EventTopic.UNKNOWN, "61")),
        ([{"event": SESSIONS, "body": {"id": "61"}}], hint(EventTopic.UNKNOWN, "61")),
        ({"subscriptionId": "1", "ownerId": "2", "uuid": "3"}, hint(EventTopic.UNKNOWN)),
        ({"id": True}, hint(EventTopic.UNKNOWN)),
        ({"id": None, "sessionId": 1.5, "webinarId": ["61"]}, hint(EventTopic.UNKNOWN)),
        ({"id": "", "sessionId": "x" * 21, "webinarId": "a b", "registrantId": 10**20}, hint(EventTopic.UNKNOWN)),
        ("61", hint(EventTopic.UNKNOWN)),
        (None, hint(EventTopic.UNKNOWN)),
    ],
)
def test_ids_are_read_wherever_they_are(body: Any, expected: EventHint) -> None:
    """At any depth, as text or as a number; what cannot be an id is none."""
    assert read_delivery(json.dumps(body).encode()) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", hint(EventTopic.UNKNOWN)),
        (b"\xff\xfe\x00", hint(EventTopic.UNKNOWN)),
        (b"session 61 changed", hint(EventTopic.UNKNOWN)),
        (b'{"event": "' + REGISTRANTS.encode() + b'", "body": {"sessionId": "61', hint(EventTopic.REGISTRATION)),
        (
            b'{"event": "' + REGISTRANTS.encode() + b'", "body": {"sessionId": "61", ',
            hint(EventTopic.REGISTRATION, "61"),
        ),
        (b'{"sessionId": 61, "n": ' + b"9" * 5000 + b"}", hint(EventTopic.UNKNOWN, "61")),
        (b'{"sessionId": "61", "a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", hint(EventTopic.UNKNOWN, "61")),
        (b'{"a":' * 100_000 + b'{"id": "61"}' + b"}" * 100_000, hint(EventTopic.UNKNOWN, "61")),
    ],
    ids=["empty", "binary", "text", "cut in an id", "cut", "long number", "deep list", "deep object"],
)
def test_what_is_not_json_is_searched(raw: bytes, expected: EventHint) -> None:
    """Cut off, too deep, or no JSON at all."""
    assert read_delivery(raw) == expected


def test_a_value_that_contains_itself_ends() -> None:
    """JSON cannot, a parsed value can."""
    body: dict[str, Any] = {"id": "61"}
    body["again"] = [body, {"inner": body}]
    assert read_ids(body) == {"61"}


def test_only_so_many_ids_are_read() -> None:
    """A huge body costs a bounded number of look-ups."""
    assert len(read_ids([{"id": number} for number in range(10 * MAX_IDS)])) == MAX_IDS
    many = b",".join(b'{"id": %d}' % number for number in range(10 * MAX_IDS))
    assert len(read_delivery(b"[" + many).ids) == MAX_IDS


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=25),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner),
    max_leaves=20,
)


def wrap(value: Any, path: list[str]) -> Any:
    """Nest a value in objects and lists: a key makes an object, an empty one a list."""
    for name in path:
        value = {name: value} if name else [None, value, 1]
    return value


@given(
    key=st.sampled_from(KEYS),
    session=st.integers(min_value=1, max_value=10**18),
    as_text=st.booleans(),
    path=st.lists(st.sampled_from(["", "body", "session", "changes", "x"]), max_size=12),
    beside=values,
)
def test_an_id_is_found_in_any_json(key: str, session: int, as_text: bool, path: list[str], beside: Any) -> None:
    """Whatever surrounds it."""
    inner = {"other": beside, key: str(session) if as_text else session}
    assert str(session) in read_delivery(json.dumps(wrap(inner, path)).encode()).ids


@given(raw=st.binary(max_size=400) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_survived(raw: bytes) -> None:
    """And every id is a short word."""
    found = read_delivery(raw)
    assert isinstance(found.topic, EventTopic)
    assert all(0 < len(one) <= 20 for one in found.ids)
