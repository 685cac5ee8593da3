"""What to do about the webhook subscription."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.providers.events import EventSubscription
from bot.sync.webhooks import subscription_rules as rules
from bot.sync.webhooks.state_table import WebhookFacts

NOW = datetime(2031, 3, 4, 15, 0, tzinfo=UTC)
PREFIX = "https://webinars.acme.example/ringcentral/webhook/"
OURS = f"{PREFIX}secret"
SUBSCRIPTION = EventSubscription("1", OURS, is_active=True, expires_at=NOW + rules.LIFETIME, filters=("a",))


def test_our_subscription_is_recognized_by_its_address() -> None:
    """Dead ones, doubles and those of an earlier secret are leftovers; those of other addresses are not ours."""
    dead = replace(SUBSCRIPTION, subscription_id="2", is_active=False)
    without_filters = replace(SUBSCRIPTION, subscription_id="3", filters=())
    double = replace(SUBSCRIPTION, subscription_id="4")
    earlier = replace(SUBSCRIPTION, subscription_id="5", address=f"{PREFIX}earlier")
    other = replace(SUBSCRIPTION, subscription_id="6", address="https://staging.acme.example/ringcentral/webhook/x")
    listed = [dead, other, without_filters, SUBSCRIPTION, double, earlier]
    assert rules.choose(listed, OURS, PREFIX) == (SUBSCRIPTION, [dead, without_filters, double, earlier])
    assert rules.choose([other, dead], OURS, PREFIX) == (None, [dead])


def test_at_most_ten_hosts_are_watched_the_service_user_first() -> None:
    """Each once."""
    assert rules.hosts_to_watch("9", ["1", "9", "", "1", "2"]) == ["9", "1", "2"]
    assert len(rules.hosts_to_watch("9", map(str, range(100, 200)))) == 10


def test_it_is_renewed_in_the_second_half_of_its_life() -> None:
    """So that a renewal can fail for days."""
    facts = rules.working(WebhookFacts(), SUBSCRIPTION, NOW)
    assert not rules.is_renewal_due(facts, NOW + timedelta(days=3))
    assert rules.is_renewal_due(facts, NOW + timedelta(days=4))
    assert not rules.is_renewal_due(WebhookFacts(), NOW)


def test_it_is_checked_every_five_minutes() -> None:
    """The provider does not tell when it stops."""
    facts = rules.working(WebhookFacts(), SUBSCRIPTION, NOW)
    assert not rules.is_check_due(facts, NOW + timedelta(minutes=4))
    assert rules.is_check_due(facts, NOW + timedelta(minutes=5))
    assert rules.is_check_due(WebhookFacts(), NOW)


def test_failures_are_repeated_with_longer_and_longer_waits() -> None:
    """One minute, two, four, at most an hour; a success starts again."""
    facts, waits = WebhookFacts(), []
    for _ in range(9):
        facts = rules.failed(facts, "Why.", NOW)
        assert facts.next_at is not None
        waits.append((facts.next_at - NOW) / timedelta(minutes=1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert not rules.may_try(facts, NOW + timedelta(minutes=59))
    assert rules.may_try(facts, NOW + timedelta(minutes=60))
    again = rules.working(facts, SUBSCRIPTION, NOW)
    assert (again.tries, again.problem, rules.may_try(again, NOW)) == (0, "", True)


def test_admins_are_notified_once_of_a_problem_and_of_its_end() -> None:
    """After the second failure: one alone may be a moment's trouble."""
    first = rules.failed(WebhookFacts(), "Why.", NOW)
    assert not rules.must_report_problem(first)
    second = rules.failed(first, "Why.", NOW)
    assert rules.must_report_problem(second)
    reported = second.model_copy(update={"is_reported": True})
    assert not rules.must_report_problem(rules.failed(reported, "Why.", NOW))
    assert not rules.must_report_recovery(reported)
    assert rules.must_report_recovery(rules.working(reported, SUBSCRIPTION, NOW))
    assert not rules.must_report_recovery(rules.working(second, SUBSCRIPTION, NOW))


def test_disabled_filters_are_reported_once() -> None:
    """And again if others are disabled."""
    facts = rules.working(WebhookFacts(), replace(SUBSCRIPTION, disabled=("b",)), NOW)
    assert rules.must_report_disabled(facts)
    assert not rules.must_report_disabled(facts.model_copy(update={"reported_disabled": ("b",)}))
    assert rules.must_report_disabled(facts.model_copy(update={"reported_disabled": ("a",)}))
    assert not rules.must_report_disabled(WebhookFacts())


def test_it_delivers_while_it_is_checked_and_complete() -> None:
    """Not without a subscription, after a failure, with disabled filters, or if nobody has checked it lately."""
    facts = rules.working(WebhookFacts(), SUBSCRIPTION, NOW)
    assert rules.delivers(facts, NOW + 2 * rules.CHECK_EVERY)
    assert not rules.delivers(facts, NOW + rules.CHECK_VALID)
    assert not rules.delivers(WebhookFacts(), NOW)
    assert not rules.delivers(rules.failed(facts, "It is not reachable.", NOW), NOW)
    assert not rules.delivers(facts.model_copy(update={"disabled": ("a",)}), NOW)
