"""Links and ids of meetings, as people paste them; a password or token is never kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.event_link import event_number, registration_code, without_secrets

NUMBER = "81234567890"
SECRET = "Zm9vYmFy.1"
INVITATION = f"""Lena Berger is inviting you to a scheduled Zoom meeting.
Topic: Launch
Time: Mar 11, 2026 02:00 PM
Join Zoom Meeting
<https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}>

Meeting ID: 812 3456 7890
Passcode: 493817
One tap mobile
+13017158592,,{NUMBER}#,,,,*493817# US (Washington DC)"""


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "812 3456 7890",
        "812-3456-7890",
        "812\u00a03456\u00a07890",
        "812\u20133456\u20137890",
        "８１２ ３４５６ ７８９０",
        " 812 3456 7890. ",
        "`81234567890`",
        "Meeting ID: 812 3456 7890",
        "Webinar ID: 812 3456 7890\nPasscode: 493817",
        "ID de reunión: 812 3456 7890",
        "Meeting-ID: 812 3456 7890",
        "meeting id 81234567890 passcode 493817",
        f"https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}",
        f"<https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}>",
        f"<https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}&amp;from=x|us02web.zoom.us/j/{NUMBER}>",
        f"<https://zoom.us/j/{NUMBER}|the launch>",
        f"https://zoom.us/j/{NUMBER}#success",
        f"https://acme.zoom.us/w/{NUMBER}?tk={SECRET}&uuid=WN_x",
        f"https://acme.zoom.us/s/{NUMBER}",
        f"https://acme.zoom.us/wc/{NUMBER}/join?wpk=x",
        f"https://acme.zoom.us/wc/join/{NUMBER}",
        f"https://acme.zoom.us/meeting/{NUMBER}",
        f"https://acme.zoom.us/meeting/{NUMBER}/edit",
        f"https://acme.zoom.us/webinar/{NUMBER}",
        f"https://acme.zoomgov.com/j/{NUMBER}",
        f"us02web.zoom.us/j/{NUMBER}?pwd={SECRET}",
        f"zoom.us/j/{NUMBER}",
        f"HTTPS://US02WEB.ZOOM.US/j/{NUMBER}",
        f"zoommtg://zoom.us/join?action=join&confno={NUMBER}&pwd={SECRET}",
        f"<zoommtg://zoom.us/join?confno={NUMBER}&amp;pwd={SECRET}>",
        f"zoomus://zoom.us/join?confno={NUMBER}",
        f"Join: https://zoom.us/j/{NUMBER}?pwd={SECRET} see you",
        INVITATION,
    ],
)
def test_the_number_is_found(text: str) -> None:
    """In links of every kind, in ids however they are written, and in whole invitations."""
    assert event_number(text) == NUMBER


