"""The team of an event at Zoom: panelists with their links, and alternative hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import OutcomeUnknown, ProviderRefused
from bot.model.people import Coworker
from bot.model.team import Invitee, NewInvitee, NewRole, Role, TeamChange
from tests.support.zoom_client import BEN, PERSON, ZoomPair, zoom_pair

BEN_AS_COWORKER = Coworker(user_id="zBen0000000000000000Q", account_id="sandbox-account", name="Ben Okafor", email=BEN)
PANELISTS = "/panelists"


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


def panelist(number: int = 1) -> NewInvitee:
    """Somebody from outside."""
    name = {"first_name": "Jo", "last_name": f"Doe {number}"}
    return NewInvitee(role=Role.PANELIST, email=f"Jo{number}@x.example", **name)


def by_role(team: list[Invitee], role: Role) -> list[str]:
    """The addresses of the members with this role."""
    return [one.email for one in team if one.role is role]


async def test_panelists_are_invited_together_and_their_links_are_read(pair: ZoomPair) -> None:
    """The answer to the invitation has neither ids nor links: the list has."""
    ref, client = f"zoom-{pair.event('webinar')}", pair.client()
    await client.coworkers(PERSON)
    coworker = NewInvitee(role=Role.PANELIST, coworker=BEN_AS_COWORKER)
    result = await client.change_team(ref, ref, TeamChange(added=(panelist(), coworker)), PERSON)
    assert (pair.asked("POST", PANELISTS), pair.asked("GET", PANELISTS)) == ([201], [200])

    assert {one.email: one.name for one in result.added} == {"jo1@x.example": "Jo Doe 1", BEN: "Ben Okafor"}
    assert len({one.link.get_secret_value() for one in result.added}) == 2
    team = await client.invitees(ref, ref, PERSON)
    assert team[1:] == list(result.added)
    assert (team[0].role, team[0].name, team[0].coworker_id) == (Role.HOST, "Ana Ruiz", "zAna0000000000000000Q")

    removed = await client.change_team(ref, ref, TeamChange(deleted=(result.added[0].invitee_id,)), PERSON)
    assert removed.deleted == (result.added[0].invitee_id,)
    await client.change_team(ref, ref, TeamChange(deleted=(result.added[0].invitee_id,)), PERSON)  # gone is no error
    assert by_role(await client.invitees(ref, ref, PERSON), Role.PANELIST) == [BEN]


async def test_more_than_thirty_panelists_are_several_calls(pair: ZoomPair) -> None:
    """If a later one is refused, the outcome is unknown: some are panelists by now."""
    ref, client = f"zoom-{pair.event('webinar')}", pair.client()
    people = tuple(panelist(number) for number in range(31))
    assert len((await client.change_team(ref, ref, TeamChange(added=people), PERSON)).added) == 31
    assert pair.asked("POST", PANELISTS) == [201, 201]

    more = tuple(panelist(number) for number in range(100, 135))
    pair.sandbox.zoom.rules.panelists = 40
    with pytest.raises(ProviderRefused, match="room for no more"):
        await client.change_team(ref, ref, TeamChange(added=more[:10]), PERSON)
    pair.sandbox.zoom.rules.panelists = 61
    with pytest.raises(OutcomeUnknown):
        await client.change_team(ref, ref, TeamChange(added=more), PERSON)
    assert len(by_role(await client.invitees(ref, ref, PERSON), Role.PANELIST)) == 61


async def test_an_invitation_without_an_answer_is_not_sent_again(pair: ZoomPair) -> None:
    """Neither if the panelists cannot be listed afterwards."""
    ref, client = f"zoom-{pair.event('webinar')}", pair.client()
    pair.sandbox.fault("POST", PANELISTS, effect=True, status=500)
    with pytest.raises(OutcomeUnknown):
        await client.change_team(ref, ref, TeamChange(added=(panelist(),)), PERSON)
    assert pair.asked("POST", PANELISTS) == [500]

    pair.sandbox.fault("GET", PANELISTS, status=500, times=4)
    with pytest.raises(OutcomeUnknown):
        await client.change_team(ref, ref, TeamChange(added=(panelist(2),)), PERSON)
    assert len(by_role(await client.invitees(ref, ref, PERSON), Role.PANELIST)) == 2


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
async def test_alternative_hosts_are_licensed_coworkers(pair: ZoomPair, kind: str) -> None:
    """All of them are one setting of the event; their ids here have no address in them."""
    ref, client = f"zoom-{pair.event('webinar' if kind == 'webinar' else 'meeting')}", pair.client()
    await client.coworkers(PERSON)
    change = TeamChange(added=(NewInvitee(role=Role.COHOST, coworker=BEN_AS_COWORKER),))
    (ben,) = (await client.change_team(ref, ref, change, PERSON)).added
    assert (ben.role, ben.name, ben.email, ben.coworker_id) == (Role.COHOST, "Ben Okafor", BEN, BEN_AS_COWORKER.user_id)
    assert "ben" not in ben.invitee_id
    (event,) = pair.sandbox.state.events.values()
    assert event.fields.settings.alternative_hosts == BEN
    assert pair.asked("PATCH") == [204]

    await client.change_team(ref, ref, TeamChange(deleted=(ben.invitee_id,)), PERSON)
    assert event.fields.settings.alternative_hosts == ""
    event.fields.settings.alternative_hosts = "Ben@acme.example, x@x.example;"
    assert by_role(await client.invitees(ref, ref, PERSON), Role.COHOST) == [BEN, "x@x.example"]


async def test_what_zoom_does_not_have_is_declined_before_any_call(pair: ZoomPair) -> None:
    """A role cannot change, a meeting has no panelists, and an outsider cannot host."""
    meeting, webinar, client = f"zoom-{pair.event()}", f"zoom-{pair.event('webinar')}", pair.client()
    cohost = NewInvitee(role=Role.COHOST, email="jo@x.example")
    refused = (
        (webinar, TeamChange(updated=(NewRole(invitee_id="1", role=Role.COHOST),)), "can't change a role"),
        (meeting, TeamChange(added=(panelist(),)), "A Zoom meeting has no panelists"),
        (webinar, TeamChange(added=(panelist(), cohost)), "must be Licensed users"),
    )
    for ref, change, words in refused:
        with pytest.raises(ProviderRefused, match=words):
            await client.change_team(ref, ref, change, PERSON)
    assert pair.asked("POST", PANELISTS) == pair.asked("PATCH") == []
    assert [one.role for one in await client.invitees(meeting, meeting, PERSON)] == [Role.HOST]
