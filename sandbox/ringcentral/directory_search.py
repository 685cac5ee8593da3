"""What a search of the company directory may ask for, and which entries match."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field

from sandbox.ringcentral.query import SEARCHED_TYPES
from sandbox.ringcentral.wire import INT32_MAX, Wire

CONTACT_TYPES = tuple(
    one
    for one in SEARCHED_TYPES
    if one not in ("DigitalUser", "VirtualUser", "FaxUser", "ProxyAdmin", "FlexibleUser", "RoomConnector", "TieLine")
)

SortField = Literal["firstName", "lastName", "extensionNumber", "phoneNumber", "email", "jobTitle", "department"]
SearchField = Literal[SortField, "customFieldValue"]
SEARCH_FIELDS = (*get_args(SortField), "customFieldValue")


def _among(values: Collection[str]) -> AfterValidator:
    def check(given: str) -> str:
        if given not in values:
            raise ValueError("not one of the values")
        return given

    return AfterValidator(check)


ContactType = Annotated[str, _among(CONTACT_TYPES)]
ExtensionType = Annotated[str, _among(SEARCHED_TYPES)]
RoutingType = Literal["Carrier", "Account"]
SmsStatus = Literal["Active", "Inactive", "Disabled", "Banned", "Suspended", "Deprovisioning", "InboundOnly", "Unknown"]


class Order(Wire):
    """One entry of `orderBy`."""

    index: Annotated[int, Field(ge=-INT32_MAX - 1, le=INT32_MAX)] = 1
    field_name: SortField = "firstName"
    direction: Literal["Asc", "Desc"] = "Asc"


class Search(Wire):
    """SearchDirectoryEntriesRequest: everything is checked; the second part has no effect."""

    search_string: str = ""
    search_fields: list[SearchField] = Field(default_factory=lambda: list(SEARCH_FIELDS))
    show_federated: bool = True
    extension_type: ContactType = ""
    extension_types: list[ExtensionType] = Field(default_factory=list)
    extension_statuses: list[Literal["Enabled", "Disabled", "NotActivated"]] = Field(default_factory=list)
    extension_ids: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    page: Annotated[int, Field(ge=1, le=1000)] = 1
    per_page: Annotated[int, Field(ge=1, le=INT32_MAX)] = 100

    show_admin_only_contacts: bool = False
    show_external_contacts: bool = False
    site_id: str = ""
    site_ids: list[str] = Field(default_factory=list)
    account_ids: list[str] = Field(default_factory=list)
    department: str = ""
    integration_routing_types: Annotated[list[RoutingType], Field(min_length=1, max_length=2)] = Field(
        default_factory=list
    )
    phone_number_sms_availability_statuses: Annotated[list[SmsStatus], Field(min_length=1)] = Field(
        default_factory=list
    )
    phone_number_sms_campaign_ids: Annotated[list[str], Field(min_length=1)] = Field(default_factory=list)
    order_by: list[Order] = Field(default_factory=list)

    def matches(self, entry: dict[str, Any]) -> bool:
        """Whether an entry matches all filters; the search string matches any part of a field, ignoring case."""
        kinds = {*self.extension_types, *([self.extension_type] if self.extension_type else [])}
        texts = (str(entry.get(name, "")).lower() for name in self.search_fields)
        return (
            (not kinds or entry["type"] in kinds)
            and (not self.extension_statuses or entry["status"] in self.extension_statuses)
            and (not self.extension_ids or entry["id"] in self.extension_ids)
            and (not self.search_string or any(self.search_string.lower() in text for text in texts))
        )
