"""One person's seat at one webinar: who sits there, by which link, and what the person knows of it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field, SecretStr

from bot.model.frozen import Frozen
from bot.model.people import Account


class SeatState(StrEnum):
    """How far a seat has come. What is asked is written before the call, what came of it after."""

    ASKED = "asked"
    TAKEN = "taken"
    """It is theirs, and they are still to be told."""
    HELD = "held"
    RENAMING = "renaming"
    """It is to be given up for one under another name."""
    LEAVING = "leaving"


SETTLED = (SeatState.TAKEN, SeatState.HELD)
OPEN = tuple(state for state in SeatState if state is not SeatState.HELD)


class SeatDetails(Frozen):
    """Who is to sit there, as they want to be known to RingCentral."""

    first_name: str = Field(repr=False)
    last_name: str = Field(repr=False)
    email: str = Field(repr=False)
    is_own_address: bool = False
    """Whether Slack itself says that the address is theirs."""

    @property
    def address(self) -> str:
        """The address by which they are told from others: in lower case."""
        return self.email.strip().lower()

    @property
    def name(self) -> str:
        """What they are called."""
        return f"{self.first_name} {self.last_name}"


class Seat(Frozen):
    """One person's seat at one webinar, with their own links. `lead` is the reminder that they chose, if any."""

    account: Account
    session_id: str
    user_id: str
    state: SeatState
    attendee: SeatDetails
    wanted: SeatDetails | None = None
    """Under what other name it is to be, while that is changed."""
    registrant_id: str | None = None
    join_link: SecretStr = SecretStr("")
    cancel_link: SecretStr = SecretStr("")
    source: str = ""
    lead: timedelta | None = None
    by: str = ""
    """Who registered them, where it was not themselves."""
    sequence: int = 0
    """That of the calendar file which they got last."""
    told_what: str = ""
    """Digest of what was so of the webinar when they were told last."""
    dm_channel_id: str = ""
    dm_ts: str = ""
    changed_at: AwareDatetime
