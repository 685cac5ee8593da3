"""Requests that the description forbids: wrong parameters, bodies of another type, other methods, odd ids."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from yarl import URL

from sandbox.ringcentral.operations import OPERATIONS
from sandbox.ringcentral.query import PARAMETERS
from tests.sandbox.ringcentral_client import LONG_AGO, SERVICE, WEBINARS, ApiClient, Reply, api_client, read
from tests.sandbox.ringcentral_people import new_seats
from tests.support.rows import each_row

EXTENSIONS = "/restapi/v1.0/account/~/extension"
ENTRIES = "/restapi/v1.0/account/~/directory/entries"
CONFIGURATION = "/webinar/configuration/v1"
WITH_A_BODY = [one for one in OPERATIONS if one.method in ("POST", "PATCH", "PUT") and one.permission]


async def send(at: ApiClient, method: str, path: str, raw: bytes | None = None, kind: str | None = None) -> Reply:
    """Send these bytes to this path exactly as written."""
    headers = {"Authorization": f"Bearer {await at.token(SERVICE)}"}
    skip = ("Content-Type",) if kind is None else ()
    if kind is not None:
        headers["Content-Type"] = kind
    url = URL(at.rc.url + path, encoded=True)
    async with at.http.request(method, url, data=raw, headers=headers, skip_auto_headers=skip) as response:
        return await read(response)


@each_row(
    ("path", "query", "parameters"),
    [
        (ENTRIES, {"type": "Robot"}, ["type"]),
        (ENTRIES, {"type": "user"}, ["type"]),
        (ENTRIES, {"type": ""}, ["type"]),
        (ENTRIES, {"typeGroup": "Everybody"}, ["typeGroup"]),
        (ENTRIES, {"showFederated": "yes"}, ["showFederated"]),
        (ENTRIES, {"showFederated": "0"}, ["showFederated"]),
        (ENTRIES, {"showFederated": "TRUE"}, ["showFederated"]),
        (ENTRIES, {"accessibleSitesOnly": "perhaps", "page": "0"}, ["accessibleSitesOnly", "page"]),
        (ENTRIES, {"perPage": "maximum"}, ["perPage"]),
        (f"{CONFIGURATION}/webinars", {}, ["creationTimeFrom"]),
        (f"{CONFIGURATION}/webinars", {"creationTimeFrom": LONG_AGO, "perPage": "-1"}, ["perPage"]),
        (f"{CONFIGURATION}/webinars", {"creationTimeFrom": LONG_AGO, "perPage": "１０"}, ["perPage"]),
        (f"{CONFIGURATION}/sessions", {"endTimeFrom": "2031-03-04"}, ["endTimeFrom"]),
        (f"{CONFIGURATION}/sessions", {"endTimeFrom": LONG_AGO, "status": "Active,Over"}, ["status"]),
        (f"{CONFIGURATION}/company/sessions", {"endTimeFrom": LONG_AGO, "hostUserId": "1" * 21}, ["hostUserId"]),
        (f"{CONFIGURATION}/company/sessions", {"endTimeFrom": LONG_AGO, "hostUserId": ",".join("12345678901")},
         ["hostUserId"]),
    ],
)  # fmt: skip
async def test_a_wrong_parameter_is_refused_by_name(path: str, query: dict[str, str], parameters: list[str]) -> None:
    """Enumerations, booleans, numbers, times and lengths; all wrong ones at once."""
    async with api_client() as at:
        reply = await at.call("GET", path, **query)
        assert (reply.status, reply.parameters) == (400, parameters)


async def test_a_parameter_that_takes_one_value_refuses_two() -> None:
    """A list takes several; an empty value is none of them, but extensions describe it as no filter."""
    async with api_client() as at:
        lists = f"{CONFIGURATION}/sessions?endTimeFrom={LONG_AGO}"
        assert (await at.call("GET", f"{lists}&perPage=1&perPage=2")).parameters == ["perPage"]
        assert (await at.call("GET", f"{lists}&status=Active&status=Finished")).status == 200
        assert (await at.call("GET", f"{lists}&status=")).parameters == ["status"]
        company = f"{CONFIGURATION}/company/sessions?endTimeFrom={LONG_AGO}"
        assert (await at.call("GET", f"{company}&hostUserId=")).parameters == ["hostUserId"]
        assert (await at.call("GET", f"{EXTENSIONS}?status=")).status == 200


async def test_a_wrong_boolean_of_a_registrant_is_refused() -> None:
    """A list describes 400; a single read does not, and describes 404."""
    async with api_client() as at:
        seats = await new_seats(at)
        person = (await seats.create()).body["id"]
        listed = await at.call("GET", seats.path, includeQuestionnaire="1")
        single = await seats.get(person, includeQuestionnaire="1")
        assert [(one.status, one.parameters) for one in (listed, single)] == [
            (400, ["includeQuestionnaire"]),
            (404, ["includeQuestionnaire"]),
        ]
        at.rc.rules.described_statuses = False
        assert (await seats.get(person, includeQuestionnaire="1")).status == 400


def test_every_checked_operation_exists() -> None:
    """A misspelled name would leave an operation unchecked."""
    assert set(PARAMETERS) <= {one.name for one in OPERATIONS}


@each_row(
    ("path", "query"),
    [
        (f"{EXTENSIONS}/1", {}),
        ("/restapi/v1.0/account/1/extension/~", {}),
        ("/restapi/v1.0/account/1/extension", {}),
        (EXTENSIONS, {"page": "first"}),
        (EXTENSIONS, {"perPage": "0"}),
        (EXTENSIONS, {"type": "Robot"}),
        (EXTENSIONS, {"status": "Asleep"}),
        (EXTENSIONS, {"email": "a" * 255}),
        (EXTENSIONS, {"extensionNumber": "123456789"}),
    ],
)
async def test_extensions_answer_only_what_their_description_lists(path: str, query: dict[str, str]) -> None:
    """It lists 401 alone for a request at fault; the guide's 400 and 404 are a rule away."""
    async with api_client() as at:
        refused = await at.call("GET", path, **query)
        assert (refused.status, refused.body["errorCode"][:3]) == (401, "CMN")
        at.rc.rules.described_statuses = False
        assert (await at.call("GET", path, **query)).status in (400, 404)


