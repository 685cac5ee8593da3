"""What `python -m bot forget` prints: what was removed by kind, and what only the provider and Slack have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC

from bot.erasure.service import Erasure, Event
from bot.model.time_text import date_and_clock
from bot.providers.event_ref import provider_name
from bot.providers.names import PLACEHOLDER, SUBSCRIBED

NOTHING = "Nothing in this database is about this address."
OTHERS = (
    "Greenroom does not keep registrants without a seat, so it does not know where else the person is registered. "
    "Search the registrants of your webinars for the address: /webinar registrants, or {provider}'s own app."
)
TEAM = "on the team: remove them with /webinar team {}"
REGISTRANT = "registered: remove them with /webinar registrants {}"
PLURALS = {
    "membership of a team": "memberships of a team",
    "entry on a list or in the queue of a page": "entries on a list or in the queue of a page",
    "number of a calendar file": "numbers of calendar files",
    "creation of a webinar": "creations of a webinar",
    "change of a webinar": "changes of a webinar",
    "request for a report": "requests for a report",
    "change of a team": "changes of a team",
    f"event of {SUBSCRIBED}": f"events of {SUBSCRIBED}",
    "time of a Refresh": "times of a Refresh",
}


def report(erasure: Erasure, providers: Sequence[str]) -> str:
    """The whole report, without the address or a name. `providers` are the names of those that are set up."""
    return "\n".join(_lines(erasure, providers))


def _lines(erasure: Erasure, providers: Sequence[str]) -> Iterator[str]:
    if erasure.removed:
        yield "Removed from this database:"
        yield from _counts(erasure.removed)
    elif erasure.is_complete:
        yield NOTHING
    if erasure.in_progress:
        yield "Still here, because Greenroom is working on it. Run this again in a few minutes:"
        yield from _counts(erasure.in_progress)
    if unread := erasure.unreadable:
        yield (
            f"Not searched: {unread:,} {'value' if unread == 1 else 'values'} that ENCRYPTION_KEY does not open. "
            "Add the earlier key after a comma, and run this again."
        )
    if erasure.still_named:
        yield (
            f"Their Slack id, without a name, stays in {erasure.still_named:,} settings, cards and webinars that they "
            "set or made, until somebody else sets them again or their time has passed (docs/privacy.md)."
        )
    for provider in providers:
        yield ""
        yield f"{provider}:"
        events = (event for event in sorted(erasure.events) if provider_name(event.session_id) == provider)
        yield from (f"  {_event(event)}" for event in events)
        yield f"  {OTHERS.replace(PLACEHOLDER, provider)}"
    if erasure.messages or erasure.lists:
        yield ""
        yield "Slack:"
        yield from _slack(erasure)


def _counts(counts: Counter[str]) -> Iterator[str]:
    for one, count in counts.items():
        yield f"  {count:,} {one if count == 1 else PLURALS.get(one, f'{one}s')}"


def _event(event: Event) -> str:
    where = (TEAM if event.is_team else REGISTRANT).format(event.session_id)
    start = event.start.astimezone(UTC)
    return f"“{event.title}”, {start:%a}, {date_and_clock(start)} UTC: {where}"


def _slack(erasure: Erasure) -> Iterator[str]:
    for channel_id, ts in sorted(erasure.messages):
        yield f"  direct message {ts} in {channel_id}, with their personal link"
    if erasure.lists:
        yield "  the file with the results of a list, in a direct message to the organizer who registered the list"
