"""Looks up workspaces, people, channels and user groups at Slack, and converts its errors into ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.commands.people_name import profile_name
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.people import Person, Workspace
from bot.model.visibility import Channel
from bot.slack.availability import SlackAvailability
from bot.slack.responses import SlackOutcomeUnknown, SlackRefused, error_for
from bot.slack.scopes import USER_GROUPS, GrantedScopes

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
MOST_LISTED = 1000
"""Channels or members per call, the most that Slack returns: docs.slack.dev/reference/methods/conversations.list"""
CHANNEL_TYPES = "public_channel,private_channel"
GUEST_FIELDS = ("is_restricted", "is_ultra_restricted")
ADMIN_FIELDS = ("is_admin", "is_owner", "is_primary_owner")

Answer = TypeVar("Answer", AsyncSlackResponse, dict[str, Any])


@dataclass(frozen=True)
class Identity:
    """The owner of the bot token."""

    workspace: Workspace
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()
    """The granted scopes."""


class SlackLookups:
    """What Slack's Web API tells about one workspace. Nothing is retried.

    Every method may raise `SlackRefused`, `SlackBusy` or `SlackOutcomeUnknown`; those that address a channel may raise
    `ChannelUnreachable`.
    """

    def __init__(self, token: str, url: str, session: aiohttp.ClientSession) -> None:
        """Use the caller's session and its timeout (slack_sdk ignores its own if given a session)."""
        self.client = AsyncWebClient(
            token=token, base_url=url.rstrip("/") + "/", session=session, retry_handlers=[], timeout=15
        )
        self.granted = GrantedScopes()
        self._is_identified = False
        self.availability = SlackAvailability(self.identity)

    async def identity(self) -> Identity:
        """Return the workspace and the bot user of this token."""
        answer = await self._call(self.client.auth_test())
        workspace = Workspace(team_id=answer["team_id"], enterprise_id=answer.get("enterprise_id") or "")
        self._is_identified = True
        return Identity(workspace, answer.get("bot_id") or "", answer["user_id"], self.granted.names)

    async def scopes(self) -> frozenset[str]:
        """Return the granted scopes as Slack last named them, requested at most once."""
        return self.granted.names if self._is_identified else (await self.identity()).scopes

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
        channel = await self._channel_info(channel_id)
        if channel.get("is_archived"):
            raise ChannelUnreachable("This channel is archived. Choose another one.")
        if channel.get("is_private") and not channel.get("is_member") and not channel.get("is_im"):
            raise _cannot_post(channel_id)

    async def public_channel_name(self, channel_id: str) -> str:
        """Return the name of a public channel; empty for any other, or if we cannot access it."""
        try:
            channel = await self._channel_info(channel_id)
        except ChannelUnreachable:
            return ""
        is_public = channel.get("is_channel") and not channel.get("is_private")
        return str(channel.get("name") or "") if is_public else ""

    async def public_channel_names(self, channel_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of those of these channels that are public, as far as Slack answers."""
        names = {}
        for channel_id in channel_ids:
            try:
                names[channel_id] = await self.public_channel_name(channel_id)
            except GreenroomError:
                break  # Slack is busy or unavailable
        return names

    async def channel(self, channel_id: str) -> Channel:
        """Look up a channel, without its members. Raises `ChannelUnreachable` if Slack does not show it to us."""
        return _channel(await self._channel_info(channel_id))

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

    async def user_group_members(self, group_id: str) -> frozenset[str]:
        """List the members of a user group: docs.slack.dev/reference/methods/usergroups.users.list

        Refused with `missing_scope`, without a call, if the app may not read user groups.
        """
        self._check_scope(USER_GROUPS)
        answer = await self._call(self.client.usergroups_users_list(usergroup=group_id))
        return frozenset(answer["users"])

    async def user_groups(self) -> list[tuple[str, str]]:
        """List the ids and handles of the active user groups: …/methods/usergroups.list; refused likewise."""
        self._check_scope(USER_GROUPS)
        answer = await self._call(self.client.usergroups_list())
        return [
            (str(group["id"]), str(group["handle"])) for group in answer["usergroups"] if not group.get("date_delete")
        ]

    def _check_scope(self, scope: str) -> None:
        if not self.granted.allow(scope):
            raise SlackRefused("missing_scope")

    async def _channel_info(self, channel_id: str) -> dict[str, Any]:
        channel: dict[str, Any] = (await self._post(self.client.conversations_info(channel=channel_id), channel_id))[
            "channel"
        ]
        return channel

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

    async def _post(self, call: Awaitable[Answer], channel_id: str = "") -> Answer:
        try:
            return await self._call(call)
        except SlackRefused as error:
            if error.code in NO_DIRECT_MESSAGES:
                raise ChannelUnreachable("Slack does not let Greenroom write to this person.") from error
            if error.code in NOT_THERE:
                raise _cannot_post(channel_id) from error
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
            answer = await call
        except SlackApiError as error:
            self._note_scopes(error.response)
            raise error_for(error) from error
        except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError) as error:
            raise SlackOutcomeUnknown from error
        self._note_scopes(answer)
        return answer

    def _note_scopes(self, answer: object) -> None:
        if isinstance(answer, AsyncSlackResponse):
            self.granted.note_header(str(answer.headers.get("x-oauth-scopes") or ""))
            if answer.get("error") == "missing_scope":
                self.granted.note_refusal(str(answer.get("needed") or ""))


def _cannot_post(channel_id: str) -> ChannelUnreachable:
    return ChannelUnreachable(
        "Greenroom can't post in that channel. Type /invite @Greenroom there, or choose another channel.",
        channel_id=channel_id,
        in_channel="Greenroom can't post in this channel. Type /invite @Greenroom here, then try again.",
    )


def _channel(found: dict[str, Any]) -> Channel:
    is_direct = found.get("is_im") or found.get("is_mpim")
    return Channel(
        channel_id=str(found["id"]),
        is_public=not (found.get("is_private") or is_direct),
        is_archived=bool(found.get("is_archived")),
        is_external=bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared")),
        organizations=frozenset(
            map(str, [*(found.get("connected_team_ids") or ()), *(found.get("shared_team_ids") or ())])
        ),
    )
