"""The page's own reckoning of zones and of Slack's date tokens, against Python's zone data and Slack's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page

from tests.sandbox.page_world import PageWorld

pytest_plugins = ["tests.browser", "tests.sandbox.page_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TURNS = {  # zone → days around which its clocks change (or do not), as a local date
    "America/Los_Angeles": ("2026-03-08", "2026-11-01"),
    "Europe/Madrid": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),  # by half an hour
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "Asia/Kolkata": ("2026-10-25",),
    "Asia/Kathmandu": ("2026-10-25",),
    "Pacific/Kiritimati": ("2026-12-31",),
}
NOW = int(datetime(2014, 2, 18, 20, 0, tzinfo=UTC).timestamp())
THEN = int(datetime(2014, 2, 18, 14, 39, 45, tzinfo=UTC).timestamp())  # 6:39:45 AM in Los Angeles
TOKENS = {  # https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    "{date_num}": "2014-02-18",
    "{date_slash}": "02/18/2014",
    "{date}": "February 18th",
    "{date_long}": "Tuesday, February 18th, 2014",
    "{date_long_full}": "February 18, 2014",
    "{date_short}": "Feb 18, 2014",
    "{time}": "6:39 AM",
    "{time_secs}": "6:39:45 AM",
    "{date_pretty} at {time}": "Today at 6:39 AM",
    "on {date_short_pretty}": "on today",
    "{date_long_pretty}": "Today",
    "{day_divider_pretty}": "Today",
    "{ago}": "5 hours ago",
    "{unheard_of}": "{unheard_of}",
}


async def test_fields_become_moments_as_python_reckons(page: Page, acme: PageWorld) -> None:
    """Every quarter of an hour of the days around a change of clocks, skipped and doubled hours too, and back again."""
    asked, expected, shown = [], [], []
    for zone, days in TURNS.items():
        for day in days:
            first = datetime.fromisoformat(day) - timedelta(hours=6)
            for step in range(0, 36 * 60, 15):
                local = first + timedelta(minutes=step)
                moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(
                    UTC
                )  # fold=0: the first of two, the later of none
                asked.append([local.date().isoformat(), f"{local:%H:%M}", zone])
                expected.append(int(moment.timestamp()))
                shown.append(f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")
    await page.goto(acme.url)
    script = """async (asked) => {
        const { toUnix, toFields } = await import("/page/time.js");
        const moments = asked.map(([date, time, zone]) => toUnix(date, time, zone));
        const fields = moments.map((unix, at) => toFields(unix, asked[at][2]));
        return [moments, fields.map(({ date, time }) => `${date} ${time}`)];
    }"""
    assert await page.evaluate(script, asked) == [expected, shown]


async def test_half_filled_fields_are_no_moment(page: Page, acme: PageWorld) -> None:
    """Without a day or a time there is nothing to send."""
    await page.goto(acme.url)
    script = """async (asked) => {
        const { toUnix } = await import("/page/time.js");
        return asked.map(([date, time]) => toUnix(date, time, "UTC"));
    }"""
    asked = [["", "10:00"], ["2026-10-01", ""], [None, None], ["2026-1-1", "10:00"]]
    assert await page.evaluate(script, asked) == [None] * 4


async def test_date_tokens_read_as_slack_documents_them(page: Page, acme: PageWorld) -> None:
    """Each token of the documentation; far days carry their year, and yesterday and tomorrow their names."""
    await page.goto(acme.url)
    script = """async ([asked, zone]) => {
        const { fillTemplate } = await import("/page/time.js");
        return asked.map(([template, unix, now]) => fillTemplate(template, unix, zone, now));
    }"""
    asked: list[list[object]] = [[template, THEN, NOW] for template in TOKENS]
    asked += [
        ["{date_pretty}", THEN, NOW + 86400],
        ["{date_pretty}", THEN, NOW - 86400],
        ["{date}", THEN, NOW + 365 * 86400],
    ]
    asked += [["{ago}", NOW + 180, NOW], ["{day_divider_pretty}", THEN, NOW + 5 * 86400]]
    more = ["Yesterday", "Tomorrow", "February 18th, 2014", "in 3 minutes", "Tuesday, February 18th"]
    assert await page.evaluate(script, [asked, "America/Los_Angeles"]) == [*TOKENS.values(), *more]
