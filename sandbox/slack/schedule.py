"""Scheduled messages, by the sandbox clock (https://docs.slack.dev/reference/methods/chat.scheduleMessage)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from heapq import heappop, heappush

from sandbox.slack import posting
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json, Scheduled
from sandbox.slack.world import World


def add(world: World, channel: Channel, post_at: int, content: Json) -> Scheduled:
    """Schedule validated content for `post_at` (Unix seconds); SlackError in the past, too far ahead, or too many."""
    ahead = post_at - world.now()
    if ahead <= 0:
        raise SlackError("time_in_past")
    if ahead > world.limits.schedule_ahead:
        raise SlackError("time_too_far")
    if len(str(content.get("text") or "")) > world.limits.message_text:
        raise SlackError("msg_too_long")
    if _exceeds_window(world, channel, post_at):
        raise SlackError("restricted_too_many")
    text, held_id = str(content.get("text") or ""), world.new_id("Q")
    held = Scheduled(held_id, channel.id, post_at, int(world.now()), text, content)
    index(world, held)
    world.changed()
    return held


def index(world: World, held: Scheduled) -> None:
    """Add a scheduled message to the indexes of the clock and the limits."""
    world.scheduled[held.id] = held
    if held.state != "deleted":
        insort(world.post_times.setdefault(held.channel, []), held.post_at)
    if held.state == "pending":
        heappush(world.due, (held.post_at, held.id))


def delete(world: World, channel: Channel, scheduled_id: str) -> None:
    """Delete a pending message; SlackError if it is posted, or will be within 60 seconds.

    https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage
    """
    held = world.scheduled.get(scheduled_id)
    if held is None or held.state != "pending" or held.channel != channel.id:
        raise SlackError("invalid_scheduled_message_id")
    if held.post_at - world.now() < world.limits.delete_before_post:
        raise SlackError("invalid_scheduled_message_id")
    held.state = "deleted"
    world.post_times[held.channel].remove(held.post_at)
    world.changed()


def pending(world: World) -> list[Scheduled]:
    """Pending messages, soonest first."""
    held = [one for one in world.scheduled.values() if one.state == "pending"]
    return sorted(held, key=lambda one: (one.post_at, one.id))


def post_due(world: World) -> None:
    """Post what is due by the sandbox clock.

    Messages with `metadata`, without permission to post, or of an uninstalled app are lost silently.
    """
    while (soonest := next_due(world)) is not None and soonest.post_at <= world.now():
        heappop(world.due)
        try:
            channel = posting.conversation(world, soonest.channel, to_post=True)
        except SlackError:
            soonest.state = "lost"
        else:
            soonest.state = "posted" if world.installed and not soonest.content.get("metadata") else "lost"
            if soonest.state == "posted":
                posting.accept(world, channel, soonest.content, soonest.id)
        world.changed()


def next_due(world: World) -> Scheduled | None:
    """The next pending message."""
    while world.due and world.scheduled[world.due[0][1]].state != "pending":
        heappop(world.due)  # deleted meanwhile
    return world.scheduled[world.due[0][1]] if world.due else None


def _exceeds_window(world: World, channel: Channel, post_at: int) -> bool:
    window, most = world.limits.schedule_window, world.limits.schedule_in_window
    times = world.post_times.get(channel.id, [])
    near = times[bisect_right(times, post_at - window) : bisect_left(times, post_at + window)]
    insort(near, post_at)
    return any(late - early < window for early, late in zip(near, near[most:], strict=False))
