"""Registrants: the people who sign up for a webinar."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field, SecretStr

from bot.model.people import Frozen
from bot.model.question import Answers

MAX_NAME = 64
MAX_EMAIL = 256
MAX_LINK = 256
"""The most characters of each."""


class RegistrantStatus(StrEnum):
    """Whether a registration is valid. Those who canceled are listed in no status."""

    APPROVED = "approved"
    PENDING = "pending"
    """Waits for approval; there is no join link yet."""
    DENIED = "denied"


class Decision(StrEnum):
    """What an organizer decides about a registration."""

    APPROVE = "approve"
    DENY = "deny"
    CANCEL = "cancel"


MAX_DECISIONS = 30
"""People of one call that decides."""
MAX_BATCH = 30
"""People of one call that registers."""


class RegistrantDetails(Frozen):
    """A person to register. `external_id` and `source` are sent unchanged."""

    first_name: str = Field(repr=False)
    last_name: str = Field(repr=False)
    email: str = Field(repr=False)
    external_id: str = Field(default="", repr=False)
    source: str = ""
    join_page: SecretStr = SecretStr("")
    """Our own page that joins the webinar. The specification has it as read-only, the guide sets it."""
    cancel_page: SecretStr = SecretStr("")
    fields: Answers = Field(default=(), repr=False)
    """The answers to the questions of the event, by the name of the question."""
    is_approved: bool = False
    """Register without waiting for approval, as far as the provider lets an organizer decide so."""

    @property
    def address(self) -> str:
        """The email address in lower case, which identifies a registrant."""
        return self.email.strip().lower()


class Registrant(Frozen):
    """A person who is registered. Both links are personal."""

    registrant_id: str
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    join_link: SecretStr = SecretStr("")
    cancel_link: SecretStr = SecretStr("")
    external_id: str = Field(default="", repr=False)
    source: str = ""
    registered_at: AwareDatetime | None = None
    is_after_event: bool = False
    participant_id: str = ""
    """Present if the person has joined the webinar."""
    sequence: int | None = None
    """`icalendarSequence`, present only in the response to a registration."""
    status: RegistrantStatus = RegistrantStatus.APPROVED
    fields: Answers = Field(default=(), repr=False)
    """Their answers to the questions of the event."""
    are_links_refused: bool = False
    """Whether the provider refuses custom links, so the registration was made without them."""

    @property
    def address(self) -> str:
        """The email address in lower case, which identifies a registrant."""
        return self.email.strip().lower()

    @property
    def has_attended(self) -> bool:
        """Whether the person has joined the webinar."""
        return bool(self.participant_id)


class NewRegistration(Frozen):
    """A completed registration: the request and the provider's response to it."""

    details: RegistrantDetails
    registrant: Registrant
    page_key: str = Field(default="", repr=False)
    """The key of the person's own pages; empty without them."""

    @property
    def refuses_pages(self) -> bool:
        """Whether the provider refuses custom pages, so it was registered without them."""
        return self.registrant.are_links_refused

    @property
    def keeps_join_page(self) -> bool:
        """Whether the provider accepted our page as the join link."""
        return bool(self.details.join_page) and self.registrant.join_link == self.details.join_page

    @property
    def keeps_cancel_page(self) -> bool:
        """Whether the provider accepted our page as the cancel link."""
        return bool(self.details.cancel_page) and self.registrant.cancel_link == self.details.cancel_page
