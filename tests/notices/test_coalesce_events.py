"""Coalescing pending notices of one channel: the latest of each subject, with the facts of all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.notices.events import FILLING_PERCENTS, coalesce_events
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NOW, START

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOVED, RETITLED, CANCELED = NoticeKind.MOVED, NoticeKind.RETITLED, NoticeKind.CANCELED
OPENED, FULL, CLOSED, FILLING = NoticeKind.OPENED, NoticeKind.FULL, NoticeKind.CLOSED, NoticeKind.FILLING
FREED = NoticeKind.FREED
REGISTRATIONS, CORRECTION = NoticeKind.REGISTRATIONS, NoticeKind.CORRECTION


def pending(kind: NoticeKind, minute: int = 0, *, about: str = "s1", start: datetime = START, **facts: Any) -> Notice:
    """A notice pending in #launch for this many minutes."""
    due = NOW + minute * MINUTE
    return Notice(
        kind=kind,
        account=ACCOUNT,
        session_id=about,
        channel_id="C1",
        start=start,
        occurrence=str(minute),
        due_at=due,
        schedulable_at=due,
        expires_at=START,
        facts=NoticeFacts(**facts),
    )


def test_moves_are_merged() -> None:
    """Moves merge from the first old start to the last new one; moved back, nothing is posted."""
    first = pending(MOVED, 1, start=START + HOUR, was_start=START)
    second = pending(MOVED, 2, start=START + DAY, was_start=START + HOUR, by="U2")
    back = pending(MOVED, 3, was_start=START + DAY)

    merged = second.model_copy(update={"facts": NoticeFacts(was_start=START, by="U2")})
    assert coalesce_events([second, first]) == ([merged], [first])
    assert coalesce_events([first, second, back]) == ([], [first, second, back])


def test_different_edits_are_merged_into_one_notice() -> None:
    """A rename, a move and another length that wait together: one notice with the first and last of each."""
    renamed = pending(RETITLED, 1, was_title="A", title="B", by="U1")
    moved = pending(MOVED, 2, start=START + HOUR, was_start=START, by="U1")
    longer = pending(MOVED, 3, start=START + HOUR, was_length=MINUTE, length=HOUR, by="U1")
    renamed_again = pending(RETITLED, 4, start=START + HOUR, was_title="B", title="C", by="U1")
    together = {"was_title": "A", "title": "C", "was_start": START, "was_length": MINUTE, "length": HOUR}

    kept, rest = coalesce_events([renamed, moved, longer, renamed_again])
    assert kept == [longer.model_copy(update={"facts": NoticeFacts(**together, by="U1")})]
    assert rest == [renamed, moved, renamed_again]


def test_of_several_authors_none_is_named() -> None:
    """Neither made the whole change."""
    moved = pending(MOVED, 1, start=START + HOUR, was_start=START, by="U1")
    renamed = pending(RETITLED, 2, start=START + HOUR, was_title="A", title="B", by="U2")

    [merged] = coalesce_events([moved, renamed])[0]
    assert merged.facts == NoticeFacts(was_start=START, was_title="A", title="B")


def test_a_length_that_is_as_it_was_is_not_posted() -> None:
    """Longer, and back."""
    longer = pending(MOVED, 1, was_length=MINUTE, length=HOUR)
    back = pending(MOVED, 2, was_length=HOUR, length=MINUTE)
    assert coalesce_events([longer, back]) == ([], [longer, back])


def test_a_new_title_is_announced_beside_a_correction() -> None:
    """The correction reports start and length only."""
    both, corrected = pending(MOVED, 1, was_start=START - HOUR, was_title="A", title="B"), pending(CORRECTION, 2)
    renamed = both.model_copy(update={"facts": NoticeFacts(was_title="A", title="B")})
    assert coalesce_events([both, corrected]) == ([renamed, corrected], [])


def test_a_single_notice_of_no_change_is_superseded() -> None:
    """A move to where it was, and a count that did not grow, are not posted and not left pending."""
    for nothing in (pending(MOVED, was_start=START), pending(REGISTRATIONS, was_count=3, count=3)):
        assert coalesce_events([nothing]) == ([], [nothing])
    first = pending(REGISTRATIONS, count=1)  # an old row without the earlier count
    assert coalesce_events([first]) == ([first], [])


