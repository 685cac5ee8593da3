"""Subscriptions: the features of a webinar that they give, and how changes apply to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.people import Workspace
from bot.model.webinar import Webinar
from bot.notices.model import FEATURE_BY_KIND, Feature, NoticeKind
from bot.notices.subscriptions.changes import set_for_all, subscribe, unsubscribe
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    DEFAULT_FEATURES,
    ChannelFeatures,
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    channel_features,
    covers,
    parse_features,
)
from bot.notices.subscriptions.texts.phrases import FEATURE_NAMES
from tests.support.docs_tables import table
from tests.support.webinar_samples import ACCOUNT, NOW, webinar

NONE: Features = frozenset()
LIVE = frozenset({Feature.LIVE})
REMINDERS = frozenset({Feature.REMINDERS})
LAUNCH = webinar(created_by="U1")
OTHER = webinar(session_id="s2", created_by="U2")
ELSEWHERE = webinar(session_id="s3", created_by="")
WEBINARS = [LAUNCH, OTHER, ELSEWHERE]
HALF_HOUR = (timedelta(minutes=30),)


def change(about: Webinar | Literal["mine", "all"] = "all", by: str = "U1") -> SubscriptionChange:
    """A change of the subscriptions of #launch."""
    return SubscriptionChange(
        workspace=ACCOUNT.workspace, channel_id="C1", about=about, by=by, at=NOW, by_organizer=True
    )


def card_line(about: Webinar = LAUNCH, features: Features = DEFAULT_FEATURES) -> Subscription:
    """The subscription that a shared card makes in #launch."""
    return Subscription(
        workspace=ACCOUNT.workspace,
        channel_id="C1",
        scope=Scope.WEBINAR,
        subject=about.session_id,
        account=about.account,
        features=features,
        set_by="U3",
        set_at=NOW,
        by_share=True,
    )


def launch_features(lines: list[Subscription], about: Webinar = LAUNCH) -> Features:
    """The features of a webinar in #launch."""
    return next((channel.features for channel in channel_features(about, lines)), NONE)


def test_every_feature_is_documented_with_its_default() -> None:
    """The page names all features, in the order of the form, their names in messages, and which come without asking."""
    rows = table("commands.md", "feature")
    assert {Feature(name): default == "yes" for name, *_, default in rows} == {
        one: one in DEFAULT_FEATURES for one in Feature
    }
    assert {Feature(name): shown for name, shown, *_ in rows} == FEATURE_NAMES


def test_every_feature_has_kinds_of_notices() -> None:
    """Every feature has kinds of notices; three kinds belong to none."""
    assert set(FEATURE_BY_KIND.values()) == set(Feature)
    assert set(NoticeKind) - set(FEATURE_BY_KIND) == {NoticeKind.CORRECTION, NoticeKind.DIGEST, NoticeKind.CHANNEL_LOST}


def test_general_subscriptions_add_up() -> None:
    """Subscriptions to all, to the creator's webinars, and by card add up; another creator's do not count."""
    lines = subscribe(subscribe([], change(), LIVE), change("mine"), frozenset({Feature.FILLING}))
    assert launch_features([*lines, card_line()]) == DEFAULT_FEATURES | {Feature.LIVE, Feature.FILLING}
    assert [launch_features(lines, one) for one in WEBINARS] == [LIVE | {Feature.FILLING}, LIVE, LIVE]


def test_a_subscription_covers_only_webinars_of_its_workspace() -> None:
    """Also one to all webinars."""
    elsewhere = LAUNCH.model_copy(
        update={"account": LAUNCH.account.model_copy(update={"workspace": Workspace(team_id="T9")})}
    )
    [everything] = subscribe([], change(), LIVE)
    assert covers(everything, LAUNCH)
    assert not covers(everything, elsewhere)


def test_own_subscription_decides_alone() -> None:
    """Also where it asks for nothing; lines of other channels, accounts and workspaces are their own."""
    lines = unsubscribe(subscribe([], change(), DEFAULT_FEATURES), change(LAUNCH))
    here = [line for line in lines if line.scope is Scope.WEBINAR]
    assert [line.features for line in here] == [NONE]
    abroad = here[0].model_copy(update={"workspace": Workspace(team_id="T2")})
    beside = here[0].model_copy(update={"channel_id": "C2", "features": LIVE, "offsets": HALF_HOUR})
    another = here[0].model_copy(update={"account": ACCOUNT.model_copy(update={"name": "other"})})
    assert channel_features(LAUNCH, [*lines, abroad, beside, another]) == [
        ChannelFeatures(channel_id="C2", features=LIVE, offsets=HALF_HOUR)
    ]


