"""The company directory: read once, completed by look-ups, and what it remembers about hosts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import OutcomeUnknown, ProviderError, ProviderForbidden, ProviderRefused
from bot.model.people import Coworker, Person, Workspace
from bot.providers.directory import LOOK_UP_AGAIN, Directory, HostProblem, host_problem
from bot.providers.ringcentral.people_records import ContactRecord, ExtensionRecord, ListedExtension
from sandbox.ringcentral.company import Person as Extension
from tests.support.ringcentral import PERSON, Pair, fixed_response, ringcentral_pair

EXTENSIONS = "/restapi/v1.0/account/~/extension"
ENTRIES = "/restapi/v1.0/account/~/directory/entries"
NINA = Extension(id="62190199", first_name="Nina", last_name="New", email="Nina@acme.example")
ENTRY = {"id": "7", "type": "User", "status": "Enabled", "email": "ana@acme.example", "name": "Ana Ruiz"}


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        both.vendor.company.people = [*both.vendor.company.people]
        yield both


def someone(email: str) -> Person:
    """A Slack user with this address."""
    return Person(workspace=Workspace(team_id="T1"), user_id="U1", name="Someone", email=email)


async def test_somebody_created_since_is_looked_up_with_one_call(pair: Pair) -> None:
    """By address in any case; afterwards they are known, with the account that RingCentral requires."""
    directory = Directory(pair.client())
    await directory.refresh()
    pair.vendor.company.people.append(NINA)

    found = [await directory.look_up(address, PERSON) for address in ("nina@acme.example", " NINA@ACME.example ")]

    nina = Coworker(user_id=NINA.id, account_id="62190000", name="Nina New", email="Nina@acme.example")
    assert found == [nina, nina]
    assert pair.asked("GET", EXTENSIONS) == [200]
    assert pair.asked("GET", ENTRIES) == [200]
    assert directory.host_for(someone("nina@acme.example")) == nina
    assert directory.user_name(NINA.id) == "Nina New"


async def test_a_stranger_is_looked_up_once_in_ten_minutes(pair: Pair) -> None:
    """And nobody without an address, or who is known."""
    now = 1000.0
    directory = Directory(pair.client(), lambda: now)
    await directory.refresh()

    for address in ("stranger@outside.example", "Stranger@outside.example", "", "ana@acme.example"):
        await directory.look_up(address, PERSON)
    assert pair.asked("GET", EXTENSIONS) == [200]

    now += LOOK_UP_AGAIN
    await directory.look_up("stranger@outside.example", PERSON)
    assert pair.asked("GET", EXTENSIONS) == [200, 200]


async def test_a_failed_look_up_is_repeated(pair: Pair) -> None:
    """The person counts as unknown for now; the next look-up may find them."""
    directory = Directory(pair.client())
    await directory.refresh()
    pair.vendor.company.people.append(NINA)
    pair.vendor.fail("GET", "/extension$", status=403)

    assert await directory.look_up(NINA.email, PERSON) is None
    assert await directory.look_up(NINA.email, PERSON) is not None


@pytest.mark.parametrize(
    "changes", [{"status": "Disabled"}, {"type": "Department"}, {"contact": {"email": "other@acme.example"}}]
)
async def test_only_an_enabled_person_with_this_address_is_found(changes: dict[str, Any]) -> None:
    """Whatever the service lists."""
    record = {"id": 7, "type": "User", "status": "Enabled", "name": "Ana", "contact": {"email": "ana@acme.example"}}
    body = {"id": 1, "account": {"id": "5"}, "records": [{**record, **changes}]}
    async with fixed_response(200, json.dumps(body)) as (client, _):
        assert await client.find_coworker("ana@acme.example", PERSON) is None


async def test_concurrent_readings_on_start_are_one(pair: Pair) -> None:
    """The first job and the daily job both start at once."""
    directory = Directory(pair.client())

    await directory.refresh(max_age=3600)
    await directory.refresh(max_age=3600)

    assert pair.asked("GET", ENTRIES) == [200]
    await directory.refresh()
    assert pair.asked("GET", ENTRIES) == [200, 200]


@pytest.mark.parametrize(
    ("body", "account_id"),
    [
        ({"id": 7, "account": {"id": "5"}}, "5"),
        ({"id": 7, "account": {"id": 5}, "uri": "https://x.example/restapi/v1.0/account/6/extension/7"}, "5"),
        ({"id": 7, "account": {}, "uri": "https://x.example/restapi/v1.0/account/6/extension/7"}, "6"),
        ({"id": 7, "uri": "https://x.example/restapi/v1.0/account/~/extension/~"}, ""),
        ({"id": 7}, ""),
    ],
)
def test_the_account_is_read_where_it_stands(body: dict[str, Any], account_id: str) -> None:
    """It is optional in the reference."""
    assert ExtensionRecord.model_validate(body).service_user().account_id == account_id


@pytest.mark.parametrize(
    ("entry", "account_id", "linked"),
    [({}, "5", "5"), ({"account": {"id": "5"}}, "5", "5"), ({"account": {"id": "6"}}, "5", None), ({}, "", None)],
)
def test_nobody_is_linked_without_an_account(entry: dict[str, Any], account_id: str, linked: str | None) -> None:
    """RingCentral requires the account of a linked user; people of linked companies are left out."""
    coworker = ContactRecord.model_validate({**ENTRY, **entry}).coworker(account_id)

    assert (coworker.account_id if coworker else None) == linked
    assert ListedExtension(id="7", type="User", status="Enabled").coworker("") is None


async def test_an_unknown_account_is_found_in_the_directory(pair: Pair) -> None:
    """In the service user's own entry, which has it if linked companies are listed, too."""
    records = [{**ENTRY, "account": {"id": "5"}}, {**ENTRY, "id": "8", "account": {"id": "6"}}]
    async with fixed_response(200, json.dumps({"id": 7, "records": records})) as (client, requests):
        people = await client.coworkers(PERSON)

        assert [(one.user_id, one.account_id) for one in people] == [("7", "5")]
        assert requests[-1].query["showFederated"] == "true"


@pytest.mark.parametrize(
    ("error", "chosen", "own"),
    [
        (ProviderForbidden("", code="CMN-109"), HostProblem.LICENSE, HostProblem.LICENSE),
        (ProviderForbidden("", code="CMN-408"), HostProblem.RIGHTS, None),
        (ProviderForbidden("", code="CMN-402"), HostProblem.RIGHTS, None),
        (ProviderForbidden("", code="CMN-401"), None, None),
        (ProviderForbidden("", code="WCS-999"), HostProblem.REFUSED, None),
        (ProviderRefused("", code="CMN-101", parameter="host"), HostProblem.REFUSED, None),
        (ProviderRefused("", code="CMN-102", parameter="host.linkedUser.userId"), HostProblem.REFUSED, None),
        (ProviderRefused("", code="CMN-101", parameter="linkedUser.accountId"), HostProblem.REFUSED, None),
        (ProviderRefused("", code="CMN-101", parameter="userId"), HostProblem.REFUSED, None),
        (ProviderRefused("", code="CMN-101", parameter="title"), None, None),
        (ProviderRefused("", code="CMN-101", parameter="settings.hostile"), None, None),
        (OutcomeUnknown(""), None, None),
    ],
)
def test_what_a_refusal_says_about_the_host(
    error: ProviderError, chosen: HostProblem | None, own: HostProblem | None
) -> None:
    """Of a chosen host, and of the service user."""
    assert host_problem(error, is_chosen=True) is chosen
    assert host_problem(error, is_chosen=False) is own
