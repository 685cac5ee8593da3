"""Describe the growth of a registration in words: for the form, and as the takeaway above the chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.lifecycle import accepts_registrations
from bot.model.registration_source import NOT_NAMED, OTHERS
from bot.model.webinar import Registration, Webinar
from bot.registration.chart import Bar
from bot.registration.forecast import Forecast, GrowthRate
from bot.slack.blocks import number, plain, when
from bot.webinars.texts.facts import people, registrations

TOO_EARLY = "Not known yet: less than a day has been counted"


def forecast_facts(webinar: Webinar, forecast: Forecast) -> list[tuple[str, str]]:
    """Name and value of each fact: how full it is, its pace, and when it will be full (mrkdwn)."""
    read = webinar.registration
    facts = [("Registered", _fill(read, forecast)), ("Pace", pace_text(forecast.pace))] if read else []
    if read and read.limit is not None and accepts_registrations(read):
        facts.append(("Full", _full(webinar, forecast)))
    return facts


def pace_text(rate: GrowthRate | None) -> str:
    """Registrations per day, and over which period."""
    if rate is None:
        return TOO_EARLY
    lately = "the last day" if rate.days == 1 else f"the last {rate.days} days"
    if rate.growth == 0:
        return f"Nobody in {lately}"
    if rate.growth < 0:
        return f"{-rate.growth:,} fewer in {lately}"
    if rate.days == 1 or rate.per_day < 1:
        return f"{rate.growth:,} in {lately}"
    return f"{_rounded(rate.per_day)} a day over {lately}"


def summary(webinar: Webinar, forecast: Forecast, sources: Sequence[Bar] = ()) -> str:
    """The content of the chart in a sentence (mrkdwn)."""
    parts = [f"*{plain(webinar.title)}*: {registrations(webinar)}{_lately(forecast.pace)}"]
    if forecast.full_at:
        parts.append(f"full about {when(_hour(forecast.full_at, webinar), webinar.time_zone)} at this pace")
    if named := [bar for bar in sources if bar.name not in (NOT_NAMED, OTHERS)]:
        parts.append(f"most that named a source came from {plain(named[0].name)} ({named[0].count:,})")
    return "; ".join(parts) + "."


def _fill(read: Registration, forecast: Forecast) -> str:
    return people(read.count) if read.limit is None else f"{read.count:,} of {people(read.limit)} ({forecast.percent}%)"


def _lately(rate: GrowthRate | None) -> str:
    if rate is None:
        return ""
    lately = number(rate.days, "day")
    if rate.growth == 0:
        return f", as many as {lately} ago"
    direction = "up" if rate.growth > 0 else "down"
    return f", {direction} {abs(rate.growth):,} in the last {lately if rate.days > 1 else 'day'}"


def _full(webinar: Webinar, forecast: Forecast) -> str:
    if forecast.full_at:
        return f"About {when(_hour(forecast.full_at, webinar), webinar.time_zone)} at this pace"
    return TOO_EARLY if forecast.pace is None else "Not before the start at this pace"


def _hour(moment: datetime, webinar: Webinar) -> datetime:
    # Rounded up to the hour, because the forecast is no more precise, but not past the start.
    return min(moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), max(moment, webinar.start))


def _rounded(per_day: float) -> str:
    return f"{per_day:,.0f}" if per_day >= 10 or per_day == int(per_day) else f"{per_day:.1f}"
