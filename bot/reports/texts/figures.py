"""The figures of a report in words: each says what it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.model.time_text import clock_text, zone_label
from bot.model.webinar import Webinar
from bot.reports.definitions import DEFINITIONS, EARLY, JOINED_BY_LINK, LATE, early_before, late_after
from bot.reports.model import Report, TeamCounts
from bot.slack.blocks import number, zone_info
from bot.webinars.texts.facts import people
from bot.webinars.totals import percent_of

NOBODY: Final = "Nobody was there."


def takeaway(report: Report, webinar: Webinar) -> str:
    """The result in one or two sentences (mrkdwn)."""
    came = f"{people(report.attended)} came"
    if report.has_registration:
        rate = f" ({percent(report.attended, report.registered)})" if report.registered else ""
        came = f"{report.registered:,} registered, {report.attended:,} came{rate}"
        if not report.registered and not report.attended:
            came = "Nobody registered before the end"
    stayed = f" {report.stayed:,} of them stayed to the end." if report.attended else ""
    return f"*{came}.*{stayed}{_peak(report, webinar)}"


def funnel(report: Report) -> list[str]:
    """The steps from the invitation to the end, each with its part of the step before (mrkdwn)."""
    registered = [
        figure("invited", "Invited", report.invited) if report.invited else "",
        figure("registered", "Registered", report.registered),
    ]
    attended = figure("attended", "Attended", report.attended, report.registered)
    if not report.has_registration:
        attended = f"*Attended: {report.attended:,}*, {JOINED_BY_LINK}"
    stayed = figure("stayed", "Stayed", report.stayed, report.attended)
    absent = figure("absent", "Absent", report.absent, report.registered) if report.has_registration else ""
    return [line for line in [*(registered if report.has_registration else []), attended, stayed, absent] if line]


def attendance(report: Report) -> list[str]:
    """How those who attended were there (mrkdwn); nothing if nobody did."""
    if not report.attended:
        return []
    return [
        f"*Minutes: {report.minutes:,}*, {DEFINITIONS['minutes']}",
        figure("late", "Late", report.late, report.attended),
        figure("left_early", "Left early", report.left_early, report.attended),
        figure("returned", "Returned", report.returned, report.attended),
        *([figure("ejected", "Removed", report.ejected)] if report.ejected else []),
    ]


def apart(report: Report) -> list[str]:
    """Who is in no other figure, or came without a registration (mrkdwn)."""
    return [
        f"*Team: {report.team.attended:,}*{_roles(report.team)}, {DEFINITIONS['team']}",
        *([figure("after_event", "After the event", report.after_event)] if report.after_event else []),
        *(
            [figure("without_registrant", "Without registration", report.without_registrant)]
            if report.without_registrant
            else []
        ),
    ]


def notes(report: Report, provider: str) -> list[str]:
    """What the reader should know about the figures: disagreements, a short webinar, figures to come."""
    found = (_disagreement(report, provider), _short(report.end - report.start), _incomplete(report, provider))
    return [note for note in found if note]


def figure(name: str, label: str, count: int, whole: int = 0) -> str:
    """A figure with its part of `whole`, if there is one, and what it counts."""
    part = f" ({percent(count, whole)})" if whole else ""
    return f"*{label}: {count:,}*{part}, {DEFINITIONS[name]}"


def percent(part: int, whole: int) -> str:
    """A part in percent, as in the notice of the results and in lists of past webinars."""
    share = percent_of(part, whole)
    return "–" if share is None else f"{share}%"


def session_time(moment: datetime, report: Report, webinar: Webinar) -> str:
    """A time of the session in the webinar's own zone, as on the axis of the chart: with its day if not the first."""
    zone = zone_info(webinar.time_zone)
    local, start = moment.astimezone(zone), report.start.astimezone(zone)
    day = "" if local.date() == start.date() else f"{local:%b} {local.day}, "
    return f"{day}{clock_text(local)} {zone_label(local)}"


def _peak(report: Report, webinar: Webinar) -> str:
    if report.peak_at is None:
        return ""
    return f" Most were there at {session_time(report.peak_at, report, webinar)}: {people(report.peak)}."


def _roles(team: TeamCounts) -> str:
    roles = ((team.hosts, "host"), (team.cohosts, "co-host"), (team.panelists, "panelist"))
    named = [number(count, role) for count, role in roles if count]
    registered = [f"{team.registered:,} of them registered"] if team.registered else []
    return f" ({', '.join([*named, *registered])})" if named or registered else ""


def _disagreement(report: Report, provider: str) -> str:
    differs = report.disagreement
    if not differs.total:
        return ""
    listed = [
        f"{people(differs.only_registration)} only in the list of registrants: they count as attended"
        if differs.only_registration
        else "",
        f"{people(differs.only_history)} only in the list of participants: they count as absent"
        if differs.only_history
        else "",
    ]
    return f"{provider}'s two lists differ on who joined: {'; '.join(filter(None, listed))}."


def _short(length: timedelta) -> str:
    late, early = late_after(length), early_before(length)
    if (late, early) == (LATE, EARLY):
        return ""
    return (
        f"In a webinar this short, late is more than {_length(late)} after the start, and early more than "
        f"{_length(early)} before the end."
    )


def _incomplete(report: Report, provider: str) -> str:
    if report.complete:
        return ""
    return f"{provider} is still completing these figures. Greenroom reads them again."


def _length(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return number(round(seconds / 60), "minute") if seconds >= 60 else number(seconds, "second")
