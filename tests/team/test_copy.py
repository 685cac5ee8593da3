"""Which members of an earlier team are invited to a new webinar, in which role, and who cannot be."""

from __future__ import annotations

from bot.model.people import Coworker
from bot.model.team import NewInvitee, Role
from bot.team.copy import NO_COHOST, NO_LAST_NAME, copy_members
from bot.team.diff import Member, WantedMember
from tests.support.team_samples import HOST, member

COMPANY = {
    f"{name}@acme.example": Coworker(
        user_id=f"6{name}", account_id="37", name=name.title(), email=f"{name}@acme.example"
    )
    for name in ("ana", "ben", "dev")
}


def copied(*team: Member, host_id: str = "6ana") -> tuple[list[WantedMember], list[tuple[str, str]]]:
    """Who is wanted, and who is refused with which reason; the service user is 6service."""
    copy = copy_members(team, host_id=host_id, service_id="6service", coworker_at=COMPANY.get)
    return list(copy.wanted), [(one.member.invitee.name, one.reason) for one in copy.refused]


def test_everybody_keeps_their_role_and_mail() -> None:
    """Coworkers by their current entry in the directory, others by name and address; Slack users stay known."""
    ben = member("Ben Okafor", Role.COHOST, user_id="U0BEN", is_mailed=False)
    zoe = member("Zoe van der Lang", email="zoe@partner.example")

    assert copied(HOST, ben, zoe) == (
        [
            WantedMember(
                who=NewInvitee(role=Role.COHOST, coworker=COMPANY["ben@acme.example"], is_mailed=False),
                user_id="U0BEN",
            ),
            WantedMember(
                who=NewInvitee(
                    role=Role.PANELIST, first_name="Zoe", last_name="van der Lang", email="zoe@partner.example"
                )
            ),
        ],
        [],
    )


def test_the_host_is_never_invited_to_their_own_webinar() -> None:
    """Neither as the host of both, nor as a member of the earlier team who hosts the new one."""
    assert copied(HOST) == ([], [])
    ben = member("Ben Okafor", Role.COHOST)
    assert copied(HOST, ben, host_id="6ben") == (
        [WantedMember(who=NewInvitee(role=Role.COHOST, coworker=COMPANY["ana@acme.example"]))],
        [],
    )


def test_the_service_user_is_not_invited() -> None:
    """It hosts for people whom RingCentral does not accept as hosts."""
    service = member("Events", Role.HOST, email="", coworker_id="6service")
    nobody = member("Events", Role.HOST, email="")
    assert copied(service, host_id="6ben") == ([], [])
    assert copied(nobody, host_id="6ben") == ([], [])


def test_who_can_not_be_invited_is_named_with_the_reason() -> None:
    """A co-host who left the company; a person from outside without a last name."""
    gone = member("Gil Horn", Role.COHOST, coworker_id="6gil")
    cher = member("Cher", email="cher@partner.example")
    dev = member("Dev Patel")
    wanted, refused = copied(HOST, gone, cher, dev)

    assert [one.who.coworker for one in wanted] == [COMPANY["dev@acme.example"]]
    assert refused == [("Gil Horn", NO_COHOST), ("Cher", NO_LAST_NAME)]
