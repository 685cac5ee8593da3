"""The people who are not registered yet, in words."""

from __future__ import annotations

from bot.registration.waiting import WaitingPeople


def waiting_parts(people: WaitingPeople) -> list[str]:
    """How many there are, by what they wait for: "1 in line", "2 waiting for registration to open"."""
    counts = {
        "in line": people.in_line,
        "on a list being registered": people.in_lists,
        "invited in Slack": people.invited,
        "waiting for registration to open": people.for_opening,
    }
    return [f"{count:,} {what}" for what, count in counts.items() if count]
