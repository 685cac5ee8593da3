"""What a report says: each figure with what it counts, charts under their takeaway, tables, and its people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.registration_source import PRIVATE_CHANNEL
from bot.model.webinar import Webinar
from bot.reports.definitions import DEFINITIONS, JOINED_BY_LINK
from bot.reports.model import Disagreement, Group, GroupKind, PersonRow, Report, TeamCounts
from bot.reports.texts import figures
from bot.reports.texts.people import people_message
from bot.reports.texts.report import growth_message, report_message
from bot.slack.blocks import clock_time
from bot.slack.data_words import in_words
from bot.slack.message import Message
from tests.support.block_kit import buttons, check_message, visible_text
from tests.support.report_view_samples import MINUTE, PERSON_ROWS, REPORTS, STARTED, person, report
from tests.support.webinar_samples import MOMENTS, NOW, WEBINARS, webinar

CHANNELS = {"C0LAUNCH": "launch"}
OVER = webinar(start=STARTED, length=60 * MINUTE)


def blocks_of(message: Message, kind: str) -> list[dict[str, Any]]:
    """The blocks of this type."""
    return [block for block in message.blocks if block["type"] == kind]


def table_rows(block: dict[str, Any]) -> list[list[str]]:
    """The texts of the cells of a table, without its header."""
    return [[cell["text"] for cell in row] for row in block["rows"][1:]]


def test_the_report_states_what_each_figure_counts() -> None:
    """The takeaway first, then the funnel with the part of the step before, the times, and the team apart."""
    shown = report_message(OVER, report(), CHANNELS, now=NOW)
    words = visible_text(shown.blocks)
    takeaway = (
        "*212 registered, 131 came (62%).* 98 of them stayed to the end. Most were there at 2:50 PM CET: 120 people."
    )
    assert takeaway in words
    for line in (
        f"*Invited: 30*, {DEFINITIONS['invited']}",
        f"*Registered: 212*, {DEFINITIONS['registered']}",
        f"*Attended: 131* (62%), {DEFINITIONS['attended']}",
        f"*Stayed: 98* (75%), {DEFINITIONS['stayed']}",
        f"*Absent: 81* (38%), {DEFINITIONS['absent']}",
        f"*Minutes: 52*, {DEFINITIONS['minutes']}",
        f"*Late: 12* (9%), {DEFINITIONS['late']}",
        f"*Left early: 33* (25%), {DEFINITIONS['left_early']}",
        f"*Returned: 4* (3%), {DEFINITIONS['returned']}",
        f"*Team: 3* (1 host, 2 co-hosts), {DEFINITIONS['team']}",
    ):
        assert line in words
        assert line in shown.text  # screen readers
    assert "Removed" not in words
    assert "After the event" not in words


def test_charts_stand_under_their_takeaway_and_tables_below() -> None:
    """The drop-off in the webinar's own zone, and the sources; rates are numbers, so that they sort."""
    shown = report_message(OVER, report(), CHANNELS, now=NOW)
    drop_off, sources = blocks_of(shown, "data_visualization")
    assert drop_off["chart"]["axis_config"]["categories"] == ["2:20 PM", "2:35 PM", "2:50 PM", "3:05 PM", "3:20 PM"]
    assert [point["value"] for point in drop_off["chart"]["series"][0]["data"]] == [40, 118, 120, 115, 98]
    assert sources["chart"]["axis_config"]["categories"] == ["Slack #launch", "newsletter", "Not named"]
    assert [[point["value"] for point in one["data"]] for one in sources["chart"]["series"]] == [
        [100, 80, 32],
        [80, 40, 11],
    ]
    texts = [block.get("text", {}).get("text", "") for block in shown.blocks]
    at = [shown.blocks.index(one) for one in (drop_off, sources)]
    assert texts[at[0] - 1] == "*Attendance:* 120 people were there at 2:50 PM CET, and 98 at the end."
    assert texts[at[1] - 1] == "*Sources:* Slack #launch brought the most: 100 registered, 80 came (80%)."
    [table] = blocks_of(shown, "data_table")
    assert table_rows(table) == [
        ["Slack #launch", "100", "80", "80%"],
        ["newsletter", "80", "40", "50%"],
        ["Not named", "32", "11", "34%"],
    ]
    assert {cell["type"] for row in table["rows"][1:] for cell in row[1:]} == {"raw_number"}
    assert list(buttons(shown.blocks)) == ["People", "CSV", "Registrations", "Details"]


