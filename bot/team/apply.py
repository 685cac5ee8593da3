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
from bot.team import table as team_table
from bot.team.change_table import TeamOperation, TeamStep
from bot.team.diff import Member, TeamDiff, find_member, remaining_diff

log = logging.getLogger(__name__)

TRIES = 2
CONFLICT = "Somebody else is changing this team at this moment. Look at it with /webinar team, and try again."
NOT_APPLIED = "RingCentral gave no clear answer, and the team is as it was. Try again in a few minutes."
UNCLEAR = (
    "RingCentral gave no clear answer, so the team may or may not be changed. Greenroom goes on looking, and tells you "
    "what came of it."
)


class TeamChangeUnclear(ProviderError):
    """The outcome is unknown; the change is resumed later."""


@dataclass(frozen=True)
class AppliedChange:
    """The whole team if it had to be read, else empty; and the changes of an answer after that."""

    changed: TeamChangeResult = field(default_factory=TeamChangeResult)
    team: Sequence[Invitee] = ()


class TeamApplier:
    """Applies changes at one provider. There is no idempotency key: on an unknown outcome, re-read the team."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Apply changes at this provider."""
        self._provider = provider

    async def change(
        self, webinar: Webinar, order: TeamDiff, known: Mapping[str, Member], caller: Caller, *, resumed: bool
    ) -> AppliedChange:
        """One call; on an unknown outcome or a conflict, re-read the team and make one more for the rest.

        `known` are the members we know, by id. `resumed`: it may have been requested before, so re-read first. Raises
        `TeamChangeUnclear` if the outcome is still unknown; after any other `ProviderError` nothing was applied.
        """
        left, applied, trouble = order, AppliedChange(), ""
        if resumed:
            applied, left = await self._look(webinar, order, known, caller, is_unclear=True)
        for _ in range(TRIES):
            if not left:
                return applied
            try:
                changed = await self._provider.change_team(webinar.webinar_id, webinar.session_id, left.change, caller)
            except OutcomeUnknown:
                trouble = NOT_APPLIED
            except (ProviderConflict, ProviderGone):
                # Someone was invited or removed elsewhere in the meantime: less may be left to do.
                trouble = CONFLICT
            else:
                return AppliedChange(changed, applied.team)
            log.info("team.reconciled", extra={"session": webinar.session_id, "is_unclear": trouble == NOT_APPLIED})
            applied, left = await self._look(webinar, order, known, caller, is_unclear=trouble == NOT_APPLIED)
        if left:
            raise ProviderError(trouble)
        return applied

    async def _look(
        self, webinar: Webinar, order: TeamDiff, known: Mapping[str, Member], caller: Caller, *, is_unclear: bool
    ) -> tuple[AppliedChange, TeamDiff]:
        """The current team, and what is left to do."""
        try:
            listed = await self._provider.invitees(webinar.webinar_id, webinar.session_id, caller)
        except ProviderError as error:
            if is_unclear and not isinstance(error, ProviderGone):
                raise TeamChangeUnclear(UNCLEAR) from error
            raise
        members = [known.get(one.invitee_id, Member(invitee=one)).model_copy(update={"invitee": one}) for one in listed]
        return AppliedChange(team=listed), remaining_diff(order, members)


async def save_applied(db: Db, change: TeamOperation, applied: AppliedChange, now: datetime) -> TeamOperation:
    """Save the members of an applied change, mark who is to be notified, and return the change as applied."""
    account, order, session_id = change.account, change.order, change.session_id
    await _save_members(db, change, applied, now)
    known = await team_table.find(db, account, session_id)
    members = known.members if known else await team_table.members(db, account, session_id, _ids(applied.changed))
    by_id = {one.invitee.invitee_id: one for one in members}
    made = []
    for wanted in order.added:
        if invitee := find_member(members, wanted):
            made.append(invitee.invitee_id)
            told = {"told": NotifiedBy.WAITING, "invited_by": change.user_id}
            user = {"user_id": wanted.user_id or by_id[invitee.invitee_id].user_id}
            member = by_id[invitee.invitee_id].model_copy(update=told | user)
            await team_table.save(db, account, session_id, member, now)
    for one in order.updated:
        if changed_one := by_id.get(one.invitee_id):
            user_id = changed_one.user_id or order.in_slack.get(one.invitee_id, "")
            waiting = {"user_id": user_id, "told": NotifiedBy.WAITING if user_id else changed_one.told}
            await team_table.save(db, account, session_id, changed_one.model_copy(update=waiting), now)
    return change.model_copy(update={"step": TeamStep.MADE, "made": tuple(made)})


async def save_team(db: Db, account: Account, session_id: str, listed: Sequence[Invitee], now: datetime) -> None:
    """Save the whole team, and end the reminders of members removed at the provider."""
    for one in await team_table.replace_all(db, account, session_id, listed, now):
        if one.user_id and one.dm_channel_id:
            await remove_reminders(db, account, session_id, one.user_id, one.dm_channel_id, now)


async def _save_members(db: Db, change: TeamOperation, applied: AppliedChange, now: datetime) -> None:
    account, session_id, changed = change.account, change.session_id, applied.changed
    concerned = [*_ids(changed), *change.order.deleted]
    before = {one.invitee.invitee_id: one for one in await team_table.members(db, account, session_id, concerned)}
    if applied.team:
        await save_team(db, account, session_id, applied.team, now)
    for key in change.order.deleted:
        if key in before:
            left = before[key].model_copy(update={"told": NotifiedBy.LEFT})
            await team_table.save(db, account, session_id, left, now)
    for invitee in (*changed.added, *changed.updated):
        member = before.get(invitee.invitee_id, Member(invitee=invitee)).model_copy(update={"invitee": invitee})
        await team_table.save(db, account, session_id, member, now)


def _ids(changed: TeamChangeResult) -> list[str]:
    return [one.invitee_id for one in (*changed.added, *changed.updated)]
