"""The page's time zone arithmetic and Slack's date tokens, against Python's zone data and Slack's texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page_server import STARTS, Json, PageServer, field, show_modal

pytest_plugins = ["tests.sandbox.page_fixtures"]
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


async def test_fields_become_moments_as_python_reckons(page: Page, acme: PageServer) -> None:
    """Every quarter of an hour around a clock change, skipped and repeated hours too, in both directions."""
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


async def test_half_filled_fields_are_no_moment(page: Page, acme: PageServer) -> None:
    """Without a date or a time there is nothing to send."""
    await page.goto(acme.url)
    script = """async (asked) => {
        const { toUnix } = await import("/page/time.js");
        return asked.map(([date, time]) => toUnix(date, time, "UTC"));
    }"""
    asked = [["", "10:00"], ["2026-10-01", ""], [None, None], ["2026-1-1", "10:00"]]
    assert await page.evaluate(script, asked) == [None] * 4


async def test_date_tokens_read_as_slack_documents_them(page: Page, acme: PageServer) -> None:
    """Each documented token; distant dates show their year, and yesterday and tomorrow their names."""
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


@pytest.mark.parametrize(
    ("user", "zone", "times"),
    [
        ("UDEV", "Asia/Kolkata", ["2026-10-01T15:30"]),
        # daylight saving time, then standard time, then the hour that comes twice: its first coming
        ("UFINN", "America/Los_Angeles", ["2026-10-31T15:30", "2026-11-02T15:30", "2026-11-01T01:30"]),
    ],
)
async def test_moment_goes_out_as_unix_time_of_the_persons_clock(
    page: Page, acme: PageServer, user: str, zone: str, times: list[str]
) -> None:
    """The app gets the time that the user sees, in Unix seconds, at once if the app asked for it."""
    starts = field("starts", "Starts", {"type": "datetimepicker"}, dispatch_action=True)
    modal = await show_modal(page, acme, starts, user=user)
    chosen: Json = {}
    for time in times:
        await modal.get_by_label("Starts time").fill("")
        await modal.get_by_label("Starts date").fill(time[:10])
        await modal.get_by_label("Starts time").fill(time[11:])
        unix = int(datetime.fromisoformat(time).replace(tzinfo=ZoneInfo(zone)).timestamp())
        chosen = {"type": "datetimepicker", "selected_date_time": unix}
        sent = await acme.posted("action")
        while sent["element"]["selected_date_time"] is None:  # emptied in between
            sent = await acme.posted("action")
        assert (sent["element"], sent["values"]) == (chosen, {"starts": {"starts": chosen}})
    await modal.get_by_role("button", name="Create Webinar").click()
    assert (await acme.posted("submit"))["values"] == {"starts": {"starts": chosen}}


async def test_hour_that_clocks_skip_is_moved_on_and_said(page: Page, acme: PageServer) -> None:
    """02:30 does not exist in Los Angeles on 14 March 2027: it becomes 03:30, and the form shows it."""
    modal = await show_modal(page, acme, STARTS, user="UFINN")
    await modal.get_by_label("Starts date").fill("2027-03-14")
    await modal.get_by_label("Starts time").fill("02:30")
    await expect(modal.get_by_text("The clocks go forward: this is 03:30")).to_be_visible()
    await modal.get_by_role("button", name="Create Webinar").click()
    unix = int(datetime(2027, 3, 14, 3, 30, tzinfo=ZoneInfo("America/Los_Angeles")).timestamp())
    assert (await acme.posted("submit"))["values"]["starts"]["starts"]["selected_date_time"] == unix
