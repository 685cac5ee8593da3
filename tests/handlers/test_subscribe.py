"""Messages about a channel's subscriptions, after changes and shares, within Slack's limits."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.webinar import Audience, Webinar
from bot.notices.model import Feature, Notice, NoticeKind, NoticeState
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.rules import DEFAULT_OFFSETS
from bot.notices.subscriptions.channel_state import ChannelState, PlannedNotices, UndeliveredNotice
from bot.notices.subscriptions.model import ALL_FEATURES, DEFAULT_FEATURES, Scope
from bot.notices.subscriptions.texts import result as subscription_result
from bot.notices.subscriptions.texts.phrases import (
    FEATURE_TEXTS,
    digest_text,
    feature_lines,
    feature_names,
    join_words,
    quiet_hours_text,
    webinar_lines,
)
from bot.notices.subscriptions.texts.share_result import MUTED, announced, shared
from bot.slack import buttons as ids
from bot.slack.blocks import when
from handlers.subscribe import form as subscribe_form
from tests.support.block_kit import buttons, check_message, check_view, visible_text
from tests.support.subscription_samples import (
    DUE_AT_TEXT,
    HOURS,
    QUIET_NIGHT,
    SET_AT_TEXT,
    WEEKLY,
    channel_hours,
    sample_channel,
    sample_channels,
    subscription,
    webinar_subscription,
)
from tests.support.webinar_samples import ACCOUNT, MOMENTS, NASTY, NOW, START, WEBINARS, webinar


def test_state_shows_who_set_what_and_when() -> None:
    """All lines, general ones first, then single webinars by their start; muted ones are named as such."""
    launch, soon, gone = webinar(), webinar(session_id="s2", title="Café *chat*", start=NOW), webinar(session_id="s3")
    state = sample_channel(
        webinar_subscription(launch, features=frozenset[Feature](), set_by="U3"),
        webinar_subscription(soon, by_share=True, offsets=(timedelta(minutes=30),)),
        webinar_subscription(gone),
        subscription(scope=Scope.MINE, subject="U4", features=frozenset({Feature.LIVE})),
        subscription(),
        webinars=(launch, soon),
    )
    shown = subscription_result.channel_message(state, head="Done.")
    usual = "reminders, alerts and changes"
    assert visible_text(shown.blocks[:1]).splitlines() == [
        "Done.",
        "*What Greenroom posts in <#C1>:*",
        f"• *All webinars*: reminders, alerts and changes · set by <@U1>, {SET_AT_TEXT}",
        f"• *Webinars that <@U4> created*: live updates · set by <@U1>, {SET_AT_TEXT}",
        f"• *Café ∗chat∗*: {usual} (reminders 30 minutes before) · set by <@U1>, {SET_AT_TEXT}",
        f"• *Launch day*: muted · set by <@U3>, {SET_AT_TEXT}",
    ]
    assert buttons(shown.blocks)["Change"]["value"] == "C1"
    assert buttons(shown.blocks)["Change"]["action_id"] == ids.CHANGE_FEATURES


def test_state_explains_features_and_names_the_rest() -> None:
    """With the workspace's own times, quiet hours, the digest, and who set these."""
    both = QUIET_NIGHT.model_copy(update={"digest": DigestPace.DAILY})
    shown = subscription_result.channel_message(
        sample_channel(subscription(features=frozenset({Feature.REMINDERS, Feature.LIVE})), hours=both)
    )
    assert visible_text(shown.blocks[1:2]).splitlines() == [
        (
            "*Reminders*: 1 day, 1 hour and 10 minutes before it starts · "
            "*Live updates*: when it starts, is live, has ended, and how many came"
        ),
        f"{quiet_hours_text(both)} · {digest_text(both)} · set by <@U2>, {when(NOW, 'Europe/Madrid')}",
        "Off here: alerts, changes, seat alerts and registration counts",
    ]


def test_channel_without_subscriptions_gets_instructions() -> None:
    """And that it has neither quiet hours nor a digest."""
    shown = subscription_result.channel_message(sample_channel(), may_change=False)
    assert subscription_result.NO_SUBSCRIPTIONS in visible_text(shown.blocks).splitlines()
    assert "No quiet hours and no digest" in visible_text(shown.blocks)
    assert buttons(shown.blocks) == {}


