"""The team of a webinar at RingCentral: requests, results and errors."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import (
    OutcomeUnknown,
    ProviderConflict,
    ProviderDown,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
)
from bot.model.people import Coworker
from bot.model.team import Invitee, NewInvitee, NewRole, Role, TeamChange
from bot.providers.base import UPKEEP
from bot.providers.ringcentral import RingCentral, people_errors
from tests.support.ringcentral import PERSON, START, Pair, fixed_response, ringcentral_pair

BEN = Coworker(user_id="62190102", account_id="62190000", name="Ben Okafor", email="ben@acme.example")
CHLOE = Coworker(user_id="62190103", account_id="62190000", name="Chloé Martin", email="chloe@acme.example")
STRANGER = Coworker(user_id="1", account_id="62190000", name="Nobody", email="nobody@acme.example")
COHOST = NewInvitee(role=Role.COHOST, coworker=BEN)
OUTSIDER = NewInvitee(
    role=Role.PANELIST, first_name="Olga", last_name="Quennell", email="Olga@Example.com", is_mailed=False
)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


async def create_webinar(pair: Pair, client: RingCentral) -> tuple[str, str]:
    """Create a webinar hosted by Ana; return its id and its session's."""
    pair.vendor.create("Launch day", START, host="ana@acme.example")
    [session] = await client.sessions(START, UPKEEP)
    return session.webinar_id, session.session_id


def path(where: tuple[str, str]) -> str:
    """The path of the team of a session."""
    return "/webinar/configuration/v1/webinars/{}/sessions/{}/invitees".format(*where)


def members(team: list[Invitee]) -> dict[str, tuple[str, Role, bool]]:
    """The members by address: coworker id, role, and whether RingCentral emails them."""
    return {one.email: (one.coworker_id, one.role, one.is_mailed) for one in team}


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


async def test_an_existing_member_is_a_conflict_and_no_one_is_added(pair: Pair) -> None:
    """All or none."""
    client = pair.client()
    where = await create_webinar(pair, client)
    await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)

    for again in (COHOST, COHOST.model_copy(update={"role": Role.PANELIST})):
        with pytest.raises(ProviderConflict, match="is on the team of this webinar already") as conflict:
            await client.change_team(*where, TeamChange(added=(OUTSIDER, again)), PERSON)

    assert BEN.email not in repr(conflict.value)
    assert len(await client.invitees(*where, PERSON)) == 2


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        (NewInvitee(**{**dict(OUTSIDER), "role": Role.COHOST}), people_errors.ROLES),
        (NewInvitee(role=Role.ATTENDEE, coworker=BEN), people_errors.ROLES),
        (NewInvitee(role=Role.PANELIST, coworker=STRANGER), people_errors.NO_COWORKER),
        (
            NewInvitee(**{**dict(OUTSIDER), "last_name": "x" * 65}),
            "RingCentral does not accept the last name. Nothing has changed; please correct it and try again.",
        ),
        (
            NewInvitee(**{**dict(OUTSIDER), "email": "nowhere"}),
            "RingCentral does not accept the e-mail address. Nothing has changed; please correct it and try again.",
        ),
    ],
)
async def test_each_refusal_has_its_sentence(pair: Pair, added: NewInvitee, sentence: str) -> None:
    """And nothing has changed."""
    client = pair.client()
    where = await create_webinar(pair, client)

    with pytest.raises(ProviderRefused) as refusal:
        await client.change_team(*where, TeamChange(added=(COHOST, added)), PERSON)

    assert refusal.value.sentence == sentence
    assert (pair.asked("PATCH", path(where)), pair.vendor.mails) == ([400], [])
    assert len(pair.vendor.invitees(where[1])) == 1


async def test_too_many_members_are_refused_with_the_limit(pair: Pair) -> None:
    """The sentence contains the published number."""
    pair.vendor.rules.panel_limit = 1
    client = pair.client()
    where = await create_webinar(pair, client)

    with pytest.raises(ProviderRefused, match="99 co-hosts and panelists at most"):
        await client.change_team(*where, TeamChange(added=(COHOST, OUTSIDER)), PERSON)


