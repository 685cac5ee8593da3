"""The people who sign up for a webinar, as a webinar system takes them and tells of them."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, SecretStr

from bot.model.frozen import Frozen

MAX_NAME = 64
MAX_EMAIL = 256
"""RcwRegistrantBaseModel, developers.ringcentral.com/api-reference/Registrants."""


class RegistrantDetails(Frozen):
    """Somebody who is to be registered. `external_id` and `source` go along as they are."""

    first_name: str = Field(repr=False)
    last_name: str = Field(repr=False)
    email: str = Field(repr=False)
    external_id: str = Field(default="", repr=False)
    source: str = ""
    join_page: SecretStr = SecretStr("")
    """A page of our own to join by; the specification calls it read-only, the guide lets one set it."""
    cancel_page: SecretStr = SecretStr("")

    @property
    def address(self) -> str:
        """The address by which they are told from others: in lower case."""
        return self.email.strip().lower()


class Registrant(Frozen):
    """Somebody who is registered. Both links are theirs alone."""

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
    """Given to those who have joined: it tells the attended from the absent."""
    sequence: int | None = None
    """`icalendarSequence`, which only the answer to a registration has."""

    @property
    def address(self) -> str:
        """The address by which they are told from others: in lower case."""
        return self.email.strip().lower()

    @property
    def has_attended(self) -> bool:
        """Whether they have joined."""
        return bool(self.participant_id)


class NewRegistration(Frozen):
    """Somebody who has been registered now, with what was asked for: the answer says what of it was kept."""

    asked: RegistrantDetails
    registrant: Registrant
    page_key: str = Field(default="", repr=False)
    """What pages of our own are called by, where they have such."""

    @property
    def join_kept(self) -> bool:
        """Whether the link to join by is the one that was asked for."""
        return bool(self.asked.join_page) and self.registrant.join_link == self.asked.join_page

    @property
    def cancel_kept(self) -> bool:
        """Whether the link to cancel by is the one that was asked for."""
        return bool(self.asked.cancel_page) and self.registrant.cancel_link == self.asked.cancel_page
