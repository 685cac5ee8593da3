"""Extensions and the company directory of the RingCentral stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ringcentral import Company, Person
from sandbox.slack.seed import people as slack_people
from tests.sandbox.ringcentral_client import ANA, BEN, SERVICE, api_client

ACCOUNT = "/restapi/v1.0/account"
EXTENSIONS, ENTRIES = f"{ACCOUNT}/~/extension", f"{ACCOUNT}/~/directory/entries"
SEARCH = f"{ENTRIES}/search"


async def test_the_caller_reads_who_they_are() -> None:
    """Id as a number, account id as a string, contact, and whether they are an admin."""
    async with api_client() as at:
        reply = await at.call("GET", f"{EXTENSIONS}/~", who=ANA)
        assert reply.status == 200
        assert reply.body == {
            "id": 62190101,
            "uri": f"{at.rc.url}/restapi/v1.0/account/62190000/extension/62190101",
            "extensionNumber": "101",
            "name": "Ana Ruiz",
            "type": "User",
            "status": "Enabled",
            "contact": {
                "firstName": "Ana",
                "lastName": "Ruiz",
                "email": "ana@acme.example",
                "jobTitle": "Founder",
                "company": "Acme",
            },
            "permissions": {"admin": {"enabled": True}, "internationalCalling": {"enabled": False}},
            "hidden": False,
            "setupWizardState": "Completed",
            "account": {"id": "62190000", "uri": f"{at.rc.url}/restapi/v1.0/account/62190000"},
        }
        members = await at.call("GET", f"{EXTENSIONS}/~", who=BEN)
        assert members.body["permissions"]["admin"] == {"enabled": False}


async def test_an_extension_is_read_by_id() -> None:
    """In the caller's account; other accounts and ids are refused, in the older services' error format."""
    async with api_client() as at:
        at.rc.rules.described_statuses = False
        reply = await at.call("GET", f"{ACCOUNT}/62190000/extension/62190102")
        assert (reply.status, reply.body["name"]) == (200, "Ben Okafor")
        for path, parameter in ((f"{EXTENSIONS}/1", "extensionId"), (f"{ACCOUNT}/1/extension/~", "accountId")):
            missing = await at.call("GET", path)
            assert (missing.status, missing.codes, missing.parameters) == (404, ["CMN-102"], [parameter])
            assert missing.body["errorCode"] == "CMN-102"


async def test_extensions_are_found_by_email() -> None:
    """Repeated, in any spelling; no match is an empty list, not an error."""
    async with api_client() as at:
        reply = await at.call("GET", f"{EXTENSIONS}?email=BEN@acme.example&email=ana@acme.example")
        assert [one["name"] for one in reply.body["records"]] == ["Ana Ruiz", "Ben Okafor"]
        nobody = await at.call("GET", EXTENSIONS, email="finn@acme.example")
        assert (nobody.status, nobody.body["records"]) == (200, [])


async def test_extensions_are_listed_in_pages() -> None:
    """With numbers, totals and links to the neighbours; a page past the end is empty."""
    async with api_client() as at:
        reply = await at.call("GET", EXTENSIONS, page="2", perPage="4")
        uri = f"{at.rc.url}/restapi/v1.0/account/62190000/extension"
        assert [one["id"] for one in reply.body["records"]] == [62190104, 62190105, 62190106, 62190107]
        assert {name: reply.body[name] for name in ("uri", "paging", "navigation")} == {
            "uri": uri,
            "paging": {"perPage": 4, "page": 2, "pageStart": 4, "pageEnd": 7, "totalPages": 3, "totalElements": 9},
            "navigation": {
                "firstPage": {"uri": f"{uri}?page=1&perPage=4"},
                "previousPage": {"uri": f"{uri}?page=1&perPage=4"},
                "nextPage": {"uri": f"{uri}?page=3&perPage=4"},
                "lastPage": {"uri": f"{uri}?page=3&perPage=4"},
            },
        }
        beyond = await at.call("GET", EXTENSIONS, page="4", perPage="4")
        assert beyond.body["records"] == []
        assert beyond.body["paging"] == {"perPage": 4, "totalPages": 3, "totalElements": 9}


async def test_extensions_are_found_by_number_and_type() -> None:
    """A call queue is an extension of the type Department."""
    async with api_client() as at:
        queues = await at.call("GET", EXTENSIONS, type="Department")
        assert [one["name"] for one in queues.body["records"]] == ["Support Line"]
        by_number = await at.call("GET", EXTENSIONS, extensionNumber="103", status="Enabled")
        assert [one["name"] for one in by_number.body["records"]] == ["Chloé Martin"]
        assert (await at.call("GET", EXTENSIONS, status="Disabled")).body["records"] == []


async def test_the_directory_holds_the_whole_company() -> None:
    """Ids as strings; a call queue has no email address and no last name."""
    async with api_client() as at:
        reply = await at.call("GET", ENTRIES)
        assert reply.status == 200
        people = {one["id"]: one for one in reply.body["records"]}
        assert list(people) == ["62190001", *(str(number) for number in range(62190101, 62190109))]
        assert people["62190103"] == {
            "id": "62190103",
            "type": "User",
            "status": "Enabled",
            "firstName": "Chloé",
            "lastName": "Martin",
            "name": "Chloé Martin",
            "email": "chloe@acme.example",
            "extensionNumber": "103",
            "jobTitle": "Product Marketing",
            "account": {"id": "62190000", "companyName": "Acme"},
        }
        assert sorted(people["62190108"]) == ["account", "extensionNumber", "firstName", "id", "name", "status", "type"]
        assert reply.body["paging"] == {
            "perPage": 1000, "page": 1, "pageStart": 0, "pageEnd": 8, "totalPages": 1, "totalElements": 9,
        }  # fmt: skip


async def test_the_directory_is_filtered() -> None:
    """By type and by type group; without federation the account is left out."""
    async with api_client() as at:
        queues = await at.call("GET", ENTRIES, type="Department", showFederated="false")
        assert queues.body["records"] == [
            {"id": "62190108", "type": "Department", "status": "Enabled", "firstName": "Support Line",
             "name": "Support Line", "extensionNumber": "900"}
        ]  # fmt: skip
        assert len((await at.call("GET", ENTRIES, typeGroup="User")).body["records"]) == 8
        assert len((await at.call("GET", ENTRIES, typeGroup="NonUser")).body["records"]) == 1


async def test_the_directory_comes_in_pages_of_its_own_kind() -> None:
    """Numbered, limited to 1,000 as the response is, also with `all`; more than 2,000 cannot be asked for."""
    crowd = [Person(id=str(number), first_name=f"P{number}", email=f"p{number}@acme.example") for number in range(2100)]
    async with api_client(Company(people=[*Company().people, *crowd])) as at:
        pages = [await at.call("GET", ENTRIES, page=page, perPage="2000") for page in ("1", "3", "4")]
        assert [len(page.body["records"]) for page in pages] == [1000, 109, 0]
        assert pages[1].body["paging"] == {
            "perPage": 1000, "page": 3, "pageStart": 2000, "pageEnd": 2108, "totalPages": 3, "totalElements": 2109,
        }  # fmt: skip
        everything = await at.call("GET", ENTRIES, perPage="all")
        assert len(everything.body["records"]) == 1000
        assert (await at.call("GET", ENTRIES, perPage="2001")).parameters == ["perPage"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ({"searchString": "BEN@acme", "searchFields": ["email"]}, ["Ben Okafor"]),
        ({"searchString": "BEN@acme", "searchFields": ["firstName"]}, []),
        ({"searchString": "MART"}, ["Chloé Martin"]),
        ({"extensionType": "Department"}, ["Support Line"]),
        ({"extensionTypes": ["Department"], "extensionStatuses": ["Disabled"]}, []),
        ({"extensionIds": ["62190107", "62190104"]}, ["Dev Patel", "Igor Novak"]),
        ({"page": 3, "perPage": 4}, ["Support Line"]),
    ],
)
async def test_the_directory_can_be_searched(words: dict[str, Any], names: list[str]) -> None:
    """Part of any field, or of those that are named; by type, status and id; in pages."""
    async with api_client() as at:
        reply = await at.call("POST", SEARCH, words)
        assert (reply.status, [one["name"] for one in reply.body["records"]]) == (200, names)


async def test_a_search_is_refused_as_the_directory_refuses() -> None:
    """ADG codes, and the account left out where federation is not wanted."""
    async with api_client() as at:
        for body, parameter in (
            ({"searchFields": ["shoe"]}, "searchFields.0"),
            ({"perPage": 0}, "perPage"),
            ([], "body"),
        ):
            refused = await at.call("POST", SEARCH, body)
            assert (refused.status, refused.codes, refused.parameters) == (400, ["ADG-121"], [parameter])
        assert (await at.call("POST", f"{ACCOUNT}/1/directory/entries/search", {})).codes == ["ADG-107"]
        plain = await at.call("POST", SEARCH, {"showFederated": False})
        assert all("account" not in one for one in plain.body["records"])


async def test_not_everybody_in_slack_is_in_the_directory() -> None:
    """Nor the reverse, so that both cases can be tested: the two stand-ins represent one company."""
    in_slack = {one.email for one in slack_people() if one.email and one.role != "stranger"}
    async with api_client() as at:
        records = (await at.call("GET", ENTRIES)).body["records"]
    in_directory = {one["email"] for one in records if "email" in one}
    assert in_slack - in_directory >= {"finn@acme.example", "gia@acme.example"}
    assert in_directory - in_slack >= {"noor@acme.example", "igor@acme.example"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [({"page": "0"}, "page"), ({"perPage": "lots"}, "perPage"), ({"typeGroup": "X"}, "typeGroup")],
)
async def test_the_directory_refuses_with_codes_of_its_own(query: dict[str, str], parameter: str) -> None:
    """ADG-121, and no error beside the list."""
    async with api_client() as at:
        reply = await at.call("GET", ENTRIES, **query)
        assert (reply.status, reply.codes, reply.parameters) == (400, ["ADG-121"], [parameter])
        assert list(reply.body) == ["errors"]


async def test_the_directory_of_another_account_is_not_found() -> None:
    """ADG-107, with the one status that the description lists for a wrong request."""
    async with api_client() as at:
        reply = await at.call("GET", f"{ACCOUNT}/1/directory/entries")
        assert (reply.status, reply.codes) == (400, ["ADG-107"])


async def test_the_service_user_is_an_admin_with_the_demo_jwt() -> None:
    """The credentials that a bot is given belong to an admin of this account."""
    async with api_client() as at:
        assert at.rc.jwt == at.rc.jwt_for(SERVICE)
        assert (await at.call("GET", f"{EXTENSIONS}/~")).body["permissions"]["admin"] == {"enabled": True}
        with pytest.raises(KeyError):
            at.rc.jwt_for("finn@acme.example")
