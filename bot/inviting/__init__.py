"""Changes who is on the team of a webinar: one call however many, written down before it, looked at where unclear."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from secrets import token_hex
from weakref import WeakValueDictionary

from bot.casting import Member, Order, Told, find
from bot.clock import Clock, machine_now
from bot.errors import BadInput, ProviderBusy, ProviderDown, ProviderError
from bot.holding import holding
from bot.inviting.recasting import UNCLEAR, Recast, Recasting, Unclear
from bot.mirror import Mirror
from bot.models import Account, Status, Webinar
from bot.own_reminders import no_more
from bot.providers import Caller, WebinarProvider
from bot.store import team, team_changes
from bot.store.connection import Db, Store
from bot.store.team import Team
from bot.store.team_changes import Change, Step
from bot.team import Invitee, TeamChanged
from bot.views.facts import Stage, stage

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""How long a change stays ours without a sign of life; whoever works on it renews it three times as often."""
RETRY = timedelta(seconds=30)
"""How soon a change that got no clear answer is looked at again."""
KEEP_TEAMS = timedelta(days=90)
"""Who was on a team is remembered for so long after its end."""
KEEP_DRAFTS = timedelta(days=1)

CANCELLED = "This webinar is cancelled, so nobody can be invited to it any more."
OVER = "This webinar is over, so its team can't be changed any more."
FROZEN = "This webinar has started, so nobody can be changed or removed any more. People can still be added."


