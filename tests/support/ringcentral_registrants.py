"""Samples and requests for the tests of registrants at RingCentral."""

from __future__ import annotations

from pydantic import SecretStr

from bot.model.registrant import RegistrantDetails
from bot.providers.base import UPKEEP
from bot.providers.ringcentral import RingCentral
from tests.support.ringcentral import START, Pair

OLGA = RegistrantDetails(first_name="Olga", last_name="Quennell", email=" Olga@Example.com ")
WHOLE = RegistrantDetails(
    first_name="Max",
    last_name="Muster",
    email="max@example.com",
    external_id="lid=123&oid=4%4056",
    source="C024BE7LR",
    join_page=SecretStr("https://events.acme.example/join/abc"),
    cancel_page=SecretStr("https://events.acme.example/cancel/abc"),
)


async def create_session(pair: Pair, client: RingCentral) -> str:
    """Create a webinar with registration; return its session's id."""
    pair.vendor.create("Launch day", START, settings={"registrationEnabled": True})
    [session] = await client.sessions(START, UPKEEP)
    return session.session_id


def path(session_id: str, registrant_id: str = "") -> str:
    """The path of the registrants of a session, or of one of them."""
    whole = f"/webinar/registration/v1/sessions/{session_id}/registrants"
    return f"{whole}/{registrant_id}" if registrant_id else whole
