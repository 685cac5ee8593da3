"""Invitees of the RingCentral stand-in: the host, co-hosts and panelists, changed in one call."""

from __future__ import annotations

from typing import Any

from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, WEBINARS, api_client
from tests.sandbox.ringcentral_people import BEN_ID, Team, coworker, linked, new_team, refused
from tests.support.rows import each_row

LENA = {"firstName": "Lena", "lastName": "Berger", "email": "lena@visitor.example", "role": "Panelist"}
OMAR = {"firstName": "Omar", "lastName": "Haidari", "email": "omar@visitor.example", "role": "Panelist"}
HOST_ID, CHLOE_ID, QUEUE_ID = "62190001", "62190103", "62190108"


async def test_the_host_is_always_listed() -> None:
    """First, from the start, with the host's own link; the host cannot be changed or removed."""
    async with api_client() as at:
        team = await new_team(at)
        reply = await at.call("GET", team.path)
        (host,) = reply.body["records"]
        session = (await at.call("GET", team.session)).body
        assert host == {
            "id": host["id"],
            "creationTime": session["creationTime"],
            "lastModifiedTime": session["creationTime"],
            "firstName": "Greenroom",
            "lastName": "Service",
            "email": "webinars@acme.example",
            "linkedUser": linked(HOST_ID),
            "role": "Host",
            "type": "User",
            "sendInvite": True,
            "joinUri": session["hostJoinUri"],
        }
        assert await team.one(host["id"]) == host
        own = f"{team.path}/{host['id']}"
        assert refused(await at.call("PUT", own, {"role": "Panelist", "sendInvite": False})) == (403, ["inviteeId"])
        assert refused(await at.call("DELETE", own)) == (403, ["inviteeId"])
        assert refused(await team.patch(deleted=[{"id": host["id"]}])) == (403, ["id"])
        assert refused(await team.patch(updated=[{"id": host["id"], "role": "CoHost"}])) == (403, ["id"])
        assert refused(await team.patch(added=[coworker(HOST_ID)])) == (409, ["linkedUser.userId"])
        assert team.roles() == [("Greenroom", "Host")]


async def test_one_patch_adds_changes_and_removes() -> None:
    """Full records of added and changed invitees, ids of removed ones; a coworker comes from the directory."""
    async with api_client() as at:
        team = await new_team(at)
        ben, lena = await team.add(coworker(), LENA)
        at.clock.advance(60)
        chloe = coworker(CHLOE_ID, "Panelist", sendInvite=False)
        reply = await team.patch(added=[chloe], updated=[{"id": ben, "role": "Panelist"}], deleted=[{"id": lena}])
        (added,), (updated,) = reply.body["addedInvitees"], reply.body["updatedInvitees"]
        code, link = added.pop("phoneParticipantCode"), added.pop("joinUri")
        assert (code.isdecimal(), 1 <= len(code) <= 12, link.startswith(f"{at.rc.url}/w/p/join/")) == (True,) * 3
        assert added["creationTime"] == added["lastModifiedTime"] == updated["lastModifiedTime"]
        assert updated["creationTime"] < updated["lastModifiedTime"]
        assert {name: value for name, value in added.items() if "Time" not in name} == {
            "id": added["id"],
            "firstName": "Chloé",
            "lastName": "Martin",
            "email": "chloe@acme.example",
            "jobTitle": "Product Marketing",
            "linkedUser": linked(CHLOE_ID),
            "role": "Panelist",
            "type": "User",
            "sendInvite": False,
        }
        assert (updated["id"], updated["role"], updated["linkedUser"]) == (ben, "Panelist", linked(BEN_ID))
        assert updated["joinUri"] != link
        assert reply.body["deletedInvitees"] == [{"id": lena}]
        assert team.roles() == [("Greenroom", "Host"), ("Ben", "Panelist"), ("Chloé", "Panelist")]


