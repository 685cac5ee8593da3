"""A started stand-in to which generated requests are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Ids = dict[str, str]


class Call(Protocol):
    """A call that the stand-in has recorded."""

    @property
    def status(self) -> int | None:
        """The status of its response."""
        ...


@dataclass
class Target:
    """Where it is, how to log in, and the ids of what is in it; the ids of one entry belong together."""

    url: str
    """To which the paths of the document are appended."""
    token: str
    basic: str
    """The Authorization header of the app."""
    ids: list[Ids]
    calls: Sequence[Call]
    excluded: str
    """Checks of schemathesis that do not apply."""
    skipped: str = ""
    """Paths to which nothing is sent: a regular expression."""