class Inviting:
    """The teams of one account."""

    def __init__(
        self, me: str, account: Account, store: Store, provider: WebinarProvider, mirror: Mirror, clock: Clock
    ) -> None:
        """Work under the name `me`, by which other replicas of this account know whose it is."""
        self._me = me
        self._account = account
        self._store = store
        self._provider = provider
        self._recasting = Recasting(provider)
        self._mirror = mirror
        self._clock = clock
        self.lease, self.retry = LEASE, RETRY
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def forget_old(self, db: Db) -> None:
        """Forget the teams of webinars long over, and what nobody has confirmed."""
        workspace = self._account.workspace
        await team.forget_ended(db, workspace, self._clock.now() - KEEP_TEAMS)
        await team_changes.forget_drafts(db, workspace, machine_now() - KEEP_DRAFTS)

    def check(self, webinar: Webinar) -> None:
        """Raise `BadInput` for a webinar whose team is what it is: over or cancelled."""
        now_at = stage(webinar, self._clock.now())
        if now_at is Stage.CANCELLED:
            raise BadInput(CANCELLED)
        if now_at is Stage.OVER:
            raise BadInput(OVER)

    def has_started(self, webinar: Webinar) -> bool:
        """Whether people can only be added any more."""
        return webinar.status is not Status.SCHEDULED

    async def known(self, webinar: Webinar) -> Team | None:
        """The team as last read. No call."""
        async with self._store.read() as db:
            return await team.find(db, self._account, webinar.session_id)

    async def team(self, webinar: Webinar, caller: Caller, *, anew: bool = False) -> Team:
        """The team: one call where it was never read, or is wanted `anew`; else none."""
        known = None if anew else await self.known(webinar)
        return known or await self._read(webinar, caller)

    async def draft(self, webinar: Webinar, order: Order, by: str) -> Change:
        """Write down what somebody is being asked about; nothing is done yet."""
        change = self._new(webinar, order, by)
        async with self._store.write() as db:
            await team_changes.begin(db, change)
        return change

    async def drafted(self, change_id: str, by: str) -> Change:
        """What this person was asked about. Raises `BadInput` where it was confirmed already, or too long ago."""
        async with self._store.read() as db:
            change = await team_changes.find(db, self._account, change_id)
        if change is None or change.step is not Step.DRAFT or change.user_id != by:
            raise BadInput("This was confirmed already, or asked too long ago. Look at the team with /webinar team.")
        return change

    async def confirm(self, webinar: Webinar, draft: Change, view_id: str) -> Change:
        """Write down that a draft is to be done."""
        self._check_order(webinar, draft.order)
        change = draft.model_copy(update={"step": Step.ASKED, "view_id": view_id})
        async with self._store.write() as db:
            if not await team_changes.confirm(db, change, self._me, self._until(self.lease)):
                raise BadInput("This was confirmed already. Look at the team with /webinar team.")
        return change

    async def begin(self, webinar: Webinar, order: Order, by: str, view_id: str = "") -> Change:
        """Write a change down that needs no confirmation any more."""
        self._check_order(webinar, order)
        change = self._new(webinar, order, by).model_copy(update={"step": Step.ASKED, "view_id": view_id})
        async with self._store.write() as db:
            await team_changes.begin(db, change, self._me, self._until(self.lease))
        return change

    async def make(self, change: Change, caller: Caller, *, resumed: bool = False) -> Change:
        """Have it done: one call, and where that is not clear or not possible any more, a look and one more.

        Raises `Unclear` where only time can tell, and else any `ProviderError`; then it is forgotten and nothing of it
        is so. `resumed`: it may have been asked for before, so that the look comes first.
        """
        webinar = await self._mirror.find(change.session_id)
        async with self._turns.setdefault(change.session_id, asyncio.Lock()):
            there = await self.known(webinar)
            known = {one.invitee.invitee_id: one for one in there.members} if there else {}
            try:
                recast = await self._recasting.change(webinar, change.order, known, caller, resumed=resumed)
            except Unclear:
                await self.later(change)
                raise
            except ProviderError as error:
                if resumed and isinstance(error, ProviderBusy | ProviderDown):
                    await self.later(change)
                    raise Unclear(UNCLEAR) from error
                await self.forget(change)
                raise
            return await self._adopt(change, recast)

    async def take_over(self) -> AsyncIterator[Change]:
        """Everything that nobody works on any more, one after the other."""
        began = machine_now()
        while True:
            async with self._store.write() as db:
                change = await team_changes.claim(db, self._account, self._me, began, self._until(self.lease))
            if change is None:
                return
            log.info("team.taken_over", extra={"session": change.session_id, "step": change.step})
            yield change

    def held(self, change: Change) -> AbstractAsyncContextManager[None]:
        """Keep a change ours for as long as this takes, however long the gate makes it wait."""
        return holding(
            self._store, lambda db, until: team_changes.hold(db, change, self._me, until), self.lease, "team"
        )

    async def later(self, change: Change) -> None:
        """Leave it where it is, to be taken over soon."""
        async with self._store.write() as db:
            await team_changes.hold(db, change, self._me, self._until(self.retry))

    async def forget(self, change: Change) -> None:
        """Everybody knows what came of it."""
        async with self._store.write() as db:
            await team_changes.forget(db, change)
            gone = await team.members(db, self._account, change.session_id, change.order.deleted)
            left = [one.invitee.invitee_id for one in gone if one.told is Told.LEFT]
            await team.forget(db, self._account, change.session_id, left)

    def _check_order(self, webinar: Webinar, order: Order) -> None:
        self.check(webinar)
        if self.has_started(webinar) and not order.only_adds:
            raise BadInput(FROZEN)

    def _new(self, webinar: Webinar, order: Order, by: str) -> Change:
        return Change(
            account=self._account,
            change_id=token_hex(12),
            session_id=webinar.session_id,
            user_id=by,
            order=order,
            step=Step.DRAFT,
            begun_at=machine_now(),
        )

    def _until(self, lease: timedelta) -> datetime:
        return machine_now() + lease

    async def _adopt(self, change: Change, recast: Recast) -> Change:
        """Write down that it is so, and who is to be told, in one transaction."""
        now, order, session_id = self._clock.now(), change.order, change.session_id
        async with self._store.write() as db:
            await self._keep(db, change, recast, now)
            known = await team.find(db, self._account, session_id)
            members = (
                known.members if known else await team.members(db, self._account, session_id, _ids(recast.changed))
            )
            by_id = {one.invitee.invitee_id: one for one in members}
            made = []
            for wanted in order.added:
                if invitee := find(members, wanted):
                    made.append(invitee.invitee_id)
                    told = {"told": Told.WAITING, "invited_by": change.user_id}
                    user = {"user_id": wanted.user_id or by_id[invitee.invitee_id].user_id}
                    member = by_id[invitee.invitee_id].model_copy(update=told | user)
                    await team.save(db, self._account, session_id, member, now)
            for one in order.updated:
                if changed_one := by_id.get(one.invitee_id):
                    user_id = changed_one.user_id or order.in_slack.get(one.invitee_id, "")
                    waiting = {"user_id": user_id, "told": Told.WAITING if user_id else changed_one.told}
                    await team.save(db, self._account, session_id, changed_one.model_copy(update=waiting), now)
            change = change.model_copy(update={"step": Step.MADE, "made": tuple(made)})
            if not await team_changes.advance(db, change, self._me, self._until(self.lease)):
                raise Unclear(UNCLEAR)  # another replica has taken it over, and brings it to its end
        return change

    async def _keep(self, db: Db, change: Change, recast: Recast, now: datetime) -> None:
        session_id, changed = change.session_id, recast.changed
        concerned = [*_ids(changed), *change.order.deleted]
        before = {one.invitee.invitee_id: one for one in await team.members(db, self._account, session_id, concerned)}
        if recast.team:
            await self._keep_all(db, session_id, recast.team, now)
        for key in change.order.deleted:
            if key in before:
                left = before[key].model_copy(update={"told": Told.LEFT})
                await team.save(db, self._account, session_id, left, now)
        for invitee in (*changed.added, *changed.updated):
            member = before.get(invitee.invitee_id, Member(invitee=invitee)).model_copy(update={"invitee": invitee})
            await team.save(db, self._account, session_id, member, now)

    async def _read(self, webinar: Webinar, caller: Caller) -> Team:
        listed = await self._provider.invitees(webinar.webinar_id, webinar.session_id, caller)
        now = self._clock.now()
        async with self._store.write() as db:
            await self._keep_all(db, webinar.session_id, listed, now)
            known = await team.find(db, self._account, webinar.session_id)
        return known or Team([], now)

    async def _keep_all(self, db: Db, session_id: str, listed: Sequence[Invitee], now: datetime) -> None:
        gone = await team.keep_all(db, self._account, session_id, listed, now)
        for one in gone:
            # Removed in RingCentral itself: whoever it is must not be called in as a speaker any more.
            if one.user_id and one.dm_channel_id:
                await no_more(db, self._account, session_id, one.user_id, one.dm_channel_id, now)


def _ids(changed: TeamChanged) -> list[str]:
    return [one.invitee_id for one in (*changed.added, *changed.updated)]
