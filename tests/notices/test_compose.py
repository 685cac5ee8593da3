"""Composed messages: texts for every kind of notice, several in one message, within Slack's limits."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.webinar import MAX_LENGTH, Audience, Status, Webinar
from bot.notices.model import TIMED, NoticeEnd, NoticeFacts, NoticeKind
from bot.notices.texts.compose import LATE, MAX_WEBINARS, REPEATED, SEE_ALL, compose
from bot.notices.texts.phrases import NoticeContext, start_distance
from bot.slack import buttons as our_buttons
from bot.slack.message import Message
from tests.support.block_kit import buttons, check_message, visible_text
from tests.support.notice_samples import ALL_FACTS, HOUR_BEFORE, notice, notice_context
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, MOMENTS, NASTY, NOW, START, TITLES, WEBINARS, registration, webinar

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTES, DAY_BEFORE = timedelta(minutes=45), START - DAY
SHARED = "https://join.example/shared"
OLD = "<!date^1795447200^{date_short} at {time}|Mon, Nov 23, 2026 at 4:20 PM CET (3:20 PM UTC)>"
NEW = "<!date^1795533600^{date_short} at {time}|Tue, Nov 24, 2026 at 4:20 PM CET (3:20 PM UTC)>"
NEAR = NEW.replace("{date_short}", "{date_short_pretty}")  # at the start of a line
ABOUT_CHANNELS = {NoticeKind.DIGEST, NoticeKind.CHANNEL_LOST}
ABOUT_WEBINARS = sorted(set(NoticeKind) - ABOUT_CHANNELS)


def composed(*contexts: NoticeContext, at: datetime = HOUR_BEFORE, **more: Any) -> Message:
    """The message of these notices, checked against Slack's limits."""
    message = compose(contexts, at=at, **more)
    check_message(message.text, message.blocks)
    return message


def several(count: int, **changes: Any) -> list[NoticeContext]:
    """Reminders of that many webinars, a minute apart, the last first."""
    each = [
        webinar(session_id=f"s{number}", title=f"Day {number}", start=START + timedelta(minutes=number), **changes)
        for number in range(count)
    ]
    return [notice_context(one) for one in reversed(each)]


def beside(message: Message) -> list[str]:
    """The buttons beside the lines of a message."""
    return [block["accessory"]["text"]["text"] for block in message.blocks if "accessory" in block]


WITH_ALL_KNOWN: dict[NoticeKind, tuple[str, list[str]]] = {
    NoticeKind.REMINDER: (f"Launch day starts in 1 hour: {NEAR}, 45 minutes", ["Register", "Remind Me", "Mute Here"]),
    NoticeKind.STARTING: (f"Launch day starts in 1 hour: {NEAR}, 45 minutes", ["Register"]),
    NoticeKind.LIVE: ("Launch day is live now: 42 registered", ["Register"]),
    NoticeKind.ENDED: ("Launch day has ended: 42 registered", []),
    NoticeKind.RESULTS: (
        "Launch day: 42 registered, 21 came (50%), most at <!date^1795533600^{time}|3:20 PM UTC>: 20 people",
        [],
    ),
    NoticeKind.FULL: ("Launch day is full: 42 registered, closed by the limit of 100", ["Register"]),
    NoticeKind.CLOSED: (
        "Registration for Launch day was closed by Ana Lima: 42 of 100 registered",
        ["Register"],
    ),
    NoticeKind.OPENED: ("Registration for Launch day was opened again by Ana Lima: 42 of 100 registered", ["Register"]),
    NoticeKind.FREED: (
        "Launch day has 58 seats free again: 42 of 100 registered, registration is still closed",
        [],
    ),
    NoticeKind.FILLING: ("Launch day is 42% full: 42 of 100 registered, 58 seats left", ["Register"]),
    NoticeKind.REGISTRATIONS: ("5 more registered for Launch day: now 42 of 100, before 37", []),
    NoticeKind.MOVED: (
        f"Old day was renamed by Ana Lima and is now called Launch day: moved to {NEW}, 45 minutes, instead of {OLD}",
        ["Register"],
    ),
    NoticeKind.RETITLED: ("Old day was renamed by Ana Lima and is now called Launch day", []),
    NoticeKind.CANCELED: (f"Launch day was canceled by Ana Lima: it was planned for {NEW}, 45 minutes", []),
    NoticeKind.CORRECTION: (
        f"Launch day was moved, so the reminder above is out of date: now {NEW}, 45 minutes, instead of {OLD}",
        [],
    ),
}


