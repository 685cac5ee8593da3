"""Undo of `unsubscribe`: what its button carries, and what it restores. Pure functions."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Sequence
from typing import Final

from bot.model.people import Account, Frozen
from bot.notices.quiet_hours import DigestPace
from bot.notices.subscriptions.channel_state import ChannelState
from bot.notices.subscriptions.model import Scope, Subscription

MAX_VALUE: Final = 2000
"""Characters of a button's value: https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

Key = tuple[Scope, str, Account | None]


class UnsubscribeUndo(Frozen):
    """What was ended in a channel. Serialized into a button."""

    channel_id: str
    before: tuple[Subscription, ...] = ()
    """The subscriptions that were changed or removed, as they were."""
    added: tuple[Key, ...] = ()
    """The subscriptions that were added, such as a muted webinar."""
    digest: DigestPace = DigestPace.NEVER
    """The digest that was ended."""
    state: str = ""
    """The digest of what was left. If it has changed since, undo is refused."""

    def encoded(self) -> str:
        """As the value of a button; empty if Slack has no room for it."""
        value = b85encode(zlib.compress(self.model_dump_json(exclude_defaults=True).encode(), 9)).decode()
        return value if len(value) <= MAX_VALUE else ""


def read_undo(value: str) -> UnsubscribeUndo:
    """Read the value of the button."""
    return UnsubscribeUndo.model_validate_json(zlib.decompress(b85decode(value)))


def undo_of(before: ChannelState, after: ChannelState) -> UnsubscribeUndo:
    """What restores `before` as long as the channel is as `after`."""
    were, pace = {key_of(each) for each in before.subscriptions}, digest_of(before)
    return UnsubscribeUndo(
        channel_id=before.channel_id,
        before=tuple(each for each in before.subscriptions if each not in after.subscriptions),
        added=tuple(key_of(each) for each in after.subscriptions if key_of(each) not in were),
        digest=pace if pace is not digest_of(after) else DigestPace.NEVER,
        state=fingerprint(after),
    )


def restored(current: Sequence[Subscription], undo: UnsubscribeUndo) -> list[Subscription]:
    """The subscriptions of the channel with those that were changed as they were."""
    changed = {*undo.added, *map(key_of, undo.before)}
    return [*(each for each in current if key_of(each) not in changed), *undo.before]


def fingerprint(channel: ChannelState) -> str:
    """A digest of the subscriptions and the digest of a channel."""
    held = sorted(
        [*key_of(each)[:2], *sorted(each.features), each.set_at.isoformat()] for each in channel.subscriptions
    )
    return hashlib.sha256(json.dumps([held, digest_of(channel)]).encode()).hexdigest()[:16]


def digest_of(channel: ChannelState) -> DigestPace:
    """How often the channel gets a digest."""
    return channel.hours.digest if channel.hours else DigestPace.NEVER


def key_of(subscription: Subscription) -> Key:
    """What a channel has at most one subscription for."""
    return subscription.scope, subscription.subject, subscription.account
