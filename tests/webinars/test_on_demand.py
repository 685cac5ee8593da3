"""Registration for the recording, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.model.webinar import Audience, Preferences, Status
from bot.slack.blocks import when
from bot.webinars.texts.on_demand import on_demand_fact
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW, registration, webinar

LATER, EARLIER = NOW + timedelta(days=9), NOW - timedelta(days=9)
ON, OFF = Preferences(open_after_event=True), Preferences()


@each_row(
    ("read", "text"),
    [
        (
            {"preferences": ON, "closes_at": LATER, "after_count": 12},
            f"Open until {when(LATER, 'Europe/Madrid')}, 12 people since the event",
        ),
        ({"preferences": ON, "closes_at": LATER, "after_count": 1}, "1 person since the event"),
        ({"preferences": ON}, "Open, nobody since the event"),
        ({"preferences": ON, "closes_at": EARLIER}, f"Closed since {when(EARLIER, 'Europe/Madrid')}, nobody since"),
        ({"preferences": ON, "closes_at": LATER, "is_open": False}, "Closed, nobody since the event"),
        (
            {"preferences": ON, "closes_at": LATER, "is_open": False, "limit": 3, "count": 3},
            "Closed, because it is full, nobody since the event",
        ),
        ({"preferences": OFF, "is_open": False, "after_count": 2}, "Closed, 2 people since the event"),
        ({"after_count": 2}, "Closed, 2 people since the event"),
    ],
)
def test_recording_registration_is_said_in_words(read: dict[str, Any], text: str) -> None:
    """With its closing time, and how many have registered since the event."""
    fact = on_demand_fact(webinar(status=Status.FINISHED, registration=registration(**read)), NOW)
    assert fact is not None
    assert fact[0] == "Recording registration"
    assert text in fact[1]


def test_nothing_is_said_where_it_does_not_apply() -> None:
    """Before the end, of a canceled webinar, without registration, and if nothing of it was read."""
    on = registration(preferences=ON)
    others = [
        webinar(registration=on),
        webinar(status=Status.CANCELED, registration=on),
        webinar(status=Status.FINISHED, registration=on, audience=Audience.ANYONE),
        webinar(status=Status.FINISHED),
        webinar(status=Status.FINISHED, registration=registration()),
    ]
    assert [on_demand_fact(one, NOW) for one in others] == [None] * 5