@each_row("kind", ABOUT_WEBINARS)
def test_every_kind_has_a_text_and_buttons(kind: NoticeKind) -> None:
    """With all that can be known of it; Details is always there."""
    text, expected = WITH_ALL_KNOWN[kind]
    message = composed(notice_context(webinar(registration=registration()), kind, facts=ALL_FACTS, by="Ana Lima"))
    assert (message.text, list(buttons(message.blocks))) == (text, [*expected, "Details"])


WITH_NOTHING_KNOWN = {
    NoticeKind.LIVE: "Launch day is live now",
    NoticeKind.ENDED: "Launch day has ended",
    NoticeKind.RESULTS: "Launch day: nobody came",
    NoticeKind.FULL: "Launch day is full",
    NoticeKind.CLOSED: "Registration for Launch day is closed",
    NoticeKind.OPENED: "Registration for Launch day is open again",
    NoticeKind.FREED: "Launch day has seats free again: registration is still closed",
    NoticeKind.FILLING: "Launch day is filling up",
    NoticeKind.REGISTRATIONS: "Registrations for Launch day: not known yet",
    NoticeKind.MOVED: f"Launch day was moved: now {NEW}, 45 minutes",
    NoticeKind.RETITLED: "Launch day has a new title",
    NoticeKind.CANCELED: f"Launch day is canceled: it was planned for {NEW}, 45 minutes",
}


@each_row("kind", WITH_NOTHING_KNOWN)
def test_unknown_facts_are_omitted(kind: NoticeKind) -> None:
    """Missing facts leave no gaps in the text."""
    assert composed(notice_context(webinar(), kind)).text == WITH_NOTHING_KNOWN[kind]


@each_row(
    ("kind", "facts", "text"),
    [
        (NoticeKind.FILLING, {"count": 99, "limit": 100}, "Launch day is 99% full: 99 of 100 registered, 1 seat left"),
        (NoticeKind.FILLING, {"percent": 95}, "Launch day is 95% full"),
        (
            NoticeKind.FREED,
            {"count": 49, "limit": 50},
            "Launch day has 1 seat free again: 49 of 50 registered, registration is still closed",
        ),
        (NoticeKind.FULL, {"limit": 1000}, "Launch day is full: closed by the limit of 1,000"),
        (NoticeKind.OPENED, {"count": 7}, "Registration for Launch day is open again: 7 registered"),
        (
            NoticeKind.REGISTRATIONS,
            {"count": 40, "was_count": 42},
            "2 fewer registered for Launch day: now 40, before 42",
        ),
        (NoticeKind.REGISTRATIONS, {"count": 42, "limit": 50}, "Registrations for Launch day: 42 of 50 registered"),
        (NoticeKind.REGISTRATIONS, {"count": 4, "was_count": 4}, "Registrations for Launch day: 4 registered"),
        (NoticeKind.MOVED, {"was_start": DAY_BEFORE}, f"Launch day was moved: now {NEW}, 45 minutes, instead of {OLD}"),
        (
            NoticeKind.MOVED,
            {"was_start": DAY_BEFORE, "was_length": HOUR, "length": MINUTES},
            f"Launch day was moved: now {NEW}, 45 minutes, instead of {OLD}, 1 hour",
        ),
        (
            NoticeKind.MOVED,
            {"was_length": HOUR, "length": MINUTES},
            "Launch day is shorter: now 45 minutes, instead of 1 hour",
        ),
        (
            NoticeKind.MOVED,
            {"was_length": MINUTES, "length": HOUR},
            "Launch day is longer: now 1 hour, instead of 45 minutes",
        ),
        (
            NoticeKind.MOVED,
            {"was_length": HOUR, "length": MINUTES, "was_title": "Old", "title": "New"},
            "Old is now called New: it takes 45 minutes, instead of 1 hour",
        ),
        (NoticeKind.MOVED, {"was_title": "Old", "title": "New"}, "Old is now called New"),
        (NoticeKind.RETITLED, {"was_title": "*Old*"}, "∗Old∗ is now called Launch day"),
        (NoticeKind.RETITLED, {"was_title": "Old", "title": "New"}, "Old is now called New"),
    ],
)
def test_known_figures_and_names_are_shown(kind: NoticeKind, facts: dict[str, Any], text: str) -> None:
    """Whatever combination of them comes."""
    assert composed(notice_context(webinar(), kind, facts=NoticeFacts(**facts))).text == text


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        (NoticeKind.RETITLED, "Ana Lima", "Launch day has a new title, given by Ana Lima"),
        (NoticeKind.CLOSED, "", "Registration for Launch day is closed"),
        (NoticeKind.CLOSED, " \n", "Registration for Launch day is closed"),
        (
            NoticeKind.CLOSED,
            "<!here> *Ana*\n& <@U1>",
            "Registration for Launch day was closed by &lt;!here&gt; ∗Ana∗ &amp; &lt;@U1&gt;",
        ),
    ],
)
def test_who_did_it_is_named_and_never_mentioned(kind: NoticeKind, name: str, text: str) -> None:
    """By name, without a mention; an unknown person is omitted."""
    assert composed(notice_context(webinar(), kind, facts=NoticeFacts(by="U1"), by=name)).text == text


