"""How long people wait in line of our own pages, and when organizers are warned of that."""

from __future__ import annotations

from typing import Any

from bot.registration.own_pages.pace import may_be_crowded, minutes_in_line
from handlers.link.texts import pace_warning
from tests.support.rows import each_row
from tests.support.webinar_samples import registration, webinar


@each_row(
    ("place", "per_minute", "minutes"),
    [(1, 2, 1), (2, 2, 1), (3, 2, 2), (800, 2, 400), (800, 7, 115), (800, 60, 14), (0, 2, 1), (-3, 2, 1), (5, 0, 5)],
)
def test_minutes_in_line_round_up(place: int, per_minute: int, minutes: int) -> None:
    """At least one, whatever the pace."""
    assert minutes_in_line(place, per_minute) == minutes


@each_row(
    ("read", "per_minute", "crowded"),
    [
        ({"limit": None}, 2, True),
        ({"limit": None}, 60, True),
        ({"limit": 20, "count": 0}, 2, False),
        ({"limit": 21, "count": 0}, 2, True),
        ({"limit": 821, "count": 800}, 2, True),
        ({"limit": 820, "count": 800}, 2, False),
        ({"limit": 600, "count": 0}, 60, False),
        ({"limit": 800, "count": 0}, 60, True),
        ({"limit": 5, "count": 9}, 2, False),
    ],
)
def test_a_page_is_crowded_if_more_can_come_than_it_registers_in_ten_minutes(
    read: dict[str, Any], per_minute: int, *, crowded: bool
) -> None:
    """Without a limit, anybody can come; a registration that is not read yet may have none."""
    one = webinar(registration=registration(**read))
    assert may_be_crowded(one, per_minute) is crowded
    assert bool(pace_warning(one, per_minute)) is crowded
    assert may_be_crowded(webinar(registration=None), per_minute)


def test_the_warning_names_the_pace_and_another_page_where_there_is_one() -> None:
    """With the provider's name."""
    one = webinar(registration=registration(page_uri="https://events.example/r/1"))
    other = "<https://events.example/r/1|RingCentral’s page>"
    assert pace_warning(one, 2) == f"This page registers 2 people a minute. For a mailing, use {other}."
    assert pace_warning(one, 1, of_campaign=True) == (
        f"This page registers 1 person a minute. For a mailing, use {other}, which doesn't count toward the campaign."
    )
    alone = webinar(registration=registration(page_uri=""))
    assert (
        pace_warning(alone, 2)
        == "This page registers 2 people a minute: of 100 people, the last waits about 50 minutes."
    )
    zoom = webinar(session_id="zoom-81234567890", registration=registration(page_uri="https://zoom.example/r/1"))
    assert "use <https://zoom.example/r/1|Zoom’s page>" in pace_warning(zoom, 60)