@each_row(
    ("person", "parameters"),
    [
        ({**LENA, "role": "Attendee"}, ["role"]),
        (coworker(role="Attendee"), ["role"]),
        (coworker(role="Host"), ["role"]),
        (coworker(role="Cohost"), ["role"]),
        ({"linkedUser": linked(BEN_ID)}, ["role"]),
        ({**LENA, "role": "CoHost"}, ["role"]),
        ({"role": "Panelist"}, ["firstName", "lastName", "email"]),
        ({**LENA, "email": "lena"}, ["email"]),
        ({**LENA, "lastName": "x" * 65}, ["lastName"]),
        ({**LENA, "linkedUser": linked(BEN_ID)}, ["linkedUser"]),
        ({"role": "Panelist", "linkedUser": linked("1")}, ["linkedUser.userId"]),
        ({"role": "Panelist", "linkedUser": linked(QUEUE_ID)}, ["linkedUser.userId"]),
        ({"role": "Panelist", "linkedUser": linked(BEN_ID, domain="ilm")}, ["linkedUser.userId"]),
        ({"role": "Panelist", "linkedUser": linked(BEN_ID, account_id="1")}, ["linkedUser.accountId"]),
        ({"role": "Panelist", "linkedUser": {"userId": BEN_ID, "accountId": "62190000"}}, ["linkedUser.domain"]),
    ],
)
async def test_who_cannot_be_invited_keeps_everybody_out(person: dict[str, Any], parameters: list[str]) -> None:
    """400 with the field, and no other part of the call is applied."""
    async with api_client() as at:
        team = await new_team(at)
        (omar,) = await team.add(OMAR)
        reply = await team.patch(added=[coworker(CHLOE_ID), person], deleted=[{"id": omar}])
        assert refused(reply) == (400, parameters)
        assert (team.roles(), team.invited()) == ([("Greenroom", "Host"), ("Omar", "Panelist")], [OMAR["email"]])


async def test_an_outside_cohost_is_let_in_where_the_rule_says_so() -> None:
    """As in the guide's sample."""
    async with api_client() as at:
        team = await new_team(at)
        at.rc.rules.outside_cohosts = True
        await team.add({**LENA, "role": "CoHost"})
        assert team.roles()[1:] == [("Lena", "CoHost")]


async def test_the_same_person_twice_is_a_conflict() -> None:
    """By extension or by address in any spelling, with existing invitees or within one call."""
    async with api_client() as at:
        team = await new_team(at)
        await team.add(coworker(), LENA)
        shouting = {**LENA, "email": "LENA@visitor.example"}
        bens_address = {**OMAR, "email": "Ben@acme.example"}
        for people in ([coworker()], [shouting], [bens_address], [OMAR, OMAR], [coworker(CHLOE_ID)] * 2):
            reply = await team.patch(added=[coworker("62190104"), *people])
            assert (reply.status, reply.codes) == (409, ["CMN-406"])
        assert team.roles() == [("Greenroom", "Host"), ("Ben", "CoHost"), ("Lena", "Panelist")]


async def test_deleting_and_adding_the_same_person_works_in_one_call() -> None:
    """This is how a linked user is changed: the new invitee has another id and another link."""
    async with api_client() as at:
        team = await new_team(at)
        (ben,) = await team.add(coworker())
        before = await team.one(ben)
        reply = await team.patch(added=[coworker()], deleted=[{"id": ben}])
        (after,) = reply.body["addedInvitees"]
        assert (after["id"] != ben, after["joinUri"] != before["joinUri"]) == (True, True)


async def test_an_update_needs_id_and_role() -> None:
    """Both, of an existing invitee; a value that is not a list of objects is refused by its name."""
    async with api_client() as at:
        team = await new_team(at)
        (lena,) = await team.add(LENA)
        assert refused(await team.patch(updated=[{"id": lena, "firstName": "Helena"}])) == (400, ["role"])
        assert refused(await team.patch(updated=[{"role": "Panelist"}])) == (400, ["id"])
        assert refused(await team.patch(updated=[{"id": "1", "role": "Panelist"}])) == (404, ["id"])
        assert refused(await team.patch(deleted=[{"id": "1"}])) == (404, ["id"])
        assert refused(await team.patch(added="everybody")) == (400, ["addedInvitees"])
        assert refused(await team.patch(deleted=[lena])) == (400, ["deletedInvitees"])
        assert (await team.one(lena))["firstName"] == "Lena"


async def test_a_person_is_changed_by_a_put() -> None:
    """An external person's names; a coworker's linked user and names stay; nobody becomes host or attendee."""
    async with api_client() as at:
        team = await new_team(at)
        lena, ben, _ = await team.add(LENA, coworker(), OMAR)
        change = {"role": "Panelist", "firstName": "Helena", "jobTitle": "Poet", "type": "Room"}
        reply = await at.call("PUT", f"{team.path}/{lena}", change)
        assert (reply.status, {name: reply.body[name] for name in change}) == (200, change)
        assert (reply.body["lastName"], reply.body["email"]) == (LENA["lastName"], LENA["email"])
        swap = {"role": "Panelist", "firstName": "B", "linkedUser": linked(CHLOE_ID)}
        reply = await at.call("PUT", f"{team.path}/{ben}", swap)
        assert (reply.body["role"], reply.body["firstName"]) == ("Panelist", "Ben")
        assert reply.body["linkedUser"] == linked(BEN_ID)
        for body, parameter in (
            ({"role": "Host"}, "role"),
            ({"role": "Attendee"}, "role"),
            ({"role": "CoHost"}, "role"),
            ({}, "role"),
            ({"role": "Panelist", "email": OMAR["email"].upper()}, "email"),
        ):
            assert refused(await at.call("PUT", f"{team.path}/{lena}", body)) == (400, [parameter])
        assert refused(await at.call("PUT", f"{team.path}/1", {"role": "CoHost"})) == (404, ["inviteeId"])