@each_row(
    ("before", "phrase"),
    [
        (timedelta(days=9), "starts in 9 days"),
        (timedelta(days=7) - timedelta(minutes=10), "starts in 7 days"),
        (timedelta(days=3, hours=2), "starts in 3 days 2 hours"),
        (timedelta(days=1), "starts in 1 day"),
        (timedelta(days=2), "starts in 2 days"),
        (timedelta(hours=36), "starts in 36 hours"),
        (timedelta(minutes=10), "starts in 10 minutes"),
        (timedelta(minutes=10, seconds=-7), "starts in 10 minutes"),
        (timedelta(seconds=20), "starts now"),
        (timedelta(minutes=-4), "was due to start 4 minutes ago"),
    ],
)
def test_start_distance_depends_on_the_time_of_the_post(before: timedelta, phrase: str) -> None:
    """Days as days; to the minute; nothing finer than hours days ahead."""
    assert start_distance(START, START - before) == phrase
    assert composed(notice_context(webinar()), at=START - before).text.startswith(f"Launch day {phrase}: ")


def test_start_notice_announces_a_due_start() -> None:
    """Nobody has looked whether the host pressed the button."""
    assert composed(notice_context(webinar(), NoticeKind.STARTING), at=START).text == (
        f"Launch day starts now: {NEAR}, 45 minutes"
    )


def test_late_start_notice_of_a_webinar_that_runs_says_so() -> None:
    """On time its text is known in advance; late, it is composed when it is posted."""
    live = webinar(status=Status.ACTIVE)
    late = START + timedelta(minutes=3)
    assert composed(notice_context(live, NoticeKind.STARTING), at=START).text.startswith("Launch day starts now: ")
    assert composed(notice_context(live, NoticeKind.STARTING), at=late).text.startswith("Launch day is live now: ")


def test_reminder_of_a_webinar_for_everyone_joins_it() -> None:
    """The shared link is known when the reminder is handed to Slack."""
    message = composed(notice_context(webinar(audience=Audience.ANYONE, attendee_link=SHARED)))
    assert buttons(message.blocks)["Join"]["url"] == SHARED


