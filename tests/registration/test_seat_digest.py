"""When the message of a seat has to be rewritten because time has passed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.webinar import Status
from bot.registration.seats.digest import content_digest, current_digests, earlier_digest
from bot.webinars.personal_calendar import is_entry_unchanged
from tests.support.webinar_samples import START, webinar

MINUTE = timedelta(minutes=1)
EARLY, OVER = START - timedelta(days=1), START + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "moment", "same_as_early"),
    [
        (Status.SCHEDULED, -16 * MINUTE, True),
        (Status.SCHEDULED, -15 * MINUTE, False),
        (Status.ACTIVE, -16 * MINUTE, False),
        (Status.FINISHED, MINUTE, False),
        (Status.SCHEDULED, timedelta(days=1), False),
    ],
)
def test_a_message_is_rewritten_near_the_start_and_after_the_end(
    status: Status, moment: timedelta, *, same_as_early: bool
) -> None:
    """And its calendar entry stays: no file is sent."""
    before = content_digest(webinar(), EARLY)
    after = content_digest(webinar(status=status), START + moment)
    assert (before == after) is same_as_early
    assert same_as_early or is_entry_unchanged(before, after)


def test_a_running_webinar_needs_no_third_version() -> None:
    """From a quarter of an hour before the start to the end, the message stays."""
    near = content_digest(webinar(), START - MINUTE)
    assert content_digest(webinar(status=Status.ACTIVE), START + MINUTE) == near
    assert content_digest(webinar(status=Status.FINISHED), START + MINUTE) == content_digest(webinar(), OVER) != near


def test_a_message_of_an_earlier_version_is_rewritten_only_after_the_end() -> None:
    """Earlier versions saved another digest."""
    assert earlier_digest(webinar()) in current_digests(webinar(), EARLY)
    assert earlier_digest(webinar()) not in current_digests(webinar(), OVER)
