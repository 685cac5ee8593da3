"""The calendar file: one entry per webinar, in UTC, with the person's own link."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.model.webinar import Webinar
from bot.webinars.calendar_file import calendar_file, file_name, uid
from tests.support.db_samples import OTHER_ACCOUNTS
from tests.support.webinar_samples import NOW, START, WEBINARS, webinar

LINK = "https://join.example/own/ana"


def written(one: Webinar, **how: Any) -> tuple[Any, Any]:
    """Return the calendar parsed from the file, and its only event."""
    file = calendar_file(one, **{"now": NOW, "link": LINK, "sequence": 0, **how})
    whole = Calendar.from_ical(file)
    (event,) = whole.walk("VEVENT")
    return whole, event


def test_file_has_the_facts_of_the_webinar() -> None:
    """Title, times in UTC, the person's link in the fields that calendars read, and the method PUBLISH."""
    madrid = START.astimezone(ZoneInfo("Europe/Madrid"))
    whole, event = written(
        webinar(start=madrid, description="What is new"), sequence=3, introduction="Your seat is booked."
    )

    assert (str(whole["METHOD"]), str(event["STATUS"]), event["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", 3)
    assert str(event["SUMMARY"]) == "Launch day"
    assert event.decoded("DTSTART") == START
    assert event.decoded("DTEND") == START + timedelta(minutes=45)
    assert event.decoded("DTSTAMP") == NOW
    assert str(event["LOCATION"]) == str(event["URL"]) == LINK
    assert str(event["DESCRIPTION"]) == f"Your seat is booked.\n\nJoin: {LINK}\n\nWhat is new"
    file = calendar_file(webinar(start=madrid), now=NOW, link=LINK, sequence=3)
    assert f"DTSTART:{START:%Y%m%dT%H%M%S}Z\r\n".encode() in file


def test_later_file_replaces_an_earlier_one() -> None:
    """Moved, renamed or with another link, it has the same UID."""
    first = uid(webinar())
    moved = webinar(start=START + timedelta(days=1), title="Launch week")
    assert str(written(moved, sequence=1, link="https://join.example/new")[1]["UID"]) == first
    others = {uid(webinar(session_id="s2")), *(uid(webinar(account=other)) for other in OTHER_ACCOUNTS)}
    assert len(others | {first}) == 2 + len(OTHER_ACCOUNTS)


def test_canceled_file_removes_the_entry() -> None:
    """With the same UID, and without a link."""
    whole, event = written(webinar(), canceled=True, sequence=4, link="")
    assert (str(whole["METHOD"]), str(event["STATUS"])) == ("CANCEL", "CANCELLED")
    assert str(event["UID"]) == uid(webinar())
    assert "URL" not in event
    assert "LOCATION" not in event


def test_entry_of_the_panel_starts_early() -> None:
    """The end does not change."""
    _, event = written(webinar(), early=timedelta(minutes=15))
    assert event.decoded("DTSTART") == START - timedelta(minutes=15)
    assert event.decoded("DTEND") == START + timedelta(minutes=45)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Launch day", "Launch day.ics"),
        ("  Launch\n day ", "Launch day.ics"),
        ("Q3/Q4: what's new?", "Q3 Q4 what's new.ics"),
        ("../../etc/passwd", "etc passwd.ics"),
        ("C:\\temp\\launch", "C temp launch.ics"),
        ('"Launch" <day> | *', "Launch day.ics"),
        ("Vorstellung für Zoë: 新製品の発表 🎉", "Vorstellung für Zoë 新製品の発表 🎉.ics"),
        ("Zoe\u0308", "Zo\u00eb.ics"),
        ("invoice\u202efdp.exe", "invoice fdp.exe.ics"),
        ("Launch...", "Launch.ics"),
        (".hidden", "hidden.ics"),
        ("con", "webinar con.ics"),
        ("COM1.day", "webinar COM1.day.ics"),
        ("?*|", "webinar.ics"),
        ("", "Untitled webinar.ics"),
        ("\u200b", "webinar.ics"),
        ("x" * 300, f"{'x' * 60}.ics"),
        (f"{'x' * 59} day", f"{'x' * 59}.ics"),
    ],
)
def test_name_of_the_file_contains_the_title(title: str, expected: str) -> None:
    """In one line, without what a file system forbids or what hides the extension."""
    assert file_name(webinar(title=title)) == expected


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_title_makes_a_valid_file_name(title: str) -> None:
    """For any text: within 255 bytes, and the same after a system has trimmed or normalized it."""
    name = file_name(webinar(title=title))
    assert name.endswith(".ics")
    assert 4 < len(name.encode()) <= 255
    assert name == name.strip(" .")
    assert not set(name) & set('\\/:*?"<>|\n\r\t\0')
    assert name == unicodedata.normalize("NFC", name)


@settings(max_examples=40, deadline=None)
@given(WEBINARS, st.text(max_size=80))
def test_any_webinar_is_read_back_as_it_was_written(one: Webinar, introduction: str) -> None:
    """With any title and description: one event, the same times, no line over the limit."""
    _, event = written(one, introduction=introduction)
    assert event.decoded("DTSTART") == one.start.replace(microsecond=0)
    assert event.decoded("DTEND") == one.end.replace(microsecond=0)
    file = calendar_file(one, now=datetime(2026, 1, 1, tzinfo=UTC), link=LINK, sequence=0, introduction=introduction)
    assert max(map(len, file.split(b"\r\n"))) <= 75
    assert len(file.splitlines()) == file.count(b"\r\n")
