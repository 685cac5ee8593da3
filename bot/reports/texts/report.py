"""The report of a webinar that is over, as a message: figures, charts, breakdowns and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.model.registration_source import NOT_NAMED, OTHERS
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.reports.breakdown import NamedGroup, external_id_parts, source_parts
from bot.reports.model import Report
from bot.reports.texts import figures
from bot.slack import buttons
from bot.slack.blocks import Block, actions, as_of, clock_time, context, heading, message, paragraph, plain, section
from bot.slack.charts import MAX_POINTS, Series, bar_chart, line_chart, time_labels
from bot.slack.data_tables import NumberCell, Row, data_table
from bot.slack.data_words import data_message
from bot.slack.message import Message
from bot.webinars.texts.after_event import report_button
from bot.webinars.texts.facts import people

PEOPLE: Final = "report.people"
DOWNLOAD: Final = "report.download"
GROWTH: Final = "report.growth"
"""Show the report by person, send it as a CSV file, and show registrations over time. The value is a webinar's id."""

HEADER: Final = ("Registered", "Attended", "Rate")


def report_message(
    webinar: Webinar, report: Report, channels: Mapping[str, str], *, now: datetime, note: str = ""
) -> Message:
    """The report: counts only. `channels` maps the ids of public channels to their names."""
    provider = provider_name(webinar.id)
    sources = source_parts(report.by_source, channels)
    lines = [figures.funnel(report), figures.attendance(report), figures.apart(report)]
    takeaway = figures.takeaway(report, webinar)
    blocks = [
        *([paragraph(note)] if note else []),
        heading(webinar.title),
        section(takeaway),
        *(section("\n".join(group)) for group in lines if group),
        *(paragraph(sentence) for sentence in figures.notes(report, provider)),
        *_attendance_chart(report, webinar),
        *_source_chart(sources),
        *_table("Registrations by source", "Source", sources),
        *_table("Registrations by extra detail", "Detail", external_id_parts(report.by_external_id)),
        context(f"From {provider} {as_of(report.read_at, now)} · Counts only: no names are stored"),
        *_buttons(webinar, report),
    ]
    spoken = "\n".join([f"{plain(webinar.title)}: {takeaway}", *(line for group in lines for line in group)])
    return data_message(spoken, blocks)


def growth_message(webinar: Webinar, report: Report) -> Message:
    """Registrations over time with the limit, under what they show; without any, why there are none."""
    provider = provider_name(webinar.id)
    points, title = report.registrations, f"*{plain(webinar.title)}*"
    if not points:
        text = f"{title}: nobody registered before the end."
        if report.registered:
            text = f"{title}: {report.registered:,} registered before the end, but {provider} does not say when."
        return message(text, [section(text)])
    half = next(point.at for point in points if 2 * point.registered >= points[-1].registered)
    at = clock_time(half, webinar.time_zone)
    limit = f"; the limit was {report.limit:,}" if report.limit is not None else "; there was no limit"
    text = f"{title}: {points[-1].registered:,} registered before the end, half of them by {at}{limit}."
    series = [Series("Registered", [point.registered for point in points])]
    if report.limit is not None:
        series.append(Series("Limit at the end", [report.limit] * len(points)))
    labels = time_labels([point.at for point in points], webinar.time_zone)
    chart = line_chart("Registrations over time", labels, series, x_label=webinar.time_zone, y_label="People")
    return data_message(text, [section(text), chart])


def ready_message(webinar: Webinar) -> Message:
    """What a user is sent who waited for a report: that it is ready."""
    text = f"The report of *{plain(webinar.title)}* is ready."
    return message(text, [section(text), *actions(report_button(webinar))])


def _attendance_chart(report: Report, webinar: Webinar) -> list[Block]:
    """The drop-off; nothing if nobody was there, or it had no length."""
    if len(report.curve) < 2 or not report.peak or report.peak_at is None:
        return []
    labels = time_labels([point.at for point in report.curve], webinar.time_zone)
    present = Series("There", [point.present for point in report.curve])
    at = figures.session_time(report.peak_at, report, webinar)
    text = f"{people(report.peak)} were there at {at}, and {report.curve[-1].present:,} at the end."
    if report.peak == 1:
        text = "One person was there at a time."
    chart = line_chart("Attendance", labels, [present], x_label=webinar.time_zone, y_label="People there")
    return [section(f"*Attendance:* {text}"), chart]


def _source_chart(sources: Sequence[NamedGroup]) -> list[Block]:
    """Registered and attended for each source; nothing for a single one."""
    shown = sources[:MAX_POINTS]
    if len(shown) < 2:
        return []
    named = [one for one in shown if one.name not in (NOT_NAMED, OTHERS)]
    unnamed = sum(one.registered for one in shown if one.name == NOT_NAMED)
    text = _brought(named[0], unnamed) if named else "Nobody named a source that is listed."
    series = [
        Series("Registered", [one.registered for one in shown]),
        Series("Attended", [one.attended for one in shown]),
    ]
    chart = bar_chart("Registered and attended by source", [one.name for one in shown], series, y_label="People")
    return [section(f"*Sources:* {text}"), chart]


def _brought(part: NamedGroup, unnamed: int) -> str:
    rate = figures.percent(part.attended, part.registered)
    which = "most of those with a source" if unnamed > part.registered else "the most"
    return f"{plain(part.name)} brought {which}: {part.registered:,} registered, {part.attended:,} came ({rate})."


def _table(caption: str, name: str, parts: Sequence[NamedGroup]) -> list[Block]:
    rows: list[Row] = [[one.name, one.registered, one.attended, _rate(one.attended, one.registered)] for one in parts]
    return [data_table(caption, [name, *HEADER], rows)] if rows else []


def _rate(part: int, whole: int) -> NumberCell:
    return NumberCell(round(part / whole, 4) if whole else 0, figures.percent(part, whole))


def _buttons(webinar: Webinar, report: Report) -> list[Block]:
    return actions(
        buttons.webinar_button(webinar, "People", PEOPLE),
        buttons.webinar_button(webinar, "CSV", DOWNLOAD),
        buttons.webinar_button(webinar, "Registrations", GROWTH) if report.registrations else None,
        buttons.webinar_button(webinar, "Details", buttons.SHOW),
    )
