"""Directory operations: the caller's extension, the list of extensions, the company directory."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from sandbox.ringcentral.company import Person
from sandbox.ringcentral.request import MAX_PER_PAGE, ApiRequest, paginate_numbered
from sandbox.ringcentral.responses import ApiError, ApiResponse, not_found
from sandbox.ringcentral.wire import Wire, validate

ACCOUNTS = "/restapi/v1.0/account"
MAX_DIRECTORY_PAGE = 2000

SearchField = Literal[
    "firstName", "lastName", "extensionNumber", "phoneNumber", "email", "jobTitle", "department", "customFieldValue"
]


class Search(Wire):
    """The supported part of SearchDirectoryEntriesRequest."""

    search_string: str = ""
    search_fields: list[SearchField] = Field(default_factory=lambda: list(get_args(SearchField)))
    show_federated: bool = True
    extension_type: str = ""
    extension_types: list[str] = Field(default_factory=list)
    extension_statuses: list[Literal["Enabled", "Disabled", "NotActivated"]] = Field(default_factory=list)
    extension_ids: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    page: Annotated[int, Field(ge=1, le=1000)] = 1
    per_page: Annotated[int, Field(ge=1)] = 100

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


def get_extension(request: ApiRequest) -> ApiResponse:
    """GET /restapi/v1.0/account/{accountId}/extension/{extensionId}; "~" is the caller."""
    _own_account(request)
    wanted = request.path["extensionId"]
    person = request.caller if wanted == "~" else request.world.company.person(wanted)
    if person is None:
        raise not_found("extensionId")
    account = {"id": request.world.company.id, "uri": f"{request.world.url}{ACCOUNTS}/{request.world.company.id}"}
    return ApiResponse(200, {**_extension(request, person), "account": account, "setupWizardState": "Completed"})


def list_extensions(request: ApiRequest) -> ApiResponse:
    """GET /restapi/v1.0/account/{accountId}/extension, by `email` (repeatable), number, type or status."""
    _own_account(request)
    emails = {one.lower() for one in request.query.getall("email", [])}
    numbers = request.query.getall("extensionNumber", [])
    kinds = request.list_param("type")
    states = request.list_param("status")
    people = [
        _extension(request, one)
        for one in request.world.company.people
        if (not emails or one.email.lower() in emails)
        and (not numbers or one.extension_number in numbers)
        and (not kinds or one.kind in kinds)
        and (not states or "Enabled" in states)
    ]
    number, size = request.int_param("page", 1, 1000), request.int_param("perPage", 100, 1000)
    uri = f"{request.world.url}{ACCOUNTS}/{request.world.company.id}/extension"
    body = paginate_numbered(people, number, size)
    return ApiResponse(200, {"uri": uri, **body, "navigation": _navigation(uri, number, size, len(people))})


def list_directory(request: ApiRequest) -> ApiResponse:
    """GET /restapi/v1.0/account/{accountId}/directory/entries, a page of up to 2,000 people.

    The response schema allows a `perPage` of at most 1,000, the parameter 2,000; the response repeats the parameter.
    Without federated accounts the records have no `account` (reference).
    """
    if request.path["accountId"] not in ("~", request.world.company.id):
        raise ApiError(404, "ADG-107", "Account not found.")
    kind, group = request.query.get("type"), request.query.get("typeGroup")
    if group not in (None, "User", "NonUser"):
        raise _directory_invalid("typeGroup")
    federated = request.query.get("showFederated", "true") != "false"
    people = [
        _contact(request, one, federated=federated)
        for one in request.world.company.people
        if kind in (None, one.kind) and (group is None or (group == "User") == (one.kind == "User"))
    ]
    return ApiResponse(200, paginate_numbered(people, *_directory_page(request, len(people))))


def search_directory(request: ApiRequest) -> ApiResponse:
    """POST /restapi/v1.0/account/{accountId}/directory/entries/search, in the order of the company's people.

    Sites, custom fields, number routing and `orderBy` are ignored. How the search string is matched is not
    documented.
    """
    if request.path["accountId"] not in ("~", request.world.company.id):
        raise ApiError(404, "ADG-107", "Account not found.")
    try:
        wanted = validate(Search, request.json())
    except ApiError as error:
        raise _directory_invalid(error.errors[0].get("parameterName", "body")) from error
    entries = [_contact(request, one, federated=wanted.show_federated) for one in request.world.company.people]
    found = [one for one in entries if wanted.matches(one)]
    return ApiResponse(200, paginate_numbered(found, wanted.page, min(wanted.per_page, MAX_PER_PAGE)))


def _own_account(request: ApiRequest) -> None:
    if request.path["accountId"] not in ("~", request.world.company.id):
        raise not_found("accountId")


def _extension(request: ApiRequest, person: Person) -> dict[str, Any]:
    """GetExtensionListInfoResponse; an extension's `id` is a number here and a string everywhere else."""
    contact = {"firstName": person.first_name, "lastName": person.last_name, "email": person.email}
    contact |= {"jobTitle": person.job_title, "company": request.world.company.name}
    return {
        "id": int(person.id),
        "uri": f"{request.world.url}{ACCOUNTS}/{request.world.company.id}/extension/{person.id}",
        "extensionNumber": person.extension_number,
        "name": person.name,
        "type": person.kind,
        "status": "Enabled",
        "contact": {name: value for name, value in contact.items() if value},
        "permissions": {"admin": {"enabled": person.admin}, "internationalCalling": {"enabled": False}},
        "hidden": False,
    }


def _contact(request: ApiRequest, person: Person, *, federated: bool) -> dict[str, Any]:
    """ContactResource without empty fields: a call queue has no e-mail address."""
    company = request.world.company
    entry: dict[str, Any] = {
        "id": person.id,
        "type": person.kind,
        "status": "Enabled",
        "firstName": person.first_name,
        "lastName": person.last_name,
        "name": person.name,
        "email": person.email,
        "extensionNumber": person.extension_number,
        "jobTitle": person.job_title,
    }
    if federated:
        entry["account"] = {"id": company.id, "companyName": company.name}
    return {name: value for name, value in entry.items() if value}


def _directory_page(request: ApiRequest, total: int) -> tuple[int, int]:
    try:
        number = request.int_param("page", 1, 1000)
        if request.query.get("perPage") in ("max", "all"):
            return number, max(1, min(total, MAX_DIRECTORY_PAGE))
        return number, request.int_param("perPage", 1000, MAX_DIRECTORY_PAGE)
    except ApiError as error:
        raise _directory_invalid(error.errors[0]["parameterName"]) from error


def _directory_invalid(parameter: str) -> ApiError:
    return ApiError(400, "ADG-121", f"Parameter [{parameter}] is invalid.", parameter)


def _navigation(uri: str, number: int, size: int, total: int) -> dict[str, Any]:
    last = max(1, -(-total // size))
    pages = {"firstPage": 1, "lastPage": last}
    if number > 1:
        pages["previousPage"] = number - 1
    if number < last:
        pages["nextPage"] = number + 1
    return {name: {"uri": f"{uri}?page={page}&perPage={size}"} for name, page in pages.items()}
