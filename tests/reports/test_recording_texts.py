"""The texts about recordings, in words and within Slack's limits."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.model.recording import RecordingStatus
from bot.model.webinar import Access, Status
from bot.reports.messages.table import PostState
from bot.reports.recordings import texts as recording_texts
from bot.reports.recordings.places import SharePlaces
from bot.reports.recordings.table import SharingDecision, TrackedRecording
from bot.slack.refusals import ARCHIVED, NO_MESSAGE, NOT_EDITABLE
from handlers.recording import texts
from handlers.recording.texts import KnownRecording
from tests.support.block_kit import check_message, check_view, visible_text
from tests.support.recording_samples import (
    PLACES,
    SHARED,
    recording,
    recording_messages,
    recording_modals,
    share,
    tracked,
)
from tests.support.rows import each_row
from tests.support.webinar_samples import NASTY, NOW, webinar

OVER = webinar(status=Status.FINISHED)
DAY = timedelta(days=1)


def test_every_message_and_form_keeps_slacks_limits() -> None:
    """Also with a title that grows fivefold when escaped, a hundred channels and many problems."""
    nasty = webinar(title=NASTY)
    for message in recording_messages(nasty):
        check_message(message.text, message.blocks)
    for view in recording_modals(nasty):
        check_view(view)
    many = [share(f"C{number}", PostState.REFUSED, "No. " * 100) for number in range(99)]
    for known in (tracked(recording(), decision=SHARED), tracked(recording())):
        for message in (
            recording_texts.question(nasty, known, PLACES, many, now=NOW),
            texts.managed_view(nasty, KnownRecording(known, PLACES, many), now=NOW),
            texts.shared_result(nasty, many),
        ):
            check_message(message.text, message.blocks)


STATES = [
    (None, "RingCentral has no recording of it so far."),
    (tracked(check_at=NOW + DAY), "RingCentral has no recording of it so far."),
    (tracked(), "It was not recorded, or RingCentral does not show its recording"),
    (tracked(recording(RecordingStatus.PROCESSING)), "RingCentral is still processing the recording."),
    (tracked(recording(RecordingStatus.FAILED)), "RingCentral could not process the recording"),
    (tracked(recording(RecordingStatus.PURGED)), "RingCentral has deleted the recording"),
    (tracked(recording()), "Available, and shared by its link"),
    (tracked(recording(is_shared=False)), "Available; its link is not shared"),
    (tracked(recording(shared_until=NOW - DAY)), "Available; its link has expired"),
    (tracked(recording(is_shared=False), may_share=False), "settings do not let recordings be shared"),
    (tracked(recording(), access=Access.GUEST), "Anyone with the link can open it."),
    (tracked(recording(), access=Access.SIGNED_IN), "People who are signed in to RingCentral can open it."),
    (tracked(recording(), access=Access.COWORKER), "Coworkers who are signed in to RingCentral can open it."),
]


@each_row(("known", "words"), STATES)
def test_each_state_is_in_words(known: TrackedRecording | None, words: str) -> None:
    """With its link only where there is one."""
    message = texts.managed_view(OVER, KnownRecording(known, PLACES, []), now=NOW)
    shown = json.dumps(message.blocks)
    assert words in shown
    is_available = known and known.recording and known.recording.status is RecordingStatus.AVAILABLE
    assert ("recordings.example" in shown) is bool(is_available)
    assert "recordings.example" not in message.text


def test_a_webinar_that_nobody_can_be_told_of_is_not_asked_about() -> None:
    """Without a card and without seats there is only the link."""
    question = recording_texts.question(OVER, tracked(recording()), SharePlaces(), [], now=NOW)
    assert "It has no card in a channel, and nobody has a seat" in question.blocks[0]["text"]["text"]
    [row] = [block for block in question.blocks if block["type"] == "actions"]
    assert [element["text"]["text"] for element in row["elements"]] == ["Recording"]


def test_a_link_that_could_not_be_taken_off_is_named() -> None:
    """An archived channel keeps its message; a message that somebody deleted has no link any more."""
    declined = tracked(recording(), decision=SharingDecision(by="U1", at=NOW))
    shares = [
        share("C1", PostState.REFUSED, ARCHIVED, "1.1"),
        share("C2", PostState.REFUSED, NO_MESSAGE, "1.2"),
        share("C3", PostState.REFUSED, ARCHIVED),
        share("U2", PostState.REFUSED, NOT_EDITABLE, "1.3"),
    ]
    line = "Slack did not let Greenroom take the link off in <#C1> and in 1 direct message: it is still there."
    for shown in (
        recording_texts.decided(OVER, declined, shares),
        texts.managed_view(OVER, KnownRecording(declined, PLACES, shares), now=NOW),
    ):
        assert line in visible_text(shown.blocks)
    assert "still there" not in visible_text(recording_texts.decided(OVER, declined, shares[1:3]).blocks)
