"""Progress, result and failure of the create and cancel forms, in the modal and as a DM."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.creation import texts as creation_texts
from bot.creation.change.impact import ImpactCounts, impact_of
from bot.creation.texts import CreatedResult, done, done_message, failed, failed_message, working
from bot.model.webinar import Audience, Webinar
from bot.registration.waiting import WaitingPeople
from bot.slack import buttons as ids
from bot.slack.blocks import as_of
from handlers.cancel import form as cancel_form
from handlers.move import form as move_form
from tests.support.block_kit import buttons, check_message, check_view, visible_text
from tests.support.webinar_samples import MOMENTS, NASTY, NOW, WEBINARS, registration, webinar

HOST_LINK = SecretStr("https://join.example/host-of-s1")
CHANNELS = [f"C{n:08}" for n in range(100)]
NOBODY = WaitingPeople()
NOTES = st.lists(st.text(max_size=400), max_size=20)


@settings(deadline=None)
@given(
    st.builds(CreatedResult, WEBINARS, st.none() | st.just(HOST_LINK), st.none() | st.just("C1"), NOTES, st.booleans())
)
def test_result_keeps_slacks_limits(created: CreatedResult) -> None:
    """In the modal and as a DM, with any number of notes."""
    check_view(done(created))
    message = done_message(created)
    check_message(message.text, message.blocks)


@settings(deadline=None)
@given(st.text(max_size=3000))
def test_sentence_of_any_length_keeps_slacks_limits(text: str) -> None:
    """An error's sentence may quote an input."""
    views = [
        *(working(text, "d1", note=text), failed(text or "x", "d1")),
        *(cancel_form.working(webinar(title=text), note=text), cancel_form.failed(text or "x")),
        *(cancel_form.done(webinar(title=text), notes=[text[:900]] * 3),),
    ]
    for view in views:
        check_view(view)
    for message in (
        failed_message(text or "x", "d1", title=text),
        failed_message(text or "x", "d1"),
        cancel_form.failed_message(text or "x"),
    ):
        check_message(message.text, message.blocks)


def test_working_view_notifies_on_close() -> None:
    """Then the result is sent as a DM."""
    view = working("Launch *day*", "d1", note="Yours is next.")
    assert (view["callback_id"], view["private_metadata"], view["notify_on_close"]) == ("create.working", "d1", True)
    assert "submit" not in view
    assert visible_text(view["blocks"]).splitlines() == [
        "Creating *Launch ∗day∗*…",
        "Yours is next.",
        creation_texts.CLOSE_FREELY,
    ]


def test_result_for_the_creator_has_the_hosts_link_and_the_next_steps() -> None:
    """The announcement, the notes, and the next steps."""
    created = CreatedResult(webinar(), HOST_LINK, "C1", ["The account turned recording off."], password_set=True)
    view = done(created)
    found = buttons(view["blocks"])
    assert found["Start as Host"]["url"] == HOST_LINK.get_secret_value()
    assert (found["Show Details"]["action_id"], found["Show Details"]["value"]) == (ids.SHOW, "s1")
    lines = visible_text(view["blocks"]).splitlines()
    assert lines[0] == "*Launch day* is ready."
    steps = [
        "Announced in <#C1>.",
        "The registration page follows as soon as RingCentral has it.",
        "RingCentral asks everyone for the password you set, so share it with the people you invite.",
    ]
    at = lines.index(steps[0])
    assert lines[at : at + 3] == steps
    assert "• The account turned recording off." in lines
    assert done_message(created).blocks == view["blocks"]


def test_result_without_a_link_has_no_button_for_it() -> None:
    """Another host was chosen, or the link is unknown."""
    view = done(CreatedResult(webinar(audience=Audience.ANYONE)))
    assert list(buttons(view["blocks"])) == ["Invite", "Show Details"]
    assert "Not announced yet." in visible_text(view["blocks"]).splitlines()


def test_share_picker_carries_its_webinar() -> None:
    """A picker has no value, so its block id carries the webinar."""
    row = done(CreatedResult(webinar()))["blocks"][-1]
    assert (row["elements"][0]["action_id"], ids.shared_webinar_id(row["block_id"])) == (ids.SHARE_IN, "s1")


