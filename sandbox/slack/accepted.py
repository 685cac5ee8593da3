"""What Slack accepted to post: a list that proofs count, so that nothing lost and nothing doubled stays unseen."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.slack.model import Json


@dataclass(slots=True)
class Accepted:
    """One message that was posted, at once or when its time had come; edits do not change what is written here."""

    channel: str
    text: str
    metadata: Json | None
    ts: str
    at: float
    """When it was posted, in unix seconds of the machine's clock."""
    team: str
    scheduled_id: str = ""
    """By which Slack had held it, empty for one that was posted at once."""
    deleted: bool = False

    def shown(self) -> Json:
        """As plain JSON."""
        return {name: getattr(self, name) for name in self.__slots__}