def test_buttons_name_their_webinar() -> None:
    """By the session's id."""
    found: dict[str, Any] = {}
    for kind in ABOUT_WEBINARS:
        for channel_id in ("C1", "D1"):
            found |= buttons(composed(notice_context(webinar(), kind, facts=ALL_FACTS, channel_id=channel_id)).blocks)
    assert {name: (button["action_id"], button["value"]) for name, button in found.items()} == {
        "Remind Me": (our_buttons.SNOOZE, "s1"),
        "My Link": (our_buttons.MY_LINK, "s1"),
        "Report": (our_buttons.REPORT, "s1"),
        "Mute": (our_buttons.MUTE, "s1"),
        "Mute Here": (our_buttons.MUTE, "s1"),
        "Raise Limit": (our_buttons.RAISE_LIMIT, "s1"),
        "Open Registration": (our_buttons.REOPEN, "s1"),
        "Details": (our_buttons.SHOW, "s1"),
    }


def test_entrance_button_matches_the_registration_status() -> None:
    """What is posted at once knows whether registration is open, and whether it is live."""
    shut, live = (
        webinar(registration=registration(is_open=False)),
        webinar(status=Status.ACTIVE, registration=registration()),
    )
    kinds = (NoticeKind.LIVE, NoticeKind.MOVED, NoticeKind.OPENED)
    first = [next(iter(buttons(composed(notice_context(shut, kind)).blocks))) for kind in kinds]
    assert first == ["Tell Me When It Opens"] * 3
    assert next(iter(buttons(composed(notice_context(live, NoticeKind.LIVE)).blocks))) == "Join Now"
    assert list(buttons(composed(notice_context(webinar(), NoticeKind.MOVED)).blocks)) == ["Details"]


@pytest.mark.parametrize("kind", [*sorted(TIMED), NoticeKind.LIVE, NoticeKind.MOVED])
def test_direct_message_offers_the_personal_link(kind: NoticeKind) -> None:
    """A button shows the link to the person who clicks; the message contains none."""
    for one in (webinar(), webinar(registration=registration()), webinar(audience=Audience.ANYONE)):
        message = composed(notice_context(one, kind, channel_id="D1"))
        first = next(iter(buttons(message.blocks).values()))
        assert (first["text"]["text"], first["action_id"], first["value"]) == ("My Link", our_buttons.MY_LINK, "s1")
        assert "url" not in first
    pair = composed(*(notice_context(webinar(session_id=f"s{number}"), kind, channel_id="D1") for number in range(2)))
    assert beside(pair) == (["My Link"] * 2 if kind in TIMED else ["Details"] * 2)


@pytest.mark.parametrize("kind", sorted(TIMED))
def test_scheduled_message_contains_nothing_that_changes(kind: NoticeKind) -> None:
    """It is written before it is posted; only whether people can register shows, and replaces it."""
    one = webinar(registration=registration())
    other = registration(count=4, limit=9, read_at=START)
    more = webinar(registration=other, seen_at=START, status=Status.ACTIVE, description="New", host_name="Ben Okafor")
    assert composed(notice_context(one, kind)) == composed(notice_context(more, kind))


def test_mirrored_count_is_shown_while_fresh() -> None:
    """An hour later it is no figure to give without its age."""
    one = webinar(registration=registration(read_at=START))
    later = [timedelta(minutes=59), timedelta(minutes=61)]
    assert [composed(notice_context(one, NoticeKind.ENDED), at=START + after).text for after in later] == [
        "Launch day has ended: 3 registered",
        "Launch day has ended",
    ]


def test_several_reminders_are_one_line_each_soonest_first() -> None:
    """The way in beside each; no button calls louder than the others."""
    message = composed(*several(3, registration=registration()))
    lines = [block["text"]["text"] for block in message.blocks]
    assert [line.split(":")[0] for line in lines] == [
        "*Day 0* starts in 1 hour",
        "*Day 1* starts in 1 hour 1 minute",
        "*Day 2* starts in 1 hour 2 minutes",
    ]
    assert message.text == "\n".join(lines).replace("*", "")
    assert beside(message) == ["Register"] * 3
    assert "primary" not in str(message.blocks)


