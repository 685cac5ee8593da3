"""Query parameters of every operation: what each may contain, checked before the operation runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from multidict import MultiMapping

from sandbox.ringcentral.wire import INT32_MAX, parse_datetime

ID_LENGTH, EMAIL_LENGTH, NUMBER_LENGTH = 20, 254, 8
MAX_HOSTS = 10
MAX_DIRECTORY_PAGE = 2000
DIGITS = re.compile(r"[0-9]{1,18}")

STATUSES = ("Scheduled", "Active", "Finished")
ROLES = ("Panelist", "CoHost", "Host", "Attendee")
RECORDING_STATUSES = ("Processing", "Available", "Failed", "Purged")
EXTENSION_STATUSES = ("Enabled", "Disabled", "Frozen", "NotActivated", "Unassigned")
DIRECTORY_TYPES = (
    *("User", "Department", "Announcement", "Voicemail", "SharedLinesGroup", "PagingOnly", "IvrMenu", "ParkLocation"),
    *("Limited", "External", "DelegatedLinesGroup", "TieLine"),
)
EXTENSION_TYPES = (
    *("User", "Department", "Announcement", "Voicemail", "DigitalUser", "VirtualUser", "FaxUser", "PagingOnly"),
    *("SharedLinesGroup", "DelegatedLinesGroup", "GroupCallPickup", "IvrMenu", "ApplicationExtension", "ProxyAdmin"),
    *("RoomConnector", "ParkLocation", "Limited", "Bot", "Site", "Room", "FlexibleUser", "TieLine", "Unknown"),
)
SEARCHED_TYPES = tuple(sorted({*EXTENSION_TYPES, "External"} - {"Unknown"}))

Allows = Callable[[str], bool]


@dataclass(frozen=True)
class Parameter:
    """One query parameter; a list is repeated or separated by commas (the reference has both)."""

    name: str
    allows: Allows
    required: bool = False
    is_list: bool = False
    most: int = INT32_MAX
    may_be_empty: bool = False  # a list: without a value it is no filter

    def accepts(self, given: list[str]) -> bool:
        """Whether the values of this parameter in one request are right."""
        if not self.is_list:
            return len(given) == int(bool(given) or self.required) and all(map(self.allows, given))
        if given == [""] and self.may_be_empty:
            return True
        values = [one for value in given for one in value.split(",")]
        return len(values) <= self.most and all(map(self.allows, values))


def wrong_parameters(parameters: Collection[Parameter], query: MultiMapping[str]) -> list[str]:
    """Names of the parameters with a missing or wrong value; unknown parameters are ignored."""
    return [one.name for one in parameters if not one.accepts(query.getall(one.name, []))]


def is_number(given: str) -> bool:
    """An integer of 32 bits from 1, in ASCII digits."""
    return DIGITS.fullmatch(given) is not None and 1 <= int(given) <= INT32_MAX


def _is_boolean(given: str) -> bool:
    return given in ("true", "false")


def _is_datetime(given: str) -> bool:
    try:
        parse_datetime(given)
    except ValueError:
        return False
    return True


def _is_page_size(given: str) -> bool:
    return given in ("max", "all") or (is_number(given) and int(given) <= MAX_DIRECTORY_PAGE)


def _any(_given: str) -> bool:
    return True


def _one_of(values: Collection[str]) -> Allows:
    return lambda given: given in values


def _short(most: int, least: int = 0) -> Allows:
    return lambda given: least <= len(given) <= most


def _required_time(name: str) -> Parameter:
    return Parameter(name, _is_datetime, required=True)


def _several(name: str, values: Collection[str]) -> Parameter:
    return Parameter(name, _one_of(values), is_list=True)


# The token of a page is checked where the page is made: each list has its own.
PAGING = (Parameter("perPage", is_number), Parameter("pageToken", _any))
FRAGMENT = Parameter("nameFragment", _any)
HOSTS = Parameter("hostUserId", _short(ID_LENGTH, 1), is_list=True, most=MAX_HOSTS)
END = _required_time("endTimeFrom")
SESSIONS = (_several("status", STATUSES), END, *PAGING)
PAST_SESSIONS = (*SESSIONS, _required_time("endTimeTo"))
RECORDINGS = (
    _required_time("creationTimeFrom"),
    _required_time("creationTimeTo"),
    _several("status", RECORDING_STATUSES),
    *PAGING,
)
BY_ROLE = (_several("role", ROLES), _several("originalRole", ROLES), *PAGING)
QUESTIONNAIRE = Parameter("includeQuestionnaire", _is_boolean)
SITES = Parameter("accessibleSitesOnly", _is_boolean)

PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    "revokeToken": (Parameter("token", _any),),
    "listExtensions": (
        Parameter("extensionNumber", _short(NUMBER_LENGTH)),
        Parameter("email", _short(EMAIL_LENGTH), is_list=True),
        Parameter("page", is_number),
        Parameter("perPage", is_number),
        Parameter("status", _one_of(EXTENSION_STATUSES), is_list=True, may_be_empty=True),
        _several("type", EXTENSION_TYPES),
    ),
    "listDirectoryEntries": (
        SITES,
        Parameter("showFederated", _is_boolean),
        Parameter("type", _one_of(DIRECTORY_TYPES)),
        Parameter("typeGroup", _one_of(("User", "NonUser"))),
        Parameter("page", is_number),
        Parameter("perPage", _is_page_size),
        Parameter("siteId", _any),
    ),
    "searchDirectoryEntries": (
        SITES,
        Parameter("accountId", _any, is_list=True),
        Parameter("department", _any),
        Parameter("siteId", _any, is_list=True),
        Parameter("extensionStatus", _any, is_list=True),
        _several("extensionType", SEARCHED_TYPES),
    ),
    "rcwConfigListWebinars": (_required_time("creationTimeFrom"), *PAGING),
    "rcwConfigListAllSessions": (FRAGMENT, *SESSIONS),
    "rcwConfigListAllCompanySessions": (HOSTS, *SESSIONS),
    "rcwConfigListInvitees": PAGING,
    "rcwRegListRegistrants": (QUESTIONNAIRE, *PAGING),
    "rcwRegGetRegistrant": (QUESTIONNAIRE,),
    "rcwHistoryListAllSessions": (FRAGMENT, *PAST_SESSIONS),
    "rcwHistoryListAllCompanySessions": (HOSTS, *PAST_SESSIONS),
    "rcwHistoryListInvitees": BY_ROLE,
    "rcwHistoryListParticipants": BY_ROLE,
    "rcwHistoryListRecordings": RECORDINGS,
    "rcwHistoryAdminListRecordings": (FRAGMENT, HOSTS, *RECORDINGS),
    "rcwHistoryGetRecordingDownload": (Parameter("recordingMediaType", _one_of(("Video", "Audio"))),),
}
"""By the name of the operation; others have none."""
