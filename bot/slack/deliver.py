"""Delivers the result of work to its user: in the modal that shows the progress, or in a DM if that cannot show it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.background import BackgroundTasks
from bot.clock import monotonic
from bot.errors import GreenroomError
from bot.slack.client import SlackApi
from bot.slack.message import Message, View
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

log = logging.getLogger(__name__)

NOT_FOUND = ("not_found", "view_not_found")
HASH_CONFLICT = "hash_conflict"
MAX_FORMS = 1_000


@dataclass(frozen=True)
class Pace:
    """How long to try, in seconds."""

    patience: float = 3.0
    """How long a modal may take to show a result."""
    appearance: float = 1.5
    """How long a modal that our response opens may be unknown to Slack. After that it counts as closed."""
    pause: float = 0.1
    """The wait before the second try, doubled for each further one."""
    later: tuple[float, ...] = (10.0, 60.0, 300.0)
    """The waits before a modal that Slack did not update is updated after all, when its user has the DM already."""
    post_pauses: tuple[float, ...] = (1.0, 5.0, 20.0)
    """The waits before a DM is sent again: after a rate limit at least as long as Slack demands."""
    longest_limit: float = 60.0
    """A rate limit that is longer than this is not waited for."""
    long_wait: float = 10.0
    """A user who has to wait for the provider longer than this may turn to something else."""


class LatestChoices:
    """When the latest choice was made in each of the forms that were used last."""

    def __init__(self) -> None:
        """Of no form yet."""
        self._at: dict[str, float] = {}

    def is_latest(self, view_id: str, chosen_at: float) -> bool:
        """Whether no later choice is known in this form; remember this one."""
        latest = max(chosen_at, self._at.pop(view_id, 0.0))
        self._at[view_id] = latest
        if len(self._at) > MAX_FORMS:
            self._at.pop(next(iter(self._at)))
        return latest == chosen_at


class ResultDelivery:
    """Delivers results to the users of one workspace."""

    def __init__(self, slack: SlackApi, background: BackgroundTasks) -> None:
        """`background` updates modals later."""
        self.slack = slack
        self.background = background
        self.pace = Pace()
        self._choices = LatestChoices()

    def window(self, user_id: str, view_id: str, *, external_id: str = "") -> ResultWindow:
        """The modal of this id, or of the external id that our response gave it."""
        return ResultWindow(self, user_id, view_id, external_id)

    async def show(self, view_id: str, user_id: str, view: View, message: Message) -> None:
        """Show `view` in this modal, or send `message`. Raises what Slack answers to the message."""
        await self.window(user_id, view_id).show(view, message)

    async def show_fields(self, view_id: str, view: View, *, view_hash: str, chosen_at: float) -> None:
        """Show a form with the fields that belong to a choice in it, unless a later choice was made there.

        `view_hash` is that of the view in which the choice was made, `chosen_at` Slack's time of it. Nothing is shown
        if Slack does not do so at once: the form that is there can still be sent.
        """
        if not self._choices.is_latest(view_id, chosen_at):
            return
        try:
            await self.slack.update(view_id, view, view_hash=view_hash)
        except SlackRefused as refused:
            if refused.code != HASH_CONFLICT or not self._choices.is_latest(view_id, chosen_at):
                log.info("view.fields_not_shown", extra={"reason": refused.code})
                return
            await self.window("", view_id).note(view)  # in place of the fields of an earlier choice
        except (SlackBusy, SlackOutcomeUnknown):
            await self.window("", view_id).note(view)

    async def post(self, user_id: str, message: Message) -> None:
        """Send a DM. Without a clear answer from Slack, send it again: twice rather than never.

        Raises `ChannelUnreachable`, `SlackRefused`, or the last error if Slack does not recover.
        """
        for pause in self.pace.post_pauses:
            try:
                await self.slack.post(user_id, message)
            except SlackBusy as busy:
                if busy.seconds > self.pace.longest_limit:
                    raise
                await asyncio.sleep(max(busy.seconds, pause))
            except SlackOutcomeUnknown:
                await asyncio.sleep(pause)
            else:
                return
        await self.slack.post(user_id, message)

    async def reply(
        self,
        response_url: str,
        user_id: str,
        message: Message,
        *,
        replace: bool = False,
        notification: Message | None = None,
    ) -> None:
        """Reply to a command or a click; in a DM if its URL is used up, has expired, or Slack does not answer there.

        A `notification` is sent as a DM after a reply that the user may not see, because they had to wait for it.
        """
        try:
            await self.slack.respond(response_url, message, replace=replace)
        except (SlackRefused, SlackOutcomeUnknown) as error:
            log.info("reply.sent_as_message", extra={"reason": type(error).__name__})
            await self.post(user_id, message)
        else:
            if notification is not None:
                await self.post(user_id, notification)


class ResultWindow:
    """A modal in which a user waits. What happens to it never ends the work whose result it shows."""

    def __init__(self, delivery: ResultDelivery, user_id: str, view_id: str, external_id: str) -> None:
        """See `ResultDelivery.window`."""
        self._delivery = delivery
        self._user_id = user_id
        self._view_id = view_id
        self._external_id = external_id
        self._updating = asyncio.Lock()
        self._shown = 0

    async def note(self, view: View) -> None:
        """Show progress, unless the result was shown. Raises nothing that Slack answers."""
        async with self._updating:
            if not self._shown:
                await self._update(view, self._delivery.pace.patience)

    async def show(self, view: View, message: Message | None = None, *, even_if_closed: bool = True) -> None:
        """Show a result in the modal if Slack does so within seconds; if not, send `message`.

        A modal that Slack does not update now is updated later, so that none shows progress forever. Raises what
        `ResultDelivery.post` raises.
        """
        self._shown += 1
        turn = self._shown
        async with self._updating:
            error = await self._update_within(view, self._delivery.pace.patience)
        if error is None:
            return
        if not _is_closed(error) and not isinstance(error, SlackRefused):
            self._delivery.background.start(self._update_later(view, turn), "update modal", resumable=True)
        was_closed = _is_closed(error) and bool(self._view_id)
        if message is not None and (even_if_closed or not was_closed):
            await self._delivery.post(self._user_id, message)

    async def _update_within(self, view: View, seconds: float) -> GreenroomError | None:
        """Update the modal; the last error if it does not succeed in time."""
        began, pause = monotonic(), self._delivery.pace.pause
        while True:
            error = await self._update(view, began + seconds - monotonic())
            wait = max(pause, error.seconds) if isinstance(error, SlackBusy) else pause
            limit = seconds
            if isinstance(error, SlackRefused):
                limit = self._delivery.pace.appearance if _is_closed(error) else 0.0
            if error is None or monotonic() + wait >= began + limit:
                return error
            await asyncio.sleep(wait)
            pause *= 2

    async def _update_later(self, view: View, turn: int) -> None:
        for pause in self._delivery.pace.later:
            await asyncio.sleep(pause)
            async with self._updating:
                if turn != self._shown:
                    return  # a later result is in its place
                error = await self._update(view, self._delivery.pace.patience)
            if error is None or isinstance(error, SlackRefused):
                return

    async def _update(self, view: View, seconds: float) -> GreenroomError | None:
        """Update the modal once; the error if Slack did not."""
        if not (self._view_id or self._external_id):
            return SlackRefused(NOT_FOUND[0])
        try:
            async with asyncio.timeout(seconds):
                await self._send(view)
        except TimeoutError:
            return SlackOutcomeUnknown()
        except (SlackRefused, SlackBusy, SlackOutcomeUnknown) as error:
            if not _is_closed(error):
                extra = {"callback_id": view.get("callback_id", ""), "reason": type(error).__name__}
                log.warning("view.update_failed", extra={**extra, "code": getattr(error, "code", "")})
            return error
        return None

    async def _send(self, view: View) -> None:
        slack = self._delivery.slack
        if not self._view_id:
            # It keeps its external id: Slack may update it without an answer.
            named = {**view, "external_id": self._external_id}
            self._view_id = await slack.update_by_external_id(self._external_id, named)
        elif not await slack.update(self._view_id, view):
            raise SlackRefused(NOT_FOUND[0])


def _is_closed(error: GreenroomError) -> bool:
    return isinstance(error, SlackRefused) and error.code in NOT_FOUND
