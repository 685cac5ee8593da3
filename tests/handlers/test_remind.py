"""What is shown and asked about reminders: the form, the answers, the workspace's own times, and snoozing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.reminder_offsets import MAX_OFFSETS
from bot.errors import BadInput
from bot.model.webinar import Status
from bot.notices.model import NoticeState
from bot.notices.reminder_sheet import Reminder, ReminderDefaults, ReminderOrigin, ReminderSheet, ReminderUndo
from bot.notices.subscriptions.model import ALL_FEATURES, Scope, Subscription
from bot.notices.texts import reminder_list, reminder_result
from bot.slack import buttons as ids
from bot.slack.blocks import relative_time
from handlers.remind import defaults_form, snooze_form
from handlers.remind import form as remind_form
from handlers.remind.defaults_form import UndoDefaults
from handlers.remind.form import ReminderFormContext, ReminderInput
from tests.support.block_kit import buttons, check_message, check_view, initial_values, visible_text
from tests.support.webinar_samples import ACCOUNT, MOMENTS, NASTY, NOW, START, WEBINARS, webinar

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
USUAL = (DAY, HOUR, 10 * MINUTE)
WHERE = ReminderFormContext(session_id="s1", channel_id="C1")
LEADS = st.lists(st.timedeltas(MINUTE, 120 * DAY), min_size=1, max_size=MAX_OFFSETS, unique=True).map(tuple)
CHANNELS = st.sampled_from(["C0LAUNCH", "D0ANA"])
SHEETS = st.builds(
    ReminderSheet,
    webinar=WEBINARS,
    channel_id=CHANNELS,
    is_on=st.booleans(),
    offsets=LEADS,
    default_offsets=LEADS,
    has_own_offsets=st.booleans(),
    reminders=st.lists(
        st.builds(
            Reminder,
            id=st.integers(1, 10**12),
            offset=st.timedeltas(MINUTE, 120 * DAY),
            start=MOMENTS,
            due_at=MOMENTS,
            state=st.sampled_from(NoticeState),
            scheduled_for=st.none() | MOMENTS,
            problem=st.text(max_size=400),
        ),
        max_size=60,
        unique_by=lambda one: one.id,
    ),
    origin=st.sampled_from(ReminderOrigin),
    set_by=st.sampled_from(["", "U1"]),
    set_at=st.none() | MOMENTS,
)
LARGEST = ReminderUndo(
    session_id="1" * 32,
    channel_id="C" + "1" * 31,
    before=Subscription(
        workspace=ACCOUNT.workspace.model_copy(update={"team_id": "T" * 32, "enterprise_id": "E" * 32}),
        channel_id="C" + "1" * 31,
        scope=Scope.WEBINAR,
        subject="1" * 32,
        account=ACCOUNT.model_copy(update={"provider": "p" * 32, "name": "n" * 64}),
        features=ALL_FEATURES,
        offsets=tuple(119 * DAY + 23 * HOUR + 59 * MINUTE + timedelta(seconds=second) for second in range(MAX_OFFSETS)),
        set_by="U" * 32,
        set_at=NOW.replace(microsecond=123456),
        by_share=True,
    ),
    changed_at=NOW.replace(microsecond=123456),
)


def sheet(*reminders: Reminder, **changes: Any) -> ReminderSheet:
    """A sheet with the default reminders of an ordinary webinar."""
    facts: dict[str, Any] = {
        "webinar": webinar(),
        "channel_id": "C1",
        "is_on": True,
        "offsets": USUAL,
        "default_offsets": USUAL,
        "reminders": reminders,
        "origin": ReminderOrigin.CARD,
        "set_by": "U1",
        "set_at": NOW,
    }
    return ReminderSheet(**(facts | changes))


def reminder(before: timedelta, state: NoticeState = NoticeState.PLANNED, **changes: Any) -> Reminder:
    """One of the ordinary webinar's reminders."""
    facts: dict[str, Any] = {
        "id": int(before.total_seconds()),
        "offset": before,
        "start": START,
        "due_at": START - before,
        "state": state,
    }
    return Reminder(**(facts | changes))


