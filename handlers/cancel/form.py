"""The form that confirms the cancellation of a webinar, and its progress and result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.creation.change.impact import ImpactCounts
from bot.model.webinar import Audience, Webinar
from bot.notices.subscriptions.texts.phrases import join_words
from bot.providers.event_ref import provider_name
from bot.registration.texts.waiting import waiting_parts
from bot.registration.waiting import WaitingPeople
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    as_of,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    number,
    paragraph,
    plain,
    section,
)
from bot.slack.message import Message, View
from bot.webinars.texts.facts import timing

CALLBACK = "cancel.form"
WORKING = "cancel.working"
DONE = "cancel.done"
FAILED = "cancel.failed"

TITLE = "Cancel this webinar?"
MAX_CHANNELS = 20
"""Channels named; the rest are counted."""


def confirm(webinar: Webinar, counts: ImpactCounts, waiting: WaitingPeople, *, now: datetime) -> View:
    """The confirmation, with the webinar's id as private_metadata: whom it affects, and where it has cards."""
    provider = provider_name(webinar.id)
    effects = [
        f"It is deleted at {provider}, with its registration page and every link to it. This cannot be undone.",
        _people(webinar, counts, waiting, now),
        _cards(list(dict.fromkeys(counts.card_channels))),
        "Reminders that have not been posted yet are withdrawn.",
    ]
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section("\n".join(f"• {effect}" for effect in effects)),
    ]
    return modal(CALLBACK, TITLE, blocks, submit="Cancel Webinar", close="Keep It", private_metadata=webinar.id)


def working(webinar: Webinar, *, note: str = "") -> View:
    """The progress view. `note` explains a delay."""
    blocks: list[Block] = [section(f"Canceling *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    closing = context("You can close this window: the result then comes as a direct message.")
    return modal(WORKING, "Cancel webinar", [*blocks, closing], private_metadata=webinar.id, notify_on_close=True)


def done(webinar: Webinar, *, notes: Sequence[str] = ()) -> View:
    """The result; `notes` are sentences about what could not be undone."""
    return modal(DONE, "Webinar canceled", _result(webinar, notes), close="Done")


def done_message(webinar: Webinar, *, notes: Sequence[str] = ()) -> Message:
    """The result as a DM."""
    blocks = _result(webinar, notes)
    return message(" ".join([f"Canceled: {plain(webinar.title)}.", *map(escape_sentence, notes)]), blocks)


def failed(sentence: str) -> View:
    """The failure and what to do."""
    return modal(FAILED, "Not canceled", [paragraph(sentence)])


def failed_message(sentence: str) -> Message:
    """The failure as a DM."""
    return message(cut(escape_sentence(sentence), MAX_SECTION), [paragraph(sentence)])


def _people(webinar: Webinar, counts: ImpactCounts, waiting: WaitingPeople, now: datetime) -> str:
    """Everybody who is affected, and how; that nobody is, only if so."""
    linked = [*_with_link(webinar, now), *_team(counts)]
    if not linked and not waiting:
        read = webinar.registration
        age = f" ({as_of(read.read_at, now)})" if read else ""
        return f"Nobody has registered{age}, and only the host is on its team."
    if not linked:
        return f"Affected: {join_words(waiting_parts(waiting))}. They can no longer register."
    end = "Their links stop working, and nobody else can register." if waiting else "Their links stop working."
    return f"Affected: {join_words([*linked, *waiting_parts(waiting)])}. {end}"


def _with_link(webinar: Webinar, now: datetime) -> list[str]:
    read = webinar.registration
    if webinar.audience is Audience.ANYONE:
        return ["everyone who has the link"]
    if read is None:
        return ["everyone who has registered"]
    return [f"{read.count:,} registered ({as_of(read.read_at, now)})"] if read.count else []


def _team(counts: ImpactCounts) -> list[str]:
    """The co-hosts and the panelists. A team that was never read may have some."""
    if counts.team is None:
        return ["anyone on its team"]
    parts = [(counts.team - counts.panelists, "co-host"), (counts.panelists, "panelist")]
    return [number(count, role) for count, role in parts if count]


def _cards(channels: Sequence[str]) -> str:
    if not channels:
        return "It has no card in any channel."
    named = ", ".join(f"<#{channel}>" for channel in channels[:MAX_CHANNELS])
    rest = f" and {len(channels) - MAX_CHANNELS} more" if len(channels) > MAX_CHANNELS else ""
    return f"Its card shows the cancellation in {named}{rest}."


def _result(webinar: Webinar, notes: Sequence[str]) -> list[Block]:
    lines = [f"*{plain(webinar.title)}* is canceled.", *map(escape_sentence, notes)]
    return [section("\n".join(lines))]
