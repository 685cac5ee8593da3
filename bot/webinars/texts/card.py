"""The announcement in a channel, kept true: what a webinar is, when, and how to get in. It holds nothing personal."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Audience, Webinar
from bot.slack import buttons
from bot.slack.blocks import Block, actions, context, cut, fields, heading, message, section, verbatim, when
from bot.slack.message import Message
from bot.webinars.texts.facts import entrance, essentials, registrations, summary
from bot.webinars.texts.registration_buttons import menu_button

MAX_DESCRIPTION = 500
"""How much of a description stands on a card; the registration page has all of it."""

ENDINGS = {
    Stage.OVER: "This webinar is over.",
    Stage.CANCELED: "This webinar is cancelled and will not take place.",
}


def card(webinar: Webinar, *, now: datetime) -> Message:
    """The card for a channel. Never holds a password or anybody's own link; shows the shared link only as Join."""
    where = stage(webinar, now)
    if where in ENDINGS:
        return _ended(webinar, ENDINGS[where])
    way_in = entrance(webinar, now)
    blocks: list[Block] = [heading(webinar.title)]
    if where is Stage.LIVE:
        blocks.append(section("*Live now*"))
    blocks.append(fields(essentials(webinar)))
    if webinar.description.strip():
        blocks.append(verbatim(cut(webinar.description.strip(), MAX_DESCRIPTION)))
    blocks.append(context(_registrations_as_of(webinar)))
    blocks += actions(
        way_in,
        buttons.webinar_button(webinar, "Refresh", buttons.REFRESH_CARD),
        buttons.webinar_button(webinar, "Details", buttons.SHOW),
        # Whoever may not steer it is told who can, at the click.
        menu_button(webinar, now) if webinar.audience is Audience.REGISTRANTS else None,
    )
    live = "Live now. " if where is Stage.LIVE else ""
    # What only tells when one can take part is no way to.
    act = f" Press {way_in['text']['text']} to take part." if way_in and "style" in way_in else ""
    return message(f"{live}{summary(webinar)}. {registrations(webinar)}.{act}", blocks)


def fingerprint(webinar: Webinar, *, now: datetime) -> str:
    """The same for two states of a webinar whose cards differ at most in "as of": no reason to edit the card."""
    read = webinar.registration
    if read is not None:
        webinar = webinar.model_copy(update={"registration": read.model_copy(update={"read_at": webinar.start})})
    shown = card(webinar, now=now)
    return hashlib.sha256(json.dumps([shown.text, shown.blocks]).encode()).hexdigest()


def _ended(webinar: Webinar, sentence: str) -> Message:
    line = f"It was planned for {when(webinar.start, webinar.time_zone)}."
    return message(f"{sentence} {summary(webinar)}", [heading(webinar.title), section(f"*{sentence}* {line}")])


def _registrations_as_of(webinar: Webinar) -> str:
    if webinar.registration is None or webinar.audience is Audience.ANYONE:
        return registrations(webinar)
    return f"{registrations(webinar)} · as of {when(webinar.registration.read_at, webinar.time_zone)}"
