"""Cancels a webinar: deletes it at the provider, updates its cards, withdraws its reminders."""

from __future__ import annotations

from bot.errors import BadInput
from bot.model.webinar import Status, Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.providers.event_ref import provider_name
from bot.scheduler import Scheduler
from bot.sync.mirror import Mirror


class CancelService:
    """Cancels webinars."""

    def __init__(self, provider: WebinarProvider, mirror: Mirror, scheduler: Scheduler) -> None:
        """`scheduler` wakes the delivery, which deletes reminders scheduled at Slack."""
        self._provider = provider
        self._mirror = mirror
        self._scheduler = scheduler

    async def cancel(self, webinar: Webinar, caller: Caller, by: str) -> Webinar:
        """One vendor call. Raises `BadInput` for one that is live or over, and any `ProviderError`.

        `by` is the Slack user, who gets no notice of it. Deleting is safe to repeat: a missing webinar counts as
        deleted.
        """
        if webinar.status is Status.CANCELED:
            return webinar
        if webinar.status is not Status.SCHEDULED:
            provider = provider_name(webinar.id)
            raise BadInput(f"This webinar has already started, so it can't be canceled. End it in {provider} instead.")
        await self._provider.delete_webinar(webinar.webinar_id, caller, webinar.session_id)
        canceled = await self._mirror.set_status(webinar, Status.CANCELED, by)
        self._scheduler.wake()
        return canceled
