"""The card: the announcement of a webinar in a channel. It contains nothing personal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Audience, Webinar
from bot.slack import buttons
from bot.slack.blocks import Block, Element, actions, context, cut, fields, heading, message, section, verbatim, when
from bot.slack.message import Message
from bot.webinars.texts.after_event import after_event_buttons
from bot.webinars.texts.facts import attendee_button, public_facts, registrations, summary
from bot.webinars.texts.registration_buttons import edit_button, menu_button, registrants_button, team_button

MAX_DESCRIPTION = 500
"""Characters of a description on a card; the registration page shows all of it."""

ENDINGS = {
    Stage.OVER: "This webinar is over.",
    Stage.CANCELED: "This webinar is canceled and will not take place.",
}


def card(webinar: Webinar, *, now: datetime) -> Message:
    """Return the card. It never contains a password or a personal link; the shared link appears only as Join."""
    current = stage(webinar, now)
    if current in ENDINGS:
        return _ended(webinar, ENDINGS[current], after_event_buttons(webinar, now))
    main_button = attendee_button(webinar, now)
    blocks: list[Block] = [heading(webinar.title)]
    if current is Stage.LIVE:
        blocks.append(section("*Live now*"))
    blocks.append(fields(public_facts(webinar)))
    if webinar.description.strip():
        blocks.append(verbatim(cut(webinar.description.strip(), MAX_DESCRIPTION)))
    blocks.append(context(_registrations_as_of(webinar)))
    blocks += actions(main_button, buttons.details(webinar), organizer_menu(webinar, now))
    live = "Live now. " if current is Stage.LIVE else ""
    # The button that only notifies when registration opens has no style.
    act = f" Press {main_button['text']['text']} to take part." if main_button and "style" in main_button else ""
    return message(f"{live}{summary(webinar)}. {registrations(webinar)}.{act}", blocks)


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


def fingerprint(webinar: Webinar, *, now: datetime) -> str:
    """Return a digest of the card without "as of": equal digests need no edit."""
    read = webinar.registration
    if read is not None:
        webinar = webinar.model_copy(update={"registration": read.model_copy(update={"read_at": webinar.start})})
    shown = card(webinar, now=now)
    return hashlib.sha256(json.dumps([shown.text, shown.blocks]).encode()).hexdigest()


def _ended(webinar: Webinar, sentence: str, shown: Sequence[Element]) -> Message:
    line = f"It was planned for {when(webinar.start, webinar.time_zone)}."
    return message(
        f"{sentence} {summary(webinar)}", [heading(webinar.title), section(f"*{sentence}* {line}"), *actions(*shown)]
    )


def _registrations_as_of(webinar: Webinar) -> str:
    if webinar.registration is None or webinar.audience is Audience.ANYONE:
        return registrations(webinar)
    return f"{registrations(webinar)} · as of {when(webinar.registration.read_at, webinar.time_zone)}"