def test_sources_and_external_ids_have_the_names_that_people_know() -> None:
    """Two private channels are one; a key of an external id has its own row."""
    groups = (
        Group(name="slack:C1", registered=5, attended=3),
        Group(name="slack:C2", registered=4, attended=1),
        Group(name="slack", registered=3, attended=3),
        Group(name="", registered=2, attended=0, kind=GroupKind.OTHERS),
    )
    keys = (
        Group(name="lid", registered=6, attended=4),
        Group(name="", registered=5, attended=5, kind=GroupKind.PLAIN),
        Group(name="", registered=3, attended=0, kind=GroupKind.NONE),
    )
    shown = report_message(OVER, report(by_source=groups, by_external_id=keys), {}, now=NOW)
    by_source, by_key = blocks_of(shown, "data_table")
    assert table_rows(by_source) == [
        [PRIVATE_CHANNEL, "9", "4", "44%"],
        ["Slack, by command", "3", "3", "100%"],
        ["Others", "2", "0", "0%"],
    ]
    assert table_rows(by_key) == [
        ["lid", "6", "4", "67%"],
        ["A value without a name", "5", "5", "100%"],
        ["No detail", "3", "0", "0%"],
    ]


@pytest.mark.parametrize(
    ("changes", "present", "absent"),
    [
        ({"has_registration": False, "registered": 0, "absent": 0}, "*131 people came.* 98 of them", "Registered:"),
        (
            {"registered": 0, "attended": 0, "stayed": 0, "peak_at": None},
            "*Nobody registered before the end.*",
            "Late:",
        ),
        ({"attended": 0, "stayed": 0, "peak": 0, "peak_at": None}, "*212 registered, 0 came (0%).*", "Most were"),
        ({"after_event": 7}, f"*After the event: 7*, {DEFINITIONS['after_event']}", "without a registration"),
        (
            {"without_registrant": 5},
            f"*Without registration: 5*, {DEFINITIONS['without_registrant']}",
            "After the event",
        ),
        ({"ejected": 1}, f"*Removed: 1*, {DEFINITIONS['ejected']}", "differ"),
        (
            {"disagreement": Disagreement(only_registration=2, only_history=1)},
            "2 people only in the list of registrants: they count as attended; 1 person only in the list of part",
            "still completing",
        ),
        (
            {"disagreement": Disagreement(only_history=3)},
            "who joined: 3 people only in the list of participants: they count as absent.",
            "in the list of registrants",
        ),
        ({"complete": False}, "RingCentral is still completing these figures.", "differ"),
        (
            {"end": STARTED + 16 * MINUTE},
            "In a webinar this short, late is more than 4 minutes after the start, and early more than 4 minutes",
            "differ",
        ),
        ({"team": TeamCounts(panelists=1, registered=1)}, "*Team: 1* (1 panelist, 1 of them registered)", "1 host"),
        ({"invited": 0}, "*Registered: 212*", "Invited:"),
        ({"peak_at": STARTED + 11 * 60 * MINUTE}, "Most were there at Nov 22, 1:20 AM CET", "differ"),  # past midnight
    ],
)
def test_a_report_says_what_is_special(changes: dict[str, Any], present: str, absent: str) -> None:
    """And nothing about what is not."""
    words = visible_text(report_message(OVER, report(**changes), CHANNELS, now=NOW).blocks)
    assert present in words
    assert absent not in words


@pytest.mark.parametrize(("has_registration", "counted"), [(True, DEFINITIONS["attended"]), (False, JOINED_BY_LINK)])
def test_attended_says_what_it_counts_in_this_webinar(has_registration: bool, counted: str) -> None:
    """With registration or without: never both."""
    changes = {} if has_registration else {"registered": 0, "absent": 0, "by_source": (), "by_external_id": ()}
    words = visible_text(report_message(OVER, report(has_registration=has_registration, **changes), {}, now=NOW).blocks)
    [line] = [line for line in words.splitlines() if line.startswith("*Attended: ")]
    assert line.endswith(f", {counted}")
    assert ("shared link" in words, "registrants who joined" in line) == (not has_registration, has_registration)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "–"), (0, 9, "0%"), (9, 9, "100%"), (1, 1000, "1%"), (999, 1000, "99%"), (131, 212, "62%"), (1, 8, "13%")],
)
def test_a_rate_is_round_and_never_claims_all_or_nobody(part: int, whole: int, text: str) -> None:
    """100% is everybody, 0% is nobody; half a percent is rounded as in the notice of the results."""
    assert figures.percent(part, whole) == text


