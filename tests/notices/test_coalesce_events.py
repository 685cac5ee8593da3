"""What of several news that wait for one channel is still worth saying: the last word, with the facts of all."""

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
MOVED, RETITLED, CANCELLED = NoticeKind.MOVED, NoticeKind.RETITLED, NoticeKind.CANCELED
OPENED, FULL, CLOSED, FILLING = NoticeKind.OPENED, NoticeKind.FULL, NoticeKind.CLOSED, NoticeKind.FILLING
REGISTRATIONS, CORRECTION = NoticeKind.REGISTRATIONS, NoticeKind.CORRECTION


def waiting(kind: NoticeKind, minute: int = 0, *, about: str = "s1", start: datetime = START, **facts: Any) -> Notice:
    """Something that waits to be said in #launch since so many minutes."""
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


def test_moves_are_told_as_one() -> None:
    """From where it was when the channel last heard of it to where it is; there and back is nothing."""
    first = waiting(MOVED, 1, start=START + HOUR, was_start=START)
    second = waiting(MOVED, 2, start=START + DAY, was_start=START + HOUR, by="U2")
    back = waiting(MOVED, 3, was_start=START + DAY)

    told = second.model_copy(update={"facts": NoticeFacts(was_start=START, by="U2")})
    assert coalesce_events([second, first]) == ([told], [first])
    assert coalesce_events([first, second, back]) == ([], [first, second, back])


def test_titles_are_told_as_one() -> None:
    """From what it was called to what it is called; nothing where it is called as before."""
    first = waiting(RETITLED, 1, was_title="A", title="B")
    second = waiting(RETITLED, 2, was_title="B", title="C")
    back = waiting(RETITLED, 3, was_title="C", title="A")

    told = second.model_copy(update={"facts": NoticeFacts(was_title="A", title="C")})
    assert coalesce_events([first, second]) == ([told], [first])
    assert coalesce_events([first, second, back]) == ([], [first, second, back])


def test_registrations_are_added_up() -> None:
    """From the first count to the last; nothing where those who came have left again."""
    first = waiting(REGISTRATIONS, 1, was_count=3, count=5)
    second = waiting(REGISTRATIONS, 2, was_count=5, count=9, limit=20)
    fewer = waiting(REGISTRATIONS, 3, was_count=1, count=2)

    told = second.model_copy(update={"facts": NoticeFacts(was_count=3, count=9, limit=20)})
    assert coalesce_events([first, second]) == ([told], [first])
    assert coalesce_events([first, second, fewer]) == ([], [first, second, fewer])
    as_many = waiting(REGISTRATIONS, 3, was_count=2, count=3)
    assert coalesce_events([first, second, as_many]) == ([], [first, second, as_many])


@each_row(
    ("swings", "said"),
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
    ],
)
def test_of_the_door_the_last_word_is_told(swings: list[NoticeKind], said: list[int]) -> None:
    """Nothing where it was shut and is open again before anybody was told; how full it is, only since then."""
    notices = [waiting(kind, minute, count=9, limit=10, percent=80) for minute, kind in enumerate(swings)]

    assert coalesce_events(notices)[0] == [notices[index] for index in said]


def test_of_filling_the_higher_is_told_and_of_limits_the_last() -> None:
    """80 percent of a limit that was raised since means nothing."""
    at_80, at_95 = waiting(FILLING, 1, percent=80, limit=100), waiting(FILLING, 2, percent=95, limit=100)
    raised = waiting(FILLING, 3, percent=80, limit=200)

    assert coalesce_events([at_80, at_95]) == ([at_95], [at_80])
    assert coalesce_events([at_80, at_95, raised]) == ([raised], [at_80, at_95])


