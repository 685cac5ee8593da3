"""The direct messages of a follow-up: to its recipients, and to the user who sends it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.model.webinar import Webinar, one_line_title
from bot.providers.event_ref import provider_name
from bot.reports.completeness import FIRST
from bot.reports.follow_up import placeholders
from bot.reports.follow_up.recipient_table import DeliveryCounts
from bot.reports.follow_up.run_table import FollowUpRun, RunState
from bot.reports.report_table import StoredReport
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    button,
    clock_time,
    context,
    message,
    number,
    paragraph,
    plain,
    section,
    when,
)
from bot.slack.message import Message
from bot.webinars.texts.facts import people

OPT_OUT = "followup.opt_out"
OPT_IN = "followup.opt_in"
"""Of a recipient: stops follow-ups, and gets them again."""
STOP = "followup.stop"
REST = "followup.rest"
"""Of the sender; the value of both is the id of the webinar and that of the follow-up."""

FILE_NOT_SENT = "the file for your mailing tool was not"
OPTED_OUT = "You get no more messages like this one from organizers of this workspace."
LONG_OVER = timedelta(days=1)
"""Then the attendance is complete, whether a report was made or not."""
MAX_PREVIEW = 200
MAX_VALUE = 600
MAX_PIECE = MAX_SECTION // 5
"""Escaping makes at most five characters of one."""
_WORDS = re.compile(r"(?:\{[^{}\n]{1,40}\}|\S)+\s*|\s+")
"""Words with the space behind them; a placeholder is part of a word."""
_URL = re.compile(r"https?://[^\s<>|]+")
_AFTER_URL = ".,;:!?)]}”’\"'"

REASONS: Mapping[str, str] = {
    "deactivated": "their account is closed",
    "channel_not_found": "Slack does not let Greenroom write to them",
}
REFUSED = "Slack does not let Greenroom write to them"


def recipient_message(webinar: Webinar, run: FollowUpRun, text: str, first_name: str) -> Message:
    """The message to one person: the organizer's text with its placeholders replaced, and how to stop such messages."""
    blocks: list[Block] = [section(part) for part in text_sections(text, values(webinar, run.recording, first_name))]
    sender = context(f"From <@{run.user_id}>, to you as a participant of *{plain(webinar.title)}*")
    stop = button("Stop These Messages", OPT_OUT, webinar.id, label="Get no more follow-ups in this workspace")
    preview = placeholders.merge(text, plain_values(webinar, run.recording, first_name))
    return message(plain(preview, MAX_PREVIEW), [*blocks, sender, *actions(stop)])


def opt_in_row(session_id: str) -> list[Block]:
    """What replaces the button of a message whose recipient has stopped such messages."""
    again = button("Get Them Again", OPT_IN, session_id, label="Get follow-ups in this workspace again")
    return [context(OPTED_OUT), *actions(again)]


def opt_out_row(session_id: str) -> list[Block]:
    """The button of a message whose recipient gets such messages."""
    return actions(button("Stop These Messages", OPT_OUT, session_id, label="Get no more follow-ups in this workspace"))


def values(webinar: Webinar, recording: str, first_name: str) -> dict[str, str]:
    """The value of each placeholder, as mrkdwn."""
    flat = plain_values(webinar, recording, first_name)
    shown = {name: plain(value, MAX_VALUE) for name, value in flat.items()}
    link = {placeholders.RECORDING: _literal(recording)} if recording else {}
    return {**shown, placeholders.DATE: when(webinar.start, webinar.time_zone), **link}


def plain_values(webinar: Webinar, recording: str, first_name: str) -> dict[str, str]:
    """The value of each placeholder, as plain text."""
    return {
        placeholders.FIRST_NAME: " ".join(first_name.split()) or placeholders.NAMELESS,
        placeholders.TITLE: one_line_title(webinar.title),
        placeholders.DATE: clock_time(webinar.start, webinar.time_zone),
        placeholders.HOST: webinar.host_name or "the host",
        **({placeholders.RECORDING: recording} if recording else {}),
    }


def text_sections(text: str, shown: Mapping[str, str]) -> list[str]:
    """A text as mrkdwn in pieces that fit into sections: nothing in it mentions anybody, and links can be pressed."""
    pieces = [""]
    for word in _WORDS.findall(text.strip()):
        for part in _fitting(word, shown):
            if len(pieces[-1]) + len(part) > MAX_SECTION:
                # Sections are shown as paragraphs: begin the next one with a line, if it is not too long for that.
                before, _, line = pieces[-1].rpartition("\n")
                is_short = len(line) + len(part) <= MAX_SECTION
                pieces[-1:] = [before, line] if is_short else [pieces[-1], ""]
            pieces[-1] += part
    return [piece.strip("\n") for piece in pieces if piece.strip()]


def _fitting(word: str, shown: Mapping[str, str]) -> list[str]:
    """A word as mrkdwn, in pieces if it is longer than a section."""
    converted = placeholders.merge(word, shown, _literal)
    if len(converted) <= MAX_SECTION:
        return [converted]
    return [escape_text(word[start : start + MAX_PIECE]) for start in range(0, len(word), MAX_PIECE)]