def test_direct_message_text_never_has_the_host_link() -> None:
    """The text appears in notifications and on lock screens."""
    message = done_message(CreatedResult(webinar(), HOST_LINK, None, ["A note."]))
    assert message.text.endswith(" Not announced yet. A note.")
    assert HOST_LINK.get_secret_value() not in message.text


def test_created_is_safe_to_log() -> None:
    """The link is not in its repr."""
    assert HOST_LINK.get_secret_value() not in repr(CreatedResult(webinar(), HOST_LINK))


def test_failure_has_a_button_to_the_filled_form() -> None:
    """From the modal and from the DM."""
    view, message = failed("RingCentral said no.", "d1"), failed_message("RingCentral said no.", "d1")
    back, again = buttons(view["blocks"])["Back to the Form"], buttons(message.blocks)["Try Again"]
    assert (back["action_id"], back["value"]) == (creation_texts.BACK, "d1")
    assert (again["action_id"], again["value"]) == (creation_texts.AGAIN, "d1")
    assert message.text == "RingCentral said no."


def test_a_direct_message_about_a_failure_names_the_webinar() -> None:
    """The form is closed, and more than one may have been sent."""
    message = failed_message("RingCentral said no.", "d1", title="Launch <day>")

    assert message.text == "Launch &lt;day&gt; was not created. RingCentral said no."
    assert visible_text(message.blocks).splitlines()[0] == "*Launch &lt;day&gt;* was not created."


def effects(one: Webinar, counts: ImpactCounts, waiting: WaitingPeople = NOBODY, now: datetime = NOW) -> list[str]:
    """The effects listed in the confirmation of a cancellation."""
    lines = visible_text(cancel_form.confirm(one, counts, waiting, now=now)["blocks"]).splitlines()
    return [line.removeprefix("• ") for line in lines if line.startswith("• ")]


@settings(deadline=None)
@given(WEBINARS, MOMENTS, st.sampled_from([0, 1, 20, 21, 100]))
def test_confirmation_keeps_slacks_limits(one: Webinar, now: datetime, cards: int) -> None:
    """With cards in 100 channels."""
    counts = ImpactCounts(team=9_999, panelists=9_000, card_channels=CHANNELS[:cards])
    many = WaitingPeople(in_line=9_999, in_lists=9_999, invited=9_999, for_opening=9_999)
    check_view(cancel_form.confirm(one, counts, many, now=now))


def test_confirmation_says_what_will_happen() -> None:
    """The effects on the webinar, registrants, cards and reminders."""
    one = webinar(registration=registration(count=1187, read_at=NOW - timedelta(minutes=5)))
    age = as_of(NOW - timedelta(minutes=5), NOW)
    assert effects(one, ImpactCounts(team=0, card_channels=["C1", "C2", "C1"])) == [
        "It is deleted at RingCentral, with its registration page and every link to it. This cannot be undone.",
        f"Affected: 1,187 registered ({age}). Their links stop working.",
        "Its card shows the cancellation in <#C1>, <#C2>.",
        "Reminders that have not been posted yet are withdrawn.",
    ]


LINKS_AND_LINE, LINE = "Their links stop working, and nobody else can register.", "They can no longer register."
LINKS_AND_LINE, LINE = "Their links stop working, and nobody else can register.", "They can no longer register."
AT_NOW = f"({as_of(NOW, NOW)})"


