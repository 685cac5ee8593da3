"""The client of Slack's Web API: messages, files and modals, besides the lookups."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import ChannelUnreachable
from bot.slack.data_words import REFUSED_BLOCKS, in_words
from bot.slack.lookups import TIMEOUT as TIMEOUT
from bot.slack.lookups import Identity as Identity
from bot.slack.lookups import SlackLookups
from bot.slack.message import Message
from bot.slack.responses import SlackOutcomeUnknown, SlackRefused, checked_answer

log = logging.getLogger(__name__)

MARKED = "greenroom_notice"
PAGE = 200

Sent = TypeVar("Sent")


@dataclass(frozen=True)
class Upload:
    """A file for Slack."""

    name: str
    content: bytes = field(repr=False)
    title: str = ""


class SlackApi(SlackLookups):
    """Slack's Web API for one workspace. Nothing is retried: a repeated post would be a duplicate.

    Every method that sends a message repeats it with its charts and tables in words if Slack refuses these.

    Every method may raise `SlackRefused`, `SlackBusy` or `SlackOutcomeUnknown`; those that address a channel may raise
    `ChannelUnreachable`.
    """

    def __init__(self, token: str, url: str, session: aiohttp.ClientSession) -> None:
        """Use the caller's session and its timeout (slack_sdk ignores its own if given a session)."""
        super().__init__(token, url, session)
        self._session = session
        self._url = self.client.base_url
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json;charset=utf-8",
            "User-Agent": self.client.headers["User-Agent"],
        }

    async def post(self, channel_id: str, message: Message, mark: str = "") -> tuple[str, str]:
        """Post a message; return its channel (a DM has its own id) and its `ts`.

        `find_posted` finds it again by `mark`, which every app in the workspace can read.
        """
        body = {"channel": channel_id, "unfurl_links": False}
        if mark:
            body["metadata"] = {"event_type": MARKED, "event_payload": {"id": mark}}
        answer = await self._post(self._send("chat.postMessage", body, message), channel_id)
        return answer["channel"], answer["ts"]

    async def send_file(self, channel_id: str, upload: Upload, comment: str = "") -> None:
        """Upload a file to a channel as returned by `post`: Slack accepts no user id here.

        https://docs.slack.dev/reference/methods/files.completeUploadExternal
        """
        await self._post(
            self.client.files_upload_v2(
                channel=channel_id,
                content=upload.content,
                filename=upload.name,
                title=upload.title or upload.name,
                initial_comment=comment or None,
            )
        )

    async def find_posted(self, channel_id: str, since: int, mark: str) -> str | None:
        """Return the `ts` of the message with this mark that was posted after `since` (Unix seconds), or None.

        Needs a history scope: docs.slack.dev/reference/methods/conversations.history
        """
        cursor = ""
        while True:
            request = self.client.conversations_history(
                channel=channel_id, oldest=str(since), include_all_metadata=True, limit=PAGE, cursor=cursor or None
            )
            answer = await self._post(request)
            for message in answer["messages"]:
                if (message.get("metadata", {}).get("event_payload") or {}).get("id") == mark:
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    async def posted_between(self, channel_id: str, since: int, until: int) -> list[tuple[str, str]]:
        """The `ts` and the text of our messages between two Unix seconds, the earliest first.

        Needs a history scope: docs.slack.dev/reference/methods/conversations.history
        """
        bot_id = (await self.identity()).bot_id
        request = self.client.conversations_history(
            channel=channel_id, oldest=str(since), latest=str(until), inclusive=True, limit=PAGE
        )
        found = (await self._post(request))["messages"]
        ours = sorted(
            (float(one["ts"]), str(one["ts"]), str(one["text"])) for one in found if one.get("bot_id") == bot_id
        )
        return [(ts, text) for _, ts, text in ours]

    async def remove(self, channel_id: str, ts: str) -> None:
        """Delete one of our messages."""
        await self._post(self.client.chat_delete(channel=channel_id, ts=ts))

    async def edit(self, channel_id: str, ts: str, message: Message) -> None:
        """Replace one of our messages."""
        await self._post(self._send("chat.update", {"channel": channel_id, "ts": ts}, message))

    async def edit_if_kept(self, channel_id: str, ts: str, message: Message) -> bool:
        """Replace one of our messages. False without a `ts`, or if it is gone, such as deleted by the user."""
        if not ts:
            return False
        try:
            await self.edit(channel_id, ts, message)
        except (ChannelUnreachable, SlackRefused):
            log.info("slack.message_gone", extra={"channel": channel_id})
            return False
        return True

    async def schedule(self, channel_id: str, post_at: int, message: Message) -> str:
        """Schedule a message for `post_at` (Unix seconds); return the id to withdraw it by.

        Without `metadata`: a scheduled message with metadata never posts
        (docs.slack.dev/reference/methods/chat.scheduleMessage).
        """
        body = {"channel": channel_id, "post_at": post_at}
        answer = await self._post(self._send("chat.scheduleMessage", body, message))
        return str(answer["scheduled_message_id"])

    async def scheduled(self, channel_id: str, post_at: int) -> list[str]:
        """List the ids of our messages scheduled for this channel and second."""
        answer = await self._call(
            self.client.chat_scheduledMessages_list(
                channel=channel_id, oldest=str(post_at), latest=str(post_at + 1), limit=100
            )
        )
        return [str(item["id"]) for item in answer["scheduled_messages"] if int(item["post_at"]) == post_at]

    async def unschedule(self, channel_id: str, scheduled_id: str) -> None:
        """Withdraw a scheduled message. Refused with `invalid_scheduled_message_id` if it is too late."""
        await self._call(self.client.chat_deleteScheduledMessage(channel=channel_id, scheduled_message_id=scheduled_id))

    async def open(self, trigger_id: str, view: dict[str, Any]) -> str:
        """Open a modal and return its id. A trigger is valid for three seconds."""
        return str((await self._call(self.client.views_open(trigger_id=trigger_id, view=view)))["view"]["id"])

    async def publish(self, user_id: str, view: dict[str, Any]) -> None:
        """Replace the Home tab of a user."""
        await self._call(self.client.views_publish(user_id=user_id, view=view))

    async def push(self, trigger_id: str, view: dict[str, Any]) -> str:
        """Push a modal on top of the open one and return its id."""
        return str((await self._call(self.client.views_push(trigger_id=trigger_id, view=view)))["view"]["id"])

    async def update(self, view_id: str, view: dict[str, Any], *, view_hash: str = "") -> bool:
        """Replace an open view. False if the user has closed it.

        With a `view_hash`, Slack refuses it with `hash_conflict` if the view was replaced since it had this hash.
        """
        try:
            await self._call(self.client.views_update(view_id=view_id, view=view, hash=view_hash or None))
        except SlackRefused as error:
            if error.code in ("not_found", "view_not_found"):
                return False
            raise
        return True

    async def update_by_external_id(self, external_id: str, view: dict[str, Any]) -> str:
        """Replace a view by its external id, which our response to a submission set; return its id."""
        return str((await self._call(self.client.views_update(external_id=external_id, view=view)))["view"]["id"])

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Reply to a command or a click, visible to that user only (for 30 minutes, five times)."""
        await self._or_in_words(message, lambda shown: self._respond_once(response_url, shown, replace=replace))

    async def _respond_once(self, response_url: str, message: Message, *, replace: bool) -> None:
        hook = AsyncWebhookClient(response_url, session=self._session, retry_handlers=[])
        try:
            answer = await hook.send(
                text=message.text, blocks=message.blocks, response_type="ephemeral", replace_original=replace
            )
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            raise SlackOutcomeUnknown from error
        if answer.status_code != 200:
            raise SlackRefused(f"response_url_{answer.status_code}")

    async def _send(self, method: str, body: dict[str, Any], message: Message) -> dict[str, Any]:
        """Send a message to Slack and return the response body."""
        return await self._or_in_words(message, lambda shown: self._send_once(method, body, shown))

    async def _send_once(self, method: str, body: dict[str, Any], message: Message) -> dict[str, Any]:
        """The same request as slack_sdk's, for a third of the processor time.

        slack_sdk prepares retries and debug logs and joins the URL on every call.
        """
        data = f"{json.dumps(body)[:-1]}, {message.as_json[1:]}".encode()
        async with self._session.post(
            self._url + method, data=data, headers=self._headers, proxy=self.client.proxy
        ) as response:
            content = await response.read()
        return checked_answer(response.status, response.headers, content)

    async def _or_in_words(self, message: Message, send: Callable[[Message], Awaitable[Sent]]) -> Sent:
        """Send the message; if Slack refuses its blocks, send its charts and tables in words."""
        try:
            return await send(message)
        except SlackRefused as refused:
            words = in_words(message) if refused.code in REFUSED_BLOCKS else None
            if words is None:
                raise
            log.info("message.sent_in_words", extra={"code": refused.code})
        return await send(words)
