"""Draw a registration chart: `python -m bot.registration.draw_chart` reads a Chart as JSON and writes a PNG.

It runs as a separate process (started by `bot.registration.chart_image`), because Matplotlib needs more memory than the
whole bot, and drawing would block the event loop.
"""

from __future__ import annotations

import io
import sys
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib import dates, font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from bot.registration.chart import MAX_BARS, Chart, ChartStep, time_range

DPI = 100
WIDTH = 12.0
HEIGHT = 6.75
BARS_HEIGHT = 3.25
"""Inches: 1200 by 675 pixels, and 325 more for the sources."""

# The Okabe-Ito palette is distinguishable with color vision deficiency; the line styles differ as well.
BLUE, RED, INK, PALE = "#0072B2", "#D55E00", "#333333", "#DDDDDD"

FAMILIES = [
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "WenQuanYi Micro Hei",
]
"""Tried in this order for each character, if installed; the first comes with Matplotlib."""
# Formats of years, months, days, hours, minutes and seconds: tick labels, the first tick of each, the axis offset.
TICKS = ["%Y", "%b %Y", "%b %-d", "%H:%M", "%H:%M", "%H:%M:%S"]
FIRST_TICKS = ["", "%b %Y", "%b %-d", "%b %-d", "%H:%M", "%H:%M"]
OFFSETS = ["", "", "%Y", "%b %-d, %Y", "%b %-d, %Y", "%b %-d, %Y"]

MISSING = "□"
"""Replaces a character that no installed font has."""


def draw(chart: Chart) -> bytes:
    """The chart as a PNG. Deterministic: the same chart gives the same bytes."""
    families = _families()
    # A title may contain $, which must not be parsed as math.
    with mpl.rc_context({"font.family": families, "font.size": 13, "text.parse_math": False}):
        characters = _characters(families)
        figure = Figure(figsize=(WIDTH, HEIGHT + (BARS_HEIGHT if chart.sources else 0)), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        if chart.sources:
            top, bottom = figure.subplots(2, 1, height_ratios=[HEIGHT, BARS_HEIGHT])
            _bars(bottom, chart, characters)
        else:
            top = figure.subplots()
        _steps(top, chart, characters)
        written = io.BytesIO()
        figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def _steps(axes: Axes, chart: Chart, characters: frozenset[int]) -> None:
    zone = _zone(chart.time_zone)
    heading = _writable(chart.title, characters)
    if MISSING in heading and MISSING not in chart.title:
        heading = ""  # the message in Slack shows the full title above the image
    axes.set_title(_short(f"{heading}: registrations" if heading else "Registrations"), loc="left", weight="bold")
    ends = time_range(chart)
    _registered(axes, chart.steps)
    _limit(axes, chart, ends[1])
    _start(axes, chart, zone)
    margin = (ends[1] - ends[0]) * 0.03
    axes.set_xlim(_x(ends[0] - margin), _x(ends[1] + margin * 3))
    axes.set_ylim(bottom=0, top=_height(chart) * 1.18)
    _dates(axes, zone)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel(f"Date and time ({zone.key})")
    axes.set_ylabel("People registered")
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)


def _dates(axes: Axes, zone: ZoneInfo) -> None:
    # Matplotlib's date functions are untyped.
    locator = dates.AutoDateLocator(tz=zone, minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    formatter = dates.ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator, tz=zone, formats=TICKS, zero_formats=FIRST_TICKS, offset_formats=OFFSETS
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)


def _registered(axes: Axes, steps: tuple[ChartStep, ...]) -> None:
    last = steps[-1]
    axes.step([_x(step.at) for step in steps], [step.count for step in steps], where="post", color=BLUE, linewidth=2.5)
    axes.plot([_x(last.at)], [last.count], marker="o", color=BLUE)
    axes.annotate(
        f"{last.count:,} registered",
        (_x(last.at), last.count),
        xytext=(-8, 8),
        textcoords="offset points",
        ha="right",
        color=BLUE,
        weight="bold",
    )


def _limit(axes: Axes, chart: Chart, right: datetime) -> None:
    now = chart.steps[-1].limit
    if chart.shows_limit:
        moments = [*(step.at for step in chart.steps), right]
        limits = [*(step.limit for step in chart.steps), now]
        heights = [float("nan") if limit is None else float(limit) for limit in limits]
        axes.step([_x(at) for at in moments], heights, where="post", color=RED, linestyle="--", linewidth=2)
    if now is not None:
        text = f"Limit {now:,}" if chart.shows_limit else f"Limit {now:,}, far above this picture"
        position = (_x(_since(chart.steps)), now if chart.shows_limit else _height(chart) * 1.08)
        axes.annotate(text, position, xytext=(4, 6), textcoords="offset points", color=RED, weight="bold")


def _since(steps: tuple[ChartStep, ...]) -> datetime:
    """The time since which the limit is unchanged."""
    same = takewhile(lambda step: step.limit == steps[-1].limit, reversed(steps))
    return min(step.at for step in same)


def _start(axes: Axes, chart: Chart, zone: ZoneInfo) -> None:
    local = chart.start.astimezone(zone)
    text = f"Start {local:%a}, {local:%b} {local.day}, {local:%H:%M}"
    if chart.shows_start:
        axes.axvline(_x(chart.start), color=INK, linestyle=":", linewidth=2)
        position, shown = _x(chart.start), text
    else:
        position, shown = _x(time_range(chart)[1]), f"{text} →" if chart.start > chart.steps[-1].at else f"← {text}"
    is_late = position > (_x(chart.steps[0].at) + _x(time_range(chart)[1])) / 2
    axes.annotate(
        shown,
        (position, 0),
        xytext=(-8 if is_late else 8, 10),
        textcoords="offset points",
        ha="right" if is_late else "left",
        color=INK,
    )


def _bars(axes: Axes, chart: Chart, characters: frozenset[int]) -> None:
    names = [_writable(bar.name, characters) for bar in chart.sources]
    positions = range(len(names))
    drawn = axes.barh(positions, [bar.count for bar in chart.sources], color=BLUE, height=0.6)
    axes.bar_label(drawn, labels=[f"{bar.count:,}" for bar in chart.sources], padding=4)
    axes.set_yticks(positions, names)
    axes.set_ylim(MAX_BARS - 0.5, -0.5)  # the first on top; the bar height does not depend on their number
    axes.margins(x=0.1)
    axes.set_title("Where they came from", loc="left", weight="bold")
    axes.set_xlabel("People registered")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)


def _height(chart: Chart) -> int:
    heights = [step.count for step in chart.steps]
    if chart.shows_limit:
        heights += [step.limit for step in chart.steps if step.limit is not None]
    return max(1, *heights)


def _x(time: datetime) -> float:
    return float(dates.date2num(time))  # type: ignore[no-untyped-call] # as above


def _zone(name: str) -> ZoneInfo:
    # Webinars created elsewhere may have a zone name that does not exist.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _families() -> list[str]:
    here = set(font_manager.get_font_names())
    return [name for name in FAMILIES if name in here]


def _characters(families: list[str]) -> frozenset[int]:
    paths = [font_manager.findfont(family) for family in families]
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


def _writable(text: str, characters: frozenset[int]) -> str:
    return "".join(char if ord(char) in characters else MISSING for char in " ".join(text.split()))


def _short(title: str, max_length: int = 90) -> str:
    return title if len(title) <= max_length else title[: max_length - 1] + "…"


def main() -> None:
    """Read a chart from stdin and write the image to stdout."""
    sys.stdout.buffer.write(draw(Chart.model_validate_json(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
