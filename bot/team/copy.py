"""Invites the team of one webinar to another one, which was created like it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.background import BackgroundTasks
from bot.commands.people_name import split_name
from bot.errors import ChannelUnreachable, GreenroomError, ProviderRefused
from bot.model.people import Coworker
from bot.model.team import NewInvitee, Role
from bot.model.webinar import Webinar
from bot.providers.base import NOTICE
from bot.providers.directories import Directories
from bot.slack.responses import SlackRefused
from bot.team.apply import TeamChangeUnclear
from bot.team.change_table import TeamOperation
from bot.team.diff import Member, TeamDiff, WantedMember, diff_team
from bot.team.texts import copied as copied_texts
from bot.team.texts.copied import CopiedTeam, RefusedMember

if TYPE_CHECKING:
    from bot.slack.client import SlackApi
    from bot.slack.message import Message
    from bot.sync.mirror import Mirror
    from bot.team.service import TeamService
    from bot.team.texts.result import Outcome

log = logging.getLogger(__name__)

NO_COHOST = "can't be a co-host: {provider}'s directory no longer has them"
NO_LAST_NAME = "{provider} asks for a last name, and the earlier team has none"


@dataclass(frozen=True)
class TeamCopy:
    """Who is to be invited, and who cannot be."""

    wanted: Sequence[WantedMember]
    refused: Sequence[RefusedMember]


def copy_members(
    team: Sequence[Member], *, host_id: str, service_id: str, coworker_at: Callable[[str], Coworker | None]
) -> TeamCopy:
    """The members of `team` for a webinar hosted by the coworker `host_id`, in their roles.

    The earlier host becomes a co-host, unless it is the service user `service_id` or hosts the new webinar, too.
    """
    wanted: list[WantedMember] = []
    refused: list[RefusedMember] = []
    for member in team:
        invitee, coworker = member.invitee, coworker_at(member.invitee.email)
        person_id = coworker.user_id if coworker else invitee.coworker_id
        if person_id == host_id or (invitee.role is Role.HOST and person_id in (service_id, "")):
            continue
        role = Role.COHOST if invitee.role is Role.HOST else invitee.role
        name = split_name(invitee.name)
        if role is Role.COHOST and coworker is None:
            refused.append(RefusedMember(member, NO_COHOST))
        elif coworker:
            who = NewInvitee(role=role, coworker=coworker, is_mailed=invitee.is_mailed)
            wanted.append(WantedMember(who=who, user_id=member.user_id))
        elif all(name):
            named = {"first_name": name.first, "last_name": name.last, "email": invitee.email}
            who = NewInvitee(role=role, is_mailed=invitee.is_mailed, **named)
            wanted.append(WantedMember(who=who, user_id=member.user_id))
        else:
            refused.append(RefusedMember(member, NO_LAST_NAME))
    return TeamCopy(wanted, refused)


class TeamCopier:
    """Copies teams. The result is sent to the user by DM, with everyone who could not be invited."""

    def __init__(
        self, teams: TeamService, mirror: Mirror, directory: Directories, slack: SlackApi, background: BackgroundTasks
    ) -> None:
        """Invite through `teams`."""
        self._teams = teams
        self._mirror = mirror
        self._directory = directory
        self._slack = slack
        self._background = background

    async def copy(self, source_id: str, webinar: Webinar, by: str, change_id: str) -> None:
        """Read the team of the session `source_id` (one call), save who is to be invited, and invite them later.

        `change_id` identifies the copy: it is made once. After a crash, `TeamService.resume` goes on. Raises no
        `GreenroomError`: the user is notified.
        """
        try:
            if await self._teams.find(change_id):
                return
            source = await self._mirror.find(source_id)
            team = await self._teams.reread(source, NOTICE)
            host_id, service = webinar.host_user_id, self._directory.service_user
            copy = copy_members(
                team.members,
                host_id=host_id,
                service_id=service.user_id if service else "",
                coworker_at=self._directory.coworker_at,
            )
            known = await self._teams.cached(webinar)
            diff = diff_team(known.members if known else [], copy.wanted, ())
            if copy.wanted and not diff:
                return  # the copy was made before a crash
            change = await self._teams.begin(webinar, diff, by, change_id=change_id) if diff else None
        except GreenroomError as error:
            log.warning("team.copy_failed", extra={"session": webinar.session_id, "reason": type(error).__name__})
            await self._post(by, copied_texts.failed(webinar, error.sentence), webinar)
            return
        self._background.start(self._invite(webinar, by, change, copy.refused), "copy team")

    async def _invite(
        self, webinar: Webinar, by: str, change: TeamOperation | None, refused: Sequence[RefusedMember]
    ) -> None:
        outcomes: list[Outcome] = []
        try:
            if change:
                made, more = await self._carry_out(webinar, by, change)
                outcomes, refused = made, [*refused, *more]
        except TeamChangeUnclear:
            return  # it is resumed, and its result is sent then
        except GreenroomError as error:
            await self._post(by, copied_texts.failed(webinar, error.sentence), webinar)
            return
        await self._post(by, copied_texts.done(webinar, CopiedTeam(outcomes, refused)), webinar)

    async def _carry_out(
        self, webinar: Webinar, by: str, change: TeamOperation
    ) -> tuple[list[Outcome], list[RefusedMember]]:
        """Invite everyone with one call; if that is refused, each half by itself, so that one does not stop all."""
        try:
            outcomes = await self._teams.carry_out(change, NOTICE)
        except TeamChangeUnclear:
            raise
        except ProviderRefused as error:
            added = change.diff.added
            if len(added) == 1:
                return [], [RefusedMember(copied_texts.as_member(added[0]), error.sentence)]
            results = [
                await self._carry_out(webinar, by, await self._teams.begin(webinar, TeamDiff(added=half), by))
                for half in (added[: len(added) // 2], added[len(added) // 2 :])
            ]
            return [one for made, _ in results for one in made], [one for _, more in results for one in more]
        await self._teams.finish(change, outcomes)
        return outcomes, []

    async def _post(self, user_id: str, message: Message, webinar: Webinar) -> None:
        try:
            await self._slack.post(user_id, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("team.undeliverable", extra={"session": webinar.session_id, "reason": error.sentence})
        except GreenroomError as error:
            log.warning("team.copy_not_reported", extra={"session": webinar.session_id, "reason": type(error).__name__})
