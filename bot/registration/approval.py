"""Approve or deny people who wait for approval, thirty in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import BadInput, ProviderError
from bot.model.ability import Ability
from bot.model.registrant import MAX_DECISIONS, Decision

if TYPE_CHECKING:
    from bot.model.webinar import Webinar
    from bot.providers.base import Caller, WebinarProvider
    from bot.registration.registrant_cache import RegistrantCache, RegistrantList
    from bot.registration.seats.approvals import SeatApprovals

NO_APPROVAL = (
    "Everyone who registers for this webinar is approved at once, so there is nobody to approve or deny. You can "
    "remove people from the list instead."
)


@dataclass(frozen=True)
class DecisionResult:
    """What was decided, the list as it is now, and why the rest was not decided; empty if all was."""

    decided: tuple[str, ...]
    current: RegistrantList
    problem: str = ""


class Approvals:
    """Decisions about the registrants of one account."""

    def __init__(self, provider: WebinarProvider, registrants: RegistrantCache, seats: SeatApprovals) -> None:
        """`seats` notifies the Slack users among them."""
        self._provider = provider
        self._registrants = registrants
        self._seats = seats

    async def decide(
        self, webinar: Webinar, registrant_ids: Sequence[str], decision: Decision, user_id: str, caller: Caller
    ) -> DecisionResult:
        """Decide about these people: one call for each thirty, then one reading of the lists, which have the links.

        Slack users with a seat are notified. Raises the refusal if nobody was decided about.
        """
        if Ability.APPROVE not in webinar.abilities:
            raise BadInput(NO_APPROVAL)
        decided: list[str] = []
        problem = ""
        for first in range(0, len(registrant_ids), MAX_DECISIONS):
            part = registrant_ids[first : first + MAX_DECISIONS]
            try:
                await self._provider.decide(webinar.session_id, part, decision, caller)
            except ProviderError as error:
                if not decided:
                    raise
                problem = error.sentence
                break
            decided += part
        current = await self._registrants.get(webinar, user_id, caller, force=True)
        await self._notify(webinar, decided, decision, current)
        return DecisionResult(tuple(decided), current, problem)

    async def _notify(
        self, webinar: Webinar, decided: Sequence[str], decision: Decision, current: RegistrantList
    ) -> None:
        links = {one.registrant_id: one.join_link for one in current.registrants}
        for registrant_id in decided:
            if decision is Decision.DENY:
                await self._seats.denied(webinar.session_id, registrant_id)
            elif registrant_id in links:
                await self._seats.approved(webinar.session_id, registrant_id, links[registrant_id])
