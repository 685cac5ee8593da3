"""Asks for a change of a team, and looks what is so where the answer was not clear, or somebody was quicker."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.casting import Member, Order, left_of
from bot.errors import OutcomeUnknown, ProviderConflict, ProviderError, ProviderGone
from bot.models import Webinar
from bot.providers import Caller, WebinarProvider
from bot.team import Invitee, TeamChanged

log = logging.getLogger(__name__)

TRIES = 2
MEANWHILE = "Somebody else is changing this team at this moment. Look at it with /webinar team, and try again."
NOT_DONE = "RingCentral gave no clear answer, and the team is as it was. Try again in a few minutes."
UNCLEAR = (
    "RingCentral gave no clear answer, so the team may or may not be changed. Greenroom goes on looking, and tells you "
    "what came of it."
)


class Unclear(ProviderError):
    """Nobody knows yet whether it is done; it is looked at again later."""


@dataclass(frozen=True)
class Recast:
    """The whole team where it had to be read, else empty; and what an answer after that says has changed."""

    changed: TeamChanged = field(default_factory=TeamChanged)
    team: Sequence[Invitee] = ()


class Recasting:
    """Asks one provider. There is no key by which the same request could be told from another one: we look."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Ask this one."""
        self._provider = provider

    async def change(
        self, webinar: Webinar, order: Order, known: Mapping[str, Member], caller: Caller, *, resumed: bool
    ) -> Recast:
        """One call; where that is not clear, or not possible any more, a look and one more for what is left.

        `known` are those of the team whom we know, by their ids. `resumed`: it may have been asked for before, so the
        look comes first. Raises `Unclear` where only time can tell; with any other `ProviderError` nothing is changed.
        """
        left, recast, trouble = order, Recast(), ""
        if resumed:
            recast, left = await self._look(webinar, order, known, caller, is_unclear=True)
        for _ in range(TRIES):
            if not left:
                return recast
            try:
                changed = await self._provider.change_team(webinar.webinar_id, webinar.session_id, left.change, caller)
            except OutcomeUnknown:
                trouble = NOT_DONE
            except (ProviderConflict, ProviderGone):
                # Somebody was invited or removed elsewhere meanwhile: what is left to do may be less.
                trouble = MEANWHILE
            else:
                return Recast(changed, recast.team)
            log.info("team.looked_at", extra={"session": webinar.session_id, "is_unclear": trouble == NOT_DONE})
            recast, left = await self._look(webinar, order, known, caller, is_unclear=trouble == NOT_DONE)
        if left:
            raise ProviderError(trouble)
        return recast

    async def _look(
        self, webinar: Webinar, order: Order, known: Mapping[str, Member], caller: Caller, *, is_unclear: bool
    ) -> tuple[Recast, Order]:
        """The team as it is, and what is left to do."""
        try:
            listed = await self._provider.invitees(webinar.webinar_id, webinar.session_id, caller)
        except ProviderError as error:
            if is_unclear and not isinstance(error, ProviderGone):
                raise Unclear(UNCLEAR) from error
            raise
        members = [known.get(one.invitee_id, Member(invitee=one)).model_copy(update={"invitee": one}) for one in listed]
        return Recast(team=listed), left_of(order, members)
