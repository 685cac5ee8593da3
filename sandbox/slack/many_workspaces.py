"""Thousands of workspaces with minimal checks, to measure how fast an app can post."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from sandbox.slack import seed
from sandbox.slack.accepted import Accepted
from sandbox.slack.errors import SlackError
from sandbox.slack.limits import RateLimits
from sandbox.slack.model import Json
from sandbox.slack.registry import METHODS, Args
from sandbox.slack.world import World

NUMBERED = re.compile(r"xoxb-(?:.*-)?(\d+)")


def team_from_token(token: str) -> str:
    """The workspace of a numbered token: T7 for `xoxb-any-thing-7`; empty for other tokens."""
    found = NUMBERED.fullmatch(token)
    return f"T{int(found[1])}" if found else ""


@dataclass(slots=True)
class Held:
    """A scheduled message."""

    id: str
    team: str
    channel: str
    post_at: int
    created: int
    text: str
    has_metadata: bool


class ManyWorkspaces:
    """Accepts and schedules messages in any channel of any numbered workspace, with the rate limits of each.

    Blocks, channels, membership, scopes, lengths, the 120 days and the 30 in five minutes are not checked; nothing can
    be read back or seen on the page. Accepted messages are in `world.accepted`.
    """

    def __init__(self, world: World, rates: RateLimits) -> None:
        """Start without scheduled messages."""
        self._world = world
        self._rates = rates
        self._held: dict[tuple[str, str], dict[str, Held]] = {}  # (workspace, channel) → id → message
        self._due: list[tuple[int, str, Held]] = []
        self.methods: dict[str, Callable[[str, Args], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.scheduleMessage": self._schedule,
            "chat.scheduledMessages.list": self._list,
            "chat.deleteScheduledMessage": self._delete,
        }

    def answer(self, team: str, name: str, args: Args) -> Json:
        """Handle one call of a numbered workspace."""
        method = self.methods.get(name)
        if method is None:
            raise SlackError("unknown_method")
        if wait := self._rates.wait_for_method(name, METHODS[name].tier, team):
            raise SlackError("ratelimited", retry_after=wait)
        return method(team, args)

    def post_due(self) -> None:
        """Post the messages due by the sandbox clock."""
        now = self._world.now()
        while (soonest := self._next()) is not None and soonest.post_at <= now:
            heappop(self._due)
            del self._held[soonest.team, soonest.channel][soonest.id]
            if not soonest.has_metadata:  # Slack never posts a scheduled message with metadata
                self._accept(soonest.team, soonest.channel, soonest.text, None, soonest.id)

    def next_post_at(self) -> float | None:
        """When the next scheduled message is due, in Unix seconds."""
        soonest = self._next()
        return None if soonest is None else float(soonest.post_at)

    def count(self) -> int:
        """Number of scheduled messages."""
        return sum(len(held) for held in self._held.values())

    def _next(self) -> Held | None:
        while self._due:
            soonest = self._due[0][2]
            if soonest.id in self._held[soonest.team, soonest.channel]:
                return soonest
            heappop(self._due)  # deleted meanwhile
        return None

    def _auth_test(self, team: str, _args: Args) -> Json:
        return {
            "url": f"https://{team.lower()}.slack.com/",
            "team": team,
            "team_id": team,
            "user": self._world.bot.name,
            "user_id": self._world.bot.id,
            "bot_id": seed.BOT_ID,
            "is_enterprise_install": False,
        }

    def _post(self, team: str, args: Args) -> Json:
        channel = _place(args)
        if wait := self._rates.wait_for_message(channel, team):
            raise SlackError("ratelimited", retry_after=wait)
        text, metadata = args.text("text"), args.structured("metadata", "invalid_metadata_format")
        ts = self._accept(team, channel, text, metadata)
        return {"channel": channel, "ts": ts, "message": {"type": "message", "ts": ts, "text": text}}

    def _accept(self, team: str, channel: str, text: str, metadata: Json | None, scheduled_id: str = "") -> str:
        ts, at = self._world.new_ts(), self._world.clock.machine().timestamp()
        self._world.accepted[ts] = Accepted(channel, text, metadata, ts, at, team, scheduled_id)
        return ts

    def _schedule(self, team: str, args: Args) -> Json:
        channel, post_at, now = _place(args), args.number("post_at", 0), self._world.now()
        if post_at <= now:
            raise SlackError("time_in_past")
        has_metadata = bool(args.structured("metadata", "invalid_metadata_format"))
        held = Held(self._world.new_id("Q"), team, channel, post_at, int(now), args.text("text"), has_metadata)
        self._held.setdefault((team, channel), {})[held.id] = held
        heappush(self._due, (post_at, held.id, held))
        return {"channel": channel, "scheduled_message_id": held.id, "post_at": post_at, "message": {"text": held.text}}

    def _list(self, team: str, args: Args) -> Json:
        channel, latest = args.text("channel"), args.number("latest", 0)
        places = [(team, channel)] if channel else [place for place in self._held if place[0] == team]
        held = [
            one
            for place in places
            for one in self._held.get(place, {}).values()
            if one.post_at >= args.number("oldest", 0) and (not latest or one.post_at <= latest)
        ]
        page, following = args.page(sorted(held, key=lambda one: (one.post_at, one.id)), 100, lambda one: one.id)
        listed = [
            {"id": one.id, "channel_id": one.channel, "post_at": one.post_at, "date_created": one.created}
            | {"text": one.text}
            for one in page
        ]
        return {"scheduled_messages": listed, **following}

    def _delete(self, team: str, args: Args) -> Json:
        inside = self._held.get((team, args.required("channel")), {})
        held = inside.get(args.required("scheduled_message_id"))
        if held is None or held.post_at - self._world.now() < self._world.limits.delete_before_post:
            raise SlackError("invalid_scheduled_message_id")
        del inside[held.id]
        return {}


def _place(args: Args) -> str:
    """A channel id as it is; a user id means the DM with that user."""
    channel = args.required("channel")
    return f"D{channel[1:]}" if channel.startswith("U") else channel