def reminder_text(before: timedelta, text: str) -> str:
    """The line of one reminder."""
    return f"*{text} before* · {relative_time(START - before, 'Europe/Madrid')}"


@settings(deadline=None)
@given(SHEETS, MOMENTS, st.text(max_size=3000), st.text(max_size=200))
def test_form_keeps_slacks_limits(shown: ReminderSheet, now: datetime, problem: str, typed: str) -> None:
    """With any title, any number of reminders in any state, and whatever went wrong."""
    where = ReminderFormContext(session_id=shown.webinar.session_id, channel_id=shown.channel_id, typed=typed)
    check_view(remind_form.build(shown, where, now=now, problem=problem))
    check_view(remind_form.choose_channel(shown.webinar, where))
    for one in shown.reminders[:2]:
        check_view(remind_form.move_form(shown, one, where))


@settings(deadline=None)
@given(SHEETS, MOMENTS, st.text(max_size=3000), st.lists(st.text(max_size=400), max_size=10))
def test_answers_keep_slacks_limits(shown: ReminderSheet, now: datetime, text: str, notes: list[str]) -> None:
    """With any title, and whatever was typed."""
    one, channel = shown.webinar, shown.channel_id
    for message in (
        reminder_result.changed(shown, LARGEST, now=now, notes=notes, undone=True),
        reminder_result.muted(one, channel, LARGEST),
        reminder_result.already_muted(shown),
        reminder_result.not_undone(shown),
        reminder_result.not_set(one, text or "x", text, channel_id=channel),
        reminder_result.only_in_channels(one, text),
        snooze_form.choices_message(one, now=now),
        snooze_form.too_late(one, now=now),
        snooze_form.reminded(one, [HOUR]),
        snooze_form.confirmation(one, [HOUR]),
        snooze_form.failed_message(one),
        snooze_form.choices_message(one, now=now, is_typed=True),
        snooze_form.not_set(one, "No.", now=now),
        snooze_form.none_to_stop(one),
    ):
        check_message(message.text, message.blocks)


@given(LEADS, st.text(max_size=3000), st.booleans(), st.none() | MOMENTS)
def test_usual_times_keep_slacks_limits(offsets: Any, typed: str, may_change: bool, set_at: datetime | None) -> None:
    """Whatever they are, and whatever was typed."""
    known = ReminderDefaults(offsets=offsets, set_by="U1" if set_at else "", set_at=set_at)
    check_view(defaults_form.form(known, zone="Europe/Madrid", typed=typed))
    back = UndoDefaults(offsets="119d23h59m59s " * 10, changed_at=NOW)
    changed = defaults_form.changed(known, back, replanned=2, zone="UTC", note=typed, undone=True)
    check_view(defaults_form.saved_view(changed))
    for message in (
        defaults_form.current_message(known, may_change=may_change, zone="Mars/Base"),
        changed,
        defaults_form.not_set(typed or "x", typed),
    ):
        check_message(message.text, message.blocks)


def test_form_shows_what_is_planned_with_what_can_be_done_about_each() -> None:
    """Soonest first, on the reader's clock; what is skipped can be brought back, what leaves is left alone."""
    leaving = reminder(3 * DAY - MINUTE, NoticeState.BATCHED, scheduled_for=NOW + MINUTE)
    shown = sheet(reminder(DAY), reminder(HOUR, NoticeState.SKIPPED), leaving, offsets=(3 * DAY - MINUTE, DAY, HOUR))

    view = remind_form.build(shown, WHERE, now=NOW)

    assert visible_text(view["blocks"]).splitlines()[:11] == [
        "*Launch day*",
        f"{relative_time(START, 'Europe/Madrid')}, 45 minutes",
        "Reminders in <#C1>",
        reminder_text(3 * DAY - MINUTE, "2 days 23 hours 59 minutes"),
        "Goes out in a moment",
        reminder_text(DAY, "1 day"),
        "Skip",
        "Change Time",
        "Bring Back",
        reminder_text(HOUR, "1 hour"),
        "Skipped",
    ]
    assert [row["block_id"] for row in view["blocks"] if row["type"] == "actions"] == ["reminder:86400", "switches"]
    assert buttons(view["blocks"])["Bring Back"]["value"] == "3600"
    assert (view["submit"]["text"], view["close"]["text"]) == ("Add Reminder", "Done")


