"""The channel form: it opens with the current settings and reads back the input or its errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from bot.errors import BadInput
from bot.notices.subscriptions import channel_state
from bot.notices.subscriptions.channel_state import ChannelChoice, ChannelState
from bot.notices.subscriptions.model import DEFAULT_FEATURES
from handlers.subscribe import form as subscribe_form
from tests.support.block_kit import check_view, initial_values, visible_text
from tests.support.subscription_samples import (
    QUIET_NIGHT,
    channel_hours,
    sample_channel,
    sample_channels,
    subscription,
    webinar_subscription,
)
from tests.support.webinar_samples import webinar


def test_form_opens_as_the_channel_is_set_up() -> None:
    """With the person's own zone where the channel has none."""
    view = subscribe_form.build(sample_channel(), zone="Asia/Kathmandu")
    assert (view["callback_id"], view["private_metadata"]) == (subscribe_form.CALLBACK, "C1")
    assert subscribe_form.read_choice(initial_values(view)) == ChannelChoice(
        features=frozenset(), time_zone="Asia/Kathmandu"
    )
    set_up = subscribe_form.build(sample_channel(subscription(), hours=QUIET_NIGHT), zone="Asia/Kathmandu")
    assert subscribe_form.read_choice(initial_values(set_up)) == ChannelChoice(
        features=DEFAULT_FEATURES, time_zone="Europe/Madrid", quiet_from=22 * 60, quiet_to=7 * 60 + 5
    )


def test_form_mentions_other_subscriptions() -> None:
    """Lines about single webinars and people stay, and the first few are named."""
    webinars = tuple(webinar(session_id=f"s{n}", title=f"Talk {n}") for n in range(9))
    view = subscribe_form.build(sample_channel(*map(webinar_subscription, webinars), webinars=webinars), zone="UTC")
    assert "stays as it is: Talk 0, Talk 1, Talk 2, Talk 3, Talk 4 and 4 others" in visible_text(view["blocks"])
    assert "stays as it is" not in visible_text(
        subscribe_form.build(sample_channel(subscription()), zone="UTC")["blocks"]
    )


def sent(**changes: Any) -> dict[str, dict[str, Any]]:
    """What Slack sends of an untouched form, but for these fields."""
    values = initial_values(subscribe_form.build(sample_channel(subscription(), hours=channel_hours()), zone="UTC"))
    for name, held in changes.items():
        values[name] = {subscribe_form.FIELD: held}
    return values


def test_form_names_every_problem_at_once() -> None:
    """Each under its own field."""
    wrong = sent(
        quiet_from={"selected_time": "22:00"},
        digest={"selected_option": {"value": "weekly"}},
        digest_at={"selected_time": None},
        zone={"value": "Europe/Madird"},
    )
    with pytest.raises(BadInput) as refused:
        subscribe_form.read_choice(wrong)
    assert refused.value.fields == {
        "quiet_to": "Choose when quiet hours end, or clear their beginning.",
        "digest_at": "Choose a time for the digest.",
        "zone": "There is no such time zone. Did you mean Europe/Madrid?",
    }
    with pytest.raises(BadInput) as refused:
        subscribe_form.read_choice(sent(quiet_to={"selected_time": "07:00"}, zone={"value": None}))
    assert refused.value.fields == {
        "quiet_from": "Choose when quiet hours begin, or clear their end.",
        "zone": "Write a time zone such as Europe/Madrid.",
    }


def test_same_time_twice_means_no_quiet_hours() -> None:
    """That is how they end where a picker cannot be cleared."""
    choice = subscribe_form.read_choice(
        sent(quiet_from={"selected_time": "08:00"}, quiet_to={"selected_time": "08:00"})
    )
    assert (choice.quiet_from, choice.quiet_to, choice.has_hours) == (None, None, False)


def test_digest_time_does_not_matter_without_a_digest() -> None:
    """Its emptied picker is no mistake then."""
    assert (
        subscribe_form.read_choice(sent(digest_at={"selected_time": None})).digest_at == channel_state.DEFAULT_DIGEST_AT
    )


def test_working_and_failed_views_are_modals_of_the_channel() -> None:
    """What takes the form's place."""
    for view in (subscribe_form.working_view("C1"), subscribe_form.failed_view("Nothing was changed.")):
        check_view(view)


@settings(deadline=None)
@given(sample_channels())
def test_any_channel_has_a_form_that_reads_as_it_was_built(state: ChannelState) -> None:
    """Within Slack's limits, whatever titles, zones and times there are; half of a pair of quiet hours is refused."""
    view = subscribe_form.build(state, zone="UTC")
    check_view(view)
    kept = state.hours
    if kept and (kept.quiet_from is None) != (kept.quiet_to is None):
        with pytest.raises(BadInput):
            subscribe_form.read_choice(initial_values(view))
        return
    choice = subscribe_form.read_choice(initial_values(view))
    assert choice.features == state.general_features
    if kept:
        assert (choice.time_zone, choice.digest, choice.digest_at, choice.digest_day) == (
            kept.time_zone,
            kept.digest,
            kept.digest_at,
            kept.digest_day,
        )
