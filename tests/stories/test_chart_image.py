"""The picture of a registration: what stands in it, that it is drawn apart and survives odd words, and how it comes."""

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
    """A world with calls enough, that gives requests up soon and repeats them at once."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


class Figure(Frozen):
    """How many had registered from then on, and how many might."""

    read_at: datetime
    count: int
    limit: int | None = None


def a_chart(title: str = "Launch day", *, sources: tuple[Bar, ...] = (), start: datetime = NOW + DAY) -> Chart:
    """Three days of registrations."""
    steps = [
        ChartStep(at=NOW - 3 * DAY + hours * HOUR, count=hours // 2, limit=20 + hours) for hours in range(0, 72, 6)
    ]
    return Chart(title=title, time_zone="Europe/Madrid", steps=tuple(steps), start=start, sources=sources)


def size_and_colours(png: bytes) -> tuple[int, int, int]:
    """Width and height of a PNG, and how many different bytes its pixels are made of: few where it is blank."""
    assert png.startswith(SIGNATURE)
    width, height = struct.unpack(">II", png[16:24])
    pixels, place = b"", len(SIGNATURE)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        pixels += png[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += length + 12
    return width, height, len(set(zlib.decompress(pixels)))


def test_chart_goes_from_the_first_figure_to_the_start() -> None:
    """Its steps are the figures and the newest reading; the start is in it, unless it is far away."""
    figures = [Figure(read_at=NOW - 2 * DAY, count=0), Figure(read_at=NOW - DAY, count=3, limit=9)]
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
def test_there_is_no_chart_of_a_single_figure(count: int) -> None:
    """Nothing has grown yet."""
    assert build_chart(webinar(), registration(), [Figure(read_at=NOW - DAY, count=0)][:count]) is None


def test_sources_name_public_channels_and_nobody() -> None:
    """A channel that is not public is just a private one; whoever puts an address there is among the others."""
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
    """Whatever their sources are called; no address is among the names."""
    bars = source_bars(sources, {})
    assert sum(bar.count for bar in bars) == len(sources)
    assert len(bars) <= MAX_BARS
    assert not [bar for bar in bars if "@" in bar.name]
    assert len({bar.name for bar in bars}) == len(bars)


def test_thousands_of_figures_are_thinned() -> None:
    """To what a picture can show: the first, the last, and the order stay."""
    steps = [ChartStep(at=NOW + seconds * timedelta(seconds=7), count=seconds) for seconds in range(20_000)]
    few = downsampled(steps, 600)
    assert (few[0], few[-1]) == (steps[0], steps[-1])
    assert 300 < len(few) <= 600
    assert few == sorted(few, key=lambda step: step.at)


async def test_picture_is_drawn_apart_and_the_same_each_time(world: World) -> None:
    """Of the size it should be, not blank, higher with sources; odd titles neither fail nor change that."""
    pictures = world.bot.services.chart_images
    plain = await pictures.draw(a_chart())
    width, height, colours = size_and_colours(plain)
    assert (width, height) == (1200, 675)
    assert colours > 50
    assert "matplotlib" not in sys.modules

    odd = "\\frac{$x^2$}{0 日本語 ع 🎉\n" + "x" * 480
    bars = (Bar(name="$newsletter_{", count=3), Bar(name="ニュース", count=2))
    assert size_and_colours(await pictures.draw(a_chart(odd, sources=bars, start=NOW + 99 * DAY)))[:2] == (1200, 1000)
    assert await pictures.draw(a_chart()) == plain


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit(3)", "print(end='')", "import time; time.sleep(60)", "raise ValueError('who')"]
)
async def test_failed_drawing_gives_no_picture_and_quotes_nothing(
    world: World, program: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It ended badly, said nothing, took too long, or told what it was given; the log has the kind of it alone."""
    services = world.bot.services
    pictures = ChartImages(
        services.store, world.bot.provider, services.slack, (sys.executable, "-c", program), patience=0.5
    )
    assert await pictures.draw(a_chart()) == b""
    [record] = [one for one in caplog.records if one.message == "chart.failed"]
    assert "who" not in str(vars(record))


async def test_pictures_are_drawn_one_at_a_time_and_without_our_secrets(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first; what draws knows nothing of the settings."""
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


async def test_chart_comes_as_a_file_with_the_takeaway(world: World) -> None:
    """Into the asker's own messages, without a call; whoever does not see it reads the same in its alternative text."""
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
    assert (file.name, size_and_colours(file.content)[:2]) == ("registrations.png", (1200, 675))
    assert file.alt_text.startswith("Launch $day$: 18 of 25 registered, up 18 in the last 2 days; full about ")
    assert file.alt_text.endswith(" at this pace.")
    assert "18 of 25 registered, up 18 in the last 2 days; full about <!date^" in caption.words
    answer = world.last("#launch", "chloe").words
    assert "18 of 25 registered" in answer
    assert "The chart is in your messages with Greenroom." in answer
    assert (launch.take_calls(), caption.buttons) == ([], ["Chart With Sources"])


async def test_sources_cost_one_call_and_name_no_private_channel(world: World) -> None:
    """Asked for from the form, which keeps its answers meanwhile."""
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
    assert size_and_colours(file.content)[:2] == (1200, 1000)
    assert "most that named a source came from Slack #launch (2)" in file.alt_text
    assert "board" not in file.alt_text + str(world.slack.messages("@chloe", "chloe")[-2].blocks)
    assert "The chart is in your messages with Greenroom." in world.slack.view("chloe").words
    assert world.slack.view_stack("chloe")[0].id == form.id


async def test_what_cannot_be_drawn_is_said_with_what_there_is_to_say(world: World) -> None:
    """Nothing has changed yet, or the drawing fails: the takeaway is there all the same, and no file."""
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
