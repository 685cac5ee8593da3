"""The team of a webinar at RingCentral: requests and results."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.model.people import Coworker
from bot.model.team import NewInvitee, NewRole, Role, TeamChange
from tests.support.ringcentral import PERSON, Pair, fixed_response, ringcentral_pair
from tests.support.ringcentral_team import BEN, COHOST, OUTSIDER, create_webinar, members, path

CHLOE = Coworker(user_id="62190103", account_id="62190000", name="Chloé Martin", email="chloe@acme.example")


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


@pytest.mark.parametrize("partial_updates", [True, False])
async def test_a_team_changes_in_one_call(pair: Pair, partial_updates: bool) -> None:
    """Two are added, one gets another role, one is removed; also if RingCentral applies its schema strictly."""
    pair.vendor.rules.partial_updates = partial_updates
    client = pair.client()
    where = await create_webinar(pair, client)

    first = await client.change_team(*where, TeamChange(added=(COHOST, OUTSIDER)), PERSON)
    ben, olga = first.added
    change = TeamChange(
        added=(NewInvitee(role=Role.PANELIST, coworker=CHLOE),),
        updated=(NewRole(invitee_id=olga.invitee_id, role=Role.PANELIST, is_mailed=False),),
        deleted=(ben.invitee_id,),
    )
    second = await client.change_team(*where, change, PERSON)

    assert pair.asked("PATCH", path(where)) == [200, 200]
    assert [one.name for one in (*second.added, *second.updated)] == ["Chloé Martin", "Olga Quennell"]
    assert (second.deleted, [mail.address for mail in pair.vendor.mails]) == (
        (ben.invitee_id,),
        [BEN.email, CHLOE.email],
    )
    team = await client.invitees(*where, PERSON)
    assert members(team) == {
        "ana@acme.example": ("62190101", Role.HOST, True),
        "olga@example.com": ("", Role.PANELIST, False),
        CHLOE.email: (CHLOE.user_id, Role.PANELIST, True),
    }
    links = [one.link.get_secret_value() for one in team]
    assert len(set(links)) == 3
    assert all(link.startswith(pair.vendor.url) for link in links)


async def test_a_role_changes_and_the_link_stays(pair: Pair) -> None:
    """From co-host to panelist."""
    client = pair.client()
    where = await create_webinar(pair, client)
    [ben] = (await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)).added

    [changed] = (
        await client.change_team(
            *where, TeamChange(updated=(NewRole(invitee_id=ben.invitee_id, role=Role.PANELIST),)), PERSON
        )
    ).updated

    assert changed == ben.model_copy(update={"role": Role.PANELIST})


async def test_a_large_team_is_read_to_its_last_page(pair: Pair) -> None:
    """A thousand per page."""
    pair.vendor.rules.panel_limit = 2000
    client = pair.client()
    where = await create_webinar(pair, client)
    people = tuple(
        NewInvitee(role=Role.PANELIST, first_name="P", last_name=str(n), email=f"p{n}@example.com") for n in range(1001)
    )
    await client.change_team(*where, TeamChange(added=people), PERSON)

    assert len(await client.invitees(*where, PERSON)) == 1002
    assert pair.asked("GET", path(where)) == [200, 200]


async def test_request_body_matches_the_reference() -> None:
    """`linkedUser` with all its fields, `CoHost` in its spelling, `sendInvite` always, no empty list."""
    change = TeamChange(
        added=(COHOST, OUTSIDER),
        updated=(
            NewRole(invitee_id="7", role=Role.COHOST),
            NewRole(invitee_id="8", role=Role.PANELIST, is_mailed=True),
        ),
        deleted=("9",),
    )
    async with fixed_response(200, "{}") as (client, requests):
        assert (await client.change_team("1", "2", change, PERSON)).added == ()
        await client.change_team("1", "2", TeamChange(deleted=("9",)), PERSON)

        assert [(one.method, one.path) for one in requests] == [("PATCH", path(("1", "2")))] * 2
        bodies = [await one.json() for one in requests]
    assert bodies == [
        {
            "addedInvitees": [
                {
                    "linkedUser": {"userId": "62190102", "accountId": "62190000", "domain": "pbx"},
                    "role": "CoHost",
                    "sendInvite": True,
                },
                {
                    "firstName": "Olga",
                    "lastName": "Quennell",
                    "email": "olga@example.com",
                    "role": "Panelist",
                    "sendInvite": False,
                },
            ],
            "updatedInvitees": [{"id": "7", "role": "CoHost"}, {"id": "8", "role": "Panelist", "sendInvite": True}],
            "deletedInvitees": [{"id": "9"}],
        },
        {"deletedInvitees": [{"id": "9"}]},
    ]


async def test_roles_are_read_in_any_case() -> None:
    """The guide has `Cohost`. An unknown role of a newer API becomes panelist."""
    records = [{"id": number, "role": role} for number, role in enumerate(("host", "Cohost", "PANELIST", "Juggler"))]
    async with fixed_response(200, json.dumps({"records": records, "paging": {}})) as (client, requests):
        team = await client.invitees("1", "2", PERSON)

        assert [dict(request.query) for request in requests] == [{"perPage": "1000"}]
    assert [one.role for one in team] == [Role.HOST, Role.COHOST, Role.PANELIST, Role.PANELIST]
    assert (team[0].invitee_id, team[0].link, team[0].is_mailed) == ("0", SecretStr(""), True)