def test_a_later_stage_overtakes_an_earlier_one() -> None:
    """It starts, it is live, it has ended; a cancelled one has nothing else to be told of."""
    starting, live, ended = (
        waiting(kind, minute) for minute, kind in enumerate([NoticeKind.STARTING, NoticeKind.LIVE, NoticeKind.ENDED])
    )
    assert coalesce_events([starting, live]) == ([live], [starting])
    assert coalesce_events([ended, starting, live]) == ([ended], [starting, live])

    others = [
        waiting(MOVED, 1, was_start=START - HOUR),
        waiting(FULL, 2),
        waiting(REGISTRATIONS, 3, was_count=1, count=2),
    ]
    assert coalesce_events([*others, waiting(CANCELLED, 4)]) == ([waiting(CANCELLED, 4)], others)
    assert coalesce_events([waiting(CANCELLED, 4), waiting(CANCELLED, 5)]) == (
        [waiting(CANCELLED, 5)],
        [waiting(CANCELLED, 4)],
    )


def test_a_correction_says_it_already() -> None:
    """In the same message, a move or a cancellation would only repeat it; what else happened is still told."""
    moved, cancelled = waiting(MOVED, 1, was_start=START - HOUR), waiting(CANCELLED, 2)
    full, corrected = waiting(FULL, 3), waiting(CORRECTION, 4)

    assert coalesce_events([moved, full, corrected]) == ([full, corrected], [moved])
    assert coalesce_events([moved, cancelled, full, corrected]) == ([corrected], [moved, cancelled, full])


def test_webinars_do_not_overtake_each_other() -> None:
    """Each has its own news; and of digests that nobody could be given, the latest is enough."""
    ours, theirs = waiting(CANCELLED), waiting(MOVED, about="s2", was_start=START - HOUR)
    assert coalesce_events([ours, theirs]) == ([ours, theirs], [])

    old, new = (waiting(NoticeKind.DIGEST, minute, about="") for minute in (1, 2))
    lost = [waiting(NoticeKind.CHANNEL_LOST, minute, about="") for minute in (1, 2)]
    said, rest = coalesce_events([old, new, *lost])
    assert rest == [old]
    assert set(map(str, said)) == {str(one) for one in (new, *lost)}


NOTICES = st.builds(
    waiting,
    st.sampled_from(NoticeKind),
    st.integers(0, 10**6),
    about=st.sampled_from(["s1", "s2", ""]),
    start=st.sampled_from([START, START + HOUR]),
    was_start=st.sampled_from([START, START + HOUR]),
    was_title=st.sampled_from(["A", "B"]),
    title=st.sampled_from(["A", "B"]),
    count=st.integers(0, 20),
    was_count=st.integers(0, 20),
    limit=st.none() | st.sampled_from([10, 20]),
    percent=st.sampled_from(FILLING_PERCENTS),
)


@given(st.lists(NOTICES, max_size=12, unique_by=lambda one: one.due_at))
def test_gist_loses_nothing_and_repeats_nothing(some: list[Notice]) -> None:
    """Each notice is on one side; what is said is as it was but for its facts; said again, it stays as it is."""
    said, rest = coalesce_events(some)

    keys = [(one.kind, one.session_id, one.due_at) for one in (*said, *rest)]
    assert sorted(keys) == sorted((one.kind, one.session_id, one.due_at) for one in some)
    assert all(one in some for one in rest)
    assert [one.due_at for one in said] == sorted(one.due_at for one in said)
    assert coalesce_events(said) == (said, [])
    kept = {NoticeKind.REMINDER, NoticeKind.CHANNEL_LOST}
    assert not any(one.kind in kept for one in rest if one.session_id not in _cancelled(some))


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.booleans())
def test_what_is_told_of_the_door_leaves_everybody_knowing_how_it_is(swings: list[bool], was_open: bool) -> None:
    """Whatever was told before: after the message, what the channel was last told is so."""
    notices, is_open = [], was_open
    for minute, swing in enumerate(swings):
        if swing:
            is_open = not is_open
            notices.append(waiting(OPENED if is_open else FULL, minute))

    said, _ = coalesce_events(notices)

    told = [one.kind is OPENED for one in said]
    assert len(told) <= 1
    assert (told[-1] if told else was_open) == is_open


def _cancelled(some: list[Notice]) -> set[str]:
    return {one.session_id for one in some if one.kind is CANCELLED}
