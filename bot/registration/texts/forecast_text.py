"""Says how a registration grows and when it will be full, to those who see the picture and to those who do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.lifecycle import accepts_registrations
from bot.model.webinar import Registration, Webinar, one_line_title
from bot.registration.chart import NOT_NAMED, OTHERS, Bar
from bot.registration.forecast import Forecast, GrowthRate
from bot.slack.blocks import TITLE_IN_LINE, clock_time, cut, number, plain, when
from bot.webinars.texts.facts import people, registrations

TOO_EARLY = "Not known yet: less than a day has been counted"


def forecast_facts(webinar: Webinar, told: Forecast) -> list[tuple[str, str]]:
    """Facts: how full it is, its pace, and when it will be full (mrkdwn)."""
    read = webinar.registration
    facts = [("Registered", _fill(read, told)), ("Pace", pace_text(told.pace))] if read else []
    if read and read.limit is not None and accepts_registrations(read):
        facts.append(("Full", _full(webinar, told)))
    return facts


def pace_text(told: GrowthRate | None) -> str:
    """How many a day, and over which days."""
    if told is None:
        return TOO_EARLY
    lately = "the last day" if told.days == 1 else f"the last {told.days} days"
    if told.growth == 0:
        return f"Nobody in {lately}"
    if told.growth < 0:
        return f"{-told.growth:,} fewer in {lately}"
    if told.days == 1 or told.per_day < 1:
        return f"{told.growth:,} in {lately}"
    return f"{_rounded(told.per_day)} a day over {lately}"


def summary(webinar: Webinar, told: Forecast, sources: Sequence[Bar] = (), *, spoken: bool = False) -> str:
    """What the picture shows, in a sentence; `spoken` for plain text, where nothing is formatted."""
    title = cut(one_line_title(webinar.title), TITLE_IN_LINE) if spoken else f"*{plain(webinar.title)}*"
    parts = [f"{title}: {registrations(webinar)}{_lately(told.pace)}"]
    if told.full_at:
        at = _hour(told.full_at, webinar)
        told_at = clock_time(at, webinar.time_zone) if spoken else when(at, webinar.time_zone)
        parts.append(f"full about {told_at} at this pace")
    if named := [bar for bar in sources if bar.name not in (NOT_NAMED, OTHERS)]:
        name = named[0].name if spoken else plain(named[0].name)
        parts.append(f"most that named a source came from {name} ({named[0].count:,})")
    return "; ".join(parts) + "."


def _fill(read: Registration, told: Forecast) -> str:
    return people(read.count) if read.limit is None else f"{read.count:,} of {people(read.limit)} ({told.percent}%)"


def _lately(told: GrowthRate | None) -> str:
    if told is None:
        return ""
    lately = number(told.days, "day")
    if told.growth == 0:
        return f", as many as {lately} ago"
    return (
        f", {'up' if told.growth > 0 else 'down'} {abs(told.growth):,} in the last {lately if told.days > 1 else 'day'}"
    )


def _full(webinar: Webinar, told: Forecast) -> str:
    if told.full_at:
        return f"About {when(_hour(told.full_at, webinar), webinar.time_zone)} at this pace"
    return TOO_EARLY if told.pace is None else "Not before the start at this pace"


def _hour(moment: datetime, webinar: Webinar) -> datetime:
    # The hour that follows: more would promise what nobody knows. What is full before the start is not full after it.
    return min(moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), max(moment, webinar.start))


def _rounded(per_day: float) -> str:
    return f"{per_day:,.0f}" if per_day >= 10 or per_day == int(per_day) else f"{per_day:.1f}"