def test_subscribing_stores_who_and_when() -> None:
    """A subscription keeps its author if another person adds nothing new."""
    (line,) = subscribe([], change(by="U7"), DEFAULT_FEATURES)
    assert (line.scope, line.subject, line.account, line.set_by, line.set_at) == (Scope.ALL, "", None, "U7", NOW)
    assert subscribe([line], change(by="U8"), REMINDERS) == [line]
    (mine,) = subscribe([], change("mine", by="U7"), LIVE)
    assert (mine.scope, mine.subject) == (Scope.MINE, "U7")


def test_one_webinar_is_muted_and_brought_back() -> None:
    """A mute beside a general subscription is an empty one; subscribing again removes it."""
    general = subscribe([], change(), DEFAULT_FEATURES)
    muted = unsubscribe(general, change(LAUNCH))
    assert (launch_features(muted), launch_features(muted, OTHER)) == (NONE, DEFAULT_FEATURES)
    assert subscribe(muted, change(LAUNCH), DEFAULT_FEATURES) == general


def test_unsubscribing_from_one_webinar_makes_its_own_subscription() -> None:
    """It holds the remaining features, and more can be added."""
    lines = unsubscribe(subscribe([], change(), DEFAULT_FEATURES), change(LAUNCH), REMINDERS)
    assert (launch_features(lines), launch_features(lines, OTHER)) == (DEFAULT_FEATURES - REMINDERS, DEFAULT_FEATURES)
    assert launch_features(subscribe(lines, change(LAUNCH), LIVE)) == DEFAULT_FEATURES - REMINDERS | LIVE


def test_muting_what_nothing_else_covers_leaves_no_subscription() -> None:
    """Neither after a share nor after asking for one webinar."""
    assert unsubscribe([card_line()], change(LAUNCH)) == []
    assert unsubscribe(subscribe([], change(LAUNCH), LIVE), change(LAUNCH)) == []


def test_chosen_subscription_outlives_its_card() -> None:
    """The card's subscription becomes the person's, even with the same features."""
    (line,) = subscribe([card_line()], change(LAUNCH, by="U7"), REMINDERS)
    assert (line.features, line.set_by, line.by_share) == (DEFAULT_FEATURES, "U7", False)


def test_own_times_are_kept_while_anything_reminds() -> None:
    """A subscription that differs only in offsets is kept."""
    own = card_line().model_copy(update={"offsets": HALF_HOUR, "by_share": False})
    lines = [*subscribe([], change(), DEFAULT_FEATURES), own]
    with_live = subscribe(lines, change(LAUNCH), LIVE)
    assert [line.offsets for line in unsubscribe(with_live, change(LAUNCH), LIVE)] == [None, HALF_HOUR]
    assert unsubscribe([own], change(LAUNCH)) == []


def test_unsubscribing_from_all_applies_to_every_subscription() -> None:
    """Also subscriptions by card and to one webinar; mutes go when nothing is left to mute."""
    lines = [*subscribe([], change(), DEFAULT_FEATURES), card_line(OTHER)]
    lines = subscribe(lines, change(ELSEWHERE), frozenset({Feature.LIVE}))
    lines = unsubscribe(lines, change(LAUNCH))
    less = unsubscribe(lines, change(), REMINDERS)
    assert [launch_features(less, one) for one in WEBINARS] == [
        NONE,
        DEFAULT_FEATURES - REMINDERS,
        DEFAULT_FEATURES - REMINDERS | LIVE,
    ]
    assert [line.by_share for line in less if line.subject == OTHER.session_id] == [True]
    assert unsubscribe(lines, change()) == []


def test_unsubscribing_from_mine_affects_only_mine() -> None:
    """Other people's subscriptions and the general one stay."""
    lines = subscribe(
        subscribe(subscribe([], change("mine"), DEFAULT_FEATURES), change("mine", by="U2"), LIVE), change(), REMINDERS
    )
    less = unsubscribe(lines, change("mine"))
    assert [(line.scope, line.subject) for line in less] == [(Scope.MINE, "U2"), (Scope.ALL, "")]


