"""The port to webinar providers, in our own terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from bot.errors import ProviderError
from bot.model.people import Coworker, ServiceUser
from bot.model.question import Question
from bot.model.registrant import Decision, Registrant, RegistrantDetails, RegistrantStatus
from bot.model.team import Invitee, TeamChange, TeamChangeResult
from bot.model.webinar import Preferences, Registration, SessionFacts, WebinarFacts, WebinarForm
from bot.providers.caller import BULK, NOTE_TIMEOUT, NOTICE, PAGE, UPKEEP, Caller, Lane, Page, ignore_wait, send_at_once
from bot.providers.events import EventHint, EventSubscription
from bot.providers.history import HistoryProvider
from bot.providers.recordings import RecordingProvider

if TYPE_CHECKING:
    from bot.model.form_rules import FormRules
    from bot.model.recurrence import EventForm
    from bot.model.webinar_edit import WebinarEdit

__all__ = ["BULK", "NOTE_TIMEOUT", "NOTICE", "PAGE", "UPKEEP", "Caller", "Lane", "Page", "ignore_wait", "send_at_once"]


class Unchanged(Enum):
    """A marker for "do not change", in fields where `None` means "none"."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True)
class RegistrationChange:
    """A change of a registration. It states the final result, so it can be sent twice."""

    is_open: bool
    """Required, because RingCentral requires the status in every change, also if only the limit changes."""
    limit: int | Unchanged | None = UNCHANGED
    """The highest number of registrations; `None` for no limit."""
    preferences: Preferences | Unchanged = UNCHANGED


class EventProvider(Protocol):
    """A provider that delivers events. Every method but the last may raise any `ProviderError`."""

    async def event_subscriptions(self, caller: Caller) -> list[EventSubscription]:
        """The subscriptions of this app and user, of other installations too. One call."""
        ...

    async def event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:
        """One subscription. Raises `ProviderGone` if it has expired or was deleted. One call."""
        ...

    async def subscribe(
        self, address: str, token: str, hosts: Sequence[str], lifetime: timedelta, caller: Caller
    ) -> EventSubscription:
        """Have all events of these hosts delivered, or without hosts those of the whole company. One call.

        The provider calls the address before it answers. Each delivery carries the token. Never repeated
        automatically: raises `OutcomeUnknown` without a clear answer.
        """
        ...

    async def renew_event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:
        """Start its lifetime again. Raises `ProviderGone` if it has expired. One call."""
        ...

    async def unsubscribe(self, subscription_id: str, caller: Caller) -> None:
        """Delete a subscription. No error if it does not exist. One call."""
        ...

    def read_delivery(self, raw: bytes) -> EventHint:
        """What a delivery suggests; survives any content."""
        ...


