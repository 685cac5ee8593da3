"""One request from Slack (a command, a click or a submitted form), and the ways to answer its user."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.db.problems import database_problem
from bot.errors import GreenroomError
from bot.model.webinar import Webinar
from bot.providers.base import Caller, Lane
from bot.slack import error_message
from bot.slack.deliver import ResultWindow
from bot.slack.error_message import error_kind, message_view, sentence_message, sentence_view, wait_sentence
from bot.slack.message import Message, View
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused
from handlers.refill import refilled
from handlers.request_context import RequestContext

if TYPE_CHECKING:
    from bot.services import Services

log = logging.getLogger(__name__)

STILL_WORKING = "Still working on it. The answer follows here."
DONE = "Done. You can close this window."
FORM_AGAIN = "Look at the messages below the fields."
GO_ON = "You don't have to wait: the answer also comes as a direct message."
MAY_CLOSE = "You can close this window"
CLOSE_FREELY = f"{MAY_CLOSE}: a direct message then tells you when it is done."
READY = "What you were waiting for is ready, but its window is closed. Open it again to see it at once."
NOT_SHOWN = "Slack did not show what you asked for, so nothing was changed. Try again."


@dataclass
class SlackRequest(RequestContext):
    """A command, a click or a submitted form, and the ways to answer its user."""

    failure_view: Callable[[str], View] | None = None
    """Builds the view that replaces a progress view if the work fails; None if no progress view is shown."""
    failure_message: Callable[[str], Message] = sentence_message
    """Builds the direct message that is sent if that view cannot be shown: it must say what failed."""
    run_text: Callable[[SlackRequest, str], Awaitable[None]] | None = None
    """Runs a command for the user of this request, as if they had typed it."""
    is_early: bool = False
    """Whether a form was acknowledged before its listener has answered."""
    _window: ResultWindow | None = None
    _has_waited: bool = False
    """Whether the user was told of a long wait, and may have turned to something else."""

    async def refreshed_webinar(self, session_id: str, *, force: bool = False) -> Webinar:
        """Read the webinar at the provider (one call) if the user can see it. Raises like `find_webinar`."""
        await self.find_webinar(session_id)
        return await self.services.mirror.refresh(session_id, self.caller(Lane.LOOK), force=force)

    async def acknowledge(self, **answer: Any) -> None:
        """Acknowledge to Slack; only the first call counts. After an early one, the answer is shown in the modal."""
        if self.is_early:
            self.is_early = False
            await self._answer_late(answer.get("view"), answer.get("errors"))
        elif not self.acknowledged:
            self.acknowledged = True
            await self.ack(**answer)

    async def acknowledge_early(self) -> None:
        """Acknowledge a form whose listener takes too long for Slack, for example because the database is locked."""
        form = self.view or {}
        self.failure_view = self.failure_view or (lambda sentence: refilled(form, sentence))
        await self.acknowledge(response_action="update", view=message_view(sentence_message(STILL_WORKING)))
        self.is_early = True

    async def _answer_late(self, view: View | None, errors: Mapping[str, str] | None) -> None:
        if errors:
            form = refilled(self.view or {}, FORM_AGAIN, errors)
            await self.window.show(form, sentence_message("\n".join(errors.values())))
        elif view:
            await self.window.note(view)
        else:
            await self.window.show(message_view(sentence_message(DONE)))

    @property
    def window(self) -> ResultWindow:
        """The modal in which the user waits: the one of this request, unless another one was opened above it."""
        if self._window is None:
            self._window = self.services.results.window(self.user_id, self.view_id)
        return self._window

    async def reply(self, message: Message, *, replace: bool = False, notification: Message | None = None) -> None:
        """Reply to this user only: where the request was made, or in a DM if that is not possible.

        `replace` replaces the ephemeral message or the modal whose button was clicked. After a long wait, the reply, or
        `notification` instead, is sent as a DM as well.
        """
        if self.response_url:
            after_wait = (notification or message) if self._has_waited else None
            await self.services.results.reply(
                self.response_url, self.user_id, message, replace=replace, notification=after_wait
            )
        elif replace and self.view:
            await self.window.show(message_view(message), message)
        elif not ((self.view or self.answers_in_modal) and await self._push(message_view(message))):
            await self.services.results.post(self.user_id, message)

    async def note(self, sentence: str) -> None:
        """Say that work takes longer, once and where the request was made. Raises what Slack answers."""
        message = sentence_message(sentence)
        if self.response_url:
            await self.slack.respond(self.response_url, message)
        elif not (self.view and await self._push(message_view(message))):
            await self.slack.post(self.user_id, message)

    async def finish(self, view: View, message: Message) -> None:
        """Show the result of work: `view` in the modal if it can be shown there within seconds, else `message`."""
        await self.window.show(view, message)

    async def show(self, view: View, otherwise: str = NOT_SHOWN) -> None:
        """Show a form in the modal. If Slack does not, say `otherwise` in a DM, unless the user has closed it.

        If they closed it during a long wait, say in a DM that the wait is over.
        """
        sentence = READY if self._has_waited else otherwise
        await self.window.show(view, sentence_message(sentence), even_if_closed=self._has_waited)

    async def open(self, view: View) -> str:
        """Open a modal, on top of the one the request came from, and return its id."""
        if not self.view:
            return await self.slack.open(self.trigger_id, view)
        try:
            return await self.slack.push(self.trigger_id, view)
        except SlackRefused as refused:
            if refused.code != "push_limit_reached":
                raise
        # Slack stacks three modals at most: replace the top one.
        await self.slack.update(self.view_id, view)
        return self.view_id

    async def open_window(
        self, view: View, failure_view: Callable[[str], View] = sentence_view, *, is_optional: bool = False
    ) -> None:
        """Open a modal that shows progress, and show the result and any failure of the work there.

        If Slack does not answer, the modal may be open: the result is shown there, or sent as a DM. If Slack refuses
        it, raise, unless it is optional because the result can be sent as a DM.
        """
        name = token_hex(12)
        try:
            view_id = await self.open({**view, "external_id": name})
        except SlackOutcomeUnknown:
            self.use_window(failure_view, external_id=name)
        except (SlackBusy, SlackRefused):
            if not is_optional:
                raise
            self.use_window(failure_view)
        else:
            self.use_window(failure_view, view_id)

    def use_window(self, failure_view: Callable[[str], View], view_id: str = "", *, external_id: str = "") -> None:
        """Show the result in this modal, which a listener has opened; without an id, in a DM."""
        self.view = self.view or {"id": view_id}
        self.failure_view = failure_view
        self._window = self.services.results.window(self.user_id, view_id, external_id=external_id)

    def leave_window(self) -> None:
        """Report what follows in DMs: the modal shows a result that stays."""
        self.view, self.failure_view, self._window = None, None, None

    def caller(self, lane: Lane | None = None) -> Caller:
        """A caller for vendor calls on this user's behalf; tells the user how long a wait takes.

        Without a lane, it is that of people who manage, or that of people who take part.
        """

        async def note(seconds: float) -> None:
            self._has_waited = self._has_waited or seconds > self.services.results.pace.long_wait
            leave = GO_ON if self.response_url else CLOSE_FREELY
            await self.note(" ".join([self._wait(seconds), *([leave] if self._has_waited else [])]))

        return Caller(lane or self._lane, on_wait=note, who=self.user_id)

    def caller_with_progress(self, progress_view: Callable[[str], View]) -> Caller:
        """Like `caller`, for a modal that shows progress: a wait becomes the note of the progress view."""

        async def note(seconds: float) -> None:
            self._has_waited = self._has_waited or seconds > self.services.results.pace.long_wait
            view = progress_view(self._wait(seconds))
            if MAY_CLOSE not in str(view):
                view = progress_view(f"{self._wait(seconds)} {CLOSE_FREELY}")
            await self.window.note(view)

        return Caller(self._lane, on_wait=note, who=self.user_id)

    def _wait(self, seconds: float) -> str:
        return wait_sentence(seconds, self.services.mirror.provider_names)

    @property
    def _lane(self) -> Lane:
        return Lane.MANAGE if self.manages else Lane.PERSON

    def run_after_ack(self, work: Listener) -> None:
        """Run `work` in the background once Slack has our acknowledgement, so that no update can overtake it."""
        background = self.services.background
        background.start(self.run_guarded(work), getattr(work, "__name__", "listener"), after=background.grace)

    async def run_guarded(self, listener: Listener) -> None:
        """Run a listener and report any error to the user."""
        try:
            await listener(self)
        except Exception as error:  # noqa: BLE001 - the one place where any error may end up
            await self.report_error(error)

    async def report_error(self, error: Exception) -> None:
        """Show the error to the user: in the modal, else where the request was made, else in a DM."""
        reference = ""
        self.services.errors[error_kind(error)] += 1
        if not isinstance(error, GreenroomError):
            reference = token_hex(3).upper()
            if database_problem(error):
                log.error("database.unavailable", extra={"reason": type(error).__name__})
            else:
                log.error("error.unexpected", extra={"reference": reference}, exc_info=error)
        self.is_early = False
        if self.view and not self.acknowledged:
            await self.acknowledge(response_action="push", view=error_message.problem_view(error, reference))
            return
        await self.acknowledge()
        try:
            await self._show_error(error, reference)
        except GreenroomError as undeliverable:
            log.warning("error.undeliverable", extra={"reference": reference, "reason": undeliverable.sentence})

    async def _show_error(self, error: Exception, reference: str) -> None:
        sentence = error_message.error_sentence(error, reference, channel_id=self.channel_id)
        if self.failure_view:
            await self.window.show(self.failure_view(sentence), self.failure_message(sentence))
        elif not (self.view and await self._push(error_message.problem_view(error, reference))):
            await self.reply(self.failure_message(sentence))

    async def _push(self, view: View) -> bool:
        """Show a view above the modal, or in one where there is none. False if Slack does not."""
        try:
            await (self.slack.open if self.answers_in_modal else self.slack.push)(self.trigger_id, view)
        except (SlackRefused, SlackBusy, SlackOutcomeUnknown):
            return False
        return True


CommandListener: TypeAlias = Callable[[SlackRequest, Any], Awaitable[None]]
"""Handles one kind of command; the second argument is the parsed command."""
Listener: TypeAlias = Callable[[SlackRequest], Awaitable[None]]
"""Handles a click or a submitted form."""
Commands: TypeAlias = Mapping[type[Any], CommandListener]
Listeners: TypeAlias = Mapping[str, Listener]
EventListener: TypeAlias = Callable[["Services", Mapping[str, Any]], Awaitable[None]]
"""Handles an event, which has no user to answer."""
EventListeners: TypeAlias = Mapping[str, EventListener]


def once(listener: Listener) -> Listener:
    """The same listener for a button with an effect beyond its reply: a double click runs it once, in one replica."""

    async def run(request: SlackRequest) -> None:
        container = request.body.get("container") or {}
        click = (request.user_id, request.action_id, request.value, request.block_id, request.view_id)
        if await request.services.locks.is_first(*click, str(container.get("message_ts"))):
            await listener(request)

    run.__name__ = getattr(listener, "__name__", "listener")
    return run


async def acknowledge_only(_: SlackRequest) -> None:
    """The listener of link buttons: Slack opens the link and expects only an acknowledgement."""