def test_there_are_operations_with_a_body() -> None:
    """So that the next tests test something."""
    assert len(WITH_A_BODY) >= 9


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
async def test_a_body_of_another_type_is_refused(kind: str | None) -> None:
    """By every operation that takes JSON, with a status that each describes, and nothing changes."""
    async with api_client() as at:
        webinar, session = await at.make_registrable()
        known = {"webinarId": webinar, "sessionId": session, "accountId": "~"}
        before = at.rc.dump()
        for one in WITH_A_BODY:
            if one.path.endswith("/renew"):
                continue  # takes no body
            path = re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "1"), one.path)
            reply = await send(at, one.method, path, b'{"title": "Launch"}', kind)
            assert (reply.status, reply.parameters) in ((400, ["Content-Type"]), (404, ["subscriptionId"])), one.name
        assert at.rc.dump() == before


@each_row(
    ("raw", "code"),
    [
        (b"", "CMN-103"),
        (b"{", "CMN-103"),
        (b'{"title": NaN}', "CMN-103"),
        (b'{"title": "\xff"}', "CMN-103"),
        (json.dumps({"title": "Launch"}).encode("utf-16"), "CMN-103"),
        (rb'{"title": "\ud800"}', "CMN-103"),
        (b"[" * 100_000, "CMN-103"),
        (b"[]", "CMN-104"),
        (b'"title"', "CMN-104"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(raw: bytes, code: str) -> None:
    """With 400, whatever it is instead."""
    async with api_client() as at:
        reply = await send(at, "POST", WEBINARS, raw, "application/json; charset=utf-8")
        assert (reply.status, reply.codes) == (400, [code])


@each_row(
    ("body", "parameters"),
    [
        ({"title": "T", "description": None}, ["description"]),
        ({"title": "T", "settings": {"password": None, "pstnEnabled": None}},
         ["settings.pstnEnabled", "settings.password"]),
        ({"title": "T", "host": None}, ["host"]),
        ({"title": "T", "host": {"linkedUser": None}}, ["host.linkedUser"]),
    ],
)  # fmt: skip
async def test_null_is_no_value(body: dict[str, Any], parameters: list[str]) -> None:
    """A field can be left out; none of those that can be written is nullable."""
    async with api_client() as at:
        reply = await at.call("POST", WEBINARS, body)
        assert (reply.status, reply.parameters) == (400, parameters)


@each_row(
    ("method", "path", "allowed"),
    [
        ("PUT", WEBINARS, "GET,POST"),
        ("DELETE", "/restapi/oauth/token", "POST"),
        ("POST", EXTENSIONS, "GET"),
        ("OPTIONS", f"{WEBINARS}/1", "DELETE,GET,PATCH"),
        ("TRACE", "/webinar/registration/v1/sessions/1", "GET,PATCH"),
    ],
)
async def test_another_method_is_answered_with_those_allowed(method: str, path: str, allowed: str) -> None:
    """405 names them in Allow (RFC 9110)."""
    async with api_client() as at:
        reply = await send(at, method, path)
        assert (reply.status, reply.codes, reply.headers["Allow"]) == (405, ["CMN-120"], allowed)


@pytest.mark.parametrize("odd", ["%0A", "1%0A", "~%0A", "%0D%0A", "%00", "%FF", "%2F", "%7B%7D", "%E2%80%A8", ".."])
async def test_an_odd_id_is_answered_as_json(odd: str) -> None:
    """In every id of every operation."""
    async with api_client() as at:
        for one in OPERATIONS:
            for name in re.findall(r"\{\w+\}", one.path):
                path = re.sub(r"\{\w+\}", "1", one.path.replace(name, odd))
                reply = await send(at, one.method, path, b"{}", "application/json")
                assert isinstance(reply.body, dict), (one.name, reply.body)
                assert reply.status in (400, 401, 403, 404, 405), one.name


@pytest.mark.parametrize(
    "path", ["/webinar%0A", "/webinar", "/restapi", "/", "/anything", "/webinar/configuration/v1/"]
)
async def test_an_unknown_path_is_answered_as_json(path: str) -> None:
    """Only pages for people, and the control, answer with something else."""
    async with api_client() as at:
        reply = await send(at, "GET", path)
        assert (reply.status, reply.codes) == (404, ["CMN-120"])
        page: Any = (await send(at, "GET", "/w/nothing/register")).body
        assert isinstance(page, str)


async def test_a_long_address_is_answered_as_json() -> None:
    """Many values of a list are one address of many bytes; the HTTP library would refuse it in its own words."""
    async with api_client() as at:
        emails = "&".join(f"email={number:0200}@acme.example" for number in range(200))
        reply = await at.call("GET", f"{EXTENSIONS}?{emails}")
        assert (reply.status, reply.body["records"]) == (200, [])
