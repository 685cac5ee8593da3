"""When and what to read because of hints. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.providers.events import EventHint, EventTopic

LIST = ""
"""The subject of a hint that the list of sessions is to be read, instead of the registration of one."""
EVENT = "event:"
"""The beginning of the subject of a hint that one webinar is to be read by itself; its id follows."""
MAX_READS = 10
"""Registrations that one delivery can have read."""


@dataclass(frozen=True)
class HintTiming:
    """How long hints are collected, and how far apart the reads of one subject are."""

    gather: timedelta = timedelta(seconds=0.2)
    """From a delivery to the look into it: others that arrive with it are looked into at once."""
    collect: timedelta = timedelta(seconds=3)
    """From the first hint to the read."""
    spacing: timedelta = timedelta(seconds=8)
    """From one read to the next: with its own duration, less than the ten seconds within which a card follows."""
    slow_spacing: timedelta = timedelta(seconds=20)
    """The same in a long storm, which must not use up the calls of everybody."""
    quick_reads: int = 2
    """Reads before a storm counts as long."""
    quiet: timedelta = timedelta(minutes=1)
    """Without hints for this long, a storm is over."""
    retry: timedelta = timedelta(seconds=10)
    """The wait after a failed read, doubled each time."""
    longest_retry: timedelta = timedelta(minutes=5)
    """The longest wait after a failed read."""
    max_tries: int = 12
    """Failed reads after which a hint is given up, after more than half an hour: the poller reads sooner or later."""


@dataclass
class Reads:
    """What a batch of deliveries suggests to read."""

    registrations: set[str] = field(default_factory=set)
    """Session ids."""
    is_list: bool = False
    listed: set[str] = field(default_factory=set)
    """Session ids that the list must still contain."""
    events: set[str] = field(default_factory=set)
    """Ids of webinars to read by themselves, because their provider can."""

    @property
    def subjects(self) -> list[str]:
        """The subjects of all hints but that of the list."""
        return sorted([*self.registrations, *(f"{EVENT}{one}" for one in self.events)])


def reads_of(
    hints: Iterable[EventHint], sessions: Mapping[str, set[str]], waiting: Collection[str] = frozenset()
) -> Reads:
    """What to read; `sessions` has the known sessions of each id, `waiting` those that have not started.

    A hint without a known session has the list read, once for all of them: the session may be new. If its webinar can
    be read by itself, only that is read.
    """
    reads = Reads()
    for hint in hints:
        known = sorted({session for one in hint.ids for session in sessions.get(one, ())})
        if hint.topic is EventTopic.NOTHING:
            continue
        if hint.event_id:
            _add_event(reads, hint, known, waiting)
            continue
        if hint.topic is not EventTopic.SESSIONS:
            reads.registrations.update(known[:MAX_READS])
        if hint.topic is not EventTopic.REGISTRATION or not known:
            reads.is_list = True
            reads.listed.update(known)
    return reads


def matters(hint: EventHint, sessions: Mapping[str, set[str]]) -> bool:
    """Whether anything can follow from a hint: most events of a large account are about meetings not known here."""
    return not hint.event_id or hint.may_be_new or any(one in sessions for one in hint.ids)


def _add_event(reads: Reads, hint: EventHint, known: Sequence[str], waiting: Collection[str]) -> None:
    if hint.topic is EventTopic.REGISTRATION and known:
        reads.registrations.update(known[:MAX_READS])
    elif hint.topic is EventTopic.PRESENCE:
        if any(one in waiting for one in known):
            reads.events.add(hint.event_id)
    elif known or hint.may_be_new:
        reads.events.add(hint.event_id)


def next_read(timing: HintTiming, now: datetime, began_at: datetime | None, reads: int) -> datetime:
    """When to read because of a hint that arrives now, after `reads` in this storm, the last of which `began_at`."""
    soon = now + timing.collect
    if began_at is None:
        return soon
    return max(soon, began_at + (timing.spacing if reads < timing.quick_reads else timing.slow_spacing))


def retry_at(timing: HintTiming, now: datetime, tries: int) -> datetime | None:
    """When to read again after so many failures; None to give up."""
    return None if tries >= timing.max_tries else now + min(timing.retry * 2 ** (tries - 1), timing.longest_retry)