def test_form_sets_features_of_all_webinars() -> None:
    """Its features replace the general subscription only; with none, it and needless mutes go."""
    lines = unsubscribe(subscribe(subscribe([], change(), DEFAULT_FEATURES), change("mine"), LIVE), change(LAUNCH))
    only_live = set_for_all(lines, change(by="U9"), LIVE)
    assert {(line.scope, line.features, line.set_by) for line in only_live} == {
        (Scope.ALL, LIVE, "U9"),
        (Scope.MINE, LIVE, "U1"),
        (Scope.WEBINAR, NONE, "U1"),
    }
    assert {line.scope for line in set_for_all(lines, change(), NONE)} == {Scope.MINE, Scope.WEBINAR}
    assert set_for_all(unsubscribe(lines, change("mine")), change(), NONE) == []
    assert set_for_all(lines, change(by="U9"), DEFAULT_FEATURES) == lines


@pytest.mark.parametrize(
    ("words", "features", "unknown"),
    [
        ((), NONE, {}),
        (("Reminders", "LIVE!"), REMINDERS | LIVE, {}),
        (("everything",), ALL_FEATURES, {}),
        (("all",), ALL_FEATURES, {}),
        (("remidners", "live"), LIVE, {"remidners": Feature.REMINDERS}),
        (("reminder", "cancelled", "zzz"), NONE, {"reminder": "reminders", "cancelled": "changes", "zzz": None}),
        (("x" * 9000, ""), NONE, {"x" * 9000: None, "": None}),
    ],
)
def test_words_are_parsed_as_features(
    words: tuple[str, ...], features: Features, unknown: dict[str, Feature | None]
) -> None:
    """Case is ignored; an unknown word is returned with the most similar feature."""
    assert parse_features(words) == (features, unknown)


FEATURES = st.frozensets(st.sampled_from(Feature))
ABOUT = st.one_of(st.sampled_from(WEBINARS), st.sampled_from(["mine", "all"]))
PEOPLE = st.sampled_from(["U1", "U2", "U3"])
STEPS = st.lists(st.tuples(st.booleans(), ABOUT, PEOPLE, FEATURES), max_size=8)


def lines_after(steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]]) -> list[Subscription]:
    """The subscriptions of a channel after these additions (True) and removals."""
    lines = [card_line(OTHER)]
    for more, about, by, features in steps:
        lines = (subscribe if more else unsubscribe)(lines, change(about, by), features)
    return lines


@settings(deadline=None)
@given(STEPS, st.sampled_from(WEBINARS), PEOPLE, FEATURES)
def test_change_of_one_webinar_applies_and_affects_no_other(
    steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]],
    about: Webinar,
    by: str,
    features: Features,
) -> None:
    """After any history; repeating the change has no effect."""
    lines = lines_after(steps)
    more, less = subscribe(lines, change(about, by), features), unsubscribe(lines, change(about, by), features)
    assert (launch_features(more, about), launch_features(less, about)) == (
        launch_features(lines, about) | features,
        launch_features(lines, about) - features,
    )
    for other in WEBINARS:
        if other != about:
            assert launch_features(more, other) == launch_features(less, other) == launch_features(lines, other)
    assert subscribe(more, change(about, by), features) == more
    assert unsubscribe(less, change(about, by), features) == less


@settings(deadline=None)
@given(STEPS, PEOPLE, FEATURES)
def test_change_of_all_webinars_applies(
    steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]], by: str, features: Features
) -> None:
    """Removed from every webinar; added to all without a subscription of their own."""
    lines = lines_after(steps)
    less, more = unsubscribe(lines, change(by=by), features), subscribe(lines, change(by=by), features)
    own = {line.subject for line in lines if line.scope is Scope.WEBINAR and not line.by_share}
    for one in WEBINARS:
        assert launch_features(less, one) == launch_features(lines, one) - features
        assert launch_features(more, one) == launch_features(lines, one) | (NONE if one.session_id in own else features)


@settings(deadline=None)
@given(STEPS)
def test_subscriptions_stay_consistent(
    steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]],
) -> None:
    """At most one per subject, all of this channel, and empty ones only as mutes."""
    lines = lines_after(steps)
    keys = [(line.scope, line.subject, line.account) for line in lines]
    assert len(keys) == len(set(keys))
    assert {line.channel_id for line in lines} <= {"C1"}
    assert [line for line in lines if not line.features and line.scope is not Scope.WEBINAR] == []