@pytest.mark.parametrize(
    ("count", "counts", "waiting", "sentence"),
    [
        (0, ImpactCounts(team=0), NOBODY, f"Nobody has registered {AT_NOW}, and only the host is on its team."),
        (1, ImpactCounts(team=0), NOBODY, f"Affected: 1 registered {AT_NOW}. Their links stop working."),
        (0, ImpactCounts(team=1), NOBODY, "Affected: 1 co-host. Their links stop working."),
        (0, ImpactCounts(team=1, panelists=1), NOBODY, "Affected: 1 panelist. Their links stop working."),
        (0, ImpactCounts(), NOBODY, "Affected: anyone on its team. Their links stop working."),
        (
            3,
            ImpactCounts(team=5, panelists=3),
            WaitingPeople(in_line=1),
            f"Affected: 3 registered {AT_NOW}, 2 co-hosts, 3 panelists and 1 in line. {LINKS_AND_LINE}",
        ),
        (0, ImpactCounts(team=0), WaitingPeople(in_line=1), "Affected: 1 in line. They can no longer register."),
        (
            0,
            ImpactCounts(team=0),
            WaitingPeople(in_lists=800, for_opening=2),
            f"Affected: 800 on a list being registered and 2 waiting for registration to open. {LINE}",
        ),
        (
            0,
            ImpactCounts(team=0),
            WaitingPeople(invited=1),
            "Affected: 1 invited in Slack. They can no longer register.",
        ),
    ],
)
def test_confirmation_names_everybody_who_is_affected(
    count: int, counts: ImpactCounts, waiting: WaitingPeople, sentence: str
) -> None:
    """“Nobody has registered” appears only if nobody else is affected."""
    assert effects(webinar(registration=registration(count=count)), counts, waiting)[1] == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Affected: everyone who has registered. Their links stop working."),
        ({"audience": Audience.ANYONE}, "Affected: everyone who has the link. Their links stop working."),
    ],
)
def test_a_count_that_was_never_read_is_not_shown_as_zero(changes: dict[str, Any], sentence: str) -> None:
    """Nor is one that does not matter."""
    assert effects(webinar(**changes), ImpactCounts(team=0))[1:3] == [sentence, "It has no card in any channel."]


def test_confirmation_counts_the_channels_it_does_not_name() -> None:
    """At most 20 channels are named."""
    assert effects(webinar(), ImpactCounts(card_channels=CHANNELS))[2].endswith("<#C00000019> and 80 more.")


@pytest.mark.parametrize(
    ("count", "waiting", "sentences"),
    [
        (0, NOBODY, [f"Nobody has registered {AT_NOW}."]),
        (0, WaitingPeople(in_line=2), ["2 in line: nothing changes for them but the time."]),
        (
            0,
            WaitingPeople(invited=1, for_opening=1),
            ["1 invited in Slack and 1 waiting for registration to open: nothing changes for them but the time."],
        ),
        (
            1,
            WaitingPeople(in_lists=9),
            [
                f"1 person registered {AT_NOW}: RingCentral may email them the new time.",
                "9 on a list being registered: nothing changes for them but the time.",
            ],
        ),
    ],
)
def test_a_move_names_those_who_wait(count: int, waiting: WaitingPeople, sentences: list[str]) -> None:
    """“Nobody has registered” appears only if nobody waits."""
    one = webinar(registration=registration(count=count))
    move = move_form.proposed(one, one.start + timedelta(days=1), None, "c1")
    impact = impact_of(one, ImpactCounts(team=0), move.new_start, NOW)
    view = move_form.confirm(one, move, impact, waiting, now=NOW)
    check_view(view)
    lines = [line.removeprefix("• ") for line in visible_text(view["blocks"]).splitlines() if line.startswith("• ")]
    assert lines[: len(sentences) + 1] == [*sentences, "Only the host is on its team."]


def test_confirmation_can_be_answered_both_ways() -> None:
    """Its metadata is the webinar's id."""
    view = cancel_form.confirm(webinar(title=NASTY), ImpactCounts(), NOBODY, now=NOW)
    assert (view["submit"]["text"], view["close"]["text"]) == ("Cancel Webinar", "Keep It")
    assert (view["callback_id"], view["private_metadata"]) == ("cancel.form", "s1")


def test_cancellation_shows_its_result() -> None:
    """The same in the modal and as a DM."""
    notes = ["A reminder in <#C1> was already posted."]
    message = cancel_form.done_message(webinar(), notes=notes)
    check_message(message.text, message.blocks)
    assert message.text == "Canceled: Launch day. A reminder in <#C1> was already posted."
    assert cancel_form.done(webinar(), notes=notes)["blocks"] == message.blocks
    view = cancel_form.working(webinar())
    assert (view["notify_on_close"], view["private_metadata"]) == (True, "s1")
