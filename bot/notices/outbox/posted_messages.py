"""What editing posted messages has in common: where a message is, and what Slack's answer to an edit means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from bot.errors import ChannelUnreachable
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.notices.outbox.rows import OutboundMessage
    from bot.slack.client import SlackApi
    from bot.slack.message import Message


class MessageOutcome(Enum):
    """What Slack answered to an edit."""

    DONE = auto()
    BUSY = auto()
    """Nothing was edited, and no other message can be edited now."""
    UNCLEAR = auto()
    """It may have been edited."""
    GONE = auto()
    """It cannot be edited any more."""


@dataclass(frozen=True)
class MessageEdit:
    """An edit that was tried; `reason` says why it was not done."""

    outcome: MessageOutcome
    reason: str = ""


class PostedMessages:
    """The posted messages of one account's workspace."""

    def __init__(self, account: Account, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Edit through this Slack."""
        self._account = account
        self._store = store
        self._slack = slack
        self._clock = clock

    async def _edit(self, message: OutboundMessage, text: Message) -> MessageEdit:
        """Replace the text of a message. It is repeatable."""
        try:
            await self._slack.edit(message.posted_in or message.channel_id, str(message.message_ts), text)
        except (SlackBusy, SlackOutcomeUnknown) as error:
            outcome = MessageOutcome.BUSY if isinstance(error, SlackBusy) else MessageOutcome.UNCLEAR
            return MessageEdit(outcome, type(error).__name__)
        except (ChannelUnreachable, SlackRefused) as error:
            return MessageEdit(MessageOutcome.GONE, error.sentence)
        return MessageEdit(MessageOutcome.DONE)
