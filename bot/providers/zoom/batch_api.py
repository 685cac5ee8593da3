"""Register many people of a single meeting or webinar at Zoom: up to 30 with one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from bot.errors import AttemptsUsed, BatchRefused, OutcomeUnknown, ProviderConflict, ProviderError, ProviderRefused
from bot.model.registrant import Registrant, RegistrantDetails, RegistrantStatus
from bot.providers.event_ref import EventRef
from bot.providers.zoom.limits import Label, address_key
from bot.providers.zoom.no_answer import UNKNOWN
from bot.providers.zoom.records import EventKind, EventRecord, parse_record
from bot.providers.zoom.refusals import NOT_SINGLE
from bot.providers.zoom.registrant_payloads import check_details
from bot.providers.zoom.registrant_records import ZoomRegistrantRecord
from bot.providers.zoom.registrants_api import KNOWN_FOR, LISTED, RegistrantsApi

if TYPE_CHECKING:
    from bot.providers.caller import Caller

PATH = "/batch_registrants"
Outcomes = dict[str, Registrant | ProviderError]
"""By the address of each person."""


class BatchAnswerRecord(ZoomRegistrantRecord):
    """The answer to a batch: of each person the address, the id and, if they are approved, the link."""

    registrants: tuple[ZoomRegistrantRecord, ...] = Field(default=(), repr=False)


class BatchApi(RegistrantsApi):
    """The part of the client that registers many people at once."""

    async def register_many(
        self, session_id: str, details: Sequence[RegistrantDetails], caller: Caller
    ) -> list[Registrant | ProviderError]:
        """See the port. One Heavy call, after a Light one, and once a minute the lists of all statuses."""
        ref = EventRef.parse(session_id)
        event = await self._event(ref.event_id, caller)
        if not event.is_single:
            raise BatchRefused(NOT_SINGLE)
        outcomes = await self._refused_before(ref, details, caller)
        people = {one.address: one for one in details if one.address not in outcomes}
        for _ in range(2):  # again without those whose attempts were used up meanwhile
            outcomes |= await self._used_up(people, caller)
            people = {address: one for address, one in people.items() if address not in outcomes}
            if not people:
                break
            try:
                outcomes |= await self._register_batch(ref, event, people, caller)
            except AttemptsUsed:
                continue
            except OutcomeUnknown as unknown:
                self._known.pop(ref, None)  # so that their addresses are read again before the next call
                outcomes |= dict.fromkeys(people, unknown)
            break
        unclear = OutcomeUnknown(UNKNOWN)
        return [outcomes.get(one.address, unclear) for one in details]

    async def _refused_before(self, ref: EventRef, details: Sequence[RegistrantDetails], caller: Caller) -> Outcomes:
        """The errors of people who need no call: data that Zoom does not accept, and addresses that are listed."""
        listed, outcomes = await self._listed_addresses(ref, caller), Outcomes()
        for one in details:
            try:
                check_details(one)
            except ProviderRefused as refusal:
                outcomes[one.address] = refusal
                continue
            if one.address in listed:
                outcomes[one.address] = ProviderConflict(LISTED[RegistrantStatus.APPROVED])
        return outcomes

    async def _listed_addresses(self, ref: EventRef, caller: Caller) -> set[str]:
        """The addresses of an event in any status; they are read once a minute while a list is registered."""
        now = self._clock.now()
        if ref in self._known and now - self._known[ref][0] < KNOWN_FOR:
            return self._known[ref][1]
        found: set[str] = set()
        for status in RegistrantStatus:
            found |= {one.address async for one in self._listed(ref.event_id, "", status, caller)}
        self._known = {ref: (now, found)}
        return found

    async def _used_up(self, people: dict[str, RegistrantDetails], caller: Caller) -> Outcomes:
        keys = {address: address_key(address) for address in people}
        used_up = await self._gate.used_up(list(keys.values()), caller.lane)
        return {address: used_up[key] for address, key in keys.items() if key in used_up}

    async def _register_batch(
        self, ref: EventRef, event: EventRecord, people: dict[str, RegistrantDetails], caller: Caller
    ) -> Outcomes:
        """Register these people with one call."""
        body = await self._on_event(
            "POST",
            PATH,
            ref.event_id,
            label=Label.HEAVY,
            caller=caller,
            changes=True,
            addresses=tuple(people),
            json=_batch_body(event, list(people.values())),
        )
        self._known.get(ref, (None, set[str]()))[1].update(people)
        found = {one.email.lower(): one for one in parse_record(BatchAnswerRecord, body, changes=True).registrants}
        return {address: _registered(found[address], one) for address, one in people.items() if address in found}


def _registered(record: ZoomRegistrantRecord, details: RegistrantDetails) -> Registrant:
    sent = details.model_dump(include={"first_name", "last_name", "source"})
    return record.registrant().model_copy(update={**sent, "email": details.address})


def _batch_body(event: EventRecord, people: Sequence[RegistrantDetails]) -> dict[str, Any]:
    """The body of a batch; that of a meeting says itself whether Zoom writes to people, as the meeting is set."""
    registrants = [
        {"email": one.address, "first_name": one.first_name, **({"last_name": one.last_name} if one.last_name else {})}
        for one in people
    ]
    body: dict[str, Any] = {"registrants": registrants, "auto_approve": all(one.is_approved for one in people)}
    if event.kind is EventKind.MEETING:
        settings = event.settings
        mails = settings.registrants_confirmation_email and settings.registrants_email_notification
        body["registrants_confirmation_email"] = mails
    return body
