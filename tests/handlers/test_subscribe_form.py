"""The channel form: it opens with the current settings and reads back the input or its errors."""

from __future__ import annotations

from functools import partial
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
    read = partial(subscribe_form.read_choice, zone="Asia/Kathmandu")
    assert (view["callback_id"], view["private_metadata"]) == (subscribe_form.CALLBACK, "C1")
    assert read(initial_values(view), None) == ChannelChoice(features=frozenset(), time_zone="Asia/Kathmandu")
    set_up = subscribe_form.build(sample_channel(subscription(), hours=QUIET_NIGHT), zone="Asia/Kathmandu")
    assert read(initial_values(set_up), QUIET_NIGHT) == ChannelChoice(
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


def choosing(quiet: str = subscribe_form.ON, digest: str = "weekly") -> dict[str, Any]:
    """The choices that other fields belong to, as Slack sends them."""
    choices = {"quiet": quiet, "digest": digest}
    return {name: {"x": {"selected_option": {"value": value}}} for name, value in choices.items()}


def sent(**changes: Any) -> dict[str, dict[str, Any]]:
    """What Slack sends of a form with all fields, untouched but for these."""
    channel = sample_channel(subscription(), hours=channel_hours())
    values = initial_values(subscribe_form.build(channel, zone="UTC", typed=choosing()))
    for name, held in changes.items():
        values[name] = {subscribe_form.FIELD: held}
    return values


def test_form_names_every_problem_at_once() -> None:
    """Each under its own field."""
    wrong = sent(
        quiet_from={"selected_time": "22:00"},
        digest_at={"selected_time": None},
        zone={"value": "Europe/Madird"},
    )
    with pytest.raises(BadInput) as refused:
        subscribe_form.read_choice(wrong, None, zone="UTC")
    assert refused.value.fields == {
        "quiet_to": "Choose when quiet hours end.",
        "digest_at": "Choose a time for the digest.",
        "zone": "There is no such time zone. Did you mean Europe/Madrid?",
    }
    with pytest.raises(BadInput) as refused:
        subscribe_form.read_choice(sent(quiet_to={"selected_time": "07:00"}, zone={"value": None}), None, zone="UTC")
    assert refused.value.fields == {
        "quiet_from": "Choose when quiet hours begin.",
        "zone": "Write a time zone such as Europe/Madrid.",
    }


SHOWN = ("quiet_from", "quiet_to", "digest_day", "digest_at", "zone")


@pytest.mark.parametrize(
    ("quiet", "digest", "shown"),
    [
        ("off", "never", ()),
        ("on", "never", ("quiet_from", "quiet_to", "zone")),
        ("off", "daily", ("digest_at", "zone")),
        ("off", "weekly", ("digest_day", "digest_at", "zone")),
        ("on", "weekly", SHOWN),
    ],
)
def test_fields_appear_with_the_choice_they_belong_to(quiet: str, digest: str, shown: tuple[str, ...]) -> None:
    """Whatever the channel has now; a field that is not shown stays as it was."""
    for hours in (None, channel_hours(), QUIET_NIGHT):
        view = subscribe_form.build(sample_channel(hours=hours), zone="UTC", typed=choosing(quiet, digest))
        check_view(view)
        values = initial_values(view)
        assert tuple(name for name in SHOWN if name in values) == shown
        if quiet == "off" or hours is QUIET_NIGHT:
            choice = subscribe_form.read_choice(values, hours, zone="UTC")
            assert choice.time_zone == (hours.time_zone if hours else "UTC")
            assert choice.digest_at == (hours.digest_at if hours else channel_state.DEFAULT_DIGEST_AT)


def test_a_form_sent_before_its_fields_appeared_names_the_choice() -> None:
    """Quiet hours without times; a digest has those that it had."""
    values = {**initial_values(subscribe_form.build(sample_channel(), zone="UTC")), **choosing()}
    with pytest.raises(BadInput) as refused:
        subscribe_form.read_choice(values, None, zone="UTC")
    assert set(refused.value.fields) == {"quiet"}
    choice = subscribe_form.read_choice({**values, **choosing("off")}, None, zone="UTC")
    assert (choice.digest, choice.digest_at, choice.digest_day) == ("weekly", channel_state.DEFAULT_DIGEST_AT, 0)


def test_the_same_time_twice_is_refused() -> None:
    """No quiet hours are chosen above."""
    at_eight = {"selected_time": "08:00"}
    with pytest.raises(BadInput) as refused:
        subscribe_form.read_choice(sent(quiet_from=at_eight, quiet_to=at_eight), None, zone="UTC")
    assert refused.value.fields == {"quiet_to": subscribe_form.SAME_TIME}


def test_a_form_of_an_earlier_version_is_read_by_its_times() -> None:
    """It had no choice of quiet hours."""
    values = sent(quiet_from={"selected_time": "22:00"}, quiet_to={"selected_time": "07:00"})
    del values["quiet"]
    choice = subscribe_form.read_choice(values, None, zone="UTC")
    assert (choice.quiet_from, choice.quiet_to) == (22 * 60, 7 * 60)


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
            subscribe_form.read_choice(initial_values(view), kept, zone="UTC")
        return
    choice = subscribe_form.read_choice(initial_values(view), kept, zone="UTC")
    assert choice.features == state.general_features
    if kept:
        assert (choice.time_zone, choice.digest, choice.digest_at, choice.digest_day) == (
            kept.time_zone,
            kept.digest,
            kept.digest_at,
            kept.digest_day,
        )
