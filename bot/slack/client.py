"""The client of Slack's Web API. Converts Slack's error responses into our errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.commands.people_name import profile_name
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.people import Person, Workspace
from bot.model.visibility import Channel
from bot.slack.availability import SlackAvailability
from bot.slack.message import Message
from bot.slack.responses import SlackOutcomeUnknown, SlackRefused, checked_answer, error_for

TIMEOUT = aiohttp.ClientTimeout(total=15)
NOT_THERE = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "no_permission",
    "user_not_found",
}
NO_DIRECT_MESSAGES = {"messages_tab_disabled", "cannot_dm_bot", "user_disabled"}
"""Slack does not let us message this user: docs.slack.dev/reference/methods/chat.postMessage"""
MARKED = "greenroom_notice"
PAGE = 200
MOST_LISTED = 1000
"""Channels or members per call, the most that Slack returns: docs.slack.dev/reference/methods/conversations.list"""
CHANNEL_TYPES = "public_channel,private_channel"
GUEST_FIELDS = ("is_restricted", "is_ultra_restricted")
ADMIN_FIELDS = ("is_admin", "is_owner", "is_primary_owner")

Answer = TypeVar("Answer", AsyncSlackResponse, dict[str, Any])


@dataclass(frozen=True)
class Upload:
    """A file for Slack; `alt_text` describes an image."""

    name: str
    content: bytes = field(repr=False)
    title: str = ""
    alt_text: str = ""


@dataclass(frozen=True)
class Identity:
    """The owner of the bot token."""

    workspace: Workspace
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()
    """The granted scopes."""


class SlackApi:
    """Slack's Web API for one workspace. Nothing is retried: a repeated post would be a duplicate.

    Every method may raise `SlackRefused`, `SlackBusy` or `SlackOutcomeUnknown`; those that address a channel may raise
    `ChannelUnreachable`.
    """

    def __init__(self, token: str, url: str, session: aiohttp.ClientSession) -> None:
        """Use the caller's session and its timeout (slack_sdk ignores its own if given a session)."""
        self.client = AsyncWebClient(
            token=token, base_url=url.rstrip("/") + "/", session=session, retry_handlers=[], timeout=15
        )
        self._session = session
        self._url = self.client.base_url
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json;charset=utf-8",
            "User-Agent": self.client.headers["User-Agent"],
        }
        self._scopes: frozenset[str] | None = None
        self.availability = SlackAvailability(self.identity)

    async def identity(self) -> Identity:
        """Return the workspace and the bot user of this token."""
        answer = await self._call(self.client.auth_test())
        workspace = Workspace(team_id=answer["team_id"], enterprise_id=answer.get("enterprise_id") or "")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._scopes = frozenset(headers.get("x-oauth-scopes", "").replace(" ", "").split(",")) - {""}
        return Identity(workspace, answer.get("bot_id") or "", answer["user_id"], self._scopes)

    async def scopes(self) -> frozenset[str]:
        """Return the granted scopes, requested once."""
        return self._scopes if self._scopes is not None else (await self.identity()).scopes

    async def person(self, workspace: Workspace, user_id: str) -> Person:
        """Look up a user of this workspace, or a user of another one in a shared channel."""
        user = (await self._call(self.client.users_info(user=user_id, include_locale=True)))["user"]
        profile = user.get("profile", {})
        full_name = profile.get("real_name") or user.get("real_name") or ""
        display_name = profile.get("display_name") or ""
        name = profile_name(profile.get("first_name") or "", profile.get("last_name") or "", full_name, display_name)
        return Person(
            workspace=workspace,
            user_id=user_id,
            name=display_name or full_name or user["name"],
            time_zone=user.get("tz") or "UTC",
            locale=user.get("locale") or "",
            email=(profile.get("email") or "").lower(),
            first_name=name.first,
            last_name=name.last,
            is_admin=any(user.get(field) for field in ADMIN_FIELDS),
            is_guest=any(user.get(field) for field in GUEST_FIELDS),
            is_stranger=bool(user.get("is_stranger")) or user.get("team_id", workspace.team_id) != workspace.team_id,
            is_bot=bool(user.get("is_bot")),
            is_deactivated=bool(user.get("deleted")),
        )

    async def check_channel(self, channel_id: str) -> None:
        """Raise `ChannelUnreachable`, with what to do, if we cannot post in this channel."""
        channel = (await self._post(self.client.conversations_info(channel=channel_id)))["channel"]
        if channel.get("is_archived"):
            raise ChannelUnreachable("This channel is archived. Choose another one.")
        if channel.get("is_private") and not channel.get("is_member") and not channel.get("is_im"):
            raise ChannelUnreachable("Greenroom is not in this channel. Type /invite @Greenroom there, then try again.")

    async def public_channel_name(self, channel_id: str) -> str:
        """Return the name of a public channel; empty for any other, or if we cannot access it."""
        try:
            channel = (await self._post(self.client.conversations_info(channel=channel_id)))["channel"]
        except ChannelUnreachable:
            return ""
        is_public = channel.get("is_channel") and not channel.get("is_private")
        return str(channel.get("name") or "") if is_public else ""

    async def channel(self, channel_id: str) -> Channel:
        """Look up a channel, without its members. Raises `ChannelUnreachable` if Slack does not show it to us."""
        return _channel((await self._post(self.client.conversations_info(channel=channel_id)))["channel"])

    async def team_name(self, team_id: str) -> str:
        """Return the name of a workspace that shares a channel with ours; empty if Slack does not name it.

        Needs the scope `team:read`: docs.slack.dev/reference/methods/team.info
        """
        try:
            return str((await self._call(self.client.team_info(team=team_id)))["team"]["name"])
        except SlackRefused:
            return ""

    async def permalink(self, channel_id: str, ts: str) -> str:
        """Return the URL of a message; empty if it is gone."""
        try:
            return str(
                (await self._post(self.client.chat_getPermalink(channel=channel_id, message_ts=ts)))["permalink"]
            )
        except (SlackRefused, ChannelUnreachable):
            return ""

    async def channels(self) -> list[Channel]:
        """List all public channels, and the private ones that we are in, without their members."""
        pages = self._pages(lambda **page: self.client.conversations_list(types=CHANNEL_TYPES, **page), "channels")
        return [_channel(found) async for found in pages]

    async def channel_members(self, channel_id: str) -> frozenset[str]:
        """List the user ids of a channel's members, including people of other organizations."""
        pages = self._pages(lambda **page: self.client.conversations_members(channel=channel_id, **page), "members")
        return frozenset([str(user_id) async for user_id in pages])

    async def post(self, channel_id: str, message: Message, mark: str = "") -> tuple[str, str]:
        """Post a message; return its channel (a DM has its own id) and its `ts`.

        `find_posted` finds it again by `mark`, which every app in the workspace can read.
        """
        body = {"channel": channel_id, "unfurl_links": False}
        if mark:
            body["metadata"] = {"event_type": MARKED, "event_payload": {"id": mark}}
        answer = await self._post(self._send("chat.postMessage", body, message))
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
                alt_txt=upload.alt_text or None,
                initial_comment=comment or None,
            )
        )

    async def user_group_members(self, group_id: str) -> frozenset[str]:
        """List the members of a user group: docs.slack.dev/reference/methods/usergroups.users.list"""
        answer = await self._call(self.client.usergroups_users_list(usergroup=group_id))
        return frozenset(answer["users"])

    async def user_groups(self) -> list[tuple[str, str]]:
        """List the ids and handles of the active user groups: …/methods/usergroups.list"""
        answer = await self._call(self.client.usergroups_list())
        return [
            (str(group["id"]), str(group["handle"])) for group in answer["usergroups"] if not group.get("date_delete")
        ]

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

    async def repeated(self, channel_id: str, since: int, until: int) -> list[str]:
        """The `ts` of our messages between two Unix seconds that repeat the text of an earlier one between them.

        Needs a history scope: docs.slack.dev/reference/methods/conversations.history
        """
        bot_id = (await self.identity()).bot_id
        request = self.client.conversations_history(
            channel=channel_id, oldest=str(since), latest=str(until), inclusive=True, limit=PAGE
        )
        found = (await self._post(request))["messages"]
        ours = sorted((float(one["ts"]), one["text"], one["ts"]) for one in found if one.get("bot_id") == bot_id)
        texts = [text for _, text, _ in ours]
        return [str(ts) for number, (_, text, ts) in enumerate(ours) if text in texts[:number]]

    async def remove(self, channel_id: str, ts: str) -> None:
        """Delete one of our messages."""
        await self._post(self.client.chat_delete(channel=channel_id, ts=ts))

    async def edit(self, channel_id: str, ts: str, message: Message) -> None:
        """Replace one of our messages."""
        await self._post(self._send("chat.update", {"channel": channel_id, "ts": ts}, message))

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

    async def push(self, trigger_id: str, view: dict[str, Any]) -> str:
        """Push a modal on top of the open one and return its id."""
        return str((await self._call(self.client.views_push(trigger_id=trigger_id, view=view)))["view"]["id"])

    async def update(self, view_id: str, view: dict[str, Any]) -> bool:
        """Replace an open view. False if the user has closed it."""
        try:
            await self._call(self.client.views_update(view_id=view_id, view=view))
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
        """Send a message to Slack and return the response body.

        The same request as slack_sdk's, for a third of the processor time: slack_sdk prepares retries and debug logs
        and joins the URL on every call.
        """
        data = f"{json.dumps(body)[:-1]}, {message.as_json[1:]}".encode()
        async with self._session.post(
            self._url + method, data=data, headers=self._headers, proxy=self.client.proxy
        ) as response:
            content = await response.read()
        return checked_answer(response.status, response.headers, content)

    async def _pages(self, call: Callable[..., Awaitable[AsyncSlackResponse]], key: str) -> AsyncIterator[Any]:
        """Yield the items of all pages of a method that Slack pages by cursor."""
        cursor: str | None = None
        while True:
            answer = await self._post(call(limit=MOST_LISTED, cursor=cursor))
            for item in answer[key]:
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if not cursor:
                return

    async def _post(self, call: Awaitable[Answer]) -> Answer:
        try:
            return await self._call(call)
        except SlackRefused as error:
            if error.code in NO_DIRECT_MESSAGES:
                raise ChannelUnreachable("Slack does not let Greenroom write to this person.") from error
            if error.code in NOT_THERE:
                raise ChannelUnreachable(
                    "Greenroom cannot post in that channel. Type /invite @Greenroom there, or choose another channel."
                ) from error
            raise

    async def _call(self, call: Awaitable[Answer]) -> Answer:
        try:
            answer = await self._answered(call)
        except GreenroomError as error:
            self.availability.note(error)
            raise
        self.availability.note(None)
        return answer

    async def _answered(self, call: Awaitable[Answer]) -> Answer:
        try:
            return await call
        except SlackApiError as error:
            raise error_for(error) from error
        except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError) as error:
            raise SlackOutcomeUnknown from error


def _channel(found: dict[str, Any]) -> Channel:
    is_direct = found.get("is_im") or found.get("is_mpim")
    return Channel(
        channel_id=str(found["id"]),
        is_public=not (found.get("is_private") or is_direct),
        is_external=bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared")),
        organizations=frozenset(
            map(str, [*(found.get("connected_team_ids") or ()), *(found.get("shared_team_ids") or ())])
        ),
    )
