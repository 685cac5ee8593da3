"""The result of sharing a webinar: where its card is, and which notices the channel will get."""

from __future__ import annotations

from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.subscriptions.channel_state import PlannedNotices
from bot.notices.subscriptions.texts.phrases import quiet_hours_text, webinar_lines
from bot.notices.texts.reminder_result import remind_button
from bot.slack import buttons
from bot.slack.blocks import Block, actions, button, context, message, plain, section
from bot.slack.message import Message
from bot.webinars.texts.facts import typed_title

MUTED = "Nothing else is posted about it there, as somebody chose."


def shared(webinar: Webinar, channel_id: str, planned: PlannedNotices) -> Message:
    """The reply to a share: where the card is, which notices follow, and buttons to change them."""
    lines = webinar_lines(webinar, planned.features, planned.upcoming_offsets)
    text_of_notices = "\n".join(["Greenroom will post there:", *(f"• {line}" for line in lines)]) if lines else MUTED
    text = f"*{plain(webinar.title)}* is announced in <#{channel_id}>. {text_of_notices}"
    hint = f"To get fewer posts about it, type this there: `/webinar unsubscribe changes for {typed_title(webinar)}`"
    notes = [note for note in (quiet_hours_text(planned.hours), hint if lines else "") if note]
    blocks: list[Block] = [section(text), *(context(note) for note in notes)]
    reminds = Feature.REMINDERS in planned.features
    blocks += actions(
        remind_button(webinar, "Change Reminders" if reminds else "Add Reminders", channel_id=channel_id),
        button(
            "Change Channel", buttons.CHANGE_FEATURES, channel_id, label="Change what Greenroom posts in this channel"
        ),
        buttons.details(webinar),
    )
    return message(" ".join([text, *notes]), blocks)


def announced(webinar: Webinar, channel_id: str, planned: PlannedNotices) -> str:
    """The same as one line, for the result of a creation (mrkdwn)."""
    lines = webinar_lines(webinar, planned.features, planned.upcoming_offsets)
    text_of_notices = f"Greenroom will post there: {'; '.join(lines)}." if lines else MUTED
    return f"Announced in <#{channel_id}>. {text_of_notices}"