class WebinarProvider(EventProvider, HistoryProvider, RecordingProvider, Protocol):
    """A webinar provider. Every method may raise any `ProviderError`; reads never raise `OutcomeUnknown`."""

    name: str
    has_event_subscriptions: bool
    """Whether webhooks are subscribed to by calls."""
    lists_all_hosts: bool
    """Whether `candidates` finds what any host has, and not only what the service user has."""

    @property
    def display_names(self) -> tuple[str, ...]:
        """The name that users know, or the names of several providers behind one."""
        ...

    def form_rules(self, kind: EventForm) -> FormRules:
        """What it accepts in the form of an event of this kind. No call."""
        ...

    async def service_user(self, caller: Caller) -> ServiceUser:
        """The user that we are logged in as, with its rights."""
        ...

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """All enabled people in the company directory who have an email address (every page)."""
        ...

    async def find_coworker(self, address: str, caller: Caller) -> Coworker | None:
        """The enabled person in the company with this email address, if there is one. One call."""
        ...

    async def create_webinar(self, form: WebinarForm, host: Coworker | None, caller: Caller) -> WebinarFacts:
        """Create a webinar with its settings, hosted by `host` or else by the service user. One call."""
        ...

    async def candidates(
        self, form: WebinarForm, host: Coworker | None, begun_at: datetime, known_ids: frozenset[str], caller: Caller
    ) -> list[WebinarFacts]:
        """What a creation that began then, and whose outcome is unknown, may have made, except those of `known_ids`.

        Nothing that somebody else certainly made, or that is complete in more than one step. Empty if it cannot be
        looked up: see `lists_all_hosts`.
        """
        ...

    async def create_session(self, webinar_id: str, form: WebinarForm, caller: Caller) -> SessionFacts:
        """Create the session (the date) of a webinar. One call."""
        ...

    async def find_session(self, webinar_id: str, start: datetime, caller: Caller) -> SessionFacts | None:
        """The session of this webinar that ends after `start`, if there is one."""
        ...

    async def session(self, webinar_id: str, session_id: str, caller: Caller) -> SessionFacts:
        """A session, without its host. Raises `ProviderGone` if it was deleted. One call."""
        ...

    async def change_webinar(self, webinar_id: str, edit: WebinarEdit, caller: Caller) -> WebinarFacts:
        """Change the fields of an edit that belong to the webinar; return the result. The host cannot change.

        One call, never repeated automatically. Raises `OutcomeUnknown` without a clear answer.
        """
        ...

    async def change_session(self, webinar_id: str, session_id: str, edit: WebinarEdit, caller: Caller) -> SessionFacts:
        """Change the fields of an edit that belong to the session; return the result. Refused once it has started.

        One call, never repeated automatically. Raises `OutcomeUnknown` without a clear answer.
        """
        ...

    async def delete_webinar(self, webinar_id: str, caller: Caller, session_id: str = "") -> None:
        """Delete a webinar with its session and invitees. No error if it does not exist. One call.

        Of a webinar with several dates, delete only that of `session_id`, if one is given.
        """
        ...

    async def dates(self, webinar_id: str, caller: Caller) -> list[SessionFacts] | None:
        """Every date of a webinar, listed or not; empty if it has none. Raises `ProviderGone`. One call.

        `None` without a call if the provider cannot read a webinar with its dates by itself.
        """
        ...

    async def sessions(self, ending_after: datetime, caller: Caller) -> list[SessionFacts]:
        """All sessions visible to the service user that end after `ending_after`. One call per 1,000."""
        ...

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """The registration of a session. Raises `ProviderGone` if there is none, or not yet. One call."""
        ...

    async def change_registration(self, session_id: str, change: RegistrationChange, caller: Caller) -> Registration:
        """Change the status, limit or preferences of a registration. Return the result: a full one stays closed.

        Raises `ProviderGone` if there is none, or not yet, and `OutcomeUnknown` if no try was answered. One call.
        """
        ...

    async def webinar(self, webinar_id: str, caller: Caller) -> WebinarFacts:
        """A webinar with its settings. One call."""
        ...

    async def invitees(self, webinar_id: str, session_id: str, caller: Caller) -> list[Invitee]:
        """The team, including the host. One call per 1,000."""
        ...

    async def change_team(
        self, webinar_id: str, session_id: str, change: TeamChange, caller: Caller
    ) -> TeamChangeResult:
        """Add, change and remove members of the team, all or none. One call, never repeated automatically.

        Raises `ProviderConflict` if one of them is already invited, and `OutcomeUnknown` without a clear answer.
        """
        ...

    async def questions(self, session_id: str, caller: Caller) -> tuple[Question, ...]:
        """The questions of its registration form; none if the provider does not tell. At most two calls."""
        ...

    async def registrants(
        self, session_id: str, caller: Caller, status: RegistrantStatus = RegistrantStatus.APPROVED
    ) -> list[Registrant]:
        """All registrants of a status in the order of the provider. One call per page, none for a status it lacks."""
        ...

    async def decide(self, session_id: str, registrant_ids: Sequence[str], decision: Decision, caller: Caller) -> None:
        """Approve, deny or cancel up to 30 registrants (`MAX_DECISIONS`). One call, and the result is final.

        Raises `RegistrationClosed` if there is no room for those to approve, and `OutcomeUnknown` without a clear
        answer; it can then be repeated.
        """
        ...

    async def registrants_page(self, session_id: str, token: str | None, caller: Caller) -> Page[Registrant]:
        """One page of the registrants in the order of their ids, the first one without a token. One call."""
        ...

    async def registrant(self, session_id: str, registrant_id: str, caller: Caller) -> Registrant:
        """One registrant. Raises `ProviderGone` if they were removed. One call."""
        ...

    async def register(self, session_id: str, details: RegistrantDetails, caller: Caller) -> Registrant:
        """Register a person. One call, never repeated automatically, except without custom links that are refused.

        Raises `ProviderConflict` if the address is already registered, `RegistrationClosed` if registration is
        closed, full or over, `AnswersRequired` if the registration form requires answers that `details` lacks, and
        `OutcomeUnknown` without a clear answer: look in `registrants` before a retry. A registrant who has to be
        approved first has the status `PENDING` and no join link.
        """
        ...

    async def register_many(
        self, session_id: str, details: Sequence[RegistrantDetails], caller: Caller
    ) -> list[Registrant | ProviderError]:
        """Register up to 30 people (`MAX_BATCH`) of an event with `BATCH_REGISTER`; return the outcome of each.

        Only names and addresses are sent: people with answers or sources are registered by `register`. An address that
        is listed in any status, or has used its attempts of the day, is left out, and its error returned. One call,
        never repeated automatically: without a clear answer the outcome is `OutcomeUnknown`; look in `registrants` of
        all statuses before a retry. Raises `BatchRefused` if nobody was registered but may be one at a time, and
        `RegistrationClosed` and other refusals of all of them.
        """
        ...

    def page_registrations_a_minute(self, session_id: str) -> int:
        """How many people our own pages can register a minute within the rate limit of this event. No call."""
        ...

    async def remove_registrant(self, session_id: str, registrant_id: str, caller: Caller) -> None:
        """Remove a registrant. No error if they do not exist. One call."""
        ...

    async def close(self) -> None:
        """Log out."""
        ...
