"""What `subscribe` and `unsubscribe` have in common, and how they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.notices.subscriptions.changes import subscribe as add_features
from bot.notices.subscriptions.changes import unsubscribe as remove_features
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    DEFAULT_FEATURES,
    Features,
    Subscription,
    SubscriptionChange,
)


@dataclass(frozen=True)
class Verb:
    """`subscribe` or `unsubscribe`: its word, its rule, its features if none are named, and its replies."""

    word: str
    apply: Callable[[Sequence[Subscription], SubscriptionChange, Features], Sequence[Subscription]]
    default_features: Features
    done: str
    not_done: str
    where: str
    """Asks for the channel."""


SUBSCRIBE_VERB = Verb(
    "subscribe",
    add_features,
    DEFAULT_FEATURES,
    "Now posted here: {}.",
    "Nothing changed. Already posted here: {}.",
    "Where should {} be posted?",
)
UNSUBSCRIBE_VERB = Verb(
    "unsubscribe",
    remove_features,
    ALL_FEATURES,
    "No longer posted here: {}.",
    "Nothing changed. Not posted here before: {}.",
    "Where should {} no longer be posted?",
)
