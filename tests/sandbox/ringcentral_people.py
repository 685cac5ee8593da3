"""The team and the registrants of one session of the RingCentral stand-in, and calls about them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.ringcentral_client import WEBINARS, ApiClient, Reply

BEN_ID = "62190102"
LENA: dict[str, Any] = {"firstName": "Lena", "lastName": "Berger", "email": "Lena@visitor.example"}


def linked(user_id: str, account_id: str = "62190000", domain: str = "pbx") -> dict[str, str]:
    """A coworker as `linkedUser`."""
    return {"userId": user_id, "accountId": account_id, "domain": domain}


def coworker(user_id: str = BEN_ID, role: str = "CoHost", **more: Any) -> dict[str, Any]:
    """A coworker to be added."""
    return {"linkedUser": linked(user_id), "role": role, **more}


class Team:
    """The invitees of one session, and calls about them."""

    def __init__(self, at: ApiClient, webinar_id: str, session_id: str) -> None:
        self.at, self.session_id = at, session_id
        self.session = f"{WEBINARS}/{webinar_id}/sessions/{session_id}"
        self.path = f"{self.session}/invitees"

    async def patch(self, **lists: Any) -> Reply:
        return await self.at.call("PATCH", self.path, {f"{name}Invitees": given for name, given in lists.items()})

    async def add(self, *people: dict[str, Any]) -> list[str]:
        reply = await self.patch(added=list(people))
        assert reply.status == 200, reply.body
        return [one["id"] for one in reply.body["addedInvitees"]]

    async def one(self, invitee_id: str) -> dict[str, Any]:
        reply = await self.at.call("GET", f"{self.path}/{invitee_id}")
        assert reply.status == 200
        return dict(reply.body)

    def roles(self) -> list[tuple[str, str]]:
        return [(one["firstName"], one["role"]) for one in self.at.rc.invitees(self.session_id)]

    def invited(self) -> list[str]:
        return [one.address for one in self.at.rc.mails if one.kind == "invitation"]


async def new_team(at: ApiClient) -> Team:
    """A session with no invitee but the host."""
    webinar_id = await at.make_webinar()
    return Team(at, webinar_id, await at.make_session(webinar_id))


class Seats:
    """The registrants of one session, and calls about them."""

    def __init__(self, at: ApiClient, session_id: str) -> None:
        self.at, self.session_id = at, session_id
        self.session = f"/webinar/registration/v1/sessions/{session_id}"
        self.path = f"{self.session}/registrants"

    async def create(self, person: dict[str, Any] = LENA, **more: Any) -> Reply:
        return await self.at.call("POST", self.path, {**person, **more})

    async def get(self, registrant_id: str, **query: str) -> Reply:
        return await self.at.call("GET", f"{self.path}/{registrant_id}", **query)

    async def delete(self, registrant_id: str) -> Reply:
        return await self.at.call("DELETE", f"{self.path}/{registrant_id}")

    async def prefer(self, **settings: Any) -> None:
        reply = await self.at.call("PATCH", self.session, {"settings": settings})
        assert reply.status == 200

    async def figures(self) -> tuple[str, int, int]:
        """Registration status, registrants, post-webinar registrants."""
        body = (await self.at.call("GET", self.session)).body
        return body["registrationStatus"], body["registrantCount"], body["postWebinarRegistrantCount"]

    def mailed(self) -> list[tuple[str, str]]:
        return [(one.kind, one.address) for one in self.at.rc.mails if one.session_id == self.session_id]


async def new_seats(at: ApiClient) -> Seats:
    """A session with open registration and no registrants."""
    return Seats(at, (await at.make_registrable())[1])


def refused(reply: Reply) -> tuple[int, list[str]]:
    """The status and the invalid fields of a response."""
    return reply.status, reply.parameters
