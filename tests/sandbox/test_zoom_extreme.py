"""Extreme values are refused or served, and never an error of the stand-in."""

from __future__ import annotations

from tests.sandbox.zoom_client import ANA, ZoomClient
from tests.support.rows import each_row

PATH = f"/users/{ANA}/meetings"


@each_row("start", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"])
@each_row("recurrence", [None, {"type": 1, "end_times": 60}, {"type": 3, "monthly_day": 31, "end_times": 60}])
async def test_dates_at_the_ends_of_the_calendar(zoom: ZoomClient, start: str, recurrence: object) -> None:
    """In any zone, single and recurring, also in the lists."""
    zoom.zoom.rules.per_second = {"Light": 1000, "Medium": 1000}
    kind = {"type": 8, "recurrence": recurrence} if recurrence else {"type": 2}
    body = {"start_time": start, "timezone": "Pacific/Auckland", "duration": 1440, **kind}
    await zoom.log_in()
    headers = {"Authorization": f"Bearer {zoom.token}"}
    async with zoom.http.post(f"{zoom.zoom.api_url}{PATH}", json=body, headers=headers) as answer:
        assert answer.status in (201, 400), await answer.text()
    await zoom.call("GET", PATH, 200, type="upcoming")
