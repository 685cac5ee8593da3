"""Who is one person, who is on the team, who is late: the records of the history, one rule at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from bot.model.attendance import Participation, PastSession
from bot.model.registrant import Registrant
from bot.model.team import Role
from bot.model.webinar import Status
from bot.providers.base import BULK, Page
from bot.reports import pages
from bot.reports.attendance import Interval, Window, merge_people
from bot.reports.definitions import early_before, late_after
from bot.reports.funnel import report_of
from bot.reports.people import person_rows, read_people
from tests.support.report_samples import WINDOW, at, circumstances, interval, presence
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, webinar

if TYPE_CHECKING:
    from bot.providers.base import WebinarProvider

BERLIN = ZoneInfo("Europe/Berlin")
A, B = {"registrant": "A", "hash": "h"}, {"registrant": "B", "hash": "h"}


@each_row(
    ("records", "people"),
    [
        ([("1", {}), ("2", {})], 2),
        ([("1", {"hash": "x"}), ("2", {"hash": "x"})], 1),
        ([("1", {"hash": "x"}), ("2", {"hash": "y"})], 2),
        ([("1", A), ("2", {"registrant": "A", "hash": "other device"})], 1),
        ([("1", A), ("2", {"hash": "h"})], 1),
        ([("2", {"hash": "h"}), ("1", A)], 1),
        ([("1", A), ("2", B)], 2),  # two people with one address
        ([("1", A), ("2", B), ("3", {"hash": "h"})], 2),
        ([("joined as C", {}), ("2", {"registrant": "C"})], 1),
        ([("joined as C", {"hash": "z"}), ("2", {"hash": "z"})], 1),
        ([("", {}), ("", {})], 1),
    ],
)  # fmt: skip
def test_records_are_merged_into_people(records: list[tuple[str, dict[str, Any]]], people: int) -> None:
    """By registrant and by hash, in any order; never by address, and never two registrants into one."""
    found = merge_people([presence(one, **changes) for one, changes in records], WINDOW, {"joined as C": "C"})

    assert len(found) == people
    assert sum(len(one.records) for one in found) == len(records)


@each_row(
    ("roles", "role"),
    [
        ([Role.ATTENDEE], Role.ATTENDEE),
        ([Role.PANELIST, Role.ATTENDEE], Role.PANELIST),
        ([Role.ATTENDEE, Role.COHOST, Role.PANELIST], Role.COHOST),
        ([Role.HOST], Role.HOST),
    ],
)
def test_somebody_of_the_team_on_one_device_is_of_the_team(roles: list[Role], role: Role) -> None:
    """A panelist who also watches with their own registration is no audience."""
    [person] = merge_people([presence(str(n), hash="h", role=one) for n, one in enumerate(roles)], WINDOW)

    assert (person.role, person.is_team) == (role, role is not Role.ATTENDEE)


@each_row(
    ("spans", "minutes", "late", "early", "returned"),
    [
        ([(0, 60)], 60, False, False, False),
        ([(5, 60)], 55, False, False, False),
        ([(5.1, 60)], 55, True, False, False),
        ([(0, 50)], 50, False, False, False),
        ([(0, 49.9)], 50, False, True, False),
        ([(0, None)], 60, False, False, False),  # still there at the end
        ([(0, 40), (20, 60)], 60, False, False, False),  # two devices
        ([(0, 20), (40, 60)], 40, False, False, True),
        ([(0, 20), (21, 60)], 59, False, False, False),  # a change of device
        ([(0, 20), (21.1, 60)], 59, False, False, True),
        ([(40, 60), (0, 20), (10, 30)], 50, False, False, True),
        ([(-30, 60)], 60, False, False, False),  # practice
        ([(-30, -5)], 0, False, True, False),  # gone before it went live
        ([(61, 90)], 0, True, False, False),  # after the end
        ([(30, 20)], 0, True, True, False),  # times that cannot be
        ([(None, 60)], 0, False, False, False),  # unknown
    ],
)  # fmt: skip
def test_when_somebody_was_there(
    spans: list[tuple[float | None, float | None]], minutes: int, late: bool, early: bool, returned: bool
) -> None:
    """In an hour, of which practice and what follows the end are not counted."""
    [person] = merge_people([presence(str(n), *span, registrant="A") for n, span in enumerate(spans)], WINDOW)

    assert (person.minutes, person.is_late(WINDOW), person.has_left_early(WINDOW)) == (minutes, late, early)
    assert person.has_returned is returned
    assert person.has_stayed(WINDOW) is (not early and minutes > 0)


@each_row(
    ("length", "late", "early"),
    [(60, 5, 10), (720, 5, 10), (40, 5, 10), (20, 5, 5), (8, 2, 2), (0, 0, 0)],
)
def test_a_short_webinar_has_shorter_limits(length: float, late: float, early: float) -> None:
    """At most a quarter of it."""
    whole = timedelta(minutes=length)

    assert (late_after(whole), early_before(whole)) == (timedelta(minutes=late), timedelta(minutes=early))


@each_row(
    ("start", "hours"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=BERLIN), 2),  # past midnight, into the night of the clock change
        (datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), 2),  # 01:30 to 04:30 on the clock
        (datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN), 2),  # 01:30 to 02:30 on the clock
        (datetime(2026, 12, 31, 23, 0, tzinfo=BERLIN), 3),
    ],
)  # fmt: skip
def test_minutes_pass_at_midnight_and_at_a_clock_change(start: datetime, hours: int) -> None:
    """Two hours are 120 minutes, whatever the clock on the wall shows."""
    end = (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(BERLIN)
    record = replace(presence("1", registrant="A"), joined=start, left=end)
    window = Window(start.astimezone(UTC), end.astimezone(UTC))

    [person] = merge_people([record], window)

    assert (person.minutes, person.is_late(window), person.has_left_early(window)) == (60 * hours, False, False)


def test_overlapping_times_count_once() -> None:
    """What was there twice at once is there once."""
    records = [presence(str(n), *span, registrant="A") for n, span in enumerate([(0, 30), (10, 20), (20, 45)])]

    [person] = merge_people(records, WINDOW)

    assert person.intervals == person.live == (interval(0, 45),)
    assert person.live[0] == Interval(at(0), at(45))


def test_people_without_any_id_are_each_counted() -> None:
    """In the report as in the list of its people."""
    nameless = [Participation(id="", role=Role.ATTENDEE, joined=at(0), left=at(60)) for _ in range(3)]
    stored = [pages.participants_page(nameless[:2]), pages.participants_page(nameless[2:])]

    found = report_of([], pages.presences(stored), circumstances(has_registration=False, limit=None))

    assert found.attended == len(person_rows([], nameless, WINDOW, ACCOUNT.workspace)) == 3


class MovingList:
    """A provider whose list of registrants moves on while it is read: one of them is on two pages."""

    async def past_session(self, *_: object) -> PastSession:
        """It has ended."""
        return PastSession(status=Status.FINISHED, start=at(0), end=at(60))

    async def registrants_page(self, _: str, token: str | None, __: object) -> Page[Registrant]:
        """Two pages."""
        names = ("B", "C") if token else ("A", "B")
        items = tuple(Registrant(registrant_id=name, email=f"{name}@example.com") for name in names)
        return Page(items=items, next_token=None if token else "2")

    async def participants_page(self, *_: object) -> Page[Participation]:
        """Nobody came."""
        return Page(items=(), next_token=None)


async def test_a_registrant_on_two_pages_is_one_person() -> None:
    """So that the file has one row for them, and a follow-up one message."""
    rows = await read_people(cast("WebinarProvider", MovingList()), webinar(), BULK)

    assert [row.registrant_id for row in rows] == ["A", "B", "C"]
