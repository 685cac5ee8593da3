"""Directory operations: the caller's extension, the list of extensions, the company directory."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.company import Person
from sandbox.ringcentral.directory_search import Search
from sandbox.ringcentral.request import MAX_PER_PAGE, ApiRequest, paginate_numbered
from sandbox.ringcentral.responses import ApiError, ApiResponse, directory_invalid, not_found
from sandbox.ringcentral.wire import validate

ACCOUNTS = "/restapi/v1.0/account"


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
    """GET /restapi/v1.0/account/{accountId}/directory/entries, a page of up to 1,000 people.

    The parameter `perPage` may be 2,000, the one of the response at most 1,000: larger pages are reduced to that.
    Without federated accounts the records have no `account` (reference).
    """
    if request.path["accountId"] not in ("~", request.world.company.id):
        raise ApiError(404, "ADG-107", "Account not found.")
    kind, group = request.query.get("type"), request.query.get("typeGroup")
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
        raise directory_invalid(error.errors[0].get("parameterName", "body")) from error
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
    """ContactResource without empty fields: a call queue has no email address."""
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
    number = request.int_param("page", 1, 1000)
    if request.query.get("perPage") in ("max", "all"):
        return number, max(1, min(total, MAX_PER_PAGE))
    return number, request.int_param("perPage", MAX_PER_PAGE, MAX_PER_PAGE)


def _navigation(uri: str, number: int, size: int, total: int) -> dict[str, Any]:
    last = max(1, -(-total // size))
    pages = {"firstPage": 1, "lastPage": last}
    if number > 1:
        pages["previousPage"] = number - 1
    if number < last:
        pages["nextPage"] = number + 1
    return {name: {"uri": f"{uri}?page={page}&perPage={size}"} for name, page in pages.items()}
