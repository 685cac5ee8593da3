"""RingCentral's responses about people: our own user, coworkers, the team of a webinar, and its registrants."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AwareDatetime, Field, SecretStr

from bot.model.people import Coworker, ServiceUser
from bot.model.registrant import Registrant
from bot.model.team import Invitee, Role, TeamChangeResult
from bot.providers.ringcentral.records import LinkedUserRecord, Record, any_case

# An unknown role of a newer API becomes the team role with the fewest rights.
AnyRole = Annotated[Role, any_case(Role, Role.PANELIST)]


class AccountRecord(Record):
    """The account of an extension."""

    id: str = ""


class AdminRecord(Record):
    """PermissionInfoAdmin."""

    enabled: bool = False


class PermissionsRecord(Record):
    """ExtensionPermissions."""

    admin: AdminRecord = AdminRecord()


class ExtensionRecord(Record):
    """GetExtensionInfoResponse: the user that we are logged in as."""

    id: str
    uri: str = ""
    name: str = ""
    account: AccountRecord = AccountRecord()
    permissions: PermissionsRecord = PermissionsRecord()

    def service_user(self) -> ServiceUser:
        """Convert to the model. The account is optional in the reference; the URI of an extension contains it."""
        in_uri = re.search(r"/account/(\d+)/extension/", self.uri)
        account_id = self.account.id or (in_uri[1] if in_uri else "")
        admin = self.permissions.admin.enabled
        return ServiceUser(user_id=self.id, account_id=account_id, name=self.name, may_choose_host=admin)


class ContactRecord(Record):
    """ContactResource: an entry of the company directory."""

    id: str
    type: str = ""
    status: str = ""
    email: str = Field(default="", repr=False)
    first_name: str = ""
    last_name: str = ""
    name: str = ""
    account: AccountRecord = AccountRecord()

    def coworker(self, account_id: str) -> Coworker | None:
        """Convert to the model.

        `None` for entries that cannot host, have no email address, or belong to another account. Also without an
        account: RingCentral requires it to link a user.
        """
        if (self.type.lower(), self.status.lower()) != ("user", "enabled") or not self.email:
            return None
        if not account_id or self.account.id not in ("", account_id):
            return None
        name = self.name or f"{self.first_name} {self.last_name}".strip()
        return Coworker(user_id=self.id, account_id=account_id, name=name, email=self.email)


class ExtensionContact(Record):
    """ContactInfo of an extension."""

    email: str = Field(default="", repr=False)
    first_name: str = ""
    last_name: str = ""


class ListedExtension(Record):
    """GetExtensionListInfoResponse: a person as an extension."""

    id: str
    type: str = ""
    status: str = ""
    name: str = ""
    contact: ExtensionContact = ExtensionContact()

    def coworker(self, account_id: str) -> Coworker | None:
        """Convert to the model, like an entry of the directory."""
        names = {"firstName": self.contact.first_name, "lastName": self.contact.last_name, "name": self.name}
        entry = {"id": self.id, "type": self.type, "status": self.status, "email": self.contact.email, **names}
        return ContactRecord.model_validate(entry).coworker(account_id)


class ExtensionPage(Record):
    """GetExtensionListResponse."""

    records: tuple[ListedExtension, ...] = ()


class NumberedPaging(Record):
    """EnumeratedPagingModel."""

    total_pages: int = 1


class DirectoryPage(Record):
    """DirectoryResource."""

    records: tuple[ContactRecord, ...] = ()
    paging: NumberedPaging = NumberedPaging()


class InviteeRecord(Record):
    """InviteeResource. Roles are read in any case: the guide has `Cohost`, the reference `CoHost`."""

    id: str
    role: AnyRole
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    linked_user: LinkedUserRecord = LinkedUserRecord()
    send_invite: bool = True
    join_uri: SecretStr = SecretStr("")

    def invitee(self) -> Invitee:
        """Convert to the model."""
        return Invitee(
            invitee_id=self.id,
            role=self.role,
            name=f"{self.first_name} {self.last_name}".strip(),
            email=self.email,
            coworker_id=self.linked_user.user_id,
            link=self.join_uri,
            is_mailed=self.send_invite,
        )


class IdRecord(Record):
    """RcwResourceIdModel."""

    id: str


class TeamChangeRecord(Record):
    """BulkUpdateInviteesResponse, which lists changed invitees only."""

    added_invitees: tuple[InviteeRecord, ...] = ()
    updated_invitees: tuple[InviteeRecord, ...] = ()
    deleted_invitees: tuple[IdRecord, ...] = ()

    def changed(self) -> TeamChangeResult:
        """Convert to the model."""
        return TeamChangeResult(
            added=tuple(invitee.invitee() for invitee in self.added_invitees),
            updated=tuple(invitee.invitee() for invitee in self.updated_invitees),
            deleted=tuple(invitee.id for invitee in self.deleted_invitees),
        )


class RegistrantRecord(Record):
    """RegistrantModelWithQuestionnaire, and the response to a registration, which adds `icalendarSequence`."""

    id: str
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    join_uri: SecretStr = SecretStr("")
    cancellation_uri: SecretStr = SecretStr("")
    external_id: str = Field(default="", repr=False)
    source: str = ""
    creation_time: AwareDatetime | None = None
    registration_time: AwareDatetime | None = None
    registered_post_webinar: bool = False
    participant_id: str = ""
    icalendar_sequence: int | None = None

    def registrant(self) -> Registrant:
        """Convert to the model. The reference: "Registration time can be earlier than creationTime"."""
        return Registrant(
            registrant_id=self.id,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            join_link=self.join_uri,
            cancel_link=self.cancellation_uri,
            external_id=self.external_id,
            source=self.source,
            registered_at=self.registration_time or self.creation_time,
            is_after_event=self.registered_post_webinar,
            participant_id=self.participant_id,
            sequence=self.icalendar_sequence,
        )
