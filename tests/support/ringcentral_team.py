"""Samples and requests for the tests of teams at RingCentral."""

from __future__ import annotations

from bot.model.people import Coworker
from bot.model.team import Invitee, NewInvitee, Role
from bot.providers.base import UPKEEP
from bot.providers.ringcentral import RingCentral
from tests.support.ringcentral import START, Pair

BEN = Coworker(user_id="62190102", account_id="62190000", name="Ben Okafor", email="ben@acme.example")
COHOST = NewInvitee(role=Role.COHOST, coworker=BEN)
OUTSIDER = NewInvitee(
    role=Role.PANELIST, first_name="Olga", last_name="Quennell", email="Olga@Example.com", is_mailed=False
)


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
