"""Charts and tables: within Slack's limits for any content, and the same figures in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.blocks import section
from bot.slack.charts import (
    MAX_POINTS,
    MAX_SERIES,
    Series,
    bar_chart,
    line_chart,
    time_labels,
    unique_labels,
)
from bot.slack.data_tables import MAX_COLUMNS, NumberCell, Row, data_table, rows_that_fit
from bot.slack.data_words import chart_lines, data_message, in_words, table_lines
from bot.slack.error_message import message_view
from sandbox.slack.surfaces import message_problems
from tests.support.block_kit import check_message, check_view
from tests.support.webinar_samples import NASTY

DAYS = [datetime(2026, 11, day, 9, tzinfo=UTC) for day in range(1, 4)]
CELLS = st.text(max_size=300) | st.integers(-(10**9), 10**9) | st.builds(NumberCell, st.floats(0, 1), st.just("62 %"))


def test_a_chart_has_its_figures_as_points_and_as_lines() -> None:
    """The docs of the block have this shape."""
    chart = line_chart(
        "Growth", ["Mon", "Tue"], [Series("Registered", [1, 2.5]), Series("Limit", [9, 9])], x_label="UTC"
    )
    assert chart == {
        "type": "data_visualization",
        "title": "Growth",
        "chart": {
            "type": "line",
            "series": [
                {"name": "Registered", "data": [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2.5}]},
                {"name": "Limit", "data": [{"label": "Mon", "value": 9}, {"label": "Tue", "value": 9}]},
            ],
            "axis_config": {"categories": ["Mon", "Tue"], "x_label": "UTC"},
        },
    }
    assert chart_lines(chart) == ["Growth", "Mon: Registered 1, Limit 9", "Tue: Registered 2.5, Limit 9"]
    single = bar_chart("Sources", ["newsletter"], [Series("Registered", [1204])])
    assert (single["chart"]["type"], chart_lines(single)) == ("bar", ["Sources", "newsletter: 1,204"])


def test_a_table_has_numbers_as_numbers() -> None:
    """So that a column sorts by number; empty cells, which Slack refuses, have a dash."""
    rows: list[Row] = [["newsletter", 1204, NumberCell(0.62, "62 %")], ["", 1, NumberCell(1, "100 %")]]
    table = data_table("Sources", ["Source", "Registered", "Rate"], rows)
    assert table["rows"][1] == [
        {"type": "raw_text", "text": "newsletter"},
        {"type": "raw_number", "value": 1204, "text": "1,204"},
        {"type": "raw_number", "value": 0.62, "text": "62 %"},
    ]
    assert table["rows"][2][0] == {"type": "raw_text", "text": "–"}
    assert table_lines(table)[1] == "newsletter · Registered: 1,204 · Rate: 62 %"


@pytest.mark.parametrize(
    ("labels", "unique"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a 2", "a 3"]),
        (["", " \n"], ["–", "– 2"]),
        (["x" * 20], ["x" * 20]),
        (["x" * 21, "x" * 22], ["x" * 19 + "…", "x" * 17 + "… 2"]),
        (["a 2", "a", "a"], ["a 2", "a", "a 3"]),
    ],
)
def test_labels_are_cut_and_unique(labels: list[str], unique: list[str]) -> None:
    """Slack takes 20 characters, and each category once."""
    assert unique_labels(labels) == unique


@pytest.mark.parametrize(
    ("moments", "zone", "labels"),
    [
        (DAYS, "UTC", ["Nov 1", "Nov 2", "Nov 3"]),
        ([DAYS[0], DAYS[0] + timedelta(days=366)], "UTC", ["Nov 1, 2026", "Nov 2, 2027"]),
        ([DAYS[0], DAYS[0] + timedelta(minutes=5)], "Europe/Madrid", ["10:00 AM", "10:05 AM"]),
        ([DAYS[0], DAYS[0] + timedelta(seconds=5)], "UTC", ["9:00:00 AM", "9:00:05 AM"]),
        ([DAYS[0].replace(hour=23), DAYS[1].replace(hour=0)], "UTC", ["Nov 1, 11:00 PM", "Nov 2, 12:00 AM"]),
        ([DAYS[0].replace(hour=hour) for hour in (5, 6, 7)], "America/New_York", ["1:00 AM", "1:00 AM 2", "2:00 AM"]),
        (DAYS[:1], "No/Zone", ["9:00 AM"]),
    ],
)
def test_times_are_as_short_as_tells_them_apart(moments: list[datetime], zone: str, labels: list[str]) -> None:
    """In the given zone, also where a clock is set back."""
    assert time_labels(moments, zone) == labels


@pytest.mark.parametrize(("series", "points"), [(0, 1), (1, 0), (7, 1), (1, 21)])
def test_a_chart_that_slack_refuses_is_an_error(series: int, points: int) -> None:
    """Whoever builds it has to sum up first."""
    with pytest.raises(ValueError, match="a chart has"):
        line_chart("x", list("abcdefghijklmnopqrstu")[:points], [Series("x", [1] * points)] * series)


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_charts_and_tables_of_any_content_are_within_slacks_limits(data: st.DataObject) -> None:
    """As blocks, as text for screen readers, and in words."""
    texts = st.text(max_size=80) | st.sampled_from(NASTY)
    labels = data.draw(st.lists(texts, min_size=1, max_size=MAX_POINTS))
    values = st.lists(st.integers(0, 10**6), min_size=len(labels), max_size=len(labels))
    series = data.draw(st.lists(st.builds(Series, texts, values), min_size=1, max_size=MAX_SERIES))
    columns = data.draw(st.integers(1, MAX_COLUMNS))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=columns, max_size=columns), min_size=1, max_size=130))
    header = data.draw(st.lists(texts, min_size=columns, max_size=columns))
    title = data.draw(texts)
    blocks = [line_chart(title, labels, series), bar_chart(title, labels, series), data_table(title, header, rows)]

    message = data_message("x", [section("x"), *blocks])
    check_message(message.text, message.blocks)
    words = in_words(message)
    assert words is not None
    check_message(words.text, words.blocks)
    check_view(message_view(message))
    assert {block["type"] for block in words.blocks} == {"section"}


@pytest.mark.parametrize(
    ("rows", "length", "fit"), [(100, 10, 100), (101, 10, 100), (100, 200, 99), (130, 150, 100), (1, 10, 1)]
)
def test_only_rows_that_fit_are_in_a_table(rows: int, length: int, fit: int) -> None:
    """100 rows, and 20,000 characters with the header."""
    cells: list[list[Any]] = [["y" * length]] * rows
    assert rows_that_fit(["Name"], cells) == fit
    table = data_table("People", ["Name"], cells)
    assert len(table["rows"]) == fit + 1
    assert message_problems([table]) == []


def test_what_does_not_fit_in_words_is_counted() -> None:
    """The rows that are left out are the last ones."""
    rows = [[f"row {number}", "y" * 190] for number in range(100)]
    words = in_words(data_message("x", [data_table("People", ["Name", "Text"], rows)]))
    assert words is not None
    texts = [block["text"]["text"] for block in words.blocks]
    shown = sum(text.count("• row") for text in texts)
    assert texts[0].startswith("*People*\n• row 0 · Text: yyy")
    assert texts[-1] == f"… and {100 - shown} more"


def test_a_message_without_figures_has_no_other_words() -> None:
    """It is refused for another reason, so sending it again would be in vain."""
    assert in_words(data_message("x", [section("x")])) is None
