"""Register the user of a seat, and find the registrant after a lost response or a registration elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot.errors import OutcomeUnknown, ProviderConflict, ProviderError, ProviderGone, ProviderRefused
from bot.model import external_id
from bot.model.registrant import Registrant, RegistrantDetails, RegistrantStatus
from bot.model.seat import Seat
from bot.providers.base import Caller, WebinarProvider
from bot.providers.names import named

log = logging.getLogger(__name__)

MAX_TRIES = 2
UNCLEAR = (
    "{provider} gave no clear answer, so this is not certain yet. Greenroom goes on by itself, "
    "and tells you in a direct message how it ended."
)
DENIED = (
    "An organizer has denied your registration for this webinar, so you cannot register again. Ask them if you think "
    "this is a mistake: they can still approve it."
)
ADDRESS_TAKEN = (
    "Someone is already registered with this email address. If it is you, use the link in the email from {provider}; "
    "otherwise register with another address."
)


class SeatUnclear(OutcomeUnknown):
    """The outcome is unknown; it is resumed without the user."""

    def __init__(self, session_id: str) -> None:
        """Say so of a seat of this webinar."""
        super().__init__(named(UNCLEAR, session_id))


class SeatRegistrar:
    """Register at one provider. There is no idempotency key: on an unknown outcome, look up the registrant."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Register at this provider."""
        self._provider = provider

    async def register(self, seat: Seat, caller: Caller) -> Registrant:
        """Register the user of this seat: one call, and a lookup in the list if the outcome is unknown.

        Raises the refusal, `ProviderConflict` if another person has the address, and `SeatUnclear`. After any other
        error the user is not registered.
        """
        is_sure = True
        for _ in range(MAX_TRIES):
            try:
                return await self._provider.register(seat.session_id, registrant_details(seat), caller)
            except ProviderConflict as conflict:
                found = await self.find(seat, caller)
                if found is None:
                    taken = named(ADDRESS_TAKEN, seat.session_id)
                    raise ProviderConflict(taken, code=conflict.code, status=conflict.status) from conflict
                return _not_denied(found)
            except ProviderRefused:
                # The first try may have completed late, and taken the last place.
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
        raise SeatUnclear(seat.session_id)

    async def check_address(self, seat: Seat, address: str, caller: Caller) -> None:
        """Raise `ProviderConflict` if another registrant has this address: one call per page of registrants."""
        for status in RegistrantStatus:
            for registrant in await self._provider.registrants(seat.session_id, caller, status):
                if registrant.address == address and registrant.registrant_id != seat.registrant_id:
                    raise ProviderConflict(named(ADDRESS_TAKEN, seat.session_id))

    async def find(self, seat: Seat, caller: Caller) -> Registrant | None:
        """The registrant of this seat, if listed in any status: one call per page of registrants.

        Raises `ProviderGone` if the webinar does not exist any more, else `SeatUnclear`.
        """
        try:
            for status in RegistrantStatus:
                found = own_registrant(await self._provider.registrants(seat.session_id, caller, status), seat)
                if found:
                    return found
        except ProviderGone:
            raise
        except ProviderError as error:
            raise SeatUnclear(seat.session_id) from error
        return None


def _not_denied(registrant: Registrant) -> Registrant:
    """The registrant. Raises `ProviderRefused` if an organizer has denied them: they cannot register once more."""
    if registrant.status is RegistrantStatus.DENIED:
        raise ProviderRefused(DENIED)
    return registrant


def registrant_details(seat: Seat) -> RegistrantDetails:
    """The registration request for this seat."""
    person = seat.attendee
    return RegistrantDetails(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        external_id=external_id.encode(external_id.seat_pairs(seat.account.workspace.team_id, seat.user_id)),
        source=seat.source,
        fields=person.fields,
    )


def own_registrant(listed: Iterable[Registrant], seat: Seat) -> Registrant | None:
    """The registrant of this seat: by our external id, or by an address that Slack confirms.

    A typed address proves nothing: its registrant's link belongs to the owner of that mailbox.
    """
    who = set(external_id.seat_pairs(seat.account.workspace.team_id, seat.user_id))
    registrants = list(listed)
    address = seat.attendee.address if seat.attendee.is_own_address else None
    by_external_id = [one for one in registrants if who <= set(external_id.decode(one.external_id))]
    by_address = [one for one in registrants if one.address == address]
    return next(iter([*by_external_id, *by_address]), None)


def with_registrant(seat: Seat, registrant: Registrant) -> Seat:
    """The seat with the provider's values; what the provider leaves out is kept."""
    was = seat.attendee
    attendee = was.model_copy(
        update={
            "first_name": registrant.first_name or was.first_name,
            "last_name": registrant.last_name or was.last_name,
            "email": registrant.email or was.email,
            "is_own_address": was.is_own_address and registrant.address in ("", was.address),
        }
    )
    links = {"join_link": registrant.join_link, "cancel_link": registrant.cancel_link}
    changes: dict[str, object] = {name: link for name, link in links.items() if link.get_secret_value()}
    changes |= {"attendee": attendee, "registrant_id": registrant.registrant_id, "status": registrant.status}
    if registrant.sequence is not None:
        changes["sequence"] = max(seat.sequence, registrant.sequence)
    return seat.model_copy(update=changes)
