"""Ready-made meetings of the sandbox's Zoom account, which can be brought into Slack."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.zoom import Zoom

MADRID = "Europe/Madrid"
AFTERNOON = 15
QUESTIONS = [
    {"field_name": "org", "required": True},
    {"field_name": "country", "required": True},
    {"field_name": "job_title", "required": False},
]
OWN_QUESTIONS = [
    {"title": "What do you want to learn?", "type": "short", "required": True},
    {"title": "How long have you used it?", "type": "single", "answers": ["Not yet", "A month", "Longer"]},
]


def plan_meetings(zoom: Zoom) -> None:
    """Plan four meetings with registration, each of another kind, and a webinar; some people have registered."""
    tour = _plan(zoom, 2, "Product tour", settings={"approval_type": 0})
    council = _plan(zoom, 3, "Customer council", settings={"approval_type": 1})
    _plan(
        zoom,
        4,
        "Your first month",
        settings={"approval_type": 0},
        questions=QUESTIONS,
        custom_questions=OWN_QUESTIONS,
    )
    weekly = {"type": 2, "repeat_interval": 1, "weekly_days": _weekday(zoom, 5), "end_times": 4}
    dates = {"approval_type": 0, "registration_type": 2}
    _plan(zoom, 5, "Office hours", type=8, recurrence=weekly, settings=dates)
    _plan(zoom, 6, "Spring news", kind="webinar", type=5, settings={"approval_type": 0})
    zoom.register(tour, 2)
    zoom.register(council, 2)


def _plan(zoom: Zoom, days: int, topic: str, **fields: Any) -> int:
    return zoom.create(topic, _start(zoom, days), **{"duration": 45, "timezone": MADRID, **fields})


def _start(zoom: Zoom, days: int) -> datetime:
    """Three in the afternoon of the host, some days ahead."""
    local = zoom.clock.now().astimezone(ZoneInfo(MADRID)) + timedelta(days=days)
    return local.replace(hour=AFTERNOON, minute=0, second=0, microsecond=0).astimezone(ZoneInfo("UTC"))


def _weekday(zoom: Zoom, days: int) -> str:
    """The day of the week as Zoom counts it: 1 is Sunday."""
    return str(_start(zoom, days).astimezone(ZoneInfo(MADRID)).isoweekday() % 7 + 1)
