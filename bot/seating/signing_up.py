"""Signs a person up at RingCentral, and finds them there again where an answer got lost or they came another way."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot import external_id
from bot.errors import OutcomeUnknown, ProviderConflict, ProviderError, ProviderGone, ProviderRefused
from bot.models import Workspace
from bot.providers import Caller, WebinarProvider
from bot.registrants import Applicant, Registrant
from bot.seat import Seat

log = logging.getLogger(__name__)

TRIES = 2
UNCLEAR = (
    "RingCentral gave no clear answer, so this is not certain yet. Greenroom goes on by itself, "
    "and tells you in a direct message how it ended."
)
SOMEBODYS = (
    "Somebody is registered with this e-mail address already, and the link is theirs. If it is you, the link is in "
    "the e-mail from RingCentral. Otherwise register with another address."
)


class Unclear(OutcomeUnknown):
    """Nobody knows yet how it ended; it goes on by itself."""


class SigningUp:
    """Asks one provider. There is no key by which the same request could be told from another one: we look."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Ask this one."""
        self._provider = provider

    async def register(self, seat: Seat, caller: Caller) -> Registrant:
        """Register the person of this seat: one call, and a look at the list where the answer leaves doubt.

        Raises what is refused, `ProviderConflict` where the address is somebody else's, and `Unclear`. Of any other
        error nothing is left there.
        """
        is_sure = True
        for _ in range(TRIES):
            try:
                return await self._provider.register(seat.session_id, applicant(seat), caller)
            except ProviderConflict as conflict:
                found = await self.find(seat, caller)
                if found is None:
                    raise ProviderConflict(SOMEBODYS, code=conflict.code, status=conflict.status) from conflict
                return found
            except ProviderRefused:
                # The first try may have come late, and taken the last seat.
                found = None if is_sure else await self.find(seat, caller)
                if found is None:
                    raise
                return found
            except ProviderError as error:
                if is_sure and not isinstance(error, OutcomeUnknown):
                    raise
                log.warning("seat.unclear", extra={"session": seat.session_id, "status": error.status})
            is_sure = False
            found = await self.find(seat, caller)
            if found:
                return found
        raise Unclear(UNCLEAR)

    async def find(self, seat: Seat, caller: Caller) -> Registrant | None:
        """The person of this seat, if they are on the list: one call per 1,000 people.

        Raises `ProviderGone` where the webinar is no more, and nobody has a seat at it; else `Unclear`.
        """
        try:
            listed = await self._provider.registrants(seat.session_id, caller)
        except ProviderGone:
            raise
        except ProviderError as error:
            raise Unclear(UNCLEAR) from error
        return own_among(listed, seat)


def applicant(seat: Seat) -> Applicant:
    """The person of this seat as RingCentral is told of them."""
    person = seat.attendee
    return Applicant(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        external_id=external_id.encode(_who(seat.account.workspace, seat.user_id)),
        source=seat.source,
    )


def own_among(listed: Iterable[Registrant], seat: Seat) -> Registrant | None:
    """Which of them the person of this seat is: by our own mark, or by an address that Slack says is theirs.

    An address that was typed proves nothing: its registrant's link is for whoever reads the mail sent there.
    """
    who = set(_who(seat.account.workspace, seat.user_id))
    everybody = list(listed)
    marked = [one for one in everybody if who <= set(external_id.decode(one.external_id))]
    known = [one for one in everybody if seat.attendee.is_own_address and one.address == seat.attendee.address]
    return next(iter([*marked, *known]), None)


def as_listed(seat: Seat, there: Registrant) -> Seat:
    """The seat as RingCentral has it: what it leaves out stays as it is known here."""
    was = seat.attendee
    attendee = was.model_copy(
        update={
            "first_name": there.first_name or was.first_name,
            "last_name": there.last_name or was.last_name,
            "email": there.email or was.email,
            "is_own_address": was.is_own_address and there.address in ("", was.address),
        }
    )
    links = {"join_link": there.join_link, "cancel_link": there.cancel_link}
    changes: dict[str, object] = {name: link for name, link in links.items() if link.get_secret_value()}
    changes |= {"attendee": attendee, "registrant_id": there.registrant_id}
    if there.sequence is not None:
        changes["sequence"] = max(seat.sequence, there.sequence)
    return seat.model_copy(update=changes)


def _who(workspace: Workspace, user_id: str) -> list[tuple[str, str]]:
    return [("team", workspace.team_id), ("user", user_id)]