def test_sources_that_are_one_name_are_listed_by_all_of_their_people() -> None:
    """Several small private channels together may have brought the most of those with a source; most have none."""
    groups = (
        Group(name="newsletter", registered=6, attended=2),
        *(Group(name=f"slack:C{number}", registered=5 - number, attended=2) for number in range(3)),
        Group(name="", registered=20, attended=1, kind=GroupKind.NONE),
    )
    shown = report_message(OVER, report(by_source=groups), {}, now=NOW)
    first = f"*Sources:* {PRIVATE_CHANNEL} brought most of those with a source: 12 registered, 6 came (50%)."
    assert first in visible_text(shown.blocks)
    [table, *_] = blocks_of(shown, "data_table")
    assert [row[0] for row in table_rows(table)] == [PRIVATE_CHANNEL, "newsletter", "Not named"]


def test_without_figures_there_is_no_chart() -> None:
    """Nobody was there, or all registrants have one source."""
    nobody = report(attended=0, peak=0, peak_at=None, curve=(), by_source=report().by_source[:1])
    shown = report_message(OVER, nobody, CHANNELS, now=NOW)
    assert blocks_of(shown, "data_visualization") == []
    assert len(blocks_of(shown, "data_table")) == 1


@pytest.mark.parametrize(
    ("limit", "sentence", "lines"),
    [
        (250, "; the limit was 250.", {"Registered": [10, 105, 106, 212], "Limit at the end": [250] * 4}),
        (None, "; there was no limit.", {"Registered": [10, 105, 106, 212]}),
    ],
)
def test_registrations_over_time_stand_under_when_half_had_registered(
    limit: int | None, sentence: str, lines: dict[str, list[int]]
) -> None:
    """With the limit, if there was one."""
    shown = growth_message(OVER, report(limit=limit))
    half = clock_time(STARTED - timedelta(days=1), OVER.time_zone)
    assert shown.blocks[0]["text"]["text"] == (
        f"*Launch day*: 212 registered before the end, half of them by {half}{sentence}"
    )
    [chart] = blocks_of(shown, "data_visualization")
    series = {one["name"]: [point["value"] for point in one["data"]] for one in chart["chart"]["series"]}
    assert series == lines
    assert chart["chart"]["axis_config"]["categories"] == ["Nov 18", "Nov 19", "Nov 20", "Nov 21"]
    assert "nobody registered" in growth_message(OVER, report(registered=0, registrations=())).text
    assert (
        "212 registered before the end, but RingCentral does not say when."
        in growth_message(OVER, report(registrations=())).text
    )


def test_the_people_stand_in_a_table_those_who_came_first() -> None:
    """With remarks, in the webinar's own zone; people who did not register too."""
    rows = [
        person(first_name="Ana", attended=False, first_joined=None, last_left=None, minutes=0, after_event=True),
        person(late=True, left_early=True),
        person(registrant_id="", first_name="", last_name="", email="", source=""),
        person(first_name="Hugo", is_team=True, source="slack:C0LAUNCH"),
    ]
    shown = people_message(OVER, rows, CHANNELS)
    [table] = blocks_of(shown, "data_table")
    assert table_rows(table) == [
        ["No name", "–", "Yes", "52", "Nov 21, 2026 at 2:21 PM", "Nov 21, 2026 at 3:13 PM", "not registered", "–"],
        ["Hugo Moreno", "iris@acme.example", "Yes", "52", *table_rows(table)[1][4:6], "team", "Slack #launch"],
        ["Iris Moreno", "iris@acme.example", "Yes", "52", *table_rows(table)[2][4:6], "late, left early", "newsletter"],
        ["Ana Moreno", "iris@acme.example", "No", "0", "–", "–", "registered after the event", "newsletter"],
    ]
    assert shown.blocks[0]["text"]["text"] == "*Launch day*: 4 people, 3 of them were there."
    assert "Iris Moreno" in shown.text


def test_of_many_people_the_table_has_the_first_hundred() -> None:
    """The sentence above says where the others are."""
    shown = people_message(OVER, [person(registrant_id=str(number)) for number in range(250)], {})
    [table] = blocks_of(shown, "data_table")
    assert len(table["rows"]) == 101
    told = "250 people, 250 of them were there. The table has the first 100; all of them are in the CSV file."
    assert told in shown.text
    assert "nobody registered, and nobody came" in people_message(OVER, [], {}).text


@settings(deadline=None, max_examples=25)
@given(WEBINARS, REPORTS, st.lists(PERSON_ROWS, max_size=130), MOMENTS)
def test_every_report_is_within_slacks_limits(one: Webinar, found: Report, rows: list[PersonRow], now: Any) -> None:
    """As shown, and in words where Slack refuses charts and tables; no address in either."""
    shown = report_message(one, found, {"C1": "x" * 80}, now=now, note="It is ready.")
    for message in (shown, people_message(one, rows, {}), growth_message(one, found)):
        check_message(message.text, message.blocks)
        words = in_words(message) or message
        check_message(words.text, words.blocks)
    assert "ana@acme.example" not in shown.text + str(shown.blocks)