def test_fill_level_is_kept_with_the_reopening_it_follows() -> None:
    """Reported at the same moment or later, not from before."""
    opened = pending(OPENED, 2)
    before, with_it, later = (pending(FILLING, at, percent=80, limit=100) for at in (1, 2, 3))

    assert coalesce_events([opened, later])[0] == [opened, later]
    assert coalesce_events([opened, with_it])[0] == [opened, with_it]
    assert coalesce_events([before, opened])[0] == [opened]


def test_renames_are_merged() -> None:
    """Renames merge from the first old title to the last; renamed back, nothing is posted."""
    first = pending(RETITLED, 1, was_title="A", title="B")
    second = pending(RETITLED, 2, was_title="B", title="C")
    back = pending(RETITLED, 3, was_title="C", title="A")

    merged = second.model_copy(update={"facts": NoticeFacts(was_title="A", title="C")})
    assert coalesce_events([first, second]) == ([merged], [first])
    assert coalesce_events([first, second, back]) == ([], [first, second, back])


def test_registrations_are_merged() -> None:
    """Counts merge from the first to the last; without growth, nothing is posted."""
    first = pending(REGISTRATIONS, 1, was_count=3, count=5)
    second = pending(REGISTRATIONS, 2, was_count=5, count=9, limit=20)
    fewer = pending(REGISTRATIONS, 3, was_count=1, count=2)

    merged = second.model_copy(update={"facts": NoticeFacts(was_count=3, count=9, limit=20)})
    assert coalesce_events([first, second]) == ([merged], [first])
    assert coalesce_events([first, second, fewer]) == ([], [first, second, fewer])
    as_many = pending(REGISTRATIONS, 3, was_count=2, count=3)
    assert coalesce_events([first, second, as_many]) == ([], [first, second, as_many])


@each_row(
    ("status_changes", "kept"),
    [
        ([FULL], [0]),
        ([FULL, OPENED], []),
        ([CLOSED, OPENED, FULL], [2]),
        ([OPENED], [0]),
        ([OPENED, FULL], [1]),
        ([OPENED, CLOSED, OPENED], [2]),
        ([FILLING, FULL], [1]),
        ([FILLING, FULL, OPENED], []),
        ([FULL, OPENED, FILLING], [2]),
        ([OPENED, FILLING], [0, 1]),
        ([FILLING, CLOSED], [1]),
        ([FULL, FREED], [1]),
        ([FILLING, FULL, FREED], [2]),
        ([FREED, OPENED], [1]),
        ([FULL, FREED, OPENED], []),
        ([FREED, OPENED, FULL], [2]),
    ],
)
def test_latest_registration_status_is_kept(status_changes: list[NoticeKind], kept: list[int]) -> None:
    """Nothing if it was closed and reopened before a post; fill levels only since the last change."""
    notices = [pending(kind, minute, count=9, limit=10, percent=80) for minute, kind in enumerate(status_changes)]

    assert coalesce_events(notices)[0] == [notices[index] for index in kept]


def test_highest_percent_of_the_latest_limit_is_kept() -> None:
    """A percentage of an older limit is dropped."""
    at_80, at_95 = pending(FILLING, 1, percent=80, limit=100), pending(FILLING, 2, percent=95, limit=100)
    raised = pending(FILLING, 3, percent=80, limit=200)

    assert coalesce_events([at_80, at_95]) == ([at_95], [at_80])
    assert coalesce_events([at_80, at_95, raised]) == ([raised], [at_80, at_95])


def test_results_supersede_that_it_has_ended() -> None:
    """After quiet hours, the figures say both; a canceled webinar has none."""
    ended, results = pending(NoticeKind.ENDED, 1), pending(NoticeKind.RESULTS, 2, count=5, attended=3)
    assert coalesce_events([ended, results]) == ([results], [ended])
    canceled = pending(CANCELED, 3)
    assert coalesce_events([results, canceled]) == ([canceled], [results])


