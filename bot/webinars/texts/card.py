"""The card: the announcement of a webinar in a channel. It contains nothing personal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from bot.commands.lengths import length_text
from bot.model.lifecycle import Stage, accepts_registrations, is_full, stage
from bot.model.webinar import Audience, Webinar
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    context,
    cut,
    day_and_time,
    heading,
    message,
    plain,
    section,
    verbatim,
    web_link,
    when,
)
from bot.slack.message import Message
from bot.webinars.texts.after_event import after_event_buttons
from bot.webinars.texts.facts import attendee_button, seats, speakers_line, summary
from bot.webinars.texts.registration_buttons import edit_button, menu_button, registrants_button, team_button

MAX_DESCRIPTION = 500
"""Characters of a description on a card; the registration page shows all of it."""

ENDINGS = {
    Stage.OVER: "This webinar is over.",
    Stage.CANCELED: "This webinar is canceled and will not take place.",
}


def card(webinar: Webinar, *, now: datetime, speakers: Sequence[str] = ()) -> Message:
    """Return the card. It never contains a password or a personal link; the shared link appears only as Join.

    `speakers` are the names of the co-hosts and panelists.
    """
    current = stage(webinar, now)
    if current in ENDINGS:
        return _ended(webinar, ENDINGS[current], after_event_buttons(webinar, now))
    main_button, people = attendee_button(webinar, now), speakers_line(webinar.host_name, speakers)
    calendar = buttons.add_to_calendar(webinar) if current is Stage.COMING else None
    start = f"*{day_and_time(webinar.start, webinar.time_zone)}* · {length_text(webinar.length)}"
    blocks = [
        heading(webinar.title),
        *([section("*Live now*")] if current is Stage.LIVE else []),
        section(f"{start}\n{people}".strip()),
        *_description(webinar),
        *actions(main_button, buttons.details(webinar), calendar, organizer_menu(webinar, now)),
        *_small_print(webinar, current),
    ]
    return message(_spoken(webinar, current, people, main_button), blocks)


def organizer_menu(webinar: Webinar, now: datetime) -> Element:
    """The menu with what organizers do. It is the same for all: each option checks who chooses it."""
    return buttons.more(
        (
            edit_button(webinar),
            menu_button(webinar, now) if webinar.audience is Audience.REGISTRANTS else None,
            team_button(webinar, now),
            registrants_button(webinar, now),
            buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_CARD),
        )
    )


def moved_card(link: str) -> Message:
    """Return what replaces a card that was posted again further down: where the current one is.

    It contains nothing of the webinar, so it stays correct whatever changes.
    """
    where = f"<{link}|See the card>" if link else "See the card further down"
    text = "This webinar is announced again below."
    return message(text, [context(f"{text} {where}.")])


def fingerprint(webinar: Webinar, *, now: datetime, speakers: Sequence[str] = ()) -> str:
    """Return a digest of the card without "as of": equal digests need no edit."""
    read = webinar.registration
    if read is not None:
        webinar = webinar.model_copy(update={"registration": read.model_copy(update={"read_at": webinar.start})})
    shown = card(webinar, now=now, speakers=speakers)
    return hashlib.sha256(json.dumps([shown.text, shown.blocks]).encode()).hexdigest()


def _ended(webinar: Webinar, sentence: str, shown: Sequence[Element]) -> Message:
    line = f"It was planned for {when(webinar.start, webinar.time_zone)}."
    return message(
        f"{sentence} {summary(webinar)}", [heading(webinar.title), section(f"*{sentence}* {line}"), *actions(*shown)]
    )


def _description(webinar: Webinar) -> list[Block]:
    description = webinar.description.strip()
    if len(description) <= MAX_DESCRIPTION:
        return [verbatim(description)] if description else []
    return [verbatim(cut(description, MAX_DESCRIPTION)), context("Press Details to read the rest.")]


def _small_print(webinar: Webinar, current: Stage) -> list[Block]:
    """The seats, with the time of the count until it is live, and how people outside Slack register."""
    read, line = webinar.registration, _seats(webinar, current)
    if webinar.audience is Audience.ANYONE or read is None:
        return [context(line)]
    age = "" if current is Stage.LIVE else f" · as of {when(read.read_at, webinar.time_zone)}"
    lines = [f"{line}{age}"] if line else []
    if accepts_registrations(read) and (page := web_link("registration page", read.page_uri)):
        lines.append(f"People outside Slack: {page}")
    return [context(*lines)] if lines else []


def _seats(webinar: Webinar, current: Stage) -> str:
    """The seats; that all are taken matters only until it is live."""
    read = webinar.registration
    if current is Stage.LIVE and webinar.audience is not Audience.ANYONE and read is not None and is_full(read):
        return f"{read.count:,} registered"
    return seats(webinar)


def _spoken(webinar: Webinar, current: Stage, people: str, main_button: Element | None) -> str:
    """The card in sentences, for screen readers and notifications."""
    start = day_and_time(webinar.start, webinar.time_zone)
    live = "Live now. " if current is Stage.LIVE else ""
    facts = [f"{live}{plain(webinar.title)}: {start}, {length_text(webinar.length)}", people, _seats(webinar, current)]
    # The button that only notifies when registration opens has no style.
    if main_button and "style" in main_button:
        facts.append(f"Press {main_button['text']['text']} to take part")
    return "".join(f"{fact}. " for fact in facts if fact).strip()