def test_form_shows_what_became_of_the_earlier_ones() -> None:
    """Posted, skipped, missed, unclear and refused, each in words."""
    past = {"start": START, "due_at": NOW - HOUR}
    shown = sheet(
        *(
            reminder(DAY + number * HOUR, state, problem="is_archived", **past)
            for number, state in enumerate(
                [
                    NoticeState.POSTED,
                    NoticeState.SKIPPED,
                    NoticeState.MISSED,
                    NoticeState.UNKNOWN,
                    NoticeState.FAILED,
                    NoticeState.BATCHED,
                    NoticeState.PLANNED,
                    NoticeState.WITHDRAWN,
                    NoticeState.SUPERSEDED,
                ]
            )
        )
    )

    lines = visible_text(remind_form.build(shown, WHERE, now=NOW)["blocks"]).splitlines()

    assert [text.partition(">: ")[2] for text in lines if text.startswith("• ")] == [
        "posted",
        "skipped",
        "missed: Greenroom was away or could not post in time",
        "unclear: Slack's answer got lost, so look whether it was posted",
        "not posted: is_archived",
        "handed to Slack",
        "about to be posted",
    ]


@pytest.mark.parametrize(
    ("changes", "shown", "switches"),
    [
        ({"is_on": False}, "*Off here.* No reminder of this webinar is posted in <#C1>.", ["Turn On", "Refresh"]),
        (
            {"has_own_offsets": True},
            "No more reminders are planned.",
            ["Mute Here", "Use Default Times", "Refresh"],
        ),
        (
            {"webinar": webinar(status=Status.CANCELED)},
            "This webinar is canceled, so there is nothing left to remind you of.",
            ["Refresh"],
        ),
        (
            {"webinar": webinar(start=NOW)},
            "This webinar has already started, so there is nothing left to remind you of.",
            ["Refresh"],
        ),
    ],
)
def test_form_offers_what_can_be_done_just_now(changes: dict[str, Any], shown: str, switches: list[str]) -> None:
    """Off, with times of its own, canceled, begun."""
    view = remind_form.build(sheet(**changes), WHERE, now=NOW)
    assert shown in visible_text(view["blocks"]).splitlines()
    row = next(block for block in view["blocks"] if block.get("block_id") == "switches")
    assert [element["text"]["text"] for element in row["elements"]] == switches
    assert ("submit" in view) == ("webinar" not in changes)


def test_form_takes_no_more_than_ten() -> None:
    """With ten of them nothing can be added, only changed."""
    full = tuple(number * HOUR for number in range(10, 0, -1))
    view = remind_form.build(sheet(offsets=full), WHERE, now=NOW)
    assert "submit" not in view
    assert not [block for block in view["blocks"] if block["type"] == "input"]