def test_line_without_an_entrance_has_a_details_button() -> None:
    """Where the page is not known yet, and for all that is not about to start."""
    first, second = several(2)
    assert beside(composed(first, notice_context(second.webinar or webinar(), NoticeKind.FULL))) == ["Details"] * 2


def test_more_than_fit_are_counted() -> None:
    """And there is a way to see them."""
    message = composed(*several(MAX_WEBINARS + 5, registration=registration()))
    named = sum(block["type"] == "section" for block in message.blocks)
    assert MAX_WEBINARS - 5 < named <= MAX_WEBINARS
    assert visible_text(message.blocks[-1:]) == f"… and {MAX_WEBINARS + 5 - named} more. {SEE_ALL}"
    assert message.text.splitlines()[-1] == f"… and {MAX_WEBINARS + 5 - (len(message.text.splitlines()) - 1)} more"


def test_order_of_the_notices_makes_no_difference() -> None:
    """The same notices make the same message."""
    one, other = several(2)
    title = notice_context(other.webinar or webinar(), NoticeKind.RETITLED, facts=ALL_FACTS)
    full = notice_context(other.webinar or webinar(), NoticeKind.FULL, facts=ALL_FACTS)
    messages = {str(composed(*order)) for order in itertools.permutations([one, other, title, full])}
    assert len(messages) == 1


def test_news_about_one_webinar_stands_together() -> None:
    """It is named once, and everything that can be done about it stands below."""
    kinds = (NoticeKind.FULL, NoticeKind.MOVED, NoticeKind.CLOSED)
    facts = ALL_FACTS.model_copy(update={"was_title": None})
    message = composed(*(notice_context(webinar(), kind, facts=facts, by="Ana Lima") for kind in kinds))
    assert message.blocks[0]["text"]["text"].splitlines() == [
        f"*Launch day* was moved by Ana Lima: now {NEW}, 45 minutes, instead of {OLD}",
        "It is full: 42 registered, closed by the limit of 100",
        "Registration for it was closed by Ana Lima: 42 of 100 registered",
    ]
    assert list(buttons(message.blocks)) == ["Details"]
    personal = (notice_context(webinar(), kind, facts=facts, channel_id="U1") for kind in kinds)
    assert list(buttons(composed(*personal).blocks)) == ["My Link", "Raise Limit", "Open Registration", "Details"]


def test_sessions_of_two_accounts_are_two_webinars() -> None:
    """Their ids are another system's, and may be the same."""
    other = ACCOUNT.model_copy(update={"provider": "zoom"})
    theirs = webinar(account=other, title="Other day")
    message = composed(notice_context(webinar()), NoticeContext(notice(account=other), theirs))
    assert len([block for block in message.blocks if block["type"] == "section"]) == 2


def test_several_reminders_of_one_webinar_are_one() -> None:
    """After the bot was away; the text depends on the time of the post."""
    late = [notice_context(webinar(), due_at=START - before) for before in (DAY, HOUR)]
    message = composed(*late, at=START - timedelta(minutes=40), late=True)
    assert message.text == f"Launch day starts in 40 minutes: {NEAR}, 45 minutes\n{LATE}"
    assert visible_text(message.blocks[-1:]) == LATE


def test_late_and_repeated_notes_appear_once() -> None:
    """However many notices the message carries."""
    message = composed(*several(3), late=True, repeated=True)
    assert message.text.splitlines()[3:] == [LATE, REPEATED]
    assert visible_text(message.blocks).count(LATE) == visible_text(message.blocks).count(REPEATED) == 1
    assert message.blocks[-1]["type"] == "context"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"status": Status.CANCELED},
            f"Launch day is canceled, so the reminder above is out of date: it does not take place on {OLD}",
        ),
        ({"status": Status.ACTIVE}, "Launch day is live now, so the reminder above is out of date"),
        ({"status": Status.FINISHED}, "Launch day has ended, so the reminder above is out of date"),
        (
            {"start": START},
            f"Launch day was moved, so the reminder above is out of date: now {NEW}, 45 minutes, instead of {OLD}",
        ),
    ],
)
def test_correction_states_the_current_state(changes: dict[str, Any], text: str) -> None:
    """The notice speaks of the start that the reminder spoke of; the mirror knows better."""
    wrong = notice(NoticeKind.CORRECTION, start=START - DAY)
    assert composed(NoticeContext(wrong, webinar(**changes))).text == text


