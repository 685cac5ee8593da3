"""Zoom's events are reduced to what is needed of them, and survive any content."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.registrant import Decision
from bot.providers.events import EventHint, EventTopic
from bot.providers.zoom.deliveries import EVENTS, AccountEvent, Validation, read_body, read_delivery

ACCOUNT = "acme-account"
PERSON = {
    "id": "reg_1-A",
    "first_name": "Lena",
    "last_name": "Berger",
    "email": "lena@acme.example",
    "join_url": "https://zoom.example/w/81200000001?tk=secret",
    "status": "approved",
}
AT = 1_772_000_000_000
KEYS = ("event", "payload", "object", "id", "registrant", "participant", "plainToken", "account_id", "event_ts")


def body(event: Any, thing: Any, *, at: Any = AT, account: Any = ACCOUNT) -> bytes:
    """An event as Zoom sends it."""
    return json.dumps({"event": event, "event_ts": at, "payload": {"account_id": account, "object": thing}}).encode()


def stored(raw: bytes) -> bytes:
    """What is stored of an event of our account."""
    read = read_body(raw)
    assert isinstance(read, AccountEvent)
    assert read.account_id == ACCOUNT
    return read.content


def hint(event: str, thing: Any, *, at: Any = AT) -> EventHint:
    """What an event suggests, from the body to the stored bytes and back."""
    return read_delivery(stored(body(event, thing, at=at)))


@pytest.mark.parametrize(
    ("event", "topic", "may_be_new"),
    [
        ("created", EventTopic.SESSIONS, True),
        ("updated", EventTopic.SESSIONS, True),
        ("deleted", EventTopic.SESSIONS, False),
        ("started", EventTopic.SESSIONS, False),
        ("ended", EventTopic.SESSIONS, False),
        ("registration_created", EventTopic.REGISTRATION, True),
        ("registration_approved", EventTopic.REGISTRATION, True),
        ("registration_cancelled", EventTopic.REGISTRATION, True),
        ("registration_denied", EventTopic.REGISTRATION, True),
        ("participant_joined", EventTopic.PRESENCE, False),
        ("participant_left", EventTopic.PRESENCE, False),
    ],
)
@pytest.mark.parametrize("event_id", [81_200_000_001, "81200000001"])
def test_an_event_names_what_to_read(event: str, topic: EventTopic, may_be_new: bool, event_id: int | str) -> None:
    """Of meetings and of webinars, whose id is a number in some events and a text in others."""
    for kind in ("meeting", "webinar"):
        found = hint(f"{kind}.{event}", {"id": event_id, "registrant": PERSON})
        assert (found.topic, found.event_id, found.may_be_new) == (topic, "zoom-81200000001", may_be_new)
        assert found.ids == {"zoom-81200000001"}
        assert found.is_live is {"started": True, "participant_joined": True, "ended": False}.get(event)


def test_a_conversion_has_the_event_read_under_the_same_id() -> None:
    """It is a meeting and then a webinar, or the other way round."""
    for name in ("meeting.converted_to_webinar", "webinar.converted_to_meeting"):
        found = hint(name, {"id": 81_200_000_001})
        assert (found.topic, found.event_id) == (EventTopic.SESSIONS, "zoom-81200000001")
    assert stored(body("meeting.converted_to_meeting", {"id": 81_200_000_001})) == b""


def test_the_longest_id_is_kept_to_the_digit() -> None:
    """64 bits: a floating-point number would lose some of them."""
    for event_id in (2**63 - 1, str(2**63 - 1)):
        assert hint("meeting.updated", {"id": event_id}).event_id == "zoom-9223372036854775807"
    wrong: Any
    for wrong in (2**63, -1, 0, 1.5, True, None, "12 34", "", "9" * 20, [1], {}):
        assert stored(body("meeting.updated", {"id": wrong})) == b""


def test_nothing_about_a_person_is_stored() -> None:
    """Neither names nor addresses nor links: only the id, to recognize a repetition."""
    content = stored(body("meeting.registration_created", {"id": 812, "topic": "Party", "registrant": PERSON})).decode()
    assert PERSON["id"] in content
    for private in ("Lena", "Berger", "lena@", "https", "secret", "Party", "approved"):
        assert private not in content


@pytest.mark.parametrize(
    ("event", "decision", "link"),
    [
        ("registration_approved", Decision.APPROVE, PERSON["join_url"]),
        ("registration_denied", Decision.DENY, ""),
        ("registration_cancelled", Decision.CANCEL, ""),
    ],
)
def test_a_decision_names_the_registrant(event: str, decision: Decision, link: str) -> None:
    """With its time, and the link of somebody approved, which is not shown by accident."""
    news = hint(f"webinar.{event}", {"id": 812, "registrant": PERSON}).news
    assert news is not None
    assert (news.event_id, news.registrant_id, news.decision) == ("zoom-812", "reg_1-A", decision)
    assert (news.at.timestamp() * 1000, news.join_link.get_secret_value()) == (AT, link)
    assert "secret" not in repr(news)
    for wrong in ({}, {"id": ""}, {"id": ["x"]}, None):
        assert hint(f"meeting.{event}", {"id": 812, "registrant": wrong}).news is None
    assert hint(f"meeting.{event}", {"id": 812, "registrant": PERSON}, at="soon").news is None
    assert hint("meeting.registration_created", {"id": 812, "registrant": PERSON}).news is None
    for odd in ("javascript:x", "https://" + "x" * 300, "https://a b", 7):
        found = hint(f"meeting.{event}", {"id": 812, "registrant": {**PERSON, "join_url": odd}}).news
        assert found is not None
        assert found.join_link.get_secret_value() == ""


@pytest.mark.parametrize(
    "event",
    [
        "meeting.chat_message_sent",
        "user.updated",
        "recording.completed",
        "meeting.",
        ".created",
        "",
        "app_deauthorized",
    ],
)
def test_other_events_do_not_matter(event: str) -> None:
    """They are of the account, and nothing is stored of them."""
    assert stored(body(event, {"id": 812})) == b""


def test_a_repetition_has_the_same_key() -> None:
    """By event, time, object and person: Zoom sends no id of a delivery."""
    event, thing = "meeting.registration_created", {"id": 812, "registrant": PERSON}
    first = hint(event, thing).key
    assert first == hint(event, {"id": "812", "registrant": {"id": PERSON["id"]}}).key
    assert len(first) == 32
    others = [
        hint(event, thing, at=AT + 1).key,
        hint("meeting.registration_approved", thing).key,
        hint("webinar.registration_created", thing).key,
        hint(event, {**thing, "id": 813}).key,
        hint(event, {**thing, "registrant": {"id": "another"}}).key,
        hint("meeting.participant_joined", {"id": "812", "participant": {"user_id": "1"}}).key,
        hint("meeting.participant_joined", {"id": "812", "participant": {"user_id": "2"}}).key,
        hint("meeting.participant_joined", {"id": "812", "participant": {"user_id": "", "id": "x"}}).key,
    ]
    assert len({first, *others}) == 9


def test_a_check_of_the_address_is_recognized() -> None:
    """With a token that a signature cannot be made of."""
    check: dict[str, Any] = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}
    assert read_body(json.dumps(check).encode()) == Validation("qgg8vlvZRS6UYooatFL8Aw")
    for wrong in ("", None, 7, "x" * 513, "v0:1772000000:{}", "a b", "é", ["x"]):
        check["payload"] = {"plainToken": wrong}
        assert read_body(json.dumps(check).encode()) is None


@pytest.mark.parametrize("account", [None, 7, ["acme-account"], {}])
def test_an_event_without_an_account_is_none(account: Any) -> None:
    """It belongs to nobody."""
    assert read_body(body("meeting.updated", {"id": 812}, account=account)) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=25) | st.sampled_from(EVENTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)
bodies = st.builds(
    lambda event, thing, account: {"event": event, "payload": {"account_id": account, "object": thing}},
    st.sampled_from(EVENTS) | values,
    values,
    st.just(ACCOUNT) | values,
)


@given(raw=st.binary(max_size=200) | (bodies | values).map(lambda value: json.dumps(value).encode()))
def test_any_content_is_survived(raw: bytes) -> None:
    """Sent or stored; what is stored names one event or nothing."""
    read = read_body(raw)
    for content in (raw, read.content if isinstance(read, AccountEvent) else b""):
        found = read_delivery(content)
        assert found.ids == ({found.event_id} if found.event_id else frozenset())
        assert len(found.key) in (0, 32)
    assert not (isinstance(read, AccountEvent) and read.content) or read_delivery(read.content).event_id


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b'{"event": ' + b"9" * 5000 + b"}", b"\xff\x00"])
def test_what_cannot_be_parsed_is_nothing(raw: bytes) -> None:
    """Too deep, too long a number, or no text."""
    assert read_body(raw) is None
    assert read_delivery(raw).topic is EventTopic.NOTHING
