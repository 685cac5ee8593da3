"""Reports: an ordinary one, any that a webinar could give (Hypothesis), and its people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.model.webinar import Webinar
from bot.reports.model import (
    MAX_GROUPS,
    MAX_POINTS,
    CurvePoint,
    Disagreement,
    Group,
    GroupKind,
    PersonRow,
    RegistrationPoint,
    Report,
    TeamCounts,
)
from bot.reports.progress import ReadingProgress
from bot.reports.texts import people as people_texts
from bot.reports.texts import report as report_texts
from bot.slack.message import Message, View
from bot.webinars.texts import card
from handlers.browse import texts as browse_texts
from handlers.report import texts as waiting
from tests.support.webinar_samples import MOMENTS, NASTY, NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROGRESS = ReadingProgress(pages=3, of_pages=21, people=2400, seconds_left=150.0)
STARTED = NOW - timedelta(hours=2)


def report(**changes: Any) -> Report:
    """The report of an hour with registration: 212 registered, 131 came, 98 stayed."""
    present = [40, 118, 120, 115, 98]
    facts: dict[str, Any] = {
        "has_registration": True,
        "start": STARTED,
        "end": STARTED + 60 * MINUTE,
        "invited": 30,
        "registered": 212,
        "attended": 131,
        "absent": 81,
        "stayed": 98,
        "left_early": 33,
        "late": 12,
        "returned": 4,
        "minutes": 52,
        "peak": 120,
        "peak_at": STARTED + 30 * MINUTE,
        "curve": tuple(CurvePoint(at=STARTED + 15 * n * MINUTE, present=many) for n, many in enumerate(present)),
        "team": TeamCounts(hosts=1, cohosts=2),
        "registrations": tuple(
            RegistrationPoint(at=STARTED - (3 - days) * DAY, registered=many)
            for days, many in enumerate((10, 105, 106, 212))
        ),
        "limit": 250,
        "by_source": (
            Group(name="slack:C0LAUNCH", registered=100, attended=80),
            Group(name="newsletter", registered=80, attended=40),
            Group(name="", registered=32, attended=11, kind=GroupKind.NONE),
        ),
        "by_external_id": (Group(name="", registered=212, attended=131, kind=GroupKind.NONE),),
        "complete": True,
        "read_at": NOW,
    }
    return Report(**(facts | changes))


def person(**changes: Any) -> PersonRow:
    """A registrant who came."""
    facts: dict[str, Any] = {
        "registrant_id": "r1",
        "first_name": "Iris",
        "last_name": "Moreno",
        "email": "iris@acme.example",
        "source": "newsletter",
        "registered_at": STARTED - timedelta(days=2),
        "attended": True,
        "first_joined": STARTED + MINUTE,
        "last_left": STARTED + 53 * MINUTE,
        "minutes": 52,
    }
    return PersonRow(**(facts | changes))


_COUNTS = st.integers(0, 10**6)
_NAMES = st.text(max_size=70) | st.sampled_from([NASTY, "slack:C1", "slack:C2", "slack", "ana@acme.example"])
_GROUPS = st.lists(
    st.builds(Group, name=_NAMES, registered=_COUNTS, attended=_COUNTS, kind=st.sampled_from(GroupKind)),
    max_size=MAX_GROUPS,
).map(tuple)
_TEXTS = st.text(max_size=300) | st.just(NASTY)
REPORTS = st.builds(
    Report,
    has_registration=st.booleans(),
    start=st.just(STARTED),
    end=st.timedeltas(timedelta(), timedelta(hours=12)).map(lambda length: STARTED + length),
    **dict.fromkeys(("invited", "registered", "attended", "absent", "stayed", "left_early", "late"), _COUNTS),
    **dict.fromkeys(("returned", "ejected", "after_event", "without_registrant", "minutes", "peak"), _COUNTS),
    team=st.builds(TeamCounts, hosts=_COUNTS, cohosts=_COUNTS, panelists=_COUNTS, registered=_COUNTS),
    disagreement=st.builds(Disagreement, only_registration=_COUNTS, only_history=_COUNTS),
    peak_at=st.none() | MOMENTS,
    curve=st.lists(st.builds(CurvePoint, at=MOMENTS, present=_COUNTS), max_size=MAX_POINTS)
    .map(lambda points: sorted(points, key=lambda point: point.at))
    .map(tuple),
    registrations=st.lists(st.builds(RegistrationPoint, at=MOMENTS, registered=_COUNTS), max_size=3)
    .map(lambda points: sorted(points, key=lambda point: (point.registered, point.at)))
    .map(tuple),
    limit=st.none() | _COUNTS,
    by_source=_GROUPS,
    by_external_id=_GROUPS,
    complete=st.booleans(),
    read_at=MOMENTS,
)
PERSON_ROWS = st.builds(
    PersonRow,
    registrant_id=st.sampled_from(["", "r1"]),
    **dict.fromkeys(("first_name", "last_name", "email", "source", "external_id"), _TEXTS),
    external_ids=st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple),
    registered_at=st.none() | MOMENTS,
    attended=st.booleans(),
    first_joined=st.none() | MOMENTS,
    last_left=st.none() | MOMENTS,
    minutes=_COUNTS,
)
"""Any person, also one without a name, or with one that pings, links and formats."""


def report_messages(one: Webinar) -> list[Message]:
    """The report and its people as messages, and what is said while it is read."""
    over = one.model_copy(update={"start": STARTED, "length": 60 * MINUTE})
    return [
        report_texts.report_message(over, report(), {}, now=NOW),
        report_texts.growth_message(over, report()),
        report_texts.ready_message(over),
        people_texts.people_message(over, [person()], {}),
        people_texts.file_message(over, 3, 1),
        waiting.reading_message(over),
        waiting.long_message(over, PROGRESS),
        waiting.progress_message(over, PROGRESS),
        browse_texts.details(over, now=NOW, host_link=None, can_manage=True),
        browse_texts.details(over, now=NOW, host_link=None, can_manage=False, can_run=True),
        card.card(over, now=NOW),
    ]


def report_modals(one: Webinar) -> list[View]:
    """The modals in front of a report."""
    return [
        waiting.reading_view(one),
        waiting.reading_view(one, PROGRESS),
        waiting.failed_view("No."),
        waiting.sent_view(),
    ]
