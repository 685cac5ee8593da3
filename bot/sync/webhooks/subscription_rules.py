"""What to do about the webhook subscription. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.providers.events import MAX_HOSTS, EventSubscription
from bot.sync.webhooks.state_table import WebhookFacts

LIFETIME = timedelta(days=7)
RENEW_BEFORE = timedelta(days=3, hours=12)
"""Renewed in the second half of its life, so that a renewal can fail for days."""
CHECK_EVERY = timedelta(minutes=5)
"""How often the provider is asked whether it still delivers: it does not tell when it stops."""
CHECK_VALID = 3 * CHECK_EVERY
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
REPORT_AFTER = 2
"""Failures in a row after which the admins are notified: one alone may be a moment's trouble at the start."""


def choose(
    listed: Iterable[EventSubscription], address: str, prefix: str
) -> tuple[EventSubscription | None, list[EventSubscription]]:
    """Our working subscription, and leftovers of ours to delete: dead ones, doubles, those of earlier secrets.

    Ours are recognized by their address. Those of other addresses belong to other installations with the same app.
    """
    ours = [one for one in listed if one.address.startswith(prefix)]
    working = next((one for one in ours if one.address == address and one.is_active and one.filters), None)
    return working, [one for one in ours if one is not working]


def hosts_to_watch(service_user: str, hosts: Iterable[str]) -> Sequence[str]:
    """The hosts of a subscription that cannot be for the whole company: the service user, and those of its webinars."""
    return [one for one in dict.fromkeys([service_user, *hosts]) if one][:MAX_HOSTS]


def delivers(facts: WebhookFacts, now: datetime) -> bool:
    """Whether all events are subscribed to, and the provider has lately said that it delivers them."""
    is_checked = facts.checked_at is not None and now - facts.checked_at < CHECK_VALID
    return bool(facts.subscription_id) and is_checked and not facts.problem and not facts.disabled


def may_try(facts: WebhookFacts, now: datetime) -> bool:
    """Whether the wait after the last failure is over."""
    return facts.next_at is None or now >= facts.next_at


def is_check_due(facts: WebhookFacts, now: datetime) -> bool:
    """Whether the provider must be asked again."""
    return facts.checked_at is None or now - facts.checked_at >= CHECK_EVERY


def is_renewal_due(facts: WebhookFacts, now: datetime) -> bool:
    """Whether the subscription is in the second half of its life."""
    return facts.expires_at is not None and facts.expires_at - now < RENEW_BEFORE


def working(facts: WebhookFacts, subscription: EventSubscription, now: datetime) -> WebhookFacts:
    """The state with a subscription that works."""
    return facts.model_copy(
        update={
            "subscription_id": subscription.subscription_id,
            "expires_at": subscription.expires_at,
            "checked_at": now,
            "tries": 0,
            "next_at": None,
            "problem": "",
            "disabled": subscription.disabled,
        }
    )


def failed(facts: WebhookFacts, problem: str, now: datetime) -> WebhookFacts:
    """The state without a subscription, after one more failure to have one."""
    wait = min(FIRST_WAIT * 2 ** min(facts.tries, 10), LONGEST_WAIT)
    lost = {"subscription_id": "", "expires_at": None, "checked_at": None, "disabled": ()}
    return facts.model_copy(update={**lost, "problem": problem, "tries": facts.tries + 1, "next_at": now + wait})


def must_report_problem(facts: WebhookFacts) -> bool:
    """Whether the admins must be notified that webhooks do not work."""
    return bool(facts.problem) and facts.tries >= REPORT_AFTER and not facts.is_reported


def must_report_recovery(facts: WebhookFacts) -> bool:
    """Whether the admins must be notified that webhooks work again."""
    return facts.is_reported and bool(facts.subscription_id)


def must_report_disabled(facts: WebhookFacts) -> bool:
    """Whether the admins must be notified of filters that are disabled."""
    return bool(facts.disabled) and facts.disabled != facts.reported_disabled