def test_form_lists_offsets_passed_without_a_reminder() -> None:
    """A webinar shared late: past offsets without a reminder are listed."""
    now = START - 3 * HOUR
    late = "The webinar starts in 3 hours, so a reminder 1 day before would be in the past."
    assert reminder_list.missed_text(sheet(reminder(HOUR)), now) == late
    assert reminder_list.missed_text(sheet(reminder(DAY, NoticeState.POSTED)), now) == ""


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"origin": ReminderOrigin.CARD}, "Set when <@U1> shared the card"),
        ({"origin": ReminderOrigin.CHOSEN}, "Set by <@U1>"),
        ({"origin": ReminderOrigin.SUBSCRIPTION}, "Here because this channel follows webinars: set by <@U1>"),
    ],
)
def test_form_shows_who_set_it_and_when(changes: dict[str, Any], text: str) -> None:
    """And whether the times are its own."""
    at = relative_time(NOW, "Europe/Madrid")
    last = visible_text(remind_form.build(sheet(**changes), WHERE, now=NOW)["blocks"]).splitlines()[-1]
    assert last == f"{text} · {at} · Default times of this workspace"
    own = sheet(has_own_offsets=True, offsets=(DAY,), **changes)
    assert reminder_list.offsets_source(own) == (
        "Times chosen for this webinar here; default in this workspace: 1 day, 1 hour and 10 minutes before"
    )


def test_form_keeps_what_was_typed_until_it_is_added() -> None:
    """The words of a command stand in the field; after something was added, the fields are new ones."""
    typed = remind_form.build(sheet(), WHERE.model_copy(update={"typed": "1d soon"}), now=NOW)
    assert remind_form.read_input(initial_values(typed)) == ReminderInput("1d soon", None)
    again = remind_form.build(sheet(), WHERE.model_copy(update={"round": 1}), now=NOW)
    assert not initial_values(typed).keys() & initial_values(again).keys()


AT = START - 2 * HOUR
AFTER_THE_START = (
    "The webinar starts on Tue, Nov 24, 2026 at 3:20 PM UTC, and a reminder goes out before that. "
    "Choose an earlier time."
)


@pytest.mark.parametrize(
    ("typed", "offsets"),
    [
        (ReminderInput("2h", None), (2 * HOUR,)),
        (ReminderInput("1d 30m", None), (DAY, 30 * MINUTE)),
        (ReminderInput("", AT), (2 * HOUR,)),
    ],
)
def test_form_reads_lengths_and_a_moment(typed: ReminderInput, offsets: tuple[timedelta, ...]) -> None:
    """A moment is so long before the start."""
    assert remind_form.offsets_to_add(typed, WHERE, webinar(), now=NOW, zone="UTC") == offsets


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (
            ReminderInput("", None),
            "text",
            "Write how long before the start, such as 1d 1h 10m, or choose a date and a time.",
        ),
        (ReminderInput("2h", AT), "at", "Use one of the two: leave this one or the one above as it was."),
        (ReminderInput("soon", None), "text", "I don't understand “soon”. Try 1d, 2h or 30m."),
        (
            ReminderInput("4d 1h", None),
            "text",
            "The webinar starts in 3 days, so a reminder 4 days before would be in the past.",
        ),
        (
            ReminderInput("", NOW),
            "at",
            "This is in the past: in UTC it is now Sat, Nov 21, 2026 at 3:20 PM UTC. Choose a later time.",
        ),
        (
            ReminderInput("", START + HOUR),
            "at",
            AFTER_THE_START,
        ),
    ],
)
def test_form_shows_errors_under_the_field(typed: ReminderInput, field: str, sentence: str) -> None:
    """Each under the field at fault."""
    with pytest.raises(BadInput) as refused:
        remind_form.offsets_to_add(typed, WHERE, webinar(), now=NOW, zone="UTC")
    assert refused.value.fields == {remind_form.block_id(field, WHERE): sentence}


def test_form_refuses_a_moment_too_far_ahead() -> None:
    """More than Slack would hold."""
    far = webinar(start=NOW + 200 * DAY)
    with pytest.raises(BadInput) as refused:
        remind_form.offsets_to_add(ReminderInput("", NOW + DAY), WHERE, far, now=NOW, zone="UTC")
    assert refused.value.sentence == "This is too early: choose a time at most 120 days before the start."


