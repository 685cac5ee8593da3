"""The registration chart: its content, the separate process that draws it, and its delivery."""

from __future__ import annotations

import asyncio
import struct
import sys
import zlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.people import Frozen
from bot.model.registrant import RegistrantDetails
from bot.registration.chart import (
    MAX_BARS,
    NOT_NAMED,
    OTHERS,
    PRIVATE_CHANNEL,
    Bar,
    Chart,
    ChartStep,
    build_chart,
    downsampled,
    source_bars,
    time_range,
    top_channels,
)
from bot.registration.chart_image import ChartImages
from tests.support.registration import (
    PATH,
    PERSON,
    RegistrationHarness,
    limit_settings,
    registration_harness,
    without_waits,
)
from tests.support.webinar_samples import NOW, registration, webinar
from tests.support.world import World, running_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with enough budget, short timeouts and immediate retries."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


class PastCount(Frozen):
    """A registration count and limit since a time."""

    read_at: datetime
    count: int
    limit: int | None = None


def a_chart(title: str = "Launch day", *, sources: tuple[Bar, ...] = (), start: datetime = NOW + DAY) -> Chart:
    """Three days of registrations."""
    steps = [
        ChartStep(at=NOW - 3 * DAY + hours * HOUR, count=hours // 2, limit=20 + hours) for hours in range(0, 72, 6)
    ]
    return Chart(title=title, time_zone="Europe/Madrid", steps=tuple(steps), start=start, sources=sources)


def size_and_colors(png: bytes) -> tuple[int, int, int]:
    """Width and height of a PNG, and the number of distinct bytes in its pixels: few if it is blank."""
    assert png.startswith(SIGNATURE)
    width, height = struct.unpack(">II", png[16:24])
    pixels, place = b"", len(SIGNATURE)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        pixels += png[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += length + 12
    return width, height, len(set(zlib.decompress(pixels)))


def test_a_chart_covers_the_first_count_to_the_start() -> None:
    """Its steps are the counts and the latest one; a distant start is left out."""
    figures = [PastCount(read_at=NOW - 2 * DAY, count=0), PastCount(read_at=NOW - DAY, count=3, limit=9)]
    read = registration(count=3, limit=9)
    one = build_chart(webinar(), read, figures)
    assert one is not None
    assert [(step.at, step.count, step.limit) for step in one.steps] == [
        (NOW - 2 * DAY, 0, None),
        (NOW - DAY, 3, 9),
        (NOW, 3, 9),
    ]
    assert (one.shows_limit, one.shows_start, time_range(one)) == (True, True, (NOW - 2 * DAY, NOW + 3 * DAY))

    far = build_chart(webinar(start=NOW + 90 * DAY), registration(count=3, limit=900), figures)
    assert far is not None
    assert (far.shows_limit, far.shows_start, time_range(far)) == (False, False, (NOW - 2 * DAY, NOW))


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_count_gives_no_chart(count: int) -> None:
    """There is no growth yet."""
    assert build_chart(webinar(), registration(), [PastCount(read_at=NOW - DAY, count=0)][:count]) is None


def test_sources_name_public_channels_and_no_people() -> None:
    """Other channels are shown as private; sources with an address are among the others."""
    sources = ["slack:C1", "slack:C2", "slack:C3", "newsletter", "newsletter", "slack", "", "ana@acme.example"]
    assert top_channels(["slack:C2", *sources], 2) == ["C2", "C1"]
    assert source_bars(sources, {"C1": "launch", "C2": ""}) == [
        Bar(name=PRIVATE_CHANNEL, count=2),
        Bar(name="newsletter", count=2),
        Bar(name=NOT_NAMED, count=1),
        Bar(name="Slack #launch", count=1),
        Bar(name="Slack, by command", count=1),
        Bar(name=OTHERS, count=1),
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["", "a@b", "slack:C1", *"abcdefgh"]) | st.text(max_size=60), max_size=40))
def test_every_registrant_is_in_one_of_six_bars(sources: list[str]) -> None:
    """For any sources; no name contains an address."""
    bars = source_bars(sources, {})
    assert sum(bar.count for bar in bars) == len(sources)
    assert len(bars) <= MAX_BARS
    assert not [bar for bar in bars if "@" in bar.name]
    assert len({bar.name for bar in bars}) == len(bars)


def test_thousands_of_counts_are_downsampled() -> None:
    """The first, the last and the order are kept."""
    steps = [ChartStep(at=NOW + seconds * timedelta(seconds=7), count=seconds) for seconds in range(20_000)]
    few = downsampled(steps, 600)
    assert (few[0], few[-1]) == (steps[0], steps[-1])
    assert 300 < len(few) <= 600
    assert few == sorted(few, key=lambda step: step.at)


