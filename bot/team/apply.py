"""Applies a change of a team. On an unknown outcome or a conflict, re-reads the team and reconciles."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.db.connection import Db
from bot.errors import OutcomeUnknown, ProviderConflict, ProviderError, ProviderGone
from bot.model.people import Account
from bot.model.team import Invitee, NotifiedBy, TeamChangeResult
from bot.model.webinar import Webinar
from bot.notices.team_reminders import remove_reminders
from bot.providers.base import Caller, WebinarProvider
from bot.providers.names import named
from bot.team import table as team_table
from bot.team.change_table import TeamOperation, TeamStep
from bot.team.diff import Member, TeamDiff, find_member, remaining_diff

log = logging.getLogger(__name__)

TRIES = 2
CONFLICT = "Someone else is changing this team right now. Look at it with /webinar team, then try again."
NOT_APPLIED = "{provider} gave no clear answer, and the team is as it was. Try again in a few minutes."
UNCLEAR = (
    "{provider} gave no clear answer, so the team may or may not be changed. Greenroom keeps checking and sends you "
    "the result."
)


class TeamChangeUnclear(ProviderError):
    """The outcome is unknown; the change is resumed later."""


@dataclass(frozen=True)
class AppliedChange:
    """The team if it was re-read, else empty; and the changes in the provider's response after that."""

    changed: TeamChangeResult = field(default_factory=TeamChangeResult)
    team: Sequence[Invitee] = ()


class TeamApplier:
    """Applies changes at one provider. There is no idempotency key: on an unknown outcome, re-read the team."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Apply changes at this provider."""
        self._provider = provider

    async def change(
        self, webinar: Webinar, diff: TeamDiff, known: Mapping[str, Member], caller: Caller, *, resumed: bool
    ) -> AppliedChange:
        """One call; on an unknown outcome or a conflict, re-read the team and make one more for the rest.

        `known` are the members we know, by id. `resumed`: it may have been requested before, so re-read first. Raises
        `TeamChangeUnclear` if the outcome is still unknown; after any other `ProviderError` nothing was applied.
        """
        remaining, applied, problem = diff, AppliedChange(), ""
        if resumed:
            applied, remaining = await self._reread(webinar, diff, known, caller, is_unclear=True)
        for _ in range(TRIES):
            if not remaining:
                return applied
            try:
                changed = await self._provider.change_team(
                    webinar.webinar_id, webinar.session_id, remaining.change, caller
                )
            except OutcomeUnknown:
                problem = NOT_APPLIED
            except (ProviderConflict, ProviderGone):
                # Members were invited or removed elsewhere in the meantime: part of the diff may be applied already.
                problem = CONFLICT
            else:
                return AppliedChange(changed, applied.team)
            log.info("team.reconciled", extra={"session": webinar.session_id, "is_unclear": problem == NOT_APPLIED})
            applied, remaining = await self._reread(webinar, diff, known, caller, is_unclear=problem == NOT_APPLIED)
        if remaining:
            raise ProviderError(named(problem, webinar.id))
        return applied

    async def _reread(
        self, webinar: Webinar, diff: TeamDiff, known: Mapping[str, Member], caller: Caller, *, is_unclear: bool
    ) -> tuple[AppliedChange, TeamDiff]:
        """Read the team; return it and the remaining diff."""
        try:
            listed = await self._provider.invitees(webinar.webinar_id, webinar.session_id, caller)
        except ProviderError as error:
            if is_unclear and not isinstance(error, ProviderGone):
                raise TeamChangeUnclear(named(UNCLEAR, webinar.id)) from error
            raise
        members = [known.get(one.invitee_id, Member(invitee=one)).model_copy(update={"invitee": one}) for one in listed]
        return AppliedChange(team=listed), remaining_diff(diff, members)


async def save_applied(db: Db, change: TeamOperation, applied: AppliedChange, now: datetime) -> TeamOperation:
    """Save the members of an applied change, mark who is to be notified, and return the change as applied."""
    account, diff, session_id = change.account, change.diff, change.session_id
    await _save_members(db, change, applied, now)
    known = await team_table.find(db, account, session_id)
    members = known.members if known else await team_table.members(db, account, session_id, _ids(applied.changed))
    by_id = {one.invitee.invitee_id: one for one in members}
    added_ids = []
    for wanted in diff.added:
        if invitee := find_member(members, wanted):
            added_ids.append(invitee.invitee_id)
            new = by_id[invitee.invitee_id]
            user_id = wanted.user_id or new.user_id
            waiting = {"user_id": user_id, "notified_by": NotifiedBy.WAITING, "invited_by": change.user_id}
            await team_table.save(db, account, session_id, new.model_copy(update=waiting), now)
    for new_role in diff.updated:
        if member := by_id.get(new_role.invitee_id):
            user_id = member.user_id or diff.in_slack.get(new_role.invitee_id, "")
            waiting = {"user_id": user_id, "notified_by": NotifiedBy.WAITING if user_id else member.notified_by}
            await team_table.save(db, account, session_id, member.model_copy(update=waiting), now)
    return change.model_copy(update={"step": TeamStep.APPLIED, "added_ids": tuple(added_ids)})


async def save_team(db: Db, account: Account, session_id: str, listed: Sequence[Invitee], now: datetime) -> None:
    """Save the whole team, and end the reminders of members removed at the provider."""
    for one in await team_table.replace_all(db, account, session_id, listed, now):
        if one.user_id and one.dm_channel_id:
            await remove_reminders(db, account, session_id, one.user_id, one.dm_channel_id, now)


async def _save_members(db: Db, change: TeamOperation, applied: AppliedChange, now: datetime) -> None:
    account, session_id, changed = change.account, change.session_id, applied.changed
    affected = [*_ids(changed), *change.diff.deleted]
    before = {one.invitee.invitee_id: one for one in await team_table.members(db, account, session_id, affected)}
    if applied.team:
        await save_team(db, account, session_id, applied.team, now)
    for key in change.diff.deleted:
        if key in before:
            left = before[key].model_copy(update={"notified_by": NotifiedBy.LEFT})
            await team_table.save(db, account, session_id, left, now)
    for invitee in (*changed.added, *changed.updated):
        member = before.get(invitee.invitee_id, Member(invitee=invitee)).model_copy(update={"invitee": invitee})
        await team_table.save(db, account, session_id, member, now)


def _ids(changed: TeamChangeResult) -> list[str]:
    return [one.invitee_id for one in (*changed.added, *changed.updated)]