def digest(*coming: tuple[str, int | None], **changes: Any) -> NoticeContext:
    """A digest of these sessions."""
    facts: dict[str, Any] = {"session_id": "", "occurrence": "weekly", "facts": NoticeFacts(coming=coming)}
    return NoticeContext(notice(NoticeKind.DIGEST, **{**facts, **changes}), None)


def test_digest_lists_upcoming_webinars_and_count_changes() -> None:
    """Soonest first; what is canceled, over or gone by now is left out."""
    figures = {"count": 42, "limit": 100}
    others = {
        "s1": webinar(registration=registration(**figures)),
        "s2": webinar(session_id="s2", title="Second day", start=START + DAY, registration=registration(count=7)),
        "s3": webinar(session_id="s3", title="No day", status=Status.CANCELED),
        "s4": webinar(session_id="s4", title="First day", start=START - DAY, registration=registration(**figures)),
        "s5": webinar(session_id="s5", title="Third day", start=START + 2 * DAY),
        "s6": webinar(session_id="s6", title="Open day", start=START + 3 * DAY, audience=Audience.ANYONE),
        "over": webinar(session_id="over", start=NOW - HOUR),
    }
    since = digest(("s1", 37), ("s2", 9), ("s3", 1), ("s4", 42), ("s5", None), ("s6", None), ("over", 2), ("gone", 3))
    message = composed(since, at=NOW, others=others)
    lines = [line.split(" · ") for line in message.text.splitlines()]
    assert lines[0] == ["Coming up in the next 8 days"]
    assert [(line[0].split(":")[0], line[1]) for line in lines[1:]] == [
        ("First day", "42 of 100 registered, the same as a week ago"),
        ("Launch day", "42 of 100 registered, up 5 from 37 a week ago"),
        ("Second day", "7 registered, down 2 from 9 a week ago"),
        ("Third day", "registrations not read yet"),
        ("Open day", "no registration needed"),
    ]
    assert beside(message) == ["Details"] * 5
    assert buttons(message.blocks)["Change"]["value"] == "C1"


def test_digest_without_previous_counts_shows_current_ones() -> None:
    """The first one has nothing to compare with."""
    message = composed(digest(("s1", None)), others={"s1": webinar(registration=registration())})
    assert message.text.endswith("45 minutes · 3 registered")


@pytest.mark.parametrize(("pace", "span"), [("daily", "2 days"), ("weekly", "8 days")])
def test_empty_digest_is_one_line(pace: str, span: str) -> None:
    """With how far it looked."""
    assert composed(digest(occurrence=pace)).text == f"No webinars are coming up in the next {span}."


def test_digest_in_a_dm_offers_no_form_for_a_channel() -> None:
    """And a reminder there is muted for the person alone."""
    message = composed(digest(("s1", 3), channel_id="D1"), others={"s1": webinar()})
    assert list(buttons(message.blocks)) == ["Details"]
    assert "Mute" in buttons(composed(notice_context(webinar(), channel_id="D1")).blocks)


def test_digest_and_news_share_a_message() -> None:
    """What happened comes first; of two digests that waited, the newer one stays."""
    older = digest(("s2", 1), start=START - DAY)
    message = composed(older, digest(("s1", 3)), notice_context(webinar(), NoticeKind.FULL), others={"s1": webinar()})
    assert [line.split(":")[0] for line in message.text.splitlines()] == [
        "Launch day is full",
        "Coming up in the next 8 days",
        "Launch day",
    ]


@pytest.mark.parametrize(("occurrence", "where"), [("C0123 2026", "<#C0123>"), ("", "a channel that you set up")])
def test_author_is_notified_of_a_lost_channel(occurrence: str, where: str) -> None:
    """And what to do; the notice's occurrence begins with the channel's id."""
    message = composed(
        NoticeContext(notice(NoticeKind.CHANNEL_LOST, session_id="", channel_id="U1", occurrence=occurrence), None)
    )
    assert message.text == (
        f"Greenroom can't post in {where} right now, so nothing is posted there. If the channel is still in use, type "
        f"/invite @Greenroom in it."
    )


