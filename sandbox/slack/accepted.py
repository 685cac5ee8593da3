"""Record of the messages that Slack accepted, so that tests can count lost and duplicate posts."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.slack.model import Json


@dataclass(slots=True)
class Accepted:
    """One posted message, immediate or scheduled; later edits do not change the record."""

    channel: str
    text: str
    metadata: Json | None
    ts: str
    at: float
    """When it was posted, in Unix seconds of machine time."""
    team: str
    scheduled_id: str = ""
    """Id of the scheduled message; empty if posted directly."""
    deleted: bool = False

    def shown(self) -> Json:
        """As plain JSON."""
        return {name: getattr(self, name) for name in self.__slots__}
