"""Several providers behind one port: each call goes to the provider that owns the id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.errors import ProviderError, ProviderForbidden
from bot.model.registrant import RegistrantStatus
from bot.providers.base import Caller, Page, RegistrationChange, WebinarProvider
from bot.providers.event_ref import EventRef, provider_name

if TYPE_CHECKING:
    from bot.model.attendance import Participation, PastSession
    from bot.model.form_rules import FormRules
    from bot.model.people import Coworker, ServiceUser
    from bot.model.question import Question
    from bot.model.recording import MediaKind, Recording, RecordingFile
    from bot.model.recurrence import EventForm
    from bot.model.registrant import Decision, Registrant, RegistrantDetails
    from bot.model.team import Invitee, TeamChange, TeamChangeResult
    from bot.model.webinar import Registration, SessionFacts, WebinarFacts, WebinarForm
    from bot.model.webinar_edit import WebinarEdit
    from bot.providers.events import EventHint, EventSubscription

NOT_CONNECTED = (
    "Greenroom is no longer connected to {}, so it can't read or change this webinar. A Greenroom administrator can "
    "connect it again in its settings."
)


class RoutingProvider(WebinarProvider):
    """All providers of a workspace as one.

    What has no id goes to the first provider (`primary`), except lists, which hold what all of them have.
    """

    name = "ringcentral"
    """The name in the keys of all rows, whichever providers there are: their ids cannot collide."""
    lists_all_hosts = False

    def __init__(self, providers: Mapping[str, WebinarProvider]) -> None:
        """`providers` are by the prefix of their ids, at least one."""
        self.providers: Mapping[str, WebinarProvider] = MappingProxyType(dict(providers))
        self.primary = next(iter(self.providers.values()))
        self.has_event_subscriptions = self.primary.has_event_subscriptions

    @property
    def display_names(self) -> tuple[str, ...]:
        """The names of all."""
        return tuple(name for one in self.providers.values() for name in one.display_names)

    def at(self, prefix: str) -> WebinarProvider:
        """The provider with this prefix; the first one if it is not connected."""
        return self.providers.get(prefix, self.primary)

    def form_rules(self, kind: EventForm) -> FormRules:
        """Those of the first one; see `rules_at`."""
        return self.primary.form_rules(kind)

    def rules_at(self, prefix: str, kind: EventForm) -> FormRules:
        """The rules of the provider whose ids have this prefix, or of the first one if it is not connected."""
        return self.providers.get(prefix, self.primary).form_rules(kind)

    def provider_of(self, event_id: str) -> WebinarProvider:
        """The provider of this webinar, session or recording. Raises `ProviderForbidden` if it is not connected."""
        provider = self.providers.get(EventRef.parse(event_id).prefix)
        if provider is None:
            # Not `ProviderGone`: nothing is known about the event, and it must not count as deleted.
            raise ProviderForbidden(NOT_CONNECTED.format(provider_name(event_id)))
        return provider

    async def event_subscriptions(self, caller: Caller) -> list[EventSubscription]:
        """See the port."""
        return await self.primary.event_subscriptions(caller)

    async def event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:
        """See the port."""
        return await self.primary.event_subscription(subscription_id, caller)

    async def subscribe(
        self, address: str, token: str, hosts: Sequence[str], lifetime: timedelta, caller: Caller
    ) -> EventSubscription:
        """See the port."""
        return await self.primary.subscribe(address, token, hosts, lifetime, caller)

    async def renew_event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:
        """See the port."""
        return await self.primary.renew_event_subscription(subscription_id, caller)

    async def unsubscribe(self, subscription_id: str, caller: Caller) -> None:
        """See the port."""
        await self.primary.unsubscribe(subscription_id, caller)

    def read_delivery(self, raw: bytes) -> EventHint:
        """See the port. A stored delivery begins with the prefix of its provider, or is the first one's."""
        owners = (one for prefix, one in self.providers.items() if prefix and raw.startswith(f"{prefix}:".encode()))
        return next(owners, self.primary).read_delivery(raw)

    async def past_session(self, webinar_id: str, session_id: str, caller: Caller) -> PastSession:
        """See the port."""
        return await self.provider_of(webinar_id).past_session(webinar_id, session_id, caller)

    async def participants_page(
        self, webinar_id: str, session_id: str, token: str | None, caller: Caller
    ) -> Page[Participation]:
        """See the port."""
        return await self.provider_of(webinar_id).participants_page(webinar_id, session_id, token, caller)

    async def recordings(
        self, since: datetime, until: datetime, caller: Caller, session_ids: Sequence[str] = ()
    ) -> list[Recording]:
        """See the port: of all providers that answer. Raises `ProviderError` if none does."""
        found: list[Recording] = []
        errors: list[ProviderError] = []
        for prefix, provider in self.providers.items():
            own = [one for one in session_ids if EventRef.parse(one).prefix == prefix]
            try:
                found += await provider.recordings(since, until, caller, own)
            except ProviderError as error:
                errors.append(error)
        if len(errors) == len(self.providers):
            raise errors[0]
        return found

    async def recording(self, recording_id: str, caller: Caller) -> Recording:
        """See the port."""
        return await self.provider_of(recording_id).recording(recording_id, caller)

    async def recording_download(self, recording_id: str, kind: MediaKind, caller: Caller) -> RecordingFile:
        """See the port."""
        return await self.provider_of(recording_id).recording_download(recording_id, kind, caller)

    async def service_user(self, caller: Caller) -> ServiceUser:
        """See the port."""
        return await self.primary.service_user(caller)

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """See the port."""
        return await self.primary.coworkers(caller)

    async def find_coworker(self, address: str, caller: Caller) -> Coworker | None:
        """See the port."""
        return await self.primary.find_coworker(address, caller)

    async def create_webinar(self, form: WebinarForm, host: Coworker | None, caller: Caller) -> WebinarFacts:
        """See the port."""
        return await self.at(form.provider).create_webinar(form, host, caller)

    async def candidates(
        self, form: WebinarForm, host: Coworker | None, begun_at: datetime, known_ids: frozenset[str], caller: Caller
    ) -> list[WebinarFacts]:
        """See the port."""
        return await self.at(form.provider).candidates(form, host, begun_at, known_ids, caller)

    async def create_session(self, webinar_id: str, form: WebinarForm, caller: Caller) -> SessionFacts:
        """See the port."""
        return await self.provider_of(webinar_id).create_session(webinar_id, form, caller)

    async def find_session(self, webinar_id: str, start: datetime, caller: Caller) -> SessionFacts | None:
        """See the port."""
        return await self.provider_of(webinar_id).find_session(webinar_id, start, caller)

    async def session(self, webinar_id: str, session_id: str, caller: Caller) -> SessionFacts:
        """See the port."""
        return await self.provider_of(session_id).session(webinar_id, session_id, caller)

    async def dates(self, webinar_id: str, caller: Caller) -> list[SessionFacts] | None:
        """See the port."""
        return await self.provider_of(webinar_id).dates(webinar_id, caller)

    async def change_webinar(self, webinar_id: str, edit: WebinarEdit, caller: Caller) -> WebinarFacts:
        """See the port."""
        return await self.provider_of(webinar_id).change_webinar(webinar_id, edit, caller)

    async def change_session(self, webinar_id: str, session_id: str, edit: WebinarEdit, caller: Caller) -> SessionFacts:
        """See the port."""
        return await self.provider_of(session_id).change_session(webinar_id, session_id, edit, caller)

    async def delete_webinar(self, webinar_id: str, caller: Caller, session_id: str = "") -> None:
        """See the port."""
        await self.provider_of(webinar_id).delete_webinar(webinar_id, caller, session_id)

    async def sessions(self, ending_after: datetime, caller: Caller) -> list[SessionFacts]:
        """See the port. The mirror lists each provider alone, because one may not answer."""
        return [facts for one in self.providers.values() for facts in await one.sessions(ending_after, caller)]

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """See the port."""
        return await self.provider_of(session_id).registration(session_id, caller)

    async def change_registration(self, session_id: str, change: RegistrationChange, caller: Caller) -> Registration:
        """See the port."""
        return await self.provider_of(session_id).change_registration(session_id, change, caller)

    async def webinar(self, webinar_id: str, caller: Caller) -> WebinarFacts:
        """See the port."""
        return await self.provider_of(webinar_id).webinar(webinar_id, caller)

    async def invitees(self, webinar_id: str, session_id: str, caller: Caller) -> list[Invitee]:
        """See the port."""
        return await self.provider_of(session_id).invitees(webinar_id, session_id, caller)

    async def change_team(
        self, webinar_id: str, session_id: str, change: TeamChange, caller: Caller
    ) -> TeamChangeResult:
        """See the port."""
        return await self.provider_of(session_id).change_team(webinar_id, session_id, change, caller)

    async def questions(self, session_id: str, caller: Caller) -> tuple[Question, ...]:
        """See the port."""
        return await self.provider_of(session_id).questions(session_id, caller)

    async def registrants(
        self, session_id: str, caller: Caller, status: RegistrantStatus = RegistrantStatus.APPROVED
    ) -> list[Registrant]:
        """See the port."""
        return await self.provider_of(session_id).registrants(session_id, caller, status)

    async def decide(self, session_id: str, registrant_ids: Sequence[str], decision: Decision, caller: Caller) -> None:
        """See the port."""
        await self.provider_of(session_id).decide(session_id, registrant_ids, decision, caller)

    async def registrants_page(self, session_id: str, token: str | None, caller: Caller) -> Page[Registrant]:
        """See the port."""
        return await self.provider_of(session_id).registrants_page(session_id, token, caller)

    async def registrant(self, session_id: str, registrant_id: str, caller: Caller) -> Registrant:
        """See the port."""
        return await self.provider_of(session_id).registrant(session_id, registrant_id, caller)

    async def register(self, session_id: str, details: RegistrantDetails, caller: Caller) -> Registrant:
        """See the port."""
        return await self.provider_of(session_id).register(session_id, details, caller)

    async def register_many(
        self, session_id: str, details: Sequence[RegistrantDetails], caller: Caller
    ) -> list[Registrant | ProviderError]:
        """See the port."""
        return await self.provider_of(session_id).register_many(session_id, details, caller)

    def page_registrations_a_minute(self, session_id: str) -> int:
        """See the port."""
        return self.provider_of(session_id).page_registrations_a_minute(session_id)

    async def remove_registrant(self, session_id: str, registrant_id: str, caller: Caller) -> None:
        """See the port."""
        await self.provider_of(session_id).remove_registrant(session_id, registrant_id, caller)

    async def close(self) -> None:
        """Log out of all providers."""
        for provider in self.providers.values():
            await provider.close()
