"""Who hears what: what a channel's lines say of a webinar, and what becomes of them when somebody wants another."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.people import Workspace
from bot.model.webinar import Webinar
from bot.notices.model import NoticeKind
from bot.notices.subscriptions.changes import set_for_all, subscribe, unsubscribe
from bot.notices.subscriptions.model import (
    ALL_FEATURES,
    DEFAULT_FEATURES,
    FEATURE_BY_KIND,
    ChannelFeatures,
    Feature,
    Features,
    Scope,
    Subscription,
    SubscriptionChange,
    channel_features,
    parse_features,
)
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


def wish(about: Webinar | Literal["mine", "all"] = "all", by: str = "U1") -> SubscriptionChange:
    """Something that somebody wants said in #launch."""
    return SubscriptionChange(workspace=ACCOUNT.workspace, channel_id="C1", about=about, by=by, at=NOW)


def card_line(about: Webinar = LAUNCH, features: Features = DEFAULT_FEATURES) -> Subscription:
    """What sharing a card leaves in #launch."""
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


def heard(lines: list[Subscription], about: Webinar = LAUNCH) -> Features:
    """What #launch hears of a webinar."""
    return next((hearing.features for hearing in channel_features(about, lines)), NONE)


def test_every_feature_is_documented_with_its_default() -> None:
    """The page names all features, in the order of the form, and which of them come without asking."""
    rows = table("commands.md", "feature")
    assert {Feature(name): default == "yes" for name, _, default in rows} == {
        one: one in DEFAULT_FEATURES for one in Feature
    }


def test_every_feature_has_something_to_say() -> None:
    """None is empty, and what belongs to none goes wherever it is addressed to."""
    assert set(FEATURE_BY_KIND.values()) == set(Feature)
    assert set(NoticeKind) - set(FEATURE_BY_KIND) == {NoticeKind.CORRECTION, NoticeKind.DIGEST, NoticeKind.CHANNEL_LOST}


def test_general_lines_add_up() -> None:
    """Those about all, about the creator's webinars, and the one of its card; not what somebody else's webinars get."""
    lines = subscribe(subscribe([], wish(), LIVE), wish("mine"), frozenset({Feature.FILLING}))
    assert heard([*lines, card_line()]) == DEFAULT_FEATURES | {Feature.LIVE, Feature.FILLING}
    assert [heard(lines, one) for one in WEBINARS] == [LIVE | {Feature.FILLING}, LIVE, LIVE]


def test_what_somebody_said_of_one_webinar_decides_alone() -> None:
    """Also where it asks for nothing; lines of other channels, accounts and workspaces are their own."""
    lines = unsubscribe(subscribe([], wish(), DEFAULT_FEATURES), wish(LAUNCH))
    here = [line for line in lines if line.scope is Scope.WEBINAR]
    assert [line.features for line in here] == [NONE]
    abroad = here[0].model_copy(update={"workspace": Workspace(team_id="T2")})
    beside = here[0].model_copy(update={"channel_id": "C2", "features": LIVE, "offsets": HALF_HOUR})
    another = here[0].model_copy(update={"account": ACCOUNT.model_copy(update={"name": "other"})})
    assert channel_features(LAUNCH, [*lines, abroad, beside, another]) == [
        ChannelFeatures(channel_id="C2", features=LIVE, offsets=HALF_HOUR)
    ]


def test_subscribing_says_who_and_when() -> None:
    """The line carries the person, and stays theirs when somebody else asks for what is there already."""
    (line,) = subscribe([], wish(by="U7"), DEFAULT_FEATURES)
    assert (line.scope, line.subject, line.account, line.set_by, line.set_at) == (Scope.ALL, "", None, "U7", NOW)
    assert subscribe([line], wish(by="U8"), REMINDERS) == [line]
    (mine,) = subscribe([], wish("mine", by="U7"), LIVE)
    assert (mine.scope, mine.subject) == (Scope.MINE, "U7")


def test_one_webinar_is_muted_and_brought_back() -> None:
    """Muted where all are followed, its own line is empty; asked for again, there is no such line any more."""
    general = subscribe([], wish(), DEFAULT_FEATURES)
    muted = unsubscribe(general, wish(LAUNCH))
    assert (heard(muted), heard(muted, OTHER)) == (NONE, DEFAULT_FEATURES)
    assert subscribe(muted, wish(LAUNCH), DEFAULT_FEATURES) == general


def test_less_of_one_webinar_makes_its_own_line() -> None:
    """It holds what is left, and more can be asked for on top."""
    lines = unsubscribe(subscribe([], wish(), DEFAULT_FEATURES), wish(LAUNCH), REMINDERS)
    assert (heard(lines), heard(lines, OTHER)) == (DEFAULT_FEATURES - REMINDERS, DEFAULT_FEATURES)
    assert heard(subscribe(lines, wish(LAUNCH), LIVE)) == DEFAULT_FEATURES - REMINDERS | LIVE


def test_muting_what_nothing_else_covers_leaves_no_line() -> None:
    """Neither after a share nor after asking for one webinar."""
    assert unsubscribe([card_line()], wish(LAUNCH)) == []
    assert unsubscribe(subscribe([], wish(LAUNCH), LIVE), wish(LAUNCH)) == []


def test_webinar_that_is_asked_for_outlives_its_card() -> None:
    """What came with the card becomes somebody's own line, even if it says the same."""
    (line,) = subscribe([card_line()], wish(LAUNCH, by="U7"), REMINDERS)
    assert (line.features, line.set_by, line.by_share) == (DEFAULT_FEATURES, "U7", False)


