"""The people of a report, for the eyes of one user: a table, and the message above the CSV file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.model.registration_source import source_name
from bot.model.time_text import date_and_clock
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.reports.breakdown import MAX_NAME
from bot.reports.model import PersonRow
from bot.reports.texts.report import DOWNLOAD
from bot.slack import buttons
from bot.slack.blocks import actions, context, message, plain, section, zone_info
from bot.slack.data_tables import Row, data_table, rows_that_fit
from bot.slack.data_words import data_message
from bot.slack.message import Message
from bot.webinars.texts.facts import people as count_of

HEADER: Final = ("Name", "Email", "Attended", "Minutes", "Joined", "Left", "Remarks", "Source")
FOR_YOU: Final = "Visible only to you: none of this is stored"
READY: Final = "The people of the report are shown where you asked for them, visible only to you."
IN_DM: Final = "The file is in your direct messages with Greenroom. Delete it there when you no longer need it."


def people_message(webinar: Webinar, rows: Sequence[PersonRow], channels: Mapping[str, str]) -> Message:
    """The people in a table: those who attended first. As many as fit; the rest is in the CSV file."""
    provider = provider_name(webinar.id)
    title = f"*{plain(webinar.title)}*"
    file_button = buttons.webinar_button(webinar, "CSV", DOWNLOAD)
    if not rows:
        text = f"{title}: nobody registered, and nobody came."
        return message(text, [section(text)])
    zone = webinar.time_zone
    cells = [_row(one, zone, channels) for one in sorted(rows, key=_order)]
    shown = rows_that_fit(HEADER, cells)
    came = sum(one.attended for one in rows)
    text = f"{title}: {count_of(len(rows))}, {came:,} of them were there."
    if shown < len(rows):
        text += f" The table has the first {shown:,}; all of them are in the CSV file."
    notes = f"{FOR_YOU} · Read from {provider} · Times in {plain(zone)}"
    table = data_table(f"People of {webinar.title}", HEADER, cells)
    return data_message(text, [section(text), table, context(notes), *actions(file_button)])


def file_message(webinar: Webinar, count: int, left_out: int) -> Message:
    """The message above the file, which has `count` registrants; `left_out` came without a registration."""
    others = f", without {count_of(left_out)} who came without a registration" if left_out else ""
    text = f"The report of *{plain(webinar.title)}*: {count_of(count)}{others}. The file holds personal data."
    return message(text, [section(text)])


def _order(row: PersonRow) -> tuple[bool, str, str]:
    return not row.attended, row.last_name.casefold(), row.first_name.casefold()


def _row(row: PersonRow, zone: str, channels: Mapping[str, str]) -> Row:
    return [
        f"{row.first_name} {row.last_name}".strip() or "No name",
        row.email,
        "Yes" if row.attended else "No",
        row.minutes,
        _time(row.first_joined, zone),
        _time(row.last_left, zone),
        ", ".join(_remarks(row)),
        source_name(row.source, channels, MAX_NAME) if row.source else "",
    ]


def _remarks(row: PersonRow) -> list[str]:
    remarks = {
        "team": row.is_team,
        "late": row.late,
        "left early": row.left_early,
        "registered after the event": row.after_event,
        "not registered": not (row.registrant_id or row.is_team),
    }
    return [remark for remark, applies in remarks.items() if applies]


def _time(moment: datetime | None, zone: str) -> str:
    return date_and_clock(moment.astimezone(zone_info(zone))) if moment else ""
