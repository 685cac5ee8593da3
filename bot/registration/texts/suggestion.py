"""The direct message that suggests a seat to a Slack user, and what replaces it once it is answered."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import Stage, stage
from bot.model.seat import Suggestion, SuggestionState
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.slack import buttons
from bot.slack.blocks import MAX_SECTION, Block, actions, context, cut, message, paragraph, plain, section
from bot.slack.consent import consent
from bot.slack.message import Message
from bot.webinars.texts.facts import timing, timing_in_sentence

TAKE = "seat.take"
DECLINE = "seat.decline"
TAKE_LABEL = "Take My Seat"
MAX_DESCRIPTION = 500


def suggestion_message(
    webinar: Webinar, suggestion: Suggestion, *, now: datetime, problem: str = "", has_page: bool = False
) -> Message:
    """The suggestion as it is now. `problem` says why the seat could not be taken.

    `has_page`: the person can register on the webinar's own page only.
    """
    head = f"<@{suggestion.suggested_by}> suggests *{plain(webinar.title)}*"
    current = stage(webinar, now)
    if current in (Stage.CANCELED, Stage.OVER):
        end = "It is canceled." if current is Stage.CANCELED else "It is over."
        return _short(f"{head}, {timing_in_sentence(webinar)}. {end}")
    if suggestion.state is SuggestionState.DECLINED:
        return _declined(webinar)
    take = buttons.webinar_button(webinar, TAKE_LABEL, TAKE, style="primary")
    page = buttons.registration_page(webinar) if has_page else None
    blocks: list[Block] = [
        section(cut(f"{head}\n{timing(webinar)}{_about(webinar)}", MAX_SECTION)),
        *([paragraph(problem)] if problem else []),
        *actions(page or take, buttons.webinar_button(webinar, "No Thanks", DECLINE)),
        context(consent(webinar, TAKE_LABEL, with_channel=False)),
    ]
    return message(f"{head}, {timing_in_sentence(webinar)}.{f' {problem}' if problem else ''}", blocks)


def working_message(webinar: Webinar) -> Message:
    """Replaces the suggestion while the person is being registered."""
    provider = provider_name(webinar.id)
    return _short(f"Registering you for *{plain(webinar.title)}* at {provider}…")


def unclear_message(webinar: Webinar, sentence: str) -> Message:
    """Replaces it if the outcome is unknown; the message of the seat replaces this one."""
    return _short(f"*{plain(webinar.title)}*, {timing_in_sentence(webinar)}\n{sentence}")


def has_seat_message(webinar: Webinar) -> Message:
    """Replaces it if the person took a seat elsewhere."""
    return _short(f"You have a seat at *{plain(webinar.title)}*. Your link is in another message here.")


def _declined(webinar: Webinar) -> Message:
    text = f"You declined a seat at *{plain(webinar.title)}*. You won't be asked again."
    return message(text, [section(text), *actions(buttons.webinar_button(webinar, "Take My Seat After All", TAKE))])


def _about(webinar: Webinar) -> str:
    hosted = f"\nHosted by {plain(webinar.host_name)}" if webinar.host_name else ""
    described = f"\n{plain(webinar.description, MAX_DESCRIPTION)}" if webinar.description.strip() else ""
    return hosted + described


def _short(text: str) -> Message:
    short = cut(text, MAX_SECTION)
    return message(short, [section(short)])