def test_later_stage_supersedes_an_earlier_one() -> None:
    """Only the latest of starting, live and ended; after a cancellation, nothing else."""
    starting, live, ended = (
        pending(kind, minute) for minute, kind in enumerate([NoticeKind.STARTING, NoticeKind.LIVE, NoticeKind.ENDED])
    )
    assert coalesce_events([starting, live]) == ([live], [starting])
    assert coalesce_events([ended, starting, live]) == ([ended], [starting, live])

    others = [
        pending(MOVED, 1, was_start=START - HOUR),
        pending(FULL, 2),
        pending(REGISTRATIONS, 3, was_count=1, count=2),
    ]
    assert coalesce_events([*others, pending(CANCELED, 4)]) == ([pending(CANCELED, 4)], others)
    assert coalesce_events([pending(CANCELED, 4), pending(CANCELED, 5)]) == (
        [pending(CANCELED, 5)],
        [pending(CANCELED, 4)],
    )


def test_correction_supersedes_moves_and_cancellations() -> None:
    """A correction replaces a move or cancellation in the same message; other notices stay."""
    moved, canceled = pending(MOVED, 1, was_start=START - HOUR), pending(CANCELED, 2)
    full, corrected = pending(FULL, 3), pending(CORRECTION, 4)

    assert coalesce_events([moved, full, corrected]) == ([full, corrected], [moved])
    assert coalesce_events([moved, canceled, full, corrected]) == ([corrected], [moved, canceled, full])


def test_webinars_are_coalesced_independently() -> None:
    """Sessions are independent; of several pending digests only the latest is posted."""
    ours, theirs = pending(CANCELED), pending(MOVED, about="s2", was_start=START - HOUR)
    assert coalesce_events([ours, theirs]) == ([ours, theirs], [])

    old, new = (pending(NoticeKind.DIGEST, minute, about="") for minute in (1, 2))
    lost = [pending(NoticeKind.CHANNEL_LOST, minute, about="") for minute in (1, 2)]
    kept, rest = coalesce_events([old, new, *lost])
    assert rest == [old]
    assert set(map(str, kept)) == {str(notice) for notice in (new, *lost)}


NOTICES = st.builds(
    pending,
    st.sampled_from(NoticeKind),
    st.integers(0, 10**6),
    about=st.sampled_from(["s1", "s2", ""]),
    start=st.sampled_from([START, START + HOUR]),
    was_start=st.sampled_from([START, START + HOUR]),
    was_title=st.sampled_from(["A", "B"]),
    title=st.sampled_from(["A", "B"]),
    was_length=st.none() | st.sampled_from([MINUTE, HOUR]),
    length=st.sampled_from([MINUTE, HOUR]),
    by=st.sampled_from(["", "U1", "U2"]),
    count=st.integers(0, 20),
    was_count=st.integers(0, 20),
    limit=st.none() | st.sampled_from([10, 20]),
    percent=st.sampled_from(FILLING_PERCENTS),
)


@given(st.lists(NOTICES, max_size=12, unique_by=lambda notice: notice.due_at))
def test_coalescing_loses_and_repeats_nothing(notices: list[Notice]) -> None:
    """Every notice is in one list; kept ones change only in facts; coalescing again changes nothing."""
    kept, rest = coalesce_events(notices)

    keys = [(notice.kind, notice.session_id, notice.due_at) for notice in (*kept, *rest)]
    assert sorted(keys) == sorted((notice.kind, notice.session_id, notice.due_at) for notice in notices)
    assert all(notice in notices for notice in rest)
    assert [notice.due_at for notice in kept] == sorted(notice.due_at for notice in kept)
    assert coalesce_events(kept) == (kept, [])
    unmerged = {NoticeKind.REMINDER, NoticeKind.CHANNEL_LOST}
    assert not any(notice.kind in unmerged for notice in rest if notice.session_id not in _canceled(notices))


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.booleans())
def test_kept_status_is_the_current_one(status_changes: list[bool], was_open: bool) -> None:
    """After the message, the status last posted is the current one."""
    notices, is_open = [], was_open
    for minute, has_changed in enumerate(status_changes):
        if has_changed:
            is_open = not is_open
            notices.append(pending(OPENED if is_open else FULL, minute))

    kept, _ = coalesce_events(notices)

    posted = [notice.kind is OPENED for notice in kept]
    assert len(posted) <= 1
    assert (posted[-1] if posted else was_open) == is_open


def _canceled(notices: list[Notice]) -> set[str]:
    return {notice.session_id for notice in notices if notice.kind is CANCELED}