@pytest.mark.parametrize("number", ["123456789", "1234567890", NUMBER, "123456789012", "9223372036854775807"])
def test_numbers_of_every_length_are_found(number: str) -> None:
    """From nine digits to 64 bits."""
    assert event_number(number) == event_number(f"https://zoom.us/j/{number}?pwd=x") == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "launch day",
        "12345678",
        "1" * 20,
        "https://acme.zoom.us/webinar/register/WN_abc-DEF_123",
        "https://acme.zoom.us/meeting/register/tZAbc123",
        "https://acme.zoom.us/my/lena",
        "https://acme.zoom.us/rec/share/abc",
        "https://example.com/",
        "https://[::1/j/81234567890",
        "tel:+13017158592",
        "launch 812 3456 7890",
        "zoommtg://zoom.us/join?confno=abc",
    ],
)
def test_nothing_else_is_a_number(text: str) -> None:
    """Neither a title nor a page of registration."""
    assert event_number(text) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://acme.zoom.us/webinar/register/WN_abc-DEF_123", "WN_abc-DEF_123"),
        ("<https://us02web.zoom.us/meeting/register/tZAbc123?tk=x|register here>", "tZAbc123"),
        ("https://us06web.zoom.us/meeting/register/tZAbc123#/registration", "tZAbc123"),
        ("https://zoom.us/j/81234567890", ""),
        ("https://[::1/meeting/register/x", ""),
        ("WN_abc", ""),
    ],
)
def test_the_code_of_a_registration_page_is_found(text: str, code: str) -> None:
    """It is no number, but the page is known of the webinars that are here."""
    assert registration_code(text) == code


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"<https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}>", NUMBER),
        (f"<https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}|the launch> tomorrow 3pm", f"{NUMBER} tomorrow 3pm"),
        (f"https://acme.zoom.us/w/{NUMBER}?tk={SECRET} #marketing", f"{NUMBER} #marketing"),
        (f"zoommtg://zoom.us/join?confno={NUMBER}&amp;pwd={SECRET}", NUMBER),
        ("Meeting ID: 812 3456 7890 1d 1h", f"{NUMBER} 1d 1h"),
        ("812 3456 7890 tomorrow 3pm", f"{NUMBER} tomorrow 3pm"),
        ("812-3456-7890", NUMBER),
        (
            f"<https://acme.zoom.us/webinar/register/WN_abc?tk={SECRET}#x>",
            "https://acme.zoom.us/webinar/register/WN_abc",
        ),
        (f"https://acme.zoom.us/my/lena?pwd={SECRET}", "https://acme.zoom.us/my/lena"),
        (f"<https://acme.zoom.us/my/lena?pwd={SECRET}|my room> 3pm", "https://acme.zoom.us/my/lena 3pm"),
        (f"acme.zoom.us/my/lena?pwd={SECRET}", "acme.zoom.us/my/lena"),
        (
            f"<https://us02web.zoom.us/rec/share/ab.c?startTime=1&amp;pwd={SECRET}>",
            "https://us02web.zoom.us/rec/share/ab.c",
        ),
        (f"https://events.zoom.us/ejl/a?tk={SECRET}", "https://events.zoom.us/ejl/a"),
        (f"https://zoom.us/s/a?zak={SECRET}", "https://zoom.us/s/a"),
        (f"zoommtg://zoom.us/join?action=join&PWD={SECRET}", "zoommtg://zoom.us/join"),
        (f"https://acme.zoom.us/my/lena#pwd={SECRET}", "https://acme.zoom.us/my/lena"),
        (f"https://acme.example/a?token={SECRET}", "https://acme.example/a"),
        (f"Launch Passcode: {SECRET} 3pm", "Launch 3pm"),
        (f"Meeting ID: 812 3456 7890\nPasscode: {SECRET}\n", f"{NUMBER}\n"),
        (f"meeting id 81234567890 passcode: {SECRET}", NUMBER),
        (f"Launch password={SECRET}", "Launch"),
        ("Password managers 3pm", "Password managers 3pm"),
        ("Passcode: how we chose it", "Passcode: how we chose it"),
        ("<https://acme.example/a?b=c|Acme>", "<https://acme.example/a?b=c|Acme>"),
        ("launch 2 500", "launch 2 500"),
        ("launch 812 3456 7890", "launch 812 3456 7890"),
        ("1 000", "1 000"),
        ("Launch day <#C1|marketing>", "Launch day <#C1|marketing>"),
        ("", ""),
    ],
)
def test_a_reference_keeps_the_number_only(typed: str, kept: str) -> None:
    """So no password is shown again, and the rest of the command stays as it was typed."""
    assert without_secrets(typed) == kept
    assert SECRET not in without_secrets(typed)


PIECES = ("https://", "zoom.us", "/j/", NUMBER, "?pwd=", "<", ">", "|", " ", "ID:", "[", "zoommtg://", "&amp;")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join))
def test_any_text_is_survived(text: str) -> None:
    """And a number is one."""
    number = event_number(text)
    assert number == "" or (number.isascii() and number.isdigit() and 9 <= len(number) <= 19)
    registration_code(text)
    without_secrets(text)