def _literal(text: str) -> str:
    """Escaped text whose web addresses can be pressed."""
    shown, end = "", 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(_AFTER_URL)
        shown += escape_text(text[end : found.start()]) + f"<{escape_text(url)}>"
        end = found.start() + len(url)
    return shown + escape_text(text[end:])


def escape_text(text: str) -> str:
    """Text that Slack shows as it is, but for formatting such as *bold*: no mention in it notifies anybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attendance_note(stored: StoredReport | None, webinar: Webinar, now: datetime) -> str:
    """That the attendance is not complete yet, and when it may be; empty if it is, or nothing is missing any more."""
    provider = provider_name(webinar.id)
    if stored and stored.is_complete:
        return ""
    due_at = stored.due_at if stored else webinar.end + FIRST
    if stored is None and now > webinar.end + LONG_OVER:
        return ""
    again = f" Greenroom reads it on {when(due_at, webinar.time_zone)}." if due_at and due_at > now else ""
    return f"{provider} has not completed the attendance yet, so some who came may still count as absent.{again}"


def progress_message(webinar: Webinar, run: FollowUpRun, counted: DeliveryCounts) -> Message:
    """The message to the sender, which is kept current."""
    head, note, element = _progress(webinar, run, counted)
    lines = [line for line in [head, *_others(counted), _file_sentence(run, counted)] if line]
    blocks = [section("\n".join(lines)), *([paragraph(run.problem)] if run.problem else []), *actions(element)]
    return message(" ".join(lines), [*blocks, *([context(note)] if note else [])])


def _progress(webinar: Webinar, run: FollowUpRun, counted: DeliveryCounts) -> tuple[str, str, Element | None]:
    title, value = f"*{plain(webinar.title)}*", f"{run.session_id} {run.follow_up_id}"
    stop = button("Stop Sending", STOP, value, label=f"Stop the follow-up of {one_line_title(webinar.title)}")
    placed = counted.scheduled + counted.sent
    if run.state is RunState.SENDING:
        prepared = f"{placed:,} of {direct_messages(counted.total)} prepared" if counted.total else "making its file"
        head = f"Follow-up of {title}: {prepared}."
        return head, "Stop Sending takes back all that have not been sent yet.", stop
    if run.state is RunState.WAITING:
        until = f" by {when(run.finish_at, webinar.time_zone)}" if run.finish_at else ""
        head = f"Follow-up of {title}: {direct_messages(placed)} {'goes' if placed == 1 else 'go'} out{until}."
        return head, "Stop Sending takes back all that have not been sent yet.", stop
    if run.state is RunState.STOPPING:
        return f"Stopping the follow-up of {title}: taking back what has not been sent yet.", "", None
    if run.state is RunState.STOPPED:
        unsent = _not_sent(counted.waiting) if counted.waiting else "" if run.in_file >= 0 else FILE_NOT_SENT
        head = ", and ".join(filter(None, [f"Follow-up of {title} stopped. {_sent(placed)}", unsent])) + "."
        rest = button("Send the Rest", REST, value, style="primary", label="Send what was not sent")
        return head, "The rest can be sent for 7 days." if unsent else "", rest if unsent else None
    sent = f" {_sent(counted.sent)}." if counted.total else ""
    return f"Follow-up of {title} is done.{sent}", "", None


def direct_messages(count: int) -> str:
    """How many direct messages."""
    return number(count, "direct message")


def _sent(count: int) -> str:
    if not count:
        return "No direct message was sent"
    return f"{direct_messages(count)} {'was' if count == 1 else 'were'} sent"


def _not_sent(count: int) -> str:
    return f"{direct_messages(count)} {'was' if count == 1 else 'were'} not"


def _others(counted: DeliveryCounts) -> list[str]:
    sentences = []
    if counted.opted_out:
        sentences.append(f"{people(counted.opted_out)} opted out.")
    if counted.not_reached:
        reasons: dict[str, int] = {}
        for code, count in counted.refused:
            reason = REASONS.get(code, REFUSED)
            reasons[reason] = reasons.get(reason, 0) + count
        listed = "; ".join(f"{count:,}: {reason}" for reason, count in reasons.items())
        sentences.append(f"{people(counted.not_reached)} not reached ({listed}).")
    if counted.unclear:
        sentences.append(f"For {people(counted.unclear)} it is not clear whether Slack sent it; it is not repeated.")
    return sentences


def _file_sentence(run: FollowUpRun, counted: DeliveryCounts) -> str:
    if run.in_file > 0:
        also = ", those not reached among them" if counted.not_reached else ""
        return f"The file has {people(run.in_file)} for your mailing tool{also}."
    return "Nobody is left for your mailing tool, so there is no file." if run.in_file == 0 else ""


def file_comment(webinar: Webinar, count: int) -> str:
    """The comment on the file for the mailing tool."""
    return (
        f"{people(count)} of *{plain(webinar.title)}* to email, with the text for each. The file has personal data: "
        f"delete it here when you no longer need it."
    )
