"""Seats: the registrations of Slack users."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field, SecretStr

from bot.model.people import Account, Frozen
from bot.model.question import Answers
from bot.model.registrant import RegistrantStatus


class SeatState(StrEnum):
    """The progress of a seat. It is stored before each vendor call and after its outcome."""

    REGISTERING = "asked"
    REGISTERED = "taken"
    """Registered; the user is not notified yet."""
    NOTIFIED = "held"
    RENAMING = "renaming"
    """To be replaced by a registration with other details."""
    CANCELING = "leaving"


REGISTERED_STATES = (SeatState.REGISTERED, SeatState.NOTIFIED)
UNFINISHED_STATES = tuple(state for state in SeatState if state is not SeatState.NOTIFIED)


class SeatDetails(Frozen):
    """The name and address that a seat is registered with, and the answers to the questions of the event."""

    first_name: str = Field(repr=False)
    last_name: str = Field(repr=False)
    email: str = Field(repr=False)
    is_own_address: bool = False
    """Whether it is the address in the user's Slack profile."""
    fields: Answers = Field(default=(), repr=False)

    @property
    def address(self) -> str:
        """The email address in lower case, which identifies a registrant."""
        return self.email.strip().lower()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Seat(Frozen):
    """A Slack user's registration for one webinar, with personal links."""

    account: Account
    session_id: str
    user_id: str
    state: SeatState
    attendee: SeatDetails
    wanted: SeatDetails | None = None
    """The new details, while they are being changed."""
    registrant_id: str | None = None
    status: RegistrantStatus = RegistrantStatus.APPROVED
    """Whether an organizer has to approve it; until then there is no link."""
    join_link: SecretStr = SecretStr("")
    cancel_link: SecretStr = SecretStr("")
    source: str = ""
    lead: timedelta | None = None
    """How long before the start the user wants a reminder."""
    by: str = ""
    """The user who suggested it; empty if nobody did."""
    sequence: int = 0
    """The provider's `icalendarSequence` at the registration: our calendar files do not begin below it."""
    notified_digest: str = ""
    """Digest of the webinar's details in the last message to the user."""
    dm_channel_id: str = ""
    dm_ts: str = ""
    changed_at: AwareDatetime

    @property
    def is_approved(self) -> bool:
        """Whether it is valid, and so has a link."""
        return self.status is RegistrantStatus.APPROVED

    @property
    def is_pending(self) -> bool:
        """Whether it waits for approval."""
        return self.status is RegistrantStatus.PENDING


class SuggestionState(StrEnum):
    """Whether a suggestion was sent and answered."""

    SENDING = "sending"
    SENT = "sent"
    DECLINED = "declined"
    """Kept, so that they are not asked again."""
    TAKEN = "taken"
    """They have a seat, or had one. Kept, so that they can register again."""


class Suggestion(Frozen):
    """A seat that an organizer suggested to a Slack user by direct message."""

    account: Account
    session_id: str
    user_id: str
    state: SuggestionState = SuggestionState.SENDING
    suggested_by: str
    source: str = ""
    shown_digest: str = ""
    """Digest of the webinar's details in the message."""
    dm_channel_id: str = ""
    dm_ts: str = ""
    changed_at: AwareDatetime