def test_own_times_are_kept_while_anything_reminds() -> None:
    """A line that differs only in its times is not given up."""
    own = card_line().model_copy(update={"offsets": HALF_HOUR, "by_share": False})
    lines = [*subscribe([], wish(), DEFAULT_FEATURES), own]
    with_live = subscribe(lines, wish(LAUNCH), LIVE)
    assert [line.offsets for line in unsubscribe(with_live, wish(LAUNCH), LIVE)] == [None, HALF_HOUR]
    assert unsubscribe([own], wish(LAUNCH)) == []


def test_less_of_everything_holds_for_every_line() -> None:
    """Also for what came with cards and what was asked for one webinar; mutes go when nothing is left to mute."""
    lines = [*subscribe([], wish(), DEFAULT_FEATURES), card_line(OTHER)]
    lines = subscribe(lines, wish(ELSEWHERE), frozenset({Feature.LIVE}))
    lines = unsubscribe(lines, wish(LAUNCH))
    less = unsubscribe(lines, wish(), REMINDERS)
    assert [heard(less, one) for one in WEBINARS] == [
        NONE,
        DEFAULT_FEATURES - REMINDERS,
        DEFAULT_FEATURES - REMINDERS | LIVE,
    ]
    assert [line.by_share for line in less if line.subject == OTHER.session_id] == [True]
    assert unsubscribe(lines, wish()) == []


def test_less_of_mine_is_about_mine() -> None:
    """Other people's lines and the one about all stay."""
    lines = subscribe(
        subscribe(subscribe([], wish("mine"), DEFAULT_FEATURES), wish("mine", by="U2"), LIVE), wish(), REMINDERS
    )
    less = unsubscribe(lines, wish("mine"))
    assert [(line.scope, line.subject) for line in less] == [(Scope.MINE, "U2"), (Scope.ALL, "")]


def test_form_says_exactly_what_is_heard_of_all() -> None:
    """Its boxes replace that line and touch no other; with none ticked, there is none, and nothing to mute."""
    lines = unsubscribe(subscribe(subscribe([], wish(), DEFAULT_FEATURES), wish("mine"), LIVE), wish(LAUNCH))
    only_live = set_for_all(lines, wish(by="U9"), LIVE)
    assert {(line.scope, line.features, line.set_by) for line in only_live} == {
        (Scope.ALL, LIVE, "U9"),
        (Scope.MINE, LIVE, "U1"),
        (Scope.WEBINAR, NONE, "U1"),
    }
    assert {line.scope for line in set_for_all(lines, wish(), NONE)} == {Scope.MINE, Scope.WEBINAR}
    assert set_for_all(unsubscribe(lines, wish("mine")), wish(), NONE) == []
    assert set_for_all(lines, wish(by="U9"), DEFAULT_FEATURES) == lines


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
def test_words_name_features(words: tuple[str, ...], features: Features, unknown: dict[str, Feature | None]) -> None:
    """Whatever their case; a word that is none comes back with the nearest."""
    assert parse_features(words) == (features, unknown)


FEATURES = st.frozensets(st.sampled_from(Feature))
ABOUT = st.one_of(st.sampled_from(WEBINARS), st.sampled_from(["mine", "all"]))
PEOPLE = st.sampled_from(["U1", "U2", "U3"])
STEPS = st.lists(st.tuples(st.booleans(), ABOUT, PEOPLE, FEATURES), max_size=8)


def lines_after(steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]]) -> list[Subscription]:
    """What a channel's lines have become after people wanted more (True) and less."""
    lines = [card_line(OTHER)]
    for more, about, by, features in steps:
        lines = (subscribe if more else unsubscribe)(lines, wish(about, by), features)
    return lines


@settings(deadline=None)
@given(STEPS, st.sampled_from(WEBINARS), PEOPLE, FEATURES)
def test_wish_about_one_webinar_is_granted_and_touches_no_other(
    steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]],
    about: Webinar,
    by: str,
    features: Features,
) -> None:
    """Whatever was said before; and saying the same again changes nothing."""
    lines = lines_after(steps)
    more, less = subscribe(lines, wish(about, by), features), unsubscribe(lines, wish(about, by), features)
    assert (heard(more, about), heard(less, about)) == (heard(lines, about) | features, heard(lines, about) - features)
    for other in WEBINARS:
        if other != about:
            assert heard(more, other) == heard(less, other) == heard(lines, other)
    assert subscribe(more, wish(about, by), features) == more
    assert unsubscribe(less, wish(about, by), features) == less


@settings(deadline=None)
@given(STEPS, PEOPLE, FEATURES)
def test_wish_about_all_is_granted(
    steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]], by: str, features: Features
) -> None:
    """What is asked no more is heard of none; what is asked for, of all about which nothing else was said."""
    lines = lines_after(steps)
    less, more = unsubscribe(lines, wish(by=by), features), subscribe(lines, wish(by=by), features)
    own = {line.subject for line in lines if line.scope is Scope.WEBINAR and not line.by_share}
    for one in WEBINARS:
        assert heard(less, one) == heard(lines, one) - features
        assert heard(more, one) == heard(lines, one) | (NONE if one.session_id in own else features)


@settings(deadline=None)
@given(STEPS)
def test_lines_stay_orderly(steps: list[tuple[bool, Webinar | Literal["mine", "all"], str, Features]]) -> None:
    """One for each thing, of this channel, and none that says nothing unless it mutes something."""
    lines = lines_after(steps)
    keys = [(line.scope, line.subject, line.account) for line in lines]
    assert len(keys) == len(set(keys))
    assert {line.channel_id for line in lines} <= {"C1"}
    assert [line for line in lines if not line.features and line.scope is not Scope.WEBINAR] == []