async def test_drawing_is_deterministic(world: World) -> None:
    """The right size, not blank, higher with sources; unusual titles change none of that."""
    pictures = world.bot.services.chart_images
    plain = await pictures.draw(a_chart())
    width, height, colours = size_and_colors(plain)
    assert (width, height) == (1200, 675)
    assert colours > 50
    assert "matplotlib" not in sys.modules

    odd = "\\frac{$x^2$}{0 日本語 ع 🎉\n" + "x" * 480
    bars = (Bar(name="$newsletter_{", count=3), Bar(name="ニュース", count=2))
    assert size_and_colors(await pictures.draw(a_chart(odd, sources=bars, start=NOW + 99 * DAY)))[:2] == (1200, 1000)
    assert await pictures.draw(a_chart()) == plain


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit(3)", "print(end='')", "import time; time.sleep(60)", "raise ValueError('who')"]
)
async def test_failed_drawing_gives_no_image_and_logs_no_data(
    world: World, program: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It failed, wrote nothing, timed out, or printed its input; the log has only the type of the error."""
    services = world.bot.services
    pictures = ChartImages(
        services.store, world.bot.provider, services.slack, (sys.executable, "-c", program), patience=0.5
    )
    assert await pictures.draw(a_chart()) == b""
    [record] = [one for one in caplog.records if one.message == "chart.failed"]
    assert "who" not in str(vars(record))


async def test_charts_are_drawn_one_at_a_time_without_our_secrets(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first; the subprocess does not inherit the settings."""
    monkeypatch.setenv("RC_USER_JWT", "a secret")
    alone = tmp_path / "drawing"
    program = f"""
import os, time
os.close(os.open({str(alone)!r}, os.O_CREAT | os.O_EXCL))
time.sleep(0.1)
os.unlink({str(alone)!r})
print(*os.environ)
"""
    services = world.bot.services
    pictures = ChartImages(services.store, world.bot.provider, services.slack, (sys.executable, "-c", program))

    drawn = await asyncio.gather(pictures.draw(a_chart()), pictures.draw(a_chart()))

    assert all(b"MPLCONFIGDIR" in one and b"RC_USER_JWT" not in one for one in drawn)


async def test_the_chart_is_a_file_with_a_summary(world: World) -> None:
    """By DM, without a vendor call; the alternative text has the same summary."""
    launch = await registration_harness(world, title="Launch $day$", **limit_settings(25))
    for _ in range(3):
        world.clock.move(0.7 * DAY)
        await launch.update(registrants=6)
    await world.command("chloe", "#launch", "count launch")
    count = world.last("#launch", "chloe")
    assert count.buttons[-3:] == ["Registration", "Chart", "Details"]

    await world.click("chloe", count, "Chart")

    caption, message = world.slack.messages("@chloe", "chloe")[-2:]
    [file] = message.files
    assert (file.name, size_and_colors(file.content)[:2]) == ("registrations.png", (1200, 675))
    assert file.alt_text.startswith("Launch $day$: 18 of 25 registered, up 18 in the last 2 days; full about ")
    assert file.alt_text.endswith(" at this pace.")
    assert "18 of 25 registered, up 18 in the last 2 days; full about <!date^" in caption.words
    answer = world.last("#launch", "chloe").words
    assert "18 of 25 registered" in answer
    assert "The chart is in your messages with Greenroom." in answer
    assert (launch.take_calls(), caption.buttons) == ([], ["Chart With Sources"])


async def test_sources_cost_one_call_and_name_no_private_channel(world: World) -> None:
    """Requested from the form, which keeps its input."""
    launch = await _grown(world)
    for number, source in enumerate(["slack:C0LAUNCH", "slack:C0LAUNCH", "slack:C0BOARD", "newsletter"]):
        details = RegistrantDetails(first_name="Iris", last_name="M", email=f"iris{number}@example.com", source=source)
        await world.bot.provider.register(launch.session_id, details, PERSON)
    await world.command("chloe", "#launch", "count launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Registration")
    form = world.slack.view("chloe")
    before = len(world.vendor_calls())

    await world.slack.click("chloe", form, "Chart With Sources")
    await world.until(lambda: "Drawing the registrations" in world.slack.view("chloe").words)
    await world.settled()

    assert world.vendor_calls()[before:] == [f"GET {PATH}{launch.session_id}/registrants"]
    [file] = world.last("@chloe", "chloe").files
    assert size_and_colors(file.content)[:2] == (1200, 1000)
    assert "most that named a source came from Slack #launch (2)" in file.alt_text
    assert "board" not in file.alt_text + str(world.slack.messages("@chloe", "chloe")[-2].blocks)
    assert "The chart is in your messages with Greenroom." in world.slack.view("chloe").words
    assert world.slack.view_stack("chloe")[0].id == form.id


async def test_without_an_image_the_summary_is_shown(world: World) -> None:
    """There is no growth yet, or drawing fails: a summary and no file."""
    launch = await registration_harness(world)
    await world.command("chloe", "#launch", "count launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Chart")
    words = world.last("#launch", "chloe").words
    assert "*Launch day*: 0 registered." in words
    assert "There is no chart yet" in words

    world.clock.move(HOUR)
    await launch.update(registrants=2)
    world.bot.services.chart_images._command = (sys.executable, "-c", "import sys; sys.exit(1)")
    await world.command("chloe", "#launch", "count launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Chart")
    words = world.last("#launch", "chloe").words
    assert "*Launch day*: 2 registered." in words
    assert "The chart could not be drawn." in words
    assert not [message for message in world.slack.messages("@chloe", "chloe") if message.files]


async def _grown(world: World) -> RegistrationHarness:
    launch = await registration_harness(world)
    world.clock.move(DAY)
    await launch.update(registrants=2)
    return launch