async def test_a_person_is_removed_by_a_delete() -> None:
    """Once; their link is dead."""
    async with api_client() as at:
        team = await new_team(at)
        (lena,) = await team.add(LENA)
        assert (await at.call("DELETE", f"{team.path}/{lena}")).status == 204
        assert refused(await at.call("DELETE", f"{team.path}/{lena}")) == (404, ["inviteeId"])
        assert refused(await at.call("GET", f"{team.path}/{lena}")) == (404, ["inviteeId"])


async def test_who_is_not_mailed_is_told_of_by_the_session() -> None:
    """`hasUnsentInvites` while an invitee was added without an email; such an invitee can be emailed later."""
    async with api_client() as at:
        team = await new_team(at)
        lena, _ = await team.add({**LENA, "sendInvite": False}, coworker())
        assert (await at.call("GET", team.session)).body["hasUnsentInvites"] is True
        assert team.invited() == [BEN]
        path = f"{team.path}/{lena}"
        assert (await at.call("PUT", path, {"role": "Panelist"})).body["sendInvite"] is False
        assert (await at.call("PUT", path, {"role": "Panelist", "sendInvite": True})).body["sendInvite"] is True
        again = await at.call("PUT", path, {"role": "Panelist", "sendInvite": False})
        assert refused(again) == (400, ["sendInvite"])
        assert team.invited() == [BEN, LENA["email"]]
        assert (await at.call("GET", team.session)).body["hasUnsentInvites"] is False


async def test_by_the_schema_an_update_without_send_invite_sends_it() -> None:
    """With `partial_updates` off, the schema's default applies: an invitee without an email is emailed."""
    async with api_client() as at:
        team = await new_team(at)
        (lena,) = await team.add({**LENA, "sendInvite": False})
        at.rc.rules.partial_updates = False
        reply = await team.patch(updated=[{"id": lena, "role": "Panelist"}])
        assert (reply.body["updatedInvitees"][0]["sendInvite"], team.invited()) == (True, [LENA["email"]])


async def test_a_team_has_99_people_beside_the_host() -> None:
    """One more and the call is refused; the limit can be set."""
    crowd = [{**LENA, "email": f"p{number}@visitor.example"} for number in range(100)]
    async with api_client() as at:
        team = await new_team(at)
        assert refused(await team.patch(added=crowd)) == (400, ["addedInvitees"])
        assert len(at.rc.invitees(team.session_id)) == 1
        await team.add(*crowd[:99])
        assert refused(await team.patch(added=[coworker()])) == (400, ["addedInvitees"])
        at.rc.rules.panel_limit = 100
        await team.add(coworker())
        pages = [await at.call("GET", team.path, perPage="60", pageToken=page) for page in ("1", "2")]
        assert [len(page.body["records"]) for page in pages] == [60, 41]
        assert pages[0].body["paging"] == {"pageToken": "1", "perPage": 60, "nextPageToken": "2"}


async def test_a_running_session_can_gain_people_but_not_lose_them() -> None:
    """Removing and changing are refused once it runs; adding once it is over, or from the start by the rule."""
    async with api_client() as at:
        team = await new_team(at)
        (lena,) = await team.add(LENA)
        path = f"{team.path}/{lena}"
        at.rc.begin(team.session_id)
        for frozen in (
            await team.patch(deleted=[{"id": lena}]),
            await team.patch(updated=[{"id": lena, "role": "Panelist"}]),
            await at.call("PUT", path, {"role": "Panelist"}),
            await at.call("DELETE", path),
        ):
            assert refused(frozen) == (403, ["status"])
        await team.add(coworker())
        at.rc.rules.add_while_active = False
        assert refused(await team.patch(added=[OMAR])) == (403, ["status"])
        at.rc.rules.add_while_active = True
        at.rc.finish(team.session_id)
        assert refused(await team.patch(added=[OMAR])) == (403, ["status"])
        assert len(team.roles()) == 3


async def test_a_team_is_for_the_host_and_admins() -> None:
    """Links are personal: others of the company do not see them."""
    async with api_client() as at:
        webinar_id = await at.make_webinar(BEN)
        team = Team(at, webinar_id, await at.make_session(webinar_id, BEN))
        assert [(await at.call("GET", team.path, who=who)).status for who in (BEN, CHLOE, ANA)] == [200, 403, 200]
        reply = await at.call("PATCH", team.path, {"addedInvitees": [LENA]}, who=CHLOE)
        assert (reply.status, reply.codes) == (403, ["CMN-408"])
        assert (await at.call("GET", f"{WEBINARS}/1/sessions/1/invitees")).status == 404
