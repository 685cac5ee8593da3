"""The registration chart with its texts, the texts of the file of links, and their progress views."""

from __future__ import annotations

from datetime import datetime

from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.chart import Chart
from bot.registration.charts import RegistrationGrowth
from bot.registration.texts.forecast_text import summary
from bot.slack import buttons
from bot.slack.blocks import Block, actions, as_of, context, message, modal, number, paragraph, plain, section
from bot.slack.charts import Series, bar_chart, line_chart, time_labels
from bot.slack.data_words import data_message
from bot.slack.message import Message, View

PROGRESS = "door.making"
FAILED = "door.not_made"

SENT = "The chart is in your messages with Greenroom."
TOO_EARLY = (
    "There is no chart yet: since it was first read, the figure has not changed. Try again when people have registered."
)
REGISTERED, LIMIT, LATEST_LIMIT = "Registered", "Limit", "Limit now"


def counting_view(webinar: Webinar, *, note: str = "") -> View:
    """The progress view of the sources. `note` says why it takes longer than usual."""
    return _progress_view("Chart", f"Counting the registrations of *{plain(webinar.title)}*…", note)


def collecting_view(webinar: Webinar, *, note: str = "") -> View:
    """The progress view of the file of links."""
    return _progress_view("Links", f"Collecting the links of *{plain(webinar.title)}*…", note)


def failed_view(sentence: str) -> View:
    """That it failed, and what to do."""
    return modal(FAILED, "Not made", [paragraph(sentence)])


def chart_message(webinar: Webinar, growth: RegistrationGrowth, *, now: datetime, with_sources: bool) -> Message:
    """The charts, under the sentence that says what they show; without enough figures, why there is none."""
    provider = provider_name(webinar.id)
    takeaway, read = summary(webinar, growth.forecast, growth.sources), webinar.registration
    aged = [context(f"From {provider} {as_of(read.read_at, now)}")] if read else []
    if growth.chart is None:
        return data_message(f"{takeaway} {TOO_EARLY}", [section(takeaway), paragraph(TOO_EARLY), *aged])
    more = None if with_sources else buttons.webinar_button(webinar, "Chart With Sources", buttons.SOURCES)
    shown = [_registrations(growth.chart, webinar.time_zone), *_sources(growth.chart)]
    return data_message(takeaway, [section(takeaway), *shown, *aged, *actions(more)])


def sent_reply(webinar: Webinar, growth: RegistrationGrowth) -> Message:
    """The reply in a modal, which cannot show a chart: what it says, and where it is."""
    takeaway = summary(webinar, growth.forecast, growth.sources)
    return message(f"{takeaway} {SENT}", [section(takeaway), paragraph(SENT)])


def links_message(webinar: Webinar, people: int) -> Message:
    """The DM above the file of links."""
    provider = provider_name(webinar.id)
    text = (
        f"{provider} emails nobody about *{plain(webinar.title)}*, so here are the links of "
        f"{number(people, 'person', 'people')} who registered without a seat in Slack. \nThe links are personal: "
        f"share each with its person only. People who register later are in the next Links File."
    )
    again = buttons.webinar_button(webinar, "Links File", buttons.LINKS_FILE)
    return message(text, [section(text), *actions(again)])


def links_reply(webinar: Webinar, people: int) -> Message:
    """The reply where the button was pressed."""
    title = f"*{plain(webinar.title)}*"
    text = (
        f"The links of {number(people, 'person', 'people')} registered for {title} are in your messages with Greenroom."
        if people
        else f"Nobody is registered for {title} without a seat in Slack, so there are no links to share."
    )
    return message(text, [section(text)])


def _progress_view(title: str, text: str, note: str) -> View:
    blocks: list[Block] = [section(text), *([paragraph(note)] if note else [])]
    return modal(PROGRESS, title, blocks)


def _registrations(chart: Chart, zone: str) -> Block:
    series = [Series(REGISTERED, [point.count for point in chart.points])]
    if limits := chart.limits:
        series.append(Series(LATEST_LIMIT if chart.has_latest_limit_only else LIMIT, limits))
    labels = time_labels([point.at for point in chart.points], zone)
    return line_chart("Registrations over time", labels, series, x_label=zone, y_label="People")


def _sources(chart: Chart) -> list[Block]:
    if not chart.sources:
        return []
    counts = Series(REGISTERED, [bar.count for bar in chart.sources])
    return [bar_chart("Registrations by source", [bar.name for bar in chart.sources], [counts], y_label="People")]