@pytest.mark.parametrize(
    ("typed", "offset"),
    [
        (ReminderInput("", START - HOUR), HOUR),
        (ReminderInput("", None), HOUR),
        (ReminderInput("2h", START - HOUR), 2 * HOUR),
        (ReminderInput("", AT), 2 * HOUR),
    ],
)
def test_other_time_is_a_length_or_a_moment(typed: ReminderInput, offset: timedelta) -> None:
    """Unchanged input keeps the offset; the picker starts at the reminder's current time."""
    moved = reminder(HOUR)
    assert remind_form.offset_to_move_to(typed, WHERE, webinar(), moved, now=NOW, zone="UTC") == offset
    view = remind_form.move_form(sheet(moved), moved, WHERE)
    assert remind_form.read_input(initial_values(view)) == ReminderInput("", START - HOUR)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (ReminderInput("2h", AT), "Use one of the two: leave this one or the one above as it was."),
        (ReminderInput("1d 2h", START - HOUR), "Write one time: 1 day and 2 hours before are 2."),
        (ReminderInput("later", None), "I don't understand “later”. Try 1d, 2h or 30m."),
    ],
)
def test_other_time_is_one_time(typed: ReminderInput, sentence: str) -> None:
    """Two answers, or two times, are none."""
    with pytest.raises(BadInput) as refused:
        remind_form.offset_to_move_to(typed, WHERE, webinar(), reminder(HOUR), now=NOW, zone="UTC")
    assert refused.value.sentence == sentence


def test_answer_lists_what_is_planned_with_change_and_undo() -> None:
    """Skipped ones are marked; Undo carries the previous subscription."""
    undo = ReminderUndo(session_id="s1", channel_id="C1", changed_at=NOW)
    message = reminder_result.changed(
        sheet(reminder(DAY), reminder(HOUR, NoticeState.SKIPPED)), undo, now=NOW, notes=["1 day was named twice."]
    )
    assert visible_text(message.blocks).splitlines()[:4] == [
        "Reminders of *Launch day* in <#C1>:",
        f"• {reminder_text(DAY, '1 day')}",
        f"• {reminder_text(HOUR, '1 hour')}: skipped",
        "1 day was named twice.",
    ]
    found = buttons(message.blocks)
    assert (found["Change"]["action_id"], found["Change"]["value"]) == (ids.REMIND, "s1 <#C1>")
    assert reminder_result.parse_undo(found["Undo"]["value"]) == undo


def test_undo_fits_the_largest_subscription() -> None:
    """Within what Slack lets a button carry."""
    message = reminder_result.muted(webinar(), "C1", LARGEST)
    value = buttons(message.blocks)["Undo"]["value"]
    assert len(value) <= 2000
    assert reminder_result.parse_undo(value) == LARGEST


@pytest.mark.parametrize(
    ("more", "target"),
    [("<#C1> 1d soon", ("C1", "1d soon")), ("<#C1>", ("C1", "")), ("1d 1h", ("", "1d 1h")), ("", ("", ""))],
)
def test_button_names_a_channel_and_what_was_typed(more: str, target: tuple[str, str]) -> None:
    """Either may be missing."""
    assert reminder_result.parse_target(more) == target


def test_answer_that_nothing_was_set_keeps_what_was_typed() -> None:
    """It can be read, and mended in the form; what is too long for a button can still be copied."""
    message = reminder_result.not_set(webinar(), "I don't understand “soon”.", "1d soon", channel_id="C1")
    assert visible_text(message.blocks).splitlines()[:2] == [
        "I don't understand “soon”.",
        "Nothing was changed. You typed: `1d soon`",
    ]
    assert buttons(message.blocks)["Change"]["value"] == "s1 <#C1> 1d soon"
    long = reminder_result.not_set(webinar(), "No.", "1d " * 90, channel_id="C1")
    assert buttons(long.blocks)["Change"]["value"] == "s1 <#C1>"


