"""Webinars: an ordinary one, and any that a provider could return (Hypothesis)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.model.people import Account, Workspace
from bot.model.webinar import Audience, Registration, Status, Webinar

NOW = datetime(2026, 11, 21, 15, 20, tzinfo=UTC)
START = NOW + timedelta(days=3)
ACCOUNT = Account(workspace=Workspace(team_id="T1"), provider="ringcentral")
NASTY = "<!channel> & <b> *_~`" + "&" * 491
"""A title of 512 characters that would ping, link and format, and grows fivefold when escaped."""


def webinar(**changes: Any) -> Webinar:
    """An ordinary webinar with registration, three days ahead, without a count."""
    facts: dict[str, Any] = {
        "account": ACCOUNT,
        "webinar_id": "w1",
        "session_id": "s1",
        "title": "Launch day",
        "start": START,
        "length": timedelta(minutes=45),
        "time_zone": "Europe/Madrid",
        "audience": Audience.REGISTRANTS,
        "host_name": "Ana Ruiz",
        "created_by": "U1",
        "seen_at": NOW,
    }
    return Webinar(**(facts | changes))


def registration(**changes: Any) -> Registration:
    """An open registration with three registrants and no limit, just read."""
    facts: dict[str, Any] = {
        "page_uri": "https://events.example/register/s1",
        "count": 3,
        "is_open": True,
        "has_real_registrants": True,
        "read_at": NOW,
    }
    return Registration(**(facts | changes))


TITLES = st.one_of(st.text(min_size=1, max_size=512), st.just(NASTY), st.just("x" * 512))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone is given
COUNTS = st.integers(0, 10**9)
REGISTRATIONS = st.builds(
    Registration,
    page_uri=st.sampled_from(["", "https://events.example/register/s1", "https://events.example/" + "x" * 3000]),
    count=COUNTS,
    limit=st.none() | COUNTS,
    is_open=st.booleans(),
    has_real_registrants=st.booleans(),
    read_at=MOMENTS,
)
WEBINARS = st.builds(
    Webinar,
    account=st.just(ACCOUNT),
    webinar_id=st.text("0123456789", min_size=1, max_size=20),
    session_id=st.text("0123456789", min_size=1, max_size=20),
    title=st.one_of(st.just(""), TITLES),
    description=st.one_of(st.just(""), st.text(max_size=50), st.just("<!here> & " * 409)),
    start=MOMENTS,
    length=st.timedeltas(timedelta(seconds=30), timedelta(hours=12)),
    time_zone=st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kathmandu", "Mars/Base", "", "../etc", "Europe"]),
    status=st.sampled_from(Status),
    audience=st.none() | st.sampled_from(Audience),
    host_name=st.one_of(st.just(""), TITLES),
    created_by=st.sampled_from(["", "U1"]),
    attendee_link=st.sampled_from(["", "https://join.example/shared"]),
    registration=st.none() | REGISTRATIONS,
    seen_at=MOMENTS,
)
"""Any webinar that a provider could return, with counts of any size and zones that do not exist."""