def test_long_list_shows_how_many_more() -> None:
    """A channel in which many cards were shared."""
    webinars = tuple(webinar(session_id=f"s{n}", title=f"Talk {n}") for n in range(40))
    shown = subscription_result.channel_message(
        sample_channel(*(webinar_subscription(one, by_share=True) for one in webinars), webinars=webinars)
    )
    assert "• and 25 lines more" in visible_text(shown.blocks).splitlines()


def test_introduction_names_the_person_and_how_to_change_it() -> None:
    """One short line for the channel, without subscriptions by card."""
    launch = webinar()
    state = sample_channel(subscription(), webinar_subscription(launch, by_share=True), webinars=(launch,))
    assert subscription_result.intro("Ana Lima", state).text == (
        "Ana Lima set up Greenroom here: reminders, alerts and changes about all webinars. "
        "To see or change it: `/webinar subscriptions`"
    )


@pytest.mark.parametrize(
    ("state", "problem", "reason"),
    [
        (NoticeState.MISSED, "", "missed, because Greenroom was away or could not post in time"),
        (NoticeState.UNKNOWN, "", "unclear, because Slack's answer got lost: look whether it was posted"),
        (NoticeState.FAILED, "Slack <refused> this.", "not posted: Slack &lt;refused&gt; this."),
        (NoticeState.FAILED, "", "not posted"),
    ],
)
def test_what_did_not_go_out_is_shown_with_its_reason(state: NoticeState, problem: str, reason: str) -> None:
    """When and where it was due, what it was, and about which webinar if about one."""
    facts = {"account": ACCOUNT, "session_id": "s1", "channel_id": "C9", "start": START}
    times = {"due_at": NOW, "schedulable_at": NOW, "expires_at": START}
    reminder = Notice.model_validate({**facts, **times})
    live_notice = Notice.model_validate(
        {**facts, **times, "kind": NoticeKind.CHANNEL_LOST, "channel_id": "D9", "session_id": ""}
    )
    undelivered = [
        UndeliveredNotice(reminder, state, problem, webinar()),
        UndeliveredNotice(live_notice, state, problem, None),
    ]
    assert visible_text(
        subscription_result.channel_message(sample_channel(), undelivered=undelivered).blocks[-1:]
    ).splitlines() == [
        "*What did not go out lately*",
        f"• {DUE_AT_TEXT}, <#C9>, reminder of *Launch day*: {reason}",
        f"• {DUE_AT_TEXT}, direct message, cut off: {reason}",
    ]


def test_share_lists_the_planned_notices() -> None:
    """Only reminders that are still ahead, and quiet hours; with the ways to change the webinar's and the channel's."""
    ahead = (timedelta(hours=1), timedelta(minutes=10))
    answer = shared(webinar(), "C1", PlannedNotices(DEFAULT_FEATURES, ahead, QUIET_NIGHT))
    assert visible_text(answer.blocks).splitlines()[:6] == [
        "*Launch day* is announced in <#C1>. Greenroom will post there:",
        "• reminders 1 hour and 10 minutes before the start",
        "• when registration is full, closed, or open again",
        "• when it is moved, renamed or canceled",
        "Quiet from 10:00 PM to 7:05 AM (Europe/Madrid): everything but reminders and “starts now” waits until then",
        'To get fewer posts about it, type this there: `/webinar unsubscribe changes for "Launch day"`',
    ]
    pressed = {text: (one["action_id"], one["value"]) for text, one in buttons(answer.blocks).items()}
    assert pressed == {
        "Change Reminders": (ids.REMIND, "s1 <#C1>"),
        "Change Channel": (ids.CHANGE_FEATURES, "C1"),
        "Details": (ids.SHOW, "s1"),
    }


def test_share_into_a_muted_channel_reports_it() -> None:
    """The card stands all the same."""
    answer = shared(webinar(), "C1", PlannedNotices(frozenset(), ()))
    assert visible_text(answer.blocks).splitlines()[0] == f"*Launch day* is announced in <#C1>. {MUTED}"
    assert "Add Reminders" in buttons(answer.blocks)
    assert announced(webinar(), "C1", PlannedNotices(frozenset(), ())) == f"Announced in <#C1>. {MUTED}"