async def test_changes_of_missing_and_fixed_members_are_refused(pair: Pair) -> None:
    """A removed member, the host, a missing webinar, and a live webinar."""
    client = pair.client()
    where = await create_webinar(pair, client)
    [host] = await client.invitees(*where, PERSON)
    [ben] = (await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)).added

    with pytest.raises(ProviderGone, match="not on the team of this webinar any more"):
        await client.change_team(*where, TeamChange(deleted=("4711",)), PERSON)
    with pytest.raises(ProviderRefused, match="the host never can be"):
        await client.change_team(*where, TeamChange(deleted=(host.invitee_id,)), PERSON)
    with pytest.raises(ProviderGone, match="does not have this webinar"):
        await client.change_team("1", where[1], TeamChange(deleted=(ben.invitee_id,)), PERSON)
    with pytest.raises(ProviderGone, match="does not have this webinar"):
        await client.invitees("1", where[1], PERSON)
    pair.vendor.begin(where[1])
    with pytest.raises(ProviderRefused, match="may have started or ended"):
        await client.change_team(*where, TeamChange(deleted=(ben.invitee_id,)), PERSON)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "effect": True},
        {"status": 503, "effect": False},
        {"status": None, "effect": True, "hang": 30},
        {"cut": True, "effect": True},
        {"cut": True},
    ],
)
async def test_a_change_without_an_answer_is_never_sent_again(pair: Pair, fault: dict[str, Any]) -> None:
    """It may have happened: one call, no pause, and an unknown outcome."""
    client = pair.client(timeout=0.3)
    where = await create_webinar(pair, client)
    pair.vendor.fail("PATCH", "/invitees$", **fault)

    with pytest.raises(OutcomeUnknown, match="may or may not have done this"):
        await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)

    assert (len(pair.asked("PATCH", path(where))), pair.pauses) == (1, [])
    assert len(pair.vendor.invitees(where[1])) == (2 if fault.get("effect") else 1)


async def test_an_invalid_answer_is_an_unknown_outcome() -> None:
    """The members may have been added."""
    async with fixed_response(200, '{"addedInvitees": [{"role": "Panelist"}]}') as (client, requests):
        with pytest.raises(OutcomeUnknown):
            await client.change_team("1", "2", TeamChange(added=(COHOST,)), PERSON)

        assert len(requests) == 1


async def test_an_unsent_change_changed_nothing(pair: Pair) -> None:
    """A refused connection is `ProviderDown`."""
    client = pair.client()
    where = await create_webinar(pair, client)
    await pair.vendor.stop()
    with pytest.raises(ProviderDown):
        await client.invitees(*where, PERSON)  # learns that the kept connection is gone

    with pytest.raises(ProviderDown, match="Nothing has changed"):
        await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)


async def test_a_read_is_repeated_and_a_missing_permission_is_named(pair: Pair) -> None:
    """A user without the permission cannot change another host's team."""
    client = pair.client()
    where = await create_webinar(pair, client)
    pair.vendor.fail("GET", "/invitees$", status=502)
    assert len(await client.invitees(*where, PERSON)) == 1
    assert (pair.asked("GET", path(where)), pair.pauses) == ([502, 200], [2.0])

    plain = pair.client(jwt=SecretStr(pair.vendor.jwt_for("ben@acme.example")))
    with pytest.raises(ProviderForbidden, match="lacks the permission WebinarSettings"):
        await plain.change_team(*where, TeamChange(added=(COHOST,)), PERSON)


async def test_no_member_is_logged_or_named_in_an_error(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, with every kind of failure: no name, address or link appears."""
    caplog.set_level(logging.DEBUG)
    client, shown = pair.client(timeout=0.3), []
    where = await create_webinar(pair, client)
    change = TeamChange(added=(COHOST, OUTSIDER))
    changed = await client.change_team(*where, change, PERSON)
    team = await client.invitees(*where, PERSON)
    for fault in ({"status": 500}, {"status": 400}, {"status": 403}, {"status": 409}, {"cut": True}, {"hang": 30}):
        pair.vendor.fail("PATCH", "/invitees$", **fault)
        with pytest.raises(ProviderError) as failure:
            await client.change_team(*where, change, PERSON)
        shown.append(repr(failure.getrepr(showlocals=False, chain=True)) + repr(failure.value) + str(failure.value))

    text = "\n".join([*shown, *(str(record.__dict__) for record in caplog.records), repr(team), repr(changed)])
    private = ["Olga", "Quennell", "Okafor", BEN.email, "olga@example.com", "/w/p/join/", "/w/join/"]
    assert [word for word in private if word.lower() in text.lower()] == []
