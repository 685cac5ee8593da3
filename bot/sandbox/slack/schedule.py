"""Messages Slack holds for later: they follow the domain clock (https://docs.slack.dev/reference/methods/chat.scheduleMessage)."""

from __future__ import annotations

from bot.sandbox.slack import posting
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Channel, Json, Scheduled
from bot.sandbox.slack.world import World


def hold(world: World, channel: Channel, post_at: int, content: Json) -> Scheduled:
    """Take checked content to be posted at `post_at` (unix seconds), unless in the past, too far ahead or too many."""
    ahead = post_at - world.now()
    if ahead <= 0:
        raise SlackError("time_in_past")
    if ahead > world.limits.schedule_ahead:
        raise SlackError("time_too_far")
    if len(str(content.get("text") or "")) > world.limits.message_text:
        raise SlackError("msg_too_long")
    if _crowded(world, channel, post_at):
        raise SlackError("restricted_too_many")
    held = Scheduled(world.new_id("Q"), channel.id, post_at, int(world.now()), str(content.get("text") or ""), content)
    world.scheduled[held.id] = held
    world.changed()
    return held


def delete(world: World, channel: Channel, scheduled_id: str) -> None:
    """Take a held message back; too late when it is posted, or will be within 60 seconds.

    https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage
    """
    held = world.scheduled.get(scheduled_id)
    if held is None or held.state != "pending" or held.channel != channel.id:
        raise SlackError("invalid_scheduled_message_id")
    if held.post_at - world.now() < world.limits.delete_before_post:
        raise SlackError("invalid_scheduled_message_id")
    held.state = "deleted"
    world.changed()


def pending(world: World) -> list[Scheduled]:
    """What is held, by the time it will be posted."""
    held = [one for one in world.scheduled.values() if one.state == "pending"]
    return sorted(held, key=lambda one: (one.post_at, one.id))


def post_due(world: World) -> None:
    """Post what is due by the domain clock; what has `metadata`, or may no longer be posted, is lost silently."""
    for held in pending(world):
        if held.post_at > world.now():
            return
        try:
            channel = posting.conversation(world, held.channel, to_post=True)
        except SlackError:
            held.state = "lost"
            continue
        held.state = "lost" if held.content.get("metadata") else "posted"
        if held.state == "posted":
            posting.post(world, channel, held.content)


def _crowded(world: World, channel: Channel, post_at: int) -> bool:
    window, most = world.limits.schedule_window, world.limits.schedule_in_window
    times = [one.post_at for one in world.scheduled.values() if one.channel == channel.id and one.state != "deleted"]
    times = sorted(at for at in [*times, post_at] if abs(at - post_at) < window)
    return any(late - early < window for early, late in zip(times, times[most:], strict=False))