LENGTHS = st.timedeltas(timedelta(seconds=30), MAX_LENGTH)
FACTS = st.builds(
    NoticeFacts,
    by=st.sampled_from(["", "U1"]),
    count=st.none() | st.integers(0, 10**12),
    limit=st.none() | st.integers(-1, 10**12),
    percent=st.none() | st.integers(0, 200),
    was_count=st.none() | st.integers(0, 10**12),
    was_start=st.none() | MOMENTS,
    was_title=st.none() | TITLES,
    title=st.none() | TITLES,
    was_length=st.none() | LENGTHS,
    length=st.none() | LENGTHS,
    coming=st.lists(st.tuples(st.sampled_from("123456789"), st.none() | st.integers(0, 10**9)), max_size=30).map(tuple),
)


@st.composite
def compose_arguments(draw: st.DrawFn) -> tuple[list[NoticeContext], dict[str, Webinar]]:
    """Any notices that could ever be in one message, with the webinars they are about."""
    known = draw(st.lists(WEBINARS, min_size=1, max_size=30))
    # Titles and addresses of any kind at once are rare by themselves.
    if draw(st.booleans()):
        page = registration(page_uri="https://events.example/" + "x" * 2900)
        known = [one.model_copy(update={"title": NASTY, "registration": page}) for one in known]
    contexts = []
    for one in known:
        kind = draw(st.sampled_from(NoticeKind))
        facts, start, before = draw(FACTS), draw(st.just(one.start) | MOMENTS), draw(st.integers(0, 10**7))
        times = {"start": start, "offset": timedelta(seconds=before), "due_at": start}
        is_known = kind not in ABOUT_CHANNELS and draw(st.integers(0, 9)) > 0
        message = notice(kind, session_id=one.session_id, facts=facts, occurrence=draw(st.text(max_size=9)), **times)
        name = draw(st.sampled_from(["", "Ana Lima", "<!channel>", "&" * 300]) | st.text(max_size=80))
        contexts.append(NoticeContext(message, one if is_known else None, name))
    return contexts, {str(number): one for number, one in enumerate(known)}


@settings(deadline=None)
@given(compose_arguments(), MOMENTS, st.booleans(), st.booleans())
def test_every_message_keeps_slacks_limits(
    arguments: tuple[list[NoticeContext], dict[str, Webinar]],
    at: datetime,
    late: bool,
    repeated: bool,
) -> None:
    """For any titles and facts; the same notices make the same message."""
    contexts, others = arguments
    message = compose(contexts, at=at, others=others, late=late, repeated=repeated)
    check_message(message.text, message.blocks)
    assert len(str(message.blocks)) < 20_000
    assert compose(contexts, at=at, others=others, late=late, repeated=repeated) == message


@settings(deadline=None)
@given(WEBINARS, MOMENTS, st.sampled_from(ABOUT_WEBINARS))
def test_shared_link_stands_only_where_everyone_may_have_it(one: Webinar, at: datetime, kind: NoticeKind) -> None:
    """The join link of a webinar with registration is never in a message."""
    one = one.model_copy(update={"attendee_link": SHARED})
    message = compose([notice_context(one, kind, facts=ALL_FACTS)], at=at)
    assert SHARED not in str(message) or one.audience is Audience.ANYONE


def test_notice_facts_contain_nothing_personal() -> None:
    """Figures, times, titles and a Slack user id: review every new fact here."""
    assert set(NoticeFacts.model_fields) == {
        *("by", "count", "limit", "percent", "was_count", "was_start", "was_title", "title", "was_length", "length"),
        *("coming", "urgent", "attended", "without_registrant", "peak", "peak_at", "end"),
    }
    assert set(NoticeEnd.model_fields) == {"reason", "by", "at", "limit"}