@pytest.mark.parametrize(
    ("ahead", "offered"),
    [
        (2 * HOUR, ["In 10 Minutes", "In 1 Hour", "10 Minutes Before It Starts"]),
        (HOUR, ["In 10 Minutes", "10 Minutes Before It Starts"]),
        (11 * MINUTE, ["In 10 Minutes", "10 Minutes Before It Starts"]),
        (10 * MINUTE, []),
        (-MINUTE, []),
    ],
)
def test_snooze_offers_what_is_still_ahead(ahead: timedelta, offered: list[str]) -> None:
    """Also with no reminders."""
    message = snooze_form.choices_message(webinar(start=NOW + ahead), now=NOW)
    assert list(buttons(message.blocks)) == offered


def test_snooze_counts_whole_minutes_before_the_start() -> None:
    """The offset counts from the start, so it moves with the webinar; close to the start it is to the second."""
    start = datetime(2026, 11, 24, 15, tzinfo=UTC)
    now = start - 2 * HOUR - timedelta(seconds=41)
    assert snooze_form.offset_of(snooze_form.IN_TEN_MINUTES, start, now) == 110 * MINUTE
    assert snooze_form.offset_of(snooze_form.IN_AN_HOUR, start, now) == HOUR
    assert snooze_form.offset_of(snooze_form.SHORTLY_BEFORE, start, now) == 10 * MINUTE
    assert snooze_form.typed_offsets("in 11m", start, now) == ([109 * MINUTE], "")
    assert snooze_form.typed_offsets("in 90s", start, now) == ([119 * MINUTE + timedelta(seconds=11)], "")
    late = start - 10 * MINUTE - timedelta(seconds=30, microseconds=1)
    assert snooze_form.offset_of(snooze_form.IN_TEN_MINUTES, start, late) == timedelta(seconds=30)


def test_no_choice_names_the_webinar_and_why() -> None:
    """Started, over, or about to start."""
    live, over = webinar(start=NOW, title="Talk"), webinar(status=Status.FINISHED, title="Talk")
    soon = webinar(start=NOW + timedelta(seconds=1), title="Talk")
    assert [snooze_form.choices_message(one, now=NOW).text for one in (live, over, soon)] == [
        "*Talk* has already started, so there is nothing left to remind you of.",
        "*Talk* is over, so there is nothing left to remind you of.",
        "*Talk* starts so soon that there is no time left for a reminder.",
    ]


def test_snooze_is_not_for_a_webinar_that_is_off() -> None:
    """The reason replaces the choices."""
    message = snooze_form.choices_message(webinar(status=Status.CANCELED, title=NASTY), now=NOW)
    assert message.text.endswith("* is canceled, so there is nothing left to remind you of.")
    assert buttons(message.blocks) == {}


def test_usual_times_can_be_changed_by_those_who_may() -> None:
    """Anyone sees what they are and who set them."""
    known = ReminderDefaults(offsets=USUAL, set_by="U1", set_at=NOW)
    seen = defaults_form.current_message(known, may_change=False, zone="UTC")
    assert visible_text(seen.blocks).splitlines() == [
        "Reminders in this workspace go out 1 day, 1 hour and 10 minutes before the start. " + defaults_form.WHERE,
        f"Set by <@U1> · {relative_time(NOW)}",
    ]
    assert buttons(defaults_form.current_message(known, may_change=True, zone="UTC").blocks).keys() == {"Change"}
    form = defaults_form.form(known, zone="UTC")
    assert defaults_form.read(initial_values(form)) == USUAL


def test_buttons_and_forms_keep_their_serialized_names() -> None:
    """Buttons and forms made by an older version still parse."""
    assert '"leads":' in LARGEST.model_dump_json()
    assert reminder_result.parse_undo(LARGEST.model_dump_json()) == LARGEST
    undo = defaults_form.parse_undo('{"leads": "1h", "changed_at": "2026-01-01T00:00:00Z"}')
    assert (undo.offsets, '"leads":"1h"' in undo.model_dump_json()) == ("1h", True)
    metadata = remind_form.ReminderFormContext.model_validate_json('{"session_id": "s1", "under": "V1"}')
    assert (metadata.parent_view_id, '"under":"V1"' in metadata.model_dump_json()) == ("V1", True)
