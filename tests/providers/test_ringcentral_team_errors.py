"""Errors of team changes at RingCentral, and their unknown outcomes."""

from __future__ import annotations

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
from bot.model.team import NewInvitee, Role, TeamChange
from bot.providers.ringcentral import people_errors
from tests.support.ringcentral import PERSON, Pair, fixed_response, ringcentral_pair
from tests.support.ringcentral_team import BEN, COHOST, OUTSIDER, create_webinar, path

STRANGER = Coworker(user_id="1", account_id="62190000", name="Nobody", email="nobody@acme.example")


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


async def test_an_existing_member_is_a_conflict_and_no_one_is_added(pair: Pair) -> None:
    """All or none."""
    client = pair.client()
    where = await create_webinar(pair, client)
    await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)

    for again in (COHOST, COHOST.model_copy(update={"role": Role.PANELIST})):
        with pytest.raises(ProviderConflict, match="is already on the team of this webinar") as conflict:
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
            "RingCentral doesn't accept the last name, so nothing was changed. Correct it and try again.",
        ),
        (
            NewInvitee(**{**dict(OUTSIDER), "email": "nowhere"}),
            "RingCentral doesn't accept the email address, so nothing was changed. Correct it and try again.",
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

    with pytest.raises(ProviderGone, match="no longer on the team of this webinar"):
        await client.change_team(*where, TeamChange(deleted=("4711",)), PERSON)
    with pytest.raises(ProviderRefused, match="such as the host"):
        await client.change_team(*where, TeamChange(deleted=(host.invitee_id,)), PERSON)
    with pytest.raises(ProviderGone, match="doesn't have this webinar"):
        await client.change_team("1", where[1], TeamChange(deleted=(ben.invitee_id,)), PERSON)
    with pytest.raises(ProviderGone, match="doesn't have this webinar"):
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
    pair.pauses.clear()  # a slow machine may have repeated a read above

    with pytest.raises(OutcomeUnknown, match="may or may not be done"):
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
        await client.invitees(*where, PERSON)  # detects that the pooled connection is closed

    with pytest.raises(ProviderDown, match="nothing was changed"):
        await client.change_team(*where, TeamChange(added=(COHOST,)), PERSON)


async def test_a_read_is_repeated_and_a_missing_permission_is_named(pair: Pair) -> None:
    """A user without the permission cannot change another host's team."""
    client = pair.client()
    where = await create_webinar(pair, client)
    pair.vendor.fail("GET", "/invitees$", status=502)
    assert len(await client.invitees(*where, PERSON)) == 1
    assert (pair.asked("GET", path(where)), pair.pauses) == ([502, 200], [2.0])

    plain = pair.client(jwt=SecretStr(pair.vendor.jwt_for("ben@acme.example")))
    with pytest.raises(ProviderForbidden, match="lacks the permission Webinar Settings"):
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