def test_listed_notices_fit_the_webinar() -> None:
    """Too late for a reminder; no registration to speak of where everyone has the link."""
    open_to_all = webinar(audience=Audience.ANYONE)
    assert webinar_lines(open_to_all, ALL_FEATURES, ()) == [
        "no reminder: it is too late for one",
        "when it is moved, renamed or canceled",
        "when it starts, is live, has ended, and how many came",
    ]
    assert announced(webinar(), "C1", PlannedNotices(frozenset({Feature.LIVE}), ())) == (
        "Announced in <#C1>. Greenroom will post there: when it starts, is live, has ended, and how many came."
    )


def test_texts_of_features_and_hours() -> None:
    """In their order; hours that last no time are none."""
    assert set(FEATURE_TEXTS) == set(Feature)
    assert (feature_names(frozenset()), feature_names(frozenset({Feature.LIVE})), join_words([])) == (
        "nothing",
        "live updates",
        "",
    )
    assert feature_lines(frozenset({Feature.REMINDERS}), ()) == ["*Reminders*: before it starts"]
    assert (
        quiet_hours_text(channel_hours(quiet_from=60, quiet_to=60))
        == quiet_hours_text(channel_hours())
        == quiet_hours_text(None)
        == ""
    )
    assert (
        quiet_hours_text(QUIET_NIGHT)
        == "Quiet from 10:00 PM to 7:05 AM (Europe/Madrid): everything but reminders and “starts now” waits until then"
    )
    assert quiet_hours_text(channel_hours(quiet_from=0, quiet_to=720)).startswith("Quiet from 12:00 AM to 12:00 PM (")
    assert (digest_text(WEEKLY), digest_text(channel_hours()), digest_text(None)) == (
        "Digest every Sunday at 9:30 AM (Europe/Madrid)",
        "",
        "",
    )


@settings(deadline=None)
@given(sample_channels(), st.sampled_from(["", "Done: *x*"]), MOMENTS, st.sampled_from(["", NASTY]))
def test_any_channel_keeps_slacks_limits(state: ChannelState, head: str, due: datetime, name: str) -> None:
    """Whatever titles, names, zones and times there are."""
    facts = {"account": ACCOUNT, "session_id": "s1", "channel_id": "C9", "start": START}
    missed = Notice.model_validate({**facts, "due_at": due, "schedulable_at": due, "expires_at": START})
    undelivered = [
        UndeliveredNotice(missed, NoticeState.FAILED, "x" * 500, one) for one in [*state.webinars.values(), None]
    ][:10]
    shown = subscription_result.channel_message(state, head=head, undelivered=undelivered)
    check_message(shown.text, shown.blocks)
    introduction = subscription_result.intro(name, state)
    check_message(introduction.text, introduction.blocks)
    assert "<@" not in introduction.text
    assert "<!channel>" not in introduction.text
    check_view(subscription_result.saved_view(state, head))


@settings(deadline=None)
@given(WEBINARS, st.frozensets(st.sampled_from(Feature)), HOURS)
def test_any_share_keeps_slacks_limits(one: Webinar, features: frozenset[Feature], kept: ChannelHours | None) -> None:
    """Whatever the title."""
    there = PlannedNotices(features, DEFAULT_OFFSETS, kept)
    answer = shared(one, "C1", there)
    check_message(answer.text, answer.blocks)
    assert len(announced(one, "C1", there)) < 1000


def test_nasty_title_neither_pings_nor_formats() -> None:
    """In every place where a title stands."""
    nasty = webinar(title=NASTY)
    state = sample_channel(webinar_subscription(nasty), webinars=(nasty,))
    for text in (
        subscription_result.channel_message(state).text,
        visible_text(subscribe_form.build(state, zone="UTC")["blocks"]),
        shared(nasty, "C1", PlannedNotices(DEFAULT_FEATURES, ())).text,
    ):
        assert "<!channel>" not in text
        assert "&lt;!channel&gt; &amp; &lt;b&gt; ∗" in text
