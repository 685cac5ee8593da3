"""Teams, and every view and message about them."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.model.team import Invitee, NewRole, NotifiedBy, Role
from bot.model.webinar import Status, Webinar
from bot.slack.message import Message, View
from bot.team.diff import Member, TeamDiff
from bot.team.texts import copied
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from bot.team.texts.copied import CopiedTeam, RefusedMember
from bot.team.texts.result import InviteResult, Outcome
from handlers.team import form as team_form
from handlers.team import list as team_list
from handlers.team.form import Prefill
from tests.support.webinar_samples import NOW

LINK = "https://join.example/own?a=1&b=2"


def member(name: str, role: Role = Role.PANELIST, **changes: Any) -> Member:
    """A team member: in Slack if `user_id` is given, in the directory if `coworker_id` is."""
    invitee = {"coworker_id": changes.pop("coworker_id", ""), "is_mailed": changes.pop("is_mailed", True)}
    email = changes.pop("email", f"{name.split()[0].lower()}@acme.example")
    link = SecretStr(changes.pop("link", LINK))
    who = Invitee(invitee_id=f"i-{name.split()[0].lower()}", role=role, name=name, email=email, link=link, **invitee)
    return Member(invitee=who, **changes)


HOST = member("Ana Ruiz", Role.HOST)
TEAM = [
    HOST,
    member("Ben Okafor", Role.COHOST, coworker_id="6ben"),
    member("Dev Patel", Role.COHOST, user_id="U0DEV", notified_by=NotifiedBy.MESSAGE, dm_channel_id="D1"),
    member("Finn Berg", user_id="U0FINN", notified_by=NotifiedBy.WAITING),
    member("Zoe Lang", email="zoe@partner.example", notified_by=NotifiedBy.ORGANIZER, is_mailed=False),
]
"""A host, two co-hosts of whom one is unknown in Slack, and two panelists of whom one is external."""


def large_team(count: int) -> list[Member]:
    """A host and this many panelists, every second one in Slack."""
    people = [member(f"P{number} Q", user_id=f"U{number:08}" if number % 2 else "") for number in range(count)]
    return [HOST, *people]


def outcomes(team: list[Member]) -> list[Outcome]:
    """A result for each member in turn: added, changed, removed."""
    fates = list(InviteResult)
    return [Outcome(one, fates[number % 3], one.notified_by) for number, one in enumerate(team[1:])]


def team_messages(webinar: Webinar, team: list[Member] = TEAM) -> list[Message]:
    """Every message about a team."""
    refused = [RefusedMember(one, "RingCentral said no: <!here> & others.") for one in team]
    speaker, canceled = team[-1], webinar.model_copy(update={"status": Status.CANCELED})
    return [
        team_message_texts.invited(webinar, speaker.model_copy(update={"invited_by": "U0CHLOE"})),
        team_message_texts.invited(webinar, speaker, again=True),
        team_message_texts.role_changed(webinar, speaker),
        team_message_texts.removed(webinar),
        team_message_texts.removed(webinar, has_seat=True),
        team_message_texts.links(webinar, team[1:]),
        team_message_texts.personal_link(webinar, speaker),
        team_result.done_message(webinar, outcomes(team)),
        team_result.done_message(webinar, []),
        team_result.failed_message(webinar, "RingCentral said no."),
        *(copied.done(webinar, CopiedTeam(*of)) for of in ((outcomes(team), refused), (outcomes(team), ()), ((), ()))),
        copied.failed(webinar, "RingCentral said no."),
        *(team_message_texts.current(one, speaker) for one in (webinar, canceled)),
        *(
            team_message_texts.role_notice(webinar, speaker),
            team_message_texts.left(webinar),
            team_message_texts.earlier_role(webinar),
        ),
        team_message_texts.superseded(webinar),
        *(team_list.team_page(webinar, team, read_at=NOW, now=NOW, page=page, note="Done.") for page in (1, 2, 99)),
        team_list.team_page(webinar, [HOST], read_at=NOW, now=NOW),
        *(team_list.team_page(webinar, large_team(25), read_at=NOW, now=NOW, page=page) for page in (1, 2)),
    ]


def team_modals(webinar: Webinar, team: list[Member] = TEAM) -> list[View]:
    """Every modal about a team."""
    order = TeamDiff(
        deleted=tuple(one.invitee.invitee_id for one in team[1:]),
        updated=(NewRole(invitee_id="i-dev", role=Role.PANELIST),),
    )
    named = Prefill(("U0EMI",), ("yan@partner.example",), Role.COHOST)
    return [
        team_form.opening(webinar),
        team_form.opening(webinar, note="A moment."),
        team_form.failed("RingCentral said no."),
        team_form.build(webinar, team, now=NOW, read_at=NOW),
        team_form.build(webinar, team, named, now=NOW, read_at=NOW, problem="Somebody cannot be that. " * 20),
        team_result.confirm(webinar, order, team, "c1"),
        team_result.working(webinar, note="A moment."),
        team_result.done(webinar, outcomes(team)),
        team_result.failed("RingCentral said no."),
    ]
